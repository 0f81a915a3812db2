-- Tickets up to as_of: as rows of the mart, and as openings among the events; and their answers, counted from staging.

{{ config(meta={'dagster': {'ref': {'name': 'fct_tickets'}}}) }}

with mart as (

    select
        count(*) as tickets,
        sum(case when is_answered then 1 else 0 end) as answered
    from {{ ref('fct_tickets') }}

),

events as (

    select count(*) as tickets
    from {{ ref('int_touchpoints__events') }}
    where
        event = 'ticket_opened'
        and not is_after_as_of
        and source_file in (select source_file from {{ ref('stg_service__tickets') }})

),

staged as (

    select sum(case when tickets.first_reply_at < as_of.as_of_ends_at then 1 else 0 end) as answered
    from {{ ref('stg_service__tickets') }} as tickets
    cross join {{ ref('int_company__as_of') }} as as_of
    where tickets.created_at < as_of.as_of_ends_at

)

select
    mart.tickets as tickets_of_mart,
    events.tickets as tickets_of_events,
    mart.answered as answered_of_mart,
    staged.answered as answered_of_staging
from mart
cross join events
cross join staged
where
    mart.tickets <> events.tickets
    or mart.answered <> staged.answered
