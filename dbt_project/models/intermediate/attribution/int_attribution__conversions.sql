-- Grain: one row is a conversion (cx.yml says which event, and which occurrence of it), not after as_of.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

types as (

    select * from {{ ref('int_touchpoints__types') }}

),

orders as (

    select
        {{ surrogate_key(["'order'", 'order_key']) }} as event_key,
        revenue
    from {{ ref('int_orders__valued') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

final as (

    select
        events.event_key as conversion_id,
        types.person_id,
        people.segment,
        events.event as conversion,
        events.data_source,
        {{ happened_by('events.occurred_at', 'events.is_day_only') }} as converted_at,
        {{ business_day('events.occurred_at') }} as converted_on,
        cast(coalesce(orders.revenue, events.amount, 0) as decimal(18, 4)) as revenue,
        cast(row_number() over (
            partition by types.person_id
            order by
                {{ happened_by('events.occurred_at', 'events.is_day_only') }}, events.source_file, events.source_line,
                events.data_source, events.event_key
        ) as integer) as conversion_number,
        events.source_file,
        events.source_line
    from events
    inner join types on events.event_key = types.event_key
    left join orders on events.event_key = orders.event_key
    left join people on types.person_id = people.person_id
    where
        types.is_conversion
        and not events.is_after_as_of

)

select * from final
