-- Grain: one row is a feed of forecasts, and why the data make its metrics provisional; null where nothing does.

with customers as (

    select * from {{ ref('dim_customers') }}

),

model_choice as (

    select * from {{ ref('int_value__model_choice') }}

),

valued_by as (

    select
        max(case when value_model in ('bg_nbd', 'naive') then 1 else 0 end) as orders,
        max(case when value_model = 'running_on' then 1 else 0 end) as contracts_that_run_on
    from customers

),

feeds as (

    select 'value_forecast' as feed
    union all
    select 'purchase_forecast' as feed
    union all
    select 'value_intervals' as feed

),

final as (

    select
        feeds.feed,
        case
            when model_choice.is_provisional and valued_by.orders = 1 then model_choice.reason
            when feeds.feed = 'value_forecast' and valued_by.contracts_that_run_on = 1
                then 'too few contracts have ended to learn from: running ones are taken to run on'
        end as provisional_reason
    from feeds
    cross join model_choice
    cross join valued_by

)

select * from final
