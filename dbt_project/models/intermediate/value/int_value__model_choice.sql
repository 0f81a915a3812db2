-- Grain: one row, the model that values customers without a contract, and why it was chosen.
-- MBG/NBD and BG/NBD against going on as before: the smallest root mean squared error of a customer's held-out revenue
-- wins.
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
        max(case when value_model = 'bg_nbd' then value end) as bg_error,
        max(case when value_model = 'mbg_nbd' then value end) as mbg_error,
        max(case when value_model = 'naive' then value end) as naive_error
    from back_tests
    where measure = 'squared_error' and quantity = 'revenue' and decile = 0

),

totals as (

    select
        max(case when value_model = 'bg_nbd' then value end) as bg_total_error,
        max(case when value_model = 'mbg_nbd' then value end) as mbg_total_error,
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
        coalesce(max(case when kind = 'parameter' and value_model = 'bg_nbd' then 1 else 0 end), 0) = 1 as is_bg_fitted,
        coalesce(max(case when kind = 'parameter' and value_model = 'mbg_nbd' then 1 else 0 end), 0) = 1
            as is_mbg_fitted,
        max(case when kind = 'refusal' then reason end) as refusal
    from fits
    where value_model in ('bg_nbd', 'mbg_nbd') and time_window = 'present'

),

compared as (

    select
        fitted.*,
        case
            when
                fitted.is_mbg_fitted
                and (not fitted.is_bg_fitted or errors.bg_error is null or errors.mbg_error <= errors.bg_error)
                then 'mbg_nbd'
            when fitted.is_bg_fitted then 'bg_nbd'
        end as best_model,
        errors.bg_error,
        errors.mbg_error,
        errors.naive_error
    from fitted
    cross join errors

),

measured as (

    select
        *,
        best_model is not null as is_fitted,
        case best_model when 'mbg_nbd' then mbg_error else bg_error end as model_error
    from compared

),

chosen as (

    select
        measured.*,
        measured.model_error is not null and held_out.revenue > 0 as is_tested,
        coalesce(measured.model_error < measured.naive_error, true) as is_better,
        case
            when
                measured.is_fitted
                and (
                    coalesce(measured.model_error < measured.naive_error, true)
                    or measured.model_error is null
                    or held_out.revenue = 0
                )
                then measured.best_model
            else 'naive'
        end as value_model
    from measured
    cross join held_out

),

missed as (

    select
        chosen.*,
        abs(
            case chosen.value_model
                when 'mbg_nbd' then totals.mbg_total_error
                when 'bg_nbd' then totals.bg_total_error
                else totals.naive_total_error
            end
        ) as total_miss
    from chosen
    cross join totals

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
