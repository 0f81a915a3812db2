-- Grain: one row is a deal that was created up to the present, with its state at as_of.

with deals as (

    select * from {{ ref('int_deals__resolved') }}
    where kind = 'deal'

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

final as (

    select
        ---------- ids
        deals.record_key as deal_id,
        deals.person_id,
        deals.account_key as account_id,

        ---------- what and where
        deals.data_source,
        deals.channel,
        deals.crm_stage as deal_stage,
        deals.state as deal_state,
        months.tier_start as value_tier_at_event,

        ---------- states
        deals.state = 'won' as is_won,
        deals.state = 'lost' as is_lost,
        deals.state = 'open' as is_open,

        ---------- measures
        deals.amount,
        deals.days_to_close,

        ---------- timestamps
        deals.created_at,
        deals.created_on,
        deals.closed_at,
        deals.closed_on
    from deals
    left join months
        on
            deals.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', deals.created_on) as date)

)

select * from final
