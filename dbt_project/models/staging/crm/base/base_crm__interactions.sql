-- Grain: one row is a raw row; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'interactions') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        {{ real_id('source.interaction_id') }} as interaction_id,
        {{ stated_id('source.customer_id') }} as customer_id,
        sources.id_namespace,
        {{ row_content([
            'source.interaction_id', 'source.customer_id', 'source.occurred_at', 'source.event', 'source.utm_source',
            'source.utm_medium', 'source.reason', 'source.campaign', 'source.answered', 'source.updated_at',
            'source.is_deleted', 'source._others',
        ]) }} as row_content,

        ---------- texts
        {{ public_word('source.event') }} as event,
        {{ public_word('source.utm_source') }} as utm_source,
        {{ public_word('source.utm_medium') }} as utm_medium,
        {{ public_word('source.campaign') }} as campaign,
        {{ public_word('source.reason') }} as reason,
        {{ blank_to_null('source.answered') }} as answered,

        ---------- timestamps
        {{ parse_timestamp('source.occurred_at', 'sources.timestamp_format', 'sources.timezone') }} as occurred_at,
        {{ is_day_only('source.occurred_at', 'sources.timestamp_format') }} as is_day_only,
        {{ blank_to_null('source.occurred_at') }} is not null as is_time_stated,
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        {{ origin_columns() }}
    from source
    left join sources on source._source = sources.data_source

),

examined as (

    select
        *,
        {{ origin_reasons() }},
        case
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when customer_id is null then {{ reason('missing', 'customer_id') }}
            when event is null then {{ reason('missing', 'event') }}
            when is_time_stated and occurred_at is null then {{ reason('unreadable_time', 'occurred_at') }}
        end as quarantine_reason,
        -- Without an id every row is an interaction of its own.
        case when interaction_id is null then source_line end as own_line,
        case when interaction_id is null then source_file end as own_file
    from renamed

),

judged as (

    {{ latest_states(
        'examined', key=['data_source', 'interaction_id', 'own_line', 'own_file'], called='interaction_id'
    ) }}

),

final as (

    select
        -- An interaction keeps its key in whatever file it comes; rows that do not count have one of their own.
        case
            when interaction_id is not null and _disposition = 'kept'
                then {{ surrogate_key(["'interaction id'", 'data_source', 'interaction_id']) }}
            else {{ surrogate_key(["'interaction'", 'data_source', 'source_file', 'source_line']) }}
        end as interaction_event_key,
        interaction_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as identifier_key,
        customer_id,
        id_namespace,
        event,
        utm_source,
        utm_medium,
        campaign,
        reason,
        answered,
        occurred_at,
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
