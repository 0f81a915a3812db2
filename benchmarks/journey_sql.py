"""SQL of the journey benchmark, as data: the events, the hand-written reference, the compared columns."""

from __future__ import annotations

from typing import Final

# A visit is six events in three minutes; every fifth happens in the shop, every fortieth event has no campaign's visit.
_VISITS = """
    select
        i, i // 6 as visit, i % 6 as place,
        (hash(i // 6) % {people})::bigint as person,
        timestamp '2024-01-01' + to_seconds((hash(i // 6 + 7) % (700 * 86400))::bigint + (i % 6) * 37) as occurred_at,
        hash(i // 6 + 13) % 5 = 0 as in_shop,
        (hash(i * 31) % 100)::integer as luck
    from range({events}) as numbers (i)
"""
_KIND = "case when luck < 30 then 1 when luck < 60 then 2 when luck < 65 then 3 when luck < 85 then 4 else 5 end"

INPUTS: Final = (
    "create schema if not exists private.intermediate",
    "create schema if not exists marts",
    f"""
    create or replace table private.intermediate.int_touchpoints__events as
    with visits as ({_VISITS})
    select
        (hash(i + 1) >> 1)::bigint as event_key,
        case when in_shop then 'shop' else 'web' end as data_source,
        'Event ' || luck % 20 as event,
        occurred_at,
        false as is_day_only,
        person as identifier_key,
        case when in_shop or luck % 10 = 0 then person else person + 1000000000 end as device_key,
        if(in_shop, event_key, device_key) as sitting_key,
        case when not in_shop and place = 0 and visit % 3 = 0 then 'search' when place = 0 and visit % 7 = 0 then 'news'
        end as utm_source,
        case when not in_shop and place = 0 and visit % 3 = 0 then 'cpc' when place = 0 and visit % 7 = 0 then 'email'
        end as utm_medium,
        case when place = 0 and visit % 3 = 0 then 'spring' end as campaign,
        null::varchar as reason,
        null::decimal(18, 4) as amount,
        not in_shop as is_web,
        luck < 60 as is_page_view,
        '/page/' || luck as page_path,
        'touchpoint' as disposition,
        false as is_after_as_of,
        'inbox/events_' || i % 24 || '.jsonl' as source_file,
        i as source_line
    from visits
    """,
    f"""
    create or replace table private.intermediate.int_touchpoints__types as
    with visits as ({_VISITS})
    select
        (hash(i + 1) >> 1)::bigint as event_key,
        person as person_id,
        person as person_id_at_event,
        'repeat' as occurrence,
        case when luck between 60 and 64 then 'purchase' when luck > 95 then 'contact' else 'view' end as role,
        'Touchpoint ' || luck % 20 as touchpoint,
        ['awareness', 'discovery', 'purchase', 'use', 'loyalty'][{_KIND}] as stage,
        {_KIND} as stage_order,
        ['marketing', 'product', 'commerce', 'service'][1 + luck % 4] as corner,
        case when luck > 80 then 'help' end as interaction,
        true as is_mapped,
        luck = 60 as is_conversion
    from visits
    """,
    """
    create or replace table private.intermediate.int_company__as_of as
    select
        date '2025-12-31' as as_of_on,
        timestamp '2025-12-31 23:00:00' as as_of_ends_at
    """,
    # No campaign has a cost: both ways leave that column out.
    """
    create or replace table private.intermediate.int_touchpoints__costs as
    select null::bigint as touchpoint_id, null::double as cost where false
    """,
    """
    create or replace table marts.fct_customer_months as
    select
        person::bigint as person_id,
        (date '2024-01-01' + to_months(month::integer))::date as month_on,
        case when person % 25 = 0 then 'top' else 'other' end as tier_start
    from range(0, {people}, 5) as people (person)
    cross join range(24) as months (month)
    """,
)

_ORDER = "occurred_at, source_file, source_line, data_source, event_key"

PLAIN: Final = (
    # Web events cut into sessions.
    f"""
    create table cut as
    select
        *,
        sum(case when gap <= interval 30 minute then 0 else 1 end) over (
            partition by device_key order by {_ORDER} rows unbounded preceding
        ) as nth
    from (
        select
            event_key, device_key, identifier_key, person_id, data_source, occurred_at, utm_source, utm_medium,
            campaign, is_page_view, source_file, source_line,
            occurred_at - lag(occurred_at) over (partition by device_key order by {_ORDER}) as gap
        from private.intermediate.int_touchpoints__events
        inner join private.intermediate.int_touchpoints__types using (event_key)
        where is_web
    )
    """,
    f"""
    create table visits as
    with firsts as (
        select
            first(event_key order by {_ORDER}) as session_id,
            first(data_source order by {_ORDER}) as data_source,
            first(person_id order by identifier_key = device_key, {_ORDER}) as person_id,
            first(
                {{'source': utm_source, 'medium': utm_medium, 'campaign': campaign}}
                order by utm_source is null and utm_medium is null, {_ORDER}
            ) as brought_by,
            device_key, nth, min(occurred_at) as started_at, max(occurred_at) as ended_at, count(*) as events,
            count_if(is_page_view) as pages
        from cut
        group by device_key, nth
    )
    select
        firsts.*,
        case when brought_by.source = 'search' and brought_by.medium = 'cpc' then 'Paid search'
            when brought_by.source = 'news' and brought_by.medium = 'email' then 'E-mail' else 'Direct' end as channel
    from firsts
    """,
    # Every touchpoint with its place, its channel, its tier and its journey.
    f"""
    create table touches as
    with placed as (
        select
            events.event_key, events.data_source, events.occurred_at, events.source_file, events.source_line,
            typed.person_id, typed.stage, typed.stage_order, typed.touchpoint, typed.interaction, typed.corner,
            coalesce(visits.channel, 'Store') as channel,
            case when events.is_web then 'online' else 'offline' end as presence,
            timezone('Europe/Berlin', timezone('UTC', events.occurred_at))::date as occurred_on
        from private.intermediate.int_touchpoints__events as events
        inner join private.intermediate.int_touchpoints__types as typed using (event_key)
        left join cut on events.event_key = cut.event_key
        left join visits on cut.device_key = visits.device_key and cut.nth = visits.nth
    ),
    stepped as (
        select
            *,
            row_number() over person as person_step,
            occurred_at - lag(occurred_at) over person as gap
        from placed
        window person as (partition by person_id order by {_ORDER})
    ),
    numbered as (
        select
            *,
            sum(case when gap <= interval 90 day then 0 else 1 end) over (
                partition by person_id order by person_step rows unbounded preceding
            ) as journey
        from stepped
    )
    select
        numbered.*,
        first_value(event_key) over (partition by numbered.person_id, journey order by person_step) as journey_id,
        months.tier_start as tier
    from numbered
    left join cx.marts.fct_customer_months as months
        on numbered.person_id = months.person_id
        and date_trunc('month', numbered.occurred_on) = months.month_on
    """,
    """
    create table fct_sessions as
    with buying as (
        select distinct visits.session_id
        from visits
        inner join (
            select person_id, occurred_at
            from private.intermediate.int_touchpoints__types
            inner join private.intermediate.int_touchpoints__events using (event_key)
            where role = 'purchase'
        ) as purchases
            on visits.person_id = purchases.person_id
            and purchases.occurred_at between visits.started_at and visits.ended_at + interval 30 minute
    )
    select
        visits.session_id, visits.person_id, started_at,
        timezone('Europe/Berlin', timezone('UTC', started_at))::date as started_on, ended_at,
        date_diff('microsecond', started_at, ended_at) / 6e7 as minutes, events, events as touchpoints, pages,
        buying.session_id is not null as has_purchase, channel, 'online' as presence, 'web' as method,
        brought_by.campaign as campaign, data_source, months.tier_start as value_tier_at_event
    from visits
    left join buying on visits.session_id = buying.session_id
    left join cx.marts.fct_customer_months as months
        on visits.person_id = months.person_id
        and date_trunc('month', timezone('Europe/Berlin', timezone('UTC', started_at))::date) = months.month_on
    """,
    """
    create table fct_stage_entries as
    with ahead as (
        select
            *,
            lag(stage) over journey as previous_stage,
            lag(stage_order) over journey as previous_order,
            min(case when stage_order >= 2 then person_step end) over later as step_2,
            min(case when stage_order >= 3 then person_step end) over later as step_3,
            min(case when stage_order >= 4 then person_step end) over later as step_4,
            min(case when stage_order >= 5 then person_step end) over later as step_5,
            min(case when stage_order >= 6 then person_step end) over later as step_6
        from touches
        window
            journey as (partition by journey_id order by person_step),
            later as (partition by person_id order by person_step rows between 1 following and unbounded following)
    ),
    entries as (
        select
            *,
            [step_2, step_3, step_4, step_5, step_6][stage_order] as later_step,
            row_number() over (partition by journey_id, stage order by person_step) > 1 as is_reentry
        from ahead
        where previous_stage is distinct from stage
    )
    select
        entries.event_key as stage_entry_id, entries.person_id, entries.journey_id, entries.occurred_at as entered_at,
        entries.occurred_on as entered_on, later.occurred_at as next_later_stage_at,
        date_diff('microsecond', entries.occurred_at, later.occurred_at) / 86400e6 as days_to_next_stage,
        date_diff('day', entries.occurred_on, date '2025-12-31')::integer as observed_days,
        date_diff('day', entries.occurred_on, date '2025-12-31') >= 90 as is_observed_long_enough,
        coalesce(later.occurred_at - entries.occurred_at <= interval 90 day, false) as is_continued,
        entries.is_reentry, coalesce(entries.stage_order < entries.previous_order, false) as is_regression,
        entries.stage, entries.previous_stage, later.stage as next_later_stage, entries.touchpoint,
        entries.interaction, entries.corner, entries.channel, entries.presence, entries.data_source,
        entries.tier as value_tier_at_event
    from entries
    left join touches as later on entries.person_id = later.person_id and entries.later_step = later.person_step
    """,
    """
    create table fct_journey_transitions as
    with followed as (
        select
            touchpoint as from_step, stage as from_stage, person_id, tier, occurred_at,
            lead(touchpoint) over journey as to_step, lead(stage) over journey as to_stage,
            lead(occurred_at) over journey as next_at
        from touches
        window journey as (partition by journey_id order by person_step)
    ),
    steps as (
        select
            from_step, from_stage, coalesce(to_step, 'end of journey') as to_step, to_stage, next_at is null as is_end,
            coalesce(tier, 'none') as tier, person_id, date_diff('microsecond', occurred_at, next_at) / 86400e6 as days
        from followed
        where next_at is not null or timestamp '2025-12-31 23:00:00' - occurred_at > interval 90 day
    ),
    sliced as (
        from steps
        union all
        select * replace ('all' as tier) from steps
    ),
    counted as (
        select
            from_step, case when min(from_stage) = max(from_stage) then min(from_stage) end as from_stage, to_step,
            case when min(to_stage) = max(to_stage) then min(to_stage) end as to_stage, is_end, tier,
            count(*)::integer as n, count(distinct person_id)::integer as people,
            quantile_cont(days, 0.5) as waiting_days_median, quantile_cont(days, 0.9) as waiting_days_p90
        from sliced
        group by from_step, to_step, is_end, tier
    )
    select *, n / sum(n) over (partition by from_step, tier)::double as share from counted
    """,
)

# Sums of fractions and medians are the same to the last bit: they are compared as they are.
COMPARED: Final = {
    "fct_sessions": (
        "session_id, person_id, started_at, started_on, ended_at, minutes, events, touchpoints, pages, has_purchase, "
        "channel, presence, method, campaign, data_source, value_tier_at_event"
    ),
    "fct_stage_entries": (
        "stage_entry_id, person_id, journey_id, entered_at, entered_on, next_later_stage_at, days_to_next_stage, "
        "observed_days, is_observed_long_enough, is_continued, is_reentry, is_regression, stage, previous_stage, "
        "next_later_stage, touchpoint, "
        "interaction, corner, channel, presence, data_source, value_tier_at_event"
    ),
    "fct_journey_transitions": (
        "from_step, from_stage, to_step, to_stage, is_end, tier, n, people, waiting_days_median, waiting_days_p90, "
        "share"
    ),
}
