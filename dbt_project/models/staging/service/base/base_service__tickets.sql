-- Grain: one row is a row of a tickets export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_service', 'tickets') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        {{ real_id('source.ticket_id') }} as ticket_id,
        {{ real_id('source.customer_id') }} as customer_id,
        {{ real_id('source.requester_id') }} as requester_id,
        {{ email_address('source.email') }} as email,
        {{ phone_number(blank_to_null('source.phone'), 'sources.phone_region') }} as phone,
        sources.id_namespace,
        {{ row_content([
            'source.category', 'source.channel', 'source.created_at', 'source.customer_id', 'source.first_reply_at',
            'source.reopened', 'source.satisfaction', 'source.solved_at', 'source.ticket_id', 'source.updated_at',
            'source.requester_id', 'source.email', 'source.phone', 'source.status', 'source.priority',
            'source.is_deleted', 'source._others',
        ]) }} as row_content,

        ---------- texts
        {{ public_word('source.category') }} as category,
        {{ public_word('source.channel') }} as channel,
        lower({{ public_word('source.status') }}) as status,
        lower({{ public_word('source.priority') }}) as priority,
        lower({{ blank_to_null('source.satisfaction') }}) as rating,
        lower({{ blank_to_null('source.reopened') }}) as reopened,

        ---------- timestamps
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,
        try_cast({{ blank_to_null('source.revision') }} as bigint) as revision,
        {{ parse_timestamp('source.created_at', 'sources.timestamp_format', 'sources.timezone') }} as created_at,
        {{ is_day_only('source.created_at', 'sources.timestamp_format') }} as is_created_day_only,
        {{ parse_timestamp('source.first_reply_at', 'sources.timestamp_format', 'sources.timezone') }}
            as first_reply_at,
        {{ is_day_only('source.first_reply_at', 'sources.timestamp_format') }} as is_first_reply_day_only,
        {{ parse_timestamp('source.solved_at', 'sources.timestamp_format', 'sources.timezone') }} as solved_at,
        {{ is_day_only('source.solved_at', 'sources.timestamp_format') }} as is_solved_day_only,
        {{ blank_to_null('source.first_reply_at') }} is not null as is_reply_stated,
        {{ blank_to_null('source.solved_at') }} is not null as is_solution_stated,

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
            when ticket_id is null then {{ reason('missing', 'ticket_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when created_at is null then {{ reason('no_valid_time', 'created_at') }}
            when is_reply_stated and first_reply_at is null then {{ reason('unreadable_time', 'first_reply_at') }}
            when is_solution_stated and solved_at is null then {{ reason('unreadable_time', 'solved_at') }}
            when {{ is_before('first_reply_at', 'is_first_reply_day_only', 'created_at', 'zone') }}
                then {{ reason('before', 'first_reply_at', 'created_at') }}
            when {{ is_before('solved_at', 'is_solved_day_only', 'created_at', 'zone') }}
                then {{ reason('before', 'solved_at', 'created_at') }}
        end as quarantine_reason
    from renamed

),

-- A later export of a ticket replaces the earlier one.
judged as (

    {{ latest_states(
        'examined', key=['data_source', 'ticket_id'], called='ticket_id', revision='revision'
    ) }}

),

final as (

    select
        {{ surrogate_key(["'ticket'", 'data_source', 'ticket_id']) }} as ticket_key,
        ticket_id,
        customer_id,
        requester_id,
        email,
        phone,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as customer_key,
        {{ identifier_key('requester', 'data_source', 'requester_id') }} as requester_key,
        {{ identifier_key('email', "''", 'email') }} as email_identifier_key,
        {{ phone_key('phone') }} as phone_identifier_key,
        id_namespace,
        category,
        channel,
        status,
        priority,
        {{ ticket_satisfaction('rating') }} as satisfaction,
        coalesce(
            try_cast(reopened as integer), case when reopened in ('true', 'yes') then 1 else 0 end
        ) as reopenings,
        reopened is not null as is_reopening_stated,
        solved_at is not null or {{ is_solved_status('status') }} as is_solved,
        created_at,
        is_created_day_only,
        first_reply_at,
        coalesce(is_first_reply_day_only, false) as is_first_reply_day_only,
        solved_at,
        coalesce(is_solved_day_only, false) as is_solved_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

)

select * from final
