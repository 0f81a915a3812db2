-- Grain: one row is a time window x number and worth of repeat purchases: how many customers have both.
-- Gamma-Gamma knows no mean of 0: who had everything for nothing is forecast by the model and does not shape it.

with histories as (

    select * from {{ ref('int_value__histories') }}

),

final as (

    select
        time_window,
        valued_repeats,
        repeat_worth,
        count(*) as customers
    from histories
    where valued_repeats > 0 and repeat_worth > 0
    group by time_window, valued_repeats, repeat_worth

)

select * from final
