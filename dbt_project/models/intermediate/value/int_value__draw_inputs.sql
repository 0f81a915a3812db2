-- Grain: one row is a customer without a contract, or a running contract: what its future value is drawn from.

with forecasts as (

    select * from {{ ref('int_value__forecasts') }}

),

windows as (

    select * from {{ ref('int_value__windows') }}

),

terms as (

    select * from {{ ref('int_value__contract_terms') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

tiers as (

    select
        months.person_id,
        months.tier_end as value_tier
    from months
    inner join windows
        on
            months.month_on = cast(date_trunc('month', windows.ends_on) as date)
            and windows.time_window = 'present'

),

valued as (

    select
        'order' as basis,
        forecasts.person_id,
        forecasts.person_id as valued_id,
        windows.unit_days,
        windows.forecast_days / windows.unit_days as horizon,
        windows.horizon_months,
        windows.kept_share,
        cast(forecasts.repeats as double) as repeats,
        forecasts.recency_days / windows.unit_days as recency,
        forecasts.age_days / windows.unit_days as age,
        forecasts.valued_repeats,
        -- Where spend is modelled, the mean of repeat purchases; else what a purchase is taken to be worth, gross.
        case
            when forecasts.spend_model = 'gamma_gamma' then forecasts.mean_spend
            else forecasts.expected_spend / nullif(windows.kept_share, 0)
        end as spend,
        cast(0 as double) as months,
        cast(0 as double) as amount_per_month
    from forecasts
    inner join windows on forecasts.time_window = windows.time_window
    where forecasts.time_window = 'present'
    union all
    select
        'contract' as basis,
        terms.person_id,
        terms.contract_key as valued_id,
        windows.unit_days,
        windows.forecast_days / windows.unit_days as horizon,
        windows.horizon_months,
        windows.kept_share,
        cast(0 as double) as repeats,
        cast(0 as double) as recency,
        cast(0 as double) as age,
        cast(0 as integer) as valued_repeats,
        cast(0 as double) as spend,
        cast(terms.months as double) as months,
        coalesce(cast(terms.amount_per_month_reporting as double), 0) as amount_per_month
    from terms
    cross join windows
    where terms.is_running and windows.time_window = 'present'

),

final as (

    select
        valued.basis,
        valued.person_id,
        valued.valued_id,
        valued.unit_days,
        valued.horizon,
        valued.horizon_months,
        valued.kept_share,
        valued.repeats,
        valued.recency,
        valued.age,
        valued.valued_repeats,
        coalesce(valued.spend, 0) as spend,
        valued.months,
        valued.amount_per_month,
        people.segment,
        people.country,
        people.region,
        people.language,
        people.age_band,
        people.motivation,
        people.first_channel,
        tiers.value_tier
    from valued
    inner join people on valued.person_id = people.person_id
    left join tiers on valued.person_id = tiers.person_id

)

select * from final
