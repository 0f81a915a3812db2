-- Grain: one row is a response to a survey, as an event.

with responses as (

    select * from {{ ref('stg_survey__responses') }}

),

events as (

    select
        {{ surrogate_key(["'response'", 'response_key']) }} as event_key,
        data_source,
        'survey_answered' as event,
        answered_at as occurred_at,
        is_day_only,
        identifier_key,
        source_file,
        source_line
    from responses

),

final as (

    select
        {{ event_columns() }}
    from events

)

select * from final
