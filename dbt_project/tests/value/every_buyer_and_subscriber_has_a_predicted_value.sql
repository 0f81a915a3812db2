-- Every person with a counted order or a contract is valued, and no other.

select
    person_id,
    orders,
    contracts,
    value_model
from {{ ref('dim_customers') }}
where
    (orders > 0 or contracts > 0) <> (value_model is not null)
    or (predicted_value_12m is null) <> (value_model is null)
    or (predicted_value_12m_low is null) <> coalesce(value_model not in ('bg_nbd', 'mbg_nbd', 'sbg', 'ended'), true)
    or predicted_value_12m_low > predicted_value_12m_high
    -- Worth something, surely alive, and without an interval: the bounds were not found.
    or (predicted_value_12m > 0 and p_alive > 0.5 and predicted_purchases_12m > 1 and predicted_value_12m_high = 0)
