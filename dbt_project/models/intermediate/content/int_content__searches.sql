-- Grain: one row is a search on the company's own site, in a session.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

types as (

    select * from {{ ref('int_touchpoints__types') }}

),

engagement as (

    select * from {{ ref('int_content__engagement') }}

),

in_order as (

    select
        sessionized.event_key,
        sessionized.session_id,
        events.data_source,
        events.occurred_at,
        coalesce(types.role = 'search', false) as is_search,
        events.is_page_view,
        engagement.results,
        row_number() over (
            partition by sessionized.session_id
            order by
                events.occurred_at, events.source_file, events.source_line, events.data_source, sessionized.event_key
        ) as step
    from sessionized
    inner join events on sessionized.event_key = events.event_key
    left join types on sessionized.event_key = types.event_key
    left join engagement on sessionized.event_key = engagement.event_key
    where sessionized.session_id is not null

),

looked_ahead as (

    select
        *,
        min(case when is_search then step end) over ahead as next_search,
        min(case when is_page_view then step end) over ahead as next_page
    from in_order
    window ahead as (
        partition by session_id
        order by step
        rows between 1 following and unbounded following
    )

),

final as (

    select
        event_key,
        session_id,
        data_source,
        occurred_at,
        results,
        coalesce(next_page < coalesce(next_search, next_page + 1), false) as is_followed
    from looked_ahead
    where is_search

)

select * from final
