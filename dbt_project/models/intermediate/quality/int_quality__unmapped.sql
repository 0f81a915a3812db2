-- Grain: one row is an event, channel, question, answer, interaction, column, gate or currency without a mapping:
-- counted, not guessed. Rows of a currency without a rate are quarantined, and such answers left out; the rest is kept.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

channels as (

    select * from {{ ref('int_touchpoints__unmapped_channels') }}

),

channelled as (

    select * from {{ ref('int_touchpoints__channels') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

questions as (

    select * from {{ ref('int_surveys__unmapped_questions') }}

),

interactions as (

    select * from {{ ref('int_surveys__unmapped_interactions') }}

),

contact_columns as (

    select * from {{ ref('int_customers__unmapped_columns') }}

),

answers as (

    select * from {{ ref('int_surveys__typed_answers') }}

),

content_events as (

    select * from {{ ref('int_content__events') }}

),

orders as (

    select * from {{ ref('base_crm__orders') }}

),

contracts as (

    select * from {{ ref('base_crm__contracts') }}

),

unvalued as (

    select
        data_source,
        currency
    from orders
    where _disposition_reason = {{ reason('no_rate') }}
    union all
    select
        data_source,
        currency
    from contracts
    where _disposition_reason = {{ reason('no_rate') }}

),

-- A row for any value takes a mistyped campaign as well as a known one: what it takes is listed. The channel of a
-- ticket and the network of a mention are words of the desk, which one row may well stand for.
caught as (

    select
        events.data_source,
        coalesce(channelled.utm_source, '(none)') || ' / ' || coalesce(channelled.utm_medium, '(none)')
        || ' (as ' || channelled.channel || ', by a row for any value)' as name
    from channelled
    inner join events on channelled.event_key = events.event_key
    inner join sources on events.data_source = sources.data_source
    where
        channelled.is_by_catch_all
        and events.disposition = 'touchpoint'
        and coalesce(channelled.utm_source, channelled.utm_medium) is not null
        and sources.kind in ('crm', 'web')

),

final as (

    select
        'event' as kind,
        data_source,
        event as name,
        count(*) as n_rows
    from events
    where disposition = 'unmapped'
    group by data_source, event
    union all
    select
        'channel' as kind,
        data_source,
        name,
        n_rows
    from channels
    union all
    select
        'channel' as kind,
        data_source,
        name,
        count(*) as n_rows
    from caught
    group by data_source, name
    union all
    select
        'question' as kind,
        data_source,
        name,
        n_rows
    from questions
    union all
    select
        'interaction' as kind,
        data_source,
        name,
        n_rows
    from interactions
    union all
    select
        'column' as kind,
        data_source,
        name,
        n_rows
    from contact_columns
    union all
    select
        'answer' as kind,
        data_source,
        question_id || ' (' || replace(disposition, '_', ' ') || ')' as name,
        count(*) as n_rows
    from answers
    where disposition in ('unreadable', 'out_of_scale')
    group by data_source, question_id, disposition
    union all
    select
        'gate' as kind,
        data_source,
        coalesce(page_path, '(no page)') as name,
        count(*) as n_rows
    from content_events
    where content_group is null
    group by data_source, page_path
    union all
    select
        'currency' as kind,
        data_source,
        currency as name,
        count(*) as n_rows
    from unvalued
    group by data_source, currency

)

select * from final
