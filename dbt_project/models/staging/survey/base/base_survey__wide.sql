-- Grain: one row is a line of a wide survey CSV, with its disposition. All raw rows are here; their cells stay in
-- raw, where stg_survey__cells reads them, since a row's text may be kilobytes.
{{ config(materialized='table') }}

{#- A file that states the zone of its times knows better than cx.yml. -#}
{% set zone = 'coalesce(source._timezone, sources.timezone)' %}

with source as (

    select * from {{ source('raw_survey', 'wide') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        source._source as survey_id,
        {{ blank_to_null('source._response') }} as response_name,
        -- A file that names no respondent still has one respondent a line.
        coalesce(
            {{ real_id('source.respondent') }}, source._file || ':' || cast(source._line as varchar)
        ) as respondent,
        {{ response_columns(zone) }},
        lower({{ blank_to_null('source.is_test') }}) as test_word,
        {{ parse_flag('source.is_test') }} as is_test,

        ---------- lineage
        {{ row_content(['source._row']) }} as row_content,
        {{ origin_columns() }}
    from source
    left join sources on source._source = sources.data_source

),

weighed as (

    select
        *,
        {{ superseded_reason() }},
        case
            when not is_configured then {{ reason('source_removed') }}
            when test_word = 'preview' then {{ reason('preview') }}
            when test_word = 'test' then {{ reason('test_response') }}
            when test_word = 'spam' then {{ reason('spam') }}
            when is_test then {{ reason('not_a_response') }}
        end as set_aside_reason,
        case
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_test is null then {{ reason('unreadable_flag', 'is_test') }}
            when is_deleted then null
            when is_time_stated and answered_at is null then {{ reason('unreadable_time', 'answered_at') }}
        end as quarantine_reason
    from renamed

),

{{ states_of_responses(called='respondent, wave and occasion', named_by='response_name') }}

select * from final
