-- Grain: one row is a business day on which one kind of fact happened, as far as the present.

with orders as (

    select * from {{ ref('stg_crm_csv__orders') }}

),

interactions as (

    select * from {{ ref('stg_crm_csv__interactions') }}

),

web_events as (

    select * from {{ ref('stg_segment__events') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

instants as (

    select
        'orders' as fact,
        occurred_at
    from orders
    union all
    select
        'interactions' as fact,
        occurred_at
    from interactions
    union all
    select
        'web' as fact,
        occurred_at
    from web_events
    union all
    select
        'answers' as fact,
        answered_at as occurred_at
    from responses

),

days as (

    select
        fact,
        {{ business_day('occurred_at') }} as occurred_on
    from instants
    where occurred_at is not null

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
