-- Grain: one row is a web event that shows content, or a gate before it.
-- A gate that names no page of content.csv is that of the content which the session showed last.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

types as (

    select * from {{ ref('int_touchpoints__types') }}

),

pages as (

    select * from {{ ref('int_content__pages') }}

),

shown_events as (

    select
        sessionized.event_key,
        sessionized.session_id,
        events.data_source,
        events.occurred_at,
        events.source_file,
        events.source_line,
        events.page_path,
        case when pages.page_path is not null and events.is_page_view then 1 else 0 end as is_view,
        case when types.role = 'gate_shown' then 1 else 0 end as is_gate_shown,
        case when types.role = 'gate_submitted' then 1 else 0 end as is_gate_submitted,
        pages.page_path as content_path
    from sessionized
    inner join events on sessionized.event_key = events.event_key
    inner join types on sessionized.event_key = types.event_key
    left join pages on events.page_path = pages.page_path
    where sessionized.session_id is not null

),

-- Counting the pages of content so far gives every event the number of the last one.
numbered as (

    select
        *,
        sum(case when content_path is null then 0 else 1 end) over (
            partition by session_id
            order by occurred_at, source_file, source_line, data_source, event_key
            rows between unbounded preceding and current row
        ) as nth_content
    from shown_events

),

carried as (

    select
        *,
        max(content_path) over (partition by session_id, nth_content) as last_content_path
    from numbered

),

final as (

    select
        carried.event_key,
        carried.session_id,
        carried.data_source,
        carried.occurred_at,
        carried.page_path,
        pages.content_group,
        pages.topic,
        pages.is_gated,
        carried.is_view,
        carried.is_gate_shown,
        carried.is_gate_submitted
    from carried
    left join pages on carried.last_content_path = pages.page_path
    where
        carried.is_view = 1
        or carried.is_gate_shown = 1
        or carried.is_gate_submitted = 1

)

select * from final
