-- Grain: one row is a time window x customer without a contract: what was bought up to the window's end, and what then.

with windows as (

    select * from {{ ref('int_value__windows') }}

),

days as (

    select * from {{ ref('int_value__purchase_days') }}

),

orders as (

    select * from {{ ref('int_orders__valued') }}

),

placed as (

    select
        windows.time_window,
        windows.ends_on,
        windows.forecast_ends_on,
        windows.forecast_days,
        days.person_id,
        days.occurred_on,
        days.first_on,
        days.worth,
        days.occurred_on <= windows.ends_on as is_seen,
        days.occurred_on <= windows.ends_on and days.occurred_on > days.first_on as is_repeat
    from days
    inner join windows on days.first_on <= windows.ends_on
    where days.occurred_on <= windows.forecast_ends_on

),

bought as (

    select
        time_window,
        person_id,
        ends_on,
        first_on,
        max(case when is_seen then occurred_on end) as last_on,
        sum(case when is_repeat then 1 else 0 end) as repeats,
        sum(case when is_repeat and worth is not null then 1 else 0 end) as valued_repeats,
        coalesce(sum(case when is_repeat then worth end), 0) as repeat_worth,
        sum(case when is_seen and worth is not null then 1 else 0 end) as valued_purchases,
        coalesce(sum(case when is_seen then worth end), 0) as purchase_worth,
        -- Going on as before: the repeat purchases of as many days before the window's end as lie ahead.
        sum(
            case
                when is_repeat and {{ dates_apart('occurred_on', 'ends_on') }} < forecast_days then 1 else 0
            end
        ) as recent_repeats,
        coalesce(
            sum(case when is_repeat and {{ dates_apart('occurred_on', 'ends_on') }} < forecast_days then worth end), 0
        ) as recent_worth,
        sum(case when is_seen then 0 else 1 end) as later_purchases
    from placed
    group by time_window, person_id, ends_on, first_on

),

later as (

    select
        windows.time_window,
        orders.person_id,
        sum(orders.revenue) as later_revenue
    from orders
    inner join windows on orders.occurred_on > windows.ends_on and orders.occurred_on <= windows.forecast_ends_on
    where not orders.is_after_as_of
    group by windows.time_window, orders.person_id

),

final as (

    select
        bought.time_window,
        bought.person_id,
        bought.first_on,
        bought.last_on,
        cast(bought.repeats as integer) as repeats,
        {{ dates_apart('bought.first_on', 'bought.last_on') }} as recency_days,
        {{ dates_apart('bought.first_on', 'bought.ends_on') }} as age_days,
        cast(bought.valued_repeats as integer) as valued_repeats,
        cast(bought.repeat_worth as decimal(18, 2)) as repeat_worth,
        cast(bought.valued_purchases as integer) as valued_purchases,
        cast(bought.purchase_worth as decimal(18, 2)) as purchase_worth,
        cast(bought.recent_repeats as integer) as recent_repeats,
        cast(bought.recent_worth as decimal(18, 2)) as recent_worth,
        cast(bought.later_purchases as integer) as later_purchases,
        cast(coalesce(later.later_revenue, 0) as decimal(18, 2)) as later_revenue
    from bought
    left join later
        on
            bought.time_window = later.time_window
            and bought.person_id = later.person_id

)

select * from final
