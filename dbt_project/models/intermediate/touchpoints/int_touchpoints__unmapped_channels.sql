-- Grain: one row is a source and campaign of touchpoints that channels.csv does not know.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

channelled as (

    select * from {{ ref('int_touchpoints__channels') }}

),

final as (

    select
        events.data_source,
        coalesce(channelled.utm_source, '(none)') || ' / ' || coalesce(channelled.utm_medium, '(none)') as name,
        count(*) as n_rows,
        min(events.occurred_at) as first_at,
        max(events.occurred_at) as last_at
    from channelled
    inner join events on channelled.event_key = events.event_key
    where
        channelled.channel is null
        and events.disposition = 'touchpoint'
    group by events.data_source, channelled.utm_source, channelled.utm_medium

)

select * from final
