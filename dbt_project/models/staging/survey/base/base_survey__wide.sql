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
        {{ real_id('source.customer_id') }} as customer_id,
        {{ blank_to_null('source.email') }} as stated_email,
        {{ real_id('source.order_id') }} as order_id,
        {{ real_id('source.ticket_id') }} as ticket_id,
        sources.id_namespace,

        ---------- context
        {{ public_word('source.interaction') }} as interaction,
        {{ public_word('source.wave') }} as wave,
        {{ primary_language('source.language') }} as survey_language,

        ---------- timestamps
        {{ parse_timestamp('source.answered_at', 'sources.timestamp_format', zone) }} as answered_at,
        {{ is_day_only('source.answered_at', 'sources.timestamp_format') }} as is_day_only,
        {{ blank_to_null('source.answered_at') }} is not null as is_time_stated,
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', zone) }} as updated_at,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,
        lower({{ blank_to_null('source.is_test') }}) as test_word,
        {{ parse_flag('source.is_test') }} as is_test,

        ---------- lineage
        {{ row_content(['source._row']) }} as row_content,
        source._source as data_source,
        source._file as source_file,
        source._line as source_line,
        source._load_id as load_id,
        source._load_id in {{ active_loads() }} as is_active_load,
        sources.data_source is not null as is_configured
    from source
    left join sources on source._source = sources.data_source

),

examined as (

    select
        *,
        case
            when not is_active_load then {{ reason('replaced') }}
        end as superseded_reason,
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

-- A deletion may name no occasion: it means the only one of the respondent.
completed as (

    {{ with_parts_of_key(
        'examined', parts=['wave', 'order_id', 'ticket_id', 'interaction'], of=['survey_id', 'respondent']
    ) }}

),

keyed as (

    select
        *,
        {{ surrogate_key([
            'survey_id', 'respondent', 'key_wave', 'key_order_id', 'key_ticket_id', 'key_interaction',
        ]) }}
            as response_key
    from completed

),

-- Where a vendor names a response, a row of another wave or occasion corrects it.
named as (

    select
        *,
        case
            when response_name is null then response_key
            else {{ surrogate_key(["'response'", 'survey_id', 'response_name']) }}
        end as state_key
    from keyed

),

judged as (

    {{ latest_states(
        'named',
        key=['state_key'],
        called='respondent, wave and occasion',
        vendor_time='coalesce(updated_at, answered_at)',
    ) }}

),

final as (

    select
        response_key,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as customer_identifier_key,
        {{ identifier_key('respondent', 'survey_id', 'respondent') }} as respondent_identifier_key,
        {{ email_key('stated_email') }} as email_identifier_key,
        survey_id,
        respondent,
        customer_id,
        {{ email_address('stated_email') }} as email,
        order_id,
        ticket_id,
        id_namespace,
        interaction,
        wave,
        survey_language,
        answered_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

)

select * from final
