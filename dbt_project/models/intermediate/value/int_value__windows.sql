-- Grain: one row is a time window of value models: the days they learn from, and the days they look ahead to.
-- calibration is for the back-test and ends before the present; present ends at as_of.

with settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

orders as (

    select * from {{ ref('int_orders__valued') }}
    where is_without_person is not true

),

history as (

    select max(occurred_on) as last_on
    from orders
    where orders = 1 and not is_after_as_of

),

-- The back-test holds out the last three months that have orders, unless cx.yml names its days.
held_out as (

    select
        settings.calibration_end,
        least(coalesce(settings.holdout_end, history.last_on), as_of.as_of_on) as holdout_end
    from settings
    cross join history
    cross join as_of

),

windows as (

    select
        'calibration' as time_window,
        cast(coalesce(calibration_end, {{ months_later('holdout_end', -3) }}) as date) as ends_on,
        cast(holdout_end as date) as forecast_ends_on
    from held_out
    union all
    select
        'present' as time_window,
        as_of.as_of_on as ends_on,
        cast({{ months_later('as_of.as_of_on', 'settings.horizon_months') }} as date) as forecast_ends_on
    from settings
    cross join as_of

),

-- What refunds and cancels have left of every unit of sales so far: forecasts of sales become net by it.
kept as (

    select
        windows.time_window,
        sum(case when orders.orders = 1 then orders.revenue else 0 end) as sales,
        sum(orders.revenue) as revenue
    from windows
    inner join orders on windows.ends_on >= orders.occurred_on
    group by windows.time_window

),

final as (

    select
        windows.time_window,
        windows.ends_on,
        windows.forecast_ends_on,
        {{ dates_apart('windows.ends_on', 'windows.forecast_ends_on') }} as forecast_days,
        cast(
            case settings.value_unit when 'day' then 1 when 'month' then 30.4375 else 7 end as double
        ) as unit_days,
        settings.value_unit,
        settings.horizon_months,
        case
            when kept.sales > 0 then greatest(cast(kept.revenue as double) / cast(kept.sales as double), 0) else 1
        end as kept_share
    from windows
    cross join settings
    left join kept on windows.time_window = kept.time_window
    where windows.forecast_ends_on > windows.ends_on

)

select * from final
