-- Grain: one row is a business day on which one kind of fact happened, as far as the present.

with facts as (

    select * from {{ ref('int_company__facts') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

days as (

    select
        fact,
        {{ business_day('occurred_at') }} as occurred_on
    from facts

),

final as (

    select
        days.fact,
        days.occurred_on,
        count(*) as n_facts
    from days
    cross join as_of
    where days.occurred_on <= as_of.as_of_on
    group by days.fact, days.occurred_on

)

select * from final
