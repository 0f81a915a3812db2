-- Grain: one row is a dated event (not set aside, not after as_of), with where and how it happened.
-- An event whose source and campaign have no row in channels.csv keeps a null channel: nothing is guessed.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

channels as (

    select * from {{ ref('stg_mappings__channels') }}

),

placed as (

    select
        sessionized.event_key,
        events.data_source,
        lower(sessionized.utm_source) as utm_source,
        lower(sessionized.utm_medium) as utm_medium
    from sessionized
    inner join events on sessionized.event_key = events.event_key

),

combinations as (

    select distinct
        data_source,
        utm_source,
        utm_medium
    from placed

),

matched as (

    {{ channels_of_combinations(['channel', 'presence', 'method', 'is_catch_all']) }}

),

final as (

    select
        placed.event_key,
        matched.channel,
        matched.presence,
        matched.method,
        coalesce(matched.is_catch_all, false) as is_by_catch_all,
        placed.utm_source,
        placed.utm_medium
    from placed
    left join matched
        on
            placed.data_source = matched.data_source
            and placed.utm_source is not distinct from matched.utm_source
            and placed.utm_medium is not distinct from matched.utm_medium

)

select * from final
