-- Grain: one row is an attribute value: how much more often the top tier has it than all customers with a tier.

with compared as (

    select * from {{ ref('int_customers__profile_index') }}
    where family = 'profile'

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        {{ surrogate_key(['compared.attribute', 'compared.attribute_value']) }} as profile_id,
        compared.kind,
        compared.attribute,
        compared.attribute_value,
        compared.n,
        compared.n_top,
        compared.n_attribute,
        compared.n_attribute_top,
        compared.share_all,
        compared.share_top,
        compared.index,
        compared.low,
        compared.high,
        compared.p_value,
        compared.q_value,
        compared.is_distinct,
        as_of.as_of_on as calculated_on
    from compared
    cross join as_of

)

select * from final
