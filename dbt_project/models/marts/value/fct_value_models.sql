-- Grain: one row is a value model x time window x parameter, measure or tenth of the customers, or why it was refused.

with fits as (

    select * from {{ ref('int_value__fits') }}

),

back_tests as (

    select * from {{ ref('int_value__back_tests') }}

),

model_choice as (

    select * from {{ ref('int_value__model_choice') }}

),

windows as (

    select * from {{ ref('int_value__windows') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

listed as (

    select
        value_model,
        time_window,
        kind,
        cast(null as varchar) as quantity,
        nullif(name, '') as measure,
        cast(null as integer) as decile,
        case when isnan(value) then null else value end as value,
        case when isnan(standard_error) then null else standard_error end as standard_error,
        n,
        nullif(reason, '') as reason
    from fits
    where kind <> 'covariance'
    union all
    select
        value_model,
        'calibration' as time_window,
        case when decile = 0 then 'back_test' else 'calibration' end as kind,
        quantity,
        measure,
        nullif(decile, 0) as decile,
        case when isnan(value) then null else value end as value,
        cast(null as double) as standard_error,
        n,
        cast(null as varchar) as reason
    from back_tests
    union all
    select
        value_model,
        'present' as time_window,
        'choice' as kind,
        'revenue' as quantity,
        'squared_error' as measure,
        cast(null as integer) as decile,
        case when value_model = 'naive' then naive_error else model_error end as value,
        cast(null as double) as standard_error,
        cast(0 as bigint) as n,
        reason
    from model_choice

),

final as (

    select
        {{ surrogate_key(
            ['listed.value_model', 'listed.time_window', 'listed.kind', 'listed.quantity', 'listed.measure', 'listed.decile']
        ) }} as value_fact_id,
        listed.value_model,
        listed.time_window,
        windows.ends_on as learns_until_on,
        windows.forecast_ends_on as looks_until_on,
        listed.kind,
        listed.quantity,
        listed.measure,
        cast(listed.decile as integer) as decile,
        lpad(cast(listed.decile as varchar), 2, '0') as value_tenth,
        cast(listed.value as double) as value,
        cast(listed.standard_error as double) as standard_error,
        -- Two-sided 95%, on the log scale: parameters are above 0.
        cast(
            case
                when listed.kind = 'parameter'
                    then listed.value * exp(-1.959963984540054 * listed.standard_error / listed.value)
            end as double
        ) as low,
        cast(
            case
                when listed.kind = 'parameter'
                    then listed.value * exp(1.959963984540054 * listed.standard_error / listed.value)
            end as double
        ) as high,
        cast(listed.n as integer) as n,
        listed.value_model = model_choice.value_model as is_chosen,
        model_choice.is_provisional,
        listed.reason,
        as_of.as_of_on as calculated_on
    from listed
    cross join model_choice
    cross join as_of
    left join windows on listed.time_window = windows.time_window

)

select * from final
