-- Grain: one row is a time window x distinct purchase history: how many customers have it.

with histories as (

    select * from {{ ref('int_value__histories') }}

),

windows as (

    select * from {{ ref('int_value__windows') }}

),

final as (

    select
        histories.time_window,
        histories.repeats,
        histories.recency_days,
        histories.age_days,
        windows.unit_days,
        windows.forecast_days / windows.unit_days as horizon,
        count(*) as customers
    from histories
    inner join windows on histories.time_window = windows.time_window
    group by
        histories.time_window,
        histories.repeats,
        histories.recency_days,
        histories.age_days,
        windows.unit_days,
        windows.forecast_days

)

select * from final
