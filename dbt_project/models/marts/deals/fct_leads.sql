-- Grain: one row is a lead that was created up to the present, with its state at as_of.

with leads as (

    select * from {{ ref('int_deals__resolved') }}
    where kind = 'lead'

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

final as (

    select
        ---------- ids
        leads.record_key as lead_id,
        leads.person_id,
        leads.account_key as account_id,

        ---------- what and where
        leads.data_source,
        leads.channel,
        leads.crm_stage as lead_stage,
        leads.state as lead_state,
        months.tier_start as value_tier_at_event,

        ---------- states
        leads.state = 'won' as is_converted,

        ---------- measures
        case when leads.state = 'won' then leads.days_to_close end as days_to_conversion,

        ---------- timestamps
        leads.created_at,
        leads.created_on,
        leads.closed_at,
        leads.closed_on
    from leads
    left join months
        on
            leads.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', leads.created_on) as date)

)

select * from final
