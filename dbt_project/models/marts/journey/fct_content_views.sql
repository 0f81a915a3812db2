-- Grain: one row is a session x content (group and topic) that it showed, or a gate before which it stood.

with events as (

    select * from {{ ref('int_content__events') }}

),

sessions as (

    select * from {{ ref('fct_sessions') }}

),

shown as (

    select
        session_id,
        content_group,
        topic,
        max(case when is_gated then 1 else 0 end) = 1 as is_gated,
        sum(is_view) as page_views,
        max(is_gate_submitted) as gates_submitted,
        -- Who handed a gate's form in saw the gate, whether or not the page said so.
        greatest(max(is_gate_shown), max(is_gate_submitted)) as gates_shown,
        min(occurred_at) as first_at
    from events
    where content_group is not null
    group by session_id, content_group, topic

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

)

select * from final
