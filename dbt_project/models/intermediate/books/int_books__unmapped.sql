-- Grain: one row is an event, channel, question, interaction or column without a mapping: kept, counted, not guessed.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

channels as (

    select * from {{ ref('int_touchpoints__unmapped_channels') }}

),

questions as (

    select * from {{ ref('int_survey__unmapped_questions') }}

),

interactions as (

    select * from {{ ref('int_survey__unmapped_interactions') }}

),

contact_columns as (

    select * from {{ ref('int_customers__unmapped_columns') }}

),

final as (

    select
        'event' as kind,
        data_source,
        event as name,
        count(*) as n_rows
    from events
    where fate = 'unmapped'
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

)

select * from final
