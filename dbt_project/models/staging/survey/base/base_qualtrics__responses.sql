-- Grain: one row is a response of a Qualtrics CSV export, with its disposition. All raw rows are here.
{{ config(materialized='table') }}

with source as (

    select * from {{ source('raw_qualtrics', 'responses') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

extracted as (

    select
        source.*,
        lower({{ json_text('source._row', '$.status') }}) as status,
        try_cast({{ json_text('source._row', '$.status') }} as double) as status_code,
        {{ json_text('source._row', '$.recordedDate') }} as recorded_date,
        {{ json_text('source._row', '$.endDate') }} as end_date,
        sources.id_namespace,
        sources.data_source is not null as is_configured,
        sources.timestamp_format,
        -- Header row 3 names the zone of the export; it outranks the source's.
        coalesce(source._timezone, sources.timezone) as zone
    from source
    left join sources on source._source = sources.data_source

),

renamed as (

    select
        ---------- ids
        _source as survey_id,
        {{ clean_id(json_text('_row', '$._recordId')) }} as respondent,
        -- The company's own embedded field outranks the contact list's reference.
        coalesce(
            {{ real_id(json_text('_row', '$.customer_id')) }},
            {{ real_id(json_text('_row', '$.externalDataReference')) }}
        ) as customer_id,
        {{ json_text('_row', '$.recipientEmail') }} as stated_email,
        {{ real_id(json_text('_row', '$.order_id')) }} as order_id,
        {{ real_id(json_text('_row', '$.ticket_id')) }} as ticket_id,
        id_namespace,

        ---------- context
        {{ public_word(json_text('_row', '$.interaction')) }} as interaction,
        {{ public_word(json_text('_row', '$.wave')) }} as wave,
        {{ primary_language(json_text('_row', '$.userLanguage')) }} as survey_language,

        ---------- timestamps
        {{ parse_timestamp('end_date', 'timestamp_format', 'zone') }} as answered_at,
        {{ is_day_only('end_date', 'timestamp_format') }} as is_day_only,
        {{ parse_timestamp('recorded_date', 'timestamp_format', 'zone') }} as recorded_at,
        end_date is not null as is_end_stated,
        recorded_date is not null as is_recording_stated,

        ---------- answers
        _row as row_json,

        ---------- lineage
        _source as data_source,
        _file as source_file,
        _line as source_line,
        _load_id as load_id,
        _load_id in {{ active_loads() }} as is_active_load,
        -- Status as a sum of flags, or as the label that an export with choice texts writes. 4 (imported), 16 (offline)
        -- and 32 (employee experience) say how a response came, not that it is none.
        case
            when not is_configured then {{ reason('source_removed') }}
            when {{ has_flag('status_code', 1) }} or status like '%preview%' then {{ reason('preview') }}
            when {{ has_flag('status_code', 2) }} or status like '%test%' then {{ reason('test_response') }}
            when {{ has_flag('status_code', 8) }} or status like '%spam%' then {{ reason('spam') }}
        end as set_aside_reason
    from extracted

),

examined as (

    select
        *,
        case
            when respondent is null then {{ reason('missing', 'ResponseId') }}
            when is_end_stated and answered_at is null then {{ reason('unreadable_time', 'endDate') }}
            when is_recording_stated and recorded_at is null then {{ reason('unreadable_time', 'recordedDate') }}
        end as quarantine_reason
    from renamed

),

ranked as (

    select
        *,
        row_number() over (
            partition by is_active_load, set_aside_reason is null, quarantine_reason is null, survey_id, respondent
            order by
                recorded_at desc nulls last, answered_at desc nulls last, load_id desc, source_file desc,
                source_line desc
        ) as nth_of_response
    from examined

),

final as (

    select
        {{ surrogate_key(['survey_id', 'respondent', 'wave', 'order_id', 'ticket_id', 'interaction']) }}
            as response_key,
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
        recorded_at,
        row_json,
        data_source,
        source_file,
        source_line,
        load_id,
        case
            when not is_active_load then 'superseded'
            when set_aside_reason is not null then 'set_aside'
            when quarantine_reason is not null then 'quarantined'
            when nth_of_response > 1 then 'deduplicated'
            else 'kept'
        end as _disposition,
        case
            when not is_active_load then {{ reason('replaced') }}
            when set_aside_reason is not null then set_aside_reason
            when quarantine_reason is not null then quarantine_reason
            when nth_of_response > 1 then {{ reason('later_row', 'ResponseId') }}
        end as _disposition_reason
    from ranked

)

select * from final
