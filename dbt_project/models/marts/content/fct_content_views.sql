-- Grain: one row is a session x content (group and topic) that it showed, or a gate before which it stood.

with events as (

    select * from {{ ref('int_content__events') }}

),

sessions as (

    select * from {{ ref('fct_sessions') }}

),

web_events as (

    select * from {{ ref('int_touchpoints__events') }}

),

sessionized as (

    select * from {{ ref('int_touchpoints__sessionized') }}

),

engagement as (

    select * from {{ ref('int_content__engagement') }}

),

later_stages as (

    select * from {{ ref('int_content__later_stages') }}

),

texts as (

    select * from {{ ref('int_content__texts') }}

),

-- Every page view of the session, content or not: its place, and whether the visit ended with it.
paged as (

    select
        sessionized.event_key,
        row_number() over forwards as nth_page,
        row_number() over backwards = 1 as is_last_page
    from sessionized
    inner join web_events on sessionized.event_key = web_events.event_key
    where
        web_events.is_page_view
        and sessionized.session_id is not null
    window
        forwards as (
            partition by sessionized.session_id
            order by
                web_events.occurred_at, web_events.source_file, web_events.source_line, web_events.data_source,
                web_events.event_key
        ),
        backwards as (
            partition by sessionized.session_id
            order by
                web_events.occurred_at desc, web_events.source_file desc, web_events.source_line desc,
                web_events.data_source desc, web_events.event_key desc
        )

),

shown as (

    select
        events.session_id,
        events.content_group,
        events.topic,
        max(case when events.is_gated then 1 else 0 end) = 1 as is_gated,
        sum(events.is_view) as page_views,
        max(events.is_gate_submitted) as gates_submitted,
        -- Who handed a gate's form in saw the gate, whether or not the page said so.
        greatest(max(events.is_gate_shown), max(events.is_gate_submitted)) as gates_shown,
        {{ exact_sum('engagement.engaged_seconds') }} as engaged_seconds,
        max(engagement.scroll_share) as scroll_share,
        min(paged.nth_page) as first_page,
        max(case when events.is_view = 1 and paged.is_last_page then 1 else 0 end) as exits,
        {{ exact_sum('texts.reading_ease') }} / count(texts.reading_ease) as reading_ease,
        min(later_stages.occurred_at) as first_touch_at,
        min(events.occurred_at) as first_at
    from events
    left join engagement on events.event_key = engagement.event_key
    left join paged on events.event_key = paged.event_key
    left join texts
        on
            events.page_path = texts.page_path
            and events.is_view = 1
    left join later_stages on events.event_key = later_stages.event_key
    where events.content_group is not null
    group by events.session_id, events.content_group, events.topic

),

-- What followed counts from the first touchpoint at the content on.
followed as (

    select
        events.session_id,
        events.content_group,
        events.topic,
        min(case when later_stages.is_continued then 1 else 0 end) = 1 as is_continued,
        min(case when later_stages.is_observed_long_enough then 1 else 0 end) = 1 as is_observed_long_enough
    from events
    inner join later_stages on events.event_key = later_stages.event_key
    inner join shown
        on
            events.session_id = shown.session_id
            and events.content_group = shown.content_group
            and events.topic is not distinct from shown.topic
            and later_stages.occurred_at = shown.first_touch_at
    group by events.session_id, events.content_group, events.topic

),

final as (

    select
        ---------- ids
        {{ surrogate_key(["'content'", 'shown.session_id', 'shown.content_group', 'shown.topic']) }}
            as content_view_id,
        shown.session_id,
        sessions.person_id,

        ---------- what
        shown.content_group,
        shown.topic,
        shown.is_gated,

        ---------- measures
        cast(shown.page_views as integer) as page_views,
        shown.gates_shown = 1 as is_gate_shown,
        shown.gates_submitted = 1 as is_submitted,
        shown.engaged_seconds,
        shown.scroll_share,
        cast(shown.first_page as integer) as steps_to_content,
        shown.exits = 1 as is_exit,
        shown.reading_ease,
        followed.is_continued,
        coalesce(followed.is_observed_long_enough, false) as is_observed_long_enough,

        ---------- where and who
        sessions.channel,
        sessions.presence,
        sessions.data_source,
        sessions.value_tier_at_event,

        ---------- timestamps
        shown.first_at as viewed_at,
        {{ business_day('shown.first_at') }} as viewed_on
    from shown
    inner join sessions on shown.session_id = sessions.session_id
    left join followed
        on
            shown.session_id = followed.session_id
            and shown.content_group = followed.content_group
            and shown.topic is not distinct from followed.topic

)

select * from final
