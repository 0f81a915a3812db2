-- Grain: one row is a line of a long survey CSV - one answer - with its disposition. All raw rows are here.
{{ config(materialized='table') }}

with source as (

    select * from {{ source('raw_survey', 'long') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        source._source as survey_id,
        {{ clean_id('source.respondent') }} as respondent,
        {{ blank_to_null('source.question_id') }} as question_id,
        {{ response_columns() }},

        ---------- answer
        {{ blank_to_null('source.value') }} as answer_text,
        {{ blank_to_null('source.value') }} as row_content,

        ---------- lineage
        {{ origin_columns() }}
    from source
    left join sources on source._source = sources.data_source

),

examined as (

    select
        *,
        {{ superseded_reason() }},
        case
            when respondent is null then {{ reason('missing', 'respondent') }}
            when question_id is null then {{ reason('missing', 'question_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when is_time_stated and answered_at is null then {{ reason('unreadable_time', 'answered_at') }}
        end as quarantine_reason
    from renamed

),

weighed as (

    select
        *,
        case
            when not is_configured then {{ reason('source_removed') }}
            when answer_text is null and not is_deleted and quarantine_reason is null then {{ reason('unanswered') }}
        end as set_aside_reason
    from examined

),

-- Of a question that is answered twice in one response, the later answer counts.
{{ states_of_responses(
    called='question and response', own=['question_id', 'answer_text'], question='question_id'
) }}

select * from final
