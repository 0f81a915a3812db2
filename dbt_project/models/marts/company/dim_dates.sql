-- Grain: one row is a day, from January of the year before the first dated fact to the end of as_of's year.

with as_of as (

    select * from {{ ref('int_company__as_of') }}

),

first_fact as (

    select min(occurred_on) as first_on
    from {{ ref('int_company__fact_days') }}

),

bounds as (

    select
        cast(date_trunc('year', coalesce(first_fact.first_on, as_of.as_of_on)) - interval '1 year' as date) as first_on,
        cast(date_trunc('year', as_of.as_of_on) + interval '1 year' - interval '1 day' as date) as last_on,
        as_of.as_of_on
    from as_of
    cross join first_fact

),

days as (

    select
        cast(day as date) as date_on,
        bounds.as_of_on
    from bounds
    cross join {{ date_series('bounds.first_on', 'bounds.last_on') }}

),

final as (

    select
        date_on,
        cast(date_trunc('month', date_on) as date) as month_on,
        cast(date_trunc('quarter', date_on) as date) as quarter_on,
        cast(date_trunc('year', date_on) as date) as year_on,
        cast(extract(isodow from date_on) as integer) as weekday,
        date_on <= as_of_on as is_past
    from days

)

select * from final
