-- Grain: one row is a line of a wide survey CSV, with its disposition. All raw rows are here; their cells stay in
-- raw, where stg_survey__cells reads them, since a row's text may be kilobytes.
{{ config(materialized='table') }}

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
        -- A file that names no respondent still has one respondent a line.
        coalesce(
            {{ real_id('source.respondent') }}, source._file || ':' || cast(source._line as varchar)
        ) as respondent,
        {{ real_id('source.customer_id') }} as customer_id,
        cast(null as varchar) as email,
        {{ real_id('source.order_id') }} as order_id,
        {{ real_id('source.ticket_id') }} as ticket_id,
        sources.id_namespace,

        ---------- context
        {{ public_word('source.interaction') }} as interaction,
        {{ public_word('source.wave') }} as wave,
        {{ primary_language('source.language') }} as survey_language,

        ---------- timestamps
        {{ parse_timestamp('source.answered_at', 'sources.timestamp_format', 'sources.timezone') }} as answered_at,
        {{ is_day_only('source.answered_at', 'sources.timestamp_format') }} as is_day_only,
        {{ blank_to_null('source.answered_at') }} is not null as is_time_stated,

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

keyed as (

    select
        *,
        is_time_stated and answered_at is null as is_time_unreadable,
        {{ surrogate_key(['survey_id', 'respondent', 'wave', 'order_id', 'ticket_id', 'interaction']) }}
            as response_key
    from renamed

),

ranked as (

    select
        *,
        row_number() over newest_first as nth_of_response,
        first_value(load_id) over newest_first as newest_load_id,
        first_value(row_content) over newest_first as newest_content,
        first_value(answered_at) over newest_first as newest_at
    from keyed
    window newest_first as (
        partition by is_active_load, is_configured, is_time_unreadable, response_key
        order by answered_at desc nulls last, load_id desc, source_file desc, source_line desc
    )

),

final as (

    select
        response_key,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as customer_identifier_key,
        {{ identifier_key('respondent', 'survey_id', 'respondent') }} as respondent_identifier_key,
        cast(null as bigint) as email_identifier_key,
        survey_id,
        respondent,
        customer_id,
        email,
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
        case
            when not is_active_load then 'superseded'
            when not is_configured then 'set_aside'
            when is_time_unreadable then 'quarantined'
            when nth_of_response > 1 then 'deduplicated'
            else 'kept'
        end as _disposition,
        case
            when not is_active_load then {{ reason('replaced') }}
            when not is_configured then {{ reason('source_removed') }}
            when is_time_unreadable then {{ reason('unreadable_time', 'answered_at') }}
            else {{ repeated_reason(
                'nth_of_response', 'respondent, wave and occasion', vendor_time='answered_at'
            ) }}
        end as _disposition_reason
    from ranked

)

select * from final
