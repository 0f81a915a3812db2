-- Grain: one row, the model that values customers without a contract, and why it was chosen.
-- BG/NBD against going on as before: the smaller root mean squared error of a customer's held-out revenue wins.
-- Whatever wins is provisional where it missed the held-out revenue of all customers by more than is tolerated.

{%- set tolerated = 0.2 %}

with back_tests as (

    select * from {{ ref('int_value__back_tests') }}

),

fits as (

    select * from {{ ref('int_value__fits') }}

),

errors as (

    select
        max(case when value_model = 'bg_nbd' then value end) as model_error,
        max(case when value_model = 'naive' then value end) as naive_error
    from back_tests
    where measure = 'squared_error' and quantity = 'revenue' and decile = 0

),

totals as (

    select
        max(case when value_model = 'bg_nbd' then value end) as model_total_error,
        max(case when value_model = 'naive' then value end) as naive_total_error
    from back_tests
    where measure = 'total_error' and quantity = 'revenue' and decile = 0

),

held_out as (

    select coalesce(max(value), 0) as revenue
    from back_tests
    where measure = 'fact' and quantity = 'revenue' and decile = 0

),

fitted as (

    select
        coalesce(max(case when kind = 'parameter' then 1 else 0 end), 0) = 1 as is_fitted,
        max(case when kind = 'refusal' then reason end) as refusal
    from fits
    where value_model = 'bg_nbd' and time_window = 'present'

),

judged as (

    select
        fitted.is_fitted,
        fitted.refusal,
        errors.model_error,
        errors.naive_error,
        totals.model_total_error,
        totals.naive_total_error,
        errors.model_error is not null and held_out.revenue > 0 as is_tested,
        coalesce(errors.model_error < errors.naive_error, true) as is_better
    from fitted
    cross join errors
    cross join totals
    cross join held_out

),

chosen as (

    select
        *,
        case when is_fitted and (is_better or not is_tested) then 'bg_nbd' else 'naive' end as value_model
    from judged

),

missed as (

    select
        *,
        abs(case when value_model = 'bg_nbd' then model_total_error else naive_total_error end) as total_miss
    from chosen

),

final as (

    select
        value_model,
        not is_fitted
        or not is_tested
        or not is_better
        or coalesce(total_miss > {{ tolerated }}, false) as is_provisional,
        case
            when not is_fitted then coalesce(refusal, 'there are no orders to learn from')
            when not is_tested then 'there is no held-out revenue to test the forecast with'
            when is_better and total_miss > {{ tolerated }}
                then
                    'the forecast of the back-test missed the held-out revenue of all customers by '
                    || cast(round(100 * total_miss) as integer) || '%'
            when is_better then 'the forecast of the back-test was nearer to the facts than going on as before'
            else 'the forecast of the back-test was not nearer to the facts than going on as before'
        end as reason,
        model_error,
        naive_error
    from missed

)

select * from final
