-- Grain: one row is a ticket as one page of Zendesk's export shows it; every row has a disposition, so that the
-- totals agree. A ticket comes again whenever it changed.

{#- Where each field of a ticket is. Requester and metrics are there where the export side-loads them. -#}
{% set fields = {
    'ticket_id': '$.id',
    'requester_id': '$.requester_id',
    'requester_external_id': '$.requester.external_id',
    'requester_email': '$.requester.email',
    'requester_phone': '$.requester.phone',
    'via_channel': '$.via.channel',
    'via_address': '$.via.source.from.address',
    'via_phone': '$.via.source.from.phone',
    'ticket_type': '$.type',
    'status': '$.status',
    'priority': '$.priority',
    'score': '$.satisfaction_rating.score',
    'created': '$.created_at',
    'updated': '$.updated_at',
    'generated': '$.generated_timestamp',
    'reply_minutes': '$.metric_set.reply_time_in_minutes.calendar',
    'metric_solved': '$.metric_set.solved_at',
    'reopens': '$.metric_set.reopens',
} %}

with source as (

    select * from {{ source('raw_zendesk', 'tickets') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

extracted as (

    select
        _source,
        _file,
        _line,
        _load_id,
        _record,
        -- A page may hold all its tickets on one line.
        row_number() over (partition by _load_id, _line order by _record) as _nth,
        {{ json_texts('_record', fields.values() | list) }} as texts
    from source

),

named as (

    select
        {%- for field in fields %}
        {{ text_at('texts', loop.index) }} as {{ field }},
        {%- endfor %}
        _source,
        _file,
        _line,
        _load_id,
        _nth
    from extracted

),

remarks as (

    select
        extracted._line,
        extracted._load_id,
        extracted._nth,
        remarks.item
    from extracted, {{ json_items('extracted._record', '$.comments') }} as remarks

),

comments as (

    select
        _line,
        _load_id,
        _nth,
        {{ json_text('item', '$.author_id') }} as author_id,
        coalesce({{ json_text('item', '$.public') }}, 'true') = 'true' as is_public,
        {{ json_text('item', '$.created_at') }} as commented
    from remarks

),

dated_comments as (

    select
        *,
        {{ parse_timestamp('commented', 'cast(null as varchar)', "'UTC'") }} as commented_at
    from comments

),

-- The first public comment by another person than the requester.
replies as (

    select
        comments._load_id,
        comments._line,
        comments._nth,
        min(comments.commented_at) as first_comment_at,
        max(case when comments.commented is not null and comments.commented_at is null then 1 else 0 end) as unreadable
    from dated_comments as comments
    inner join named
        on
            comments._load_id = named._load_id
            and comments._line = named._line
            and comments._nth = named._nth
    where
        comments.is_public
        and comments.author_id <> named.requester_id
    group by comments._load_id, comments._line, comments._nth

),

renamed as (

    select
        ---------- ids
        named.ticket_id,
        {{ real_id('named.requester_id') }} as requester_id,
        {{ real_id('named.requester_external_id') }} as customer_id,
        {{ email_address(
            "coalesce(named.requester_email, case when named.via_channel = 'email' then named.via_address end)"
        ) }} as email,
        {{ phone_number('coalesce(named.requester_phone, named.via_phone)', 'sources.phone_region') }} as phone,
        sources.id_namespace,

        ---------- texts
        lower({{ public_word('named.ticket_type') }}) as category,
        lower({{ public_word('named.via_channel') }}) as channel,
        lower(named.status) as status,
        lower({{ public_word('named.priority') }}) as priority,
        lower(named.score) as score,

        ---------- numbers
        coalesce(try_cast(named.reopens as integer), 0) as reopenings,
        named.reopens is not null as is_reopening_stated,
        try_cast(named.reply_minutes as bigint) as reply_minutes,
        try_cast(named.generated as bigint) as generated_timestamp,

        ---------- timestamps
        {%- for column in ['created', 'updated', 'metric_solved'] %}
        {{ parse_timestamp('named.' ~ column, 'cast(null as varchar)', "'UTC'") }} as {{ column }}_at,
        named.{{ column }} is not null as is_{{ column }}_stated,
        {%- endfor %}
        replies.first_comment_at,
        coalesce(replies.unreadable, 0) > 0 as is_comment_unreadable,

        ---------- origin
        named._source as data_source,
        named._file as source_file,
        named._line as source_line,
        named._load_id as load_id,
        named._nth as nth_of_line,
        named._load_id in {{ active_loads() }} as is_active,
        sources.data_source is not null as is_configured
    from named
    left join sources on named._source = sources.data_source
    left join replies
        on
            named._load_id = replies._load_id
            and named._line = replies._line
            and named._nth = replies._nth

),

timed as (

    select
        *,
        coalesce({{ minutes_later('created_at', 'reply_minutes') }}, first_comment_at) as first_reply_at
    from renamed

),

examined as (

    select
        *,
        case when not is_active then {{ reason('replaced') }} end as superseded_reason,
        case
            when ticket_id is null then {{ reason('missing', 'id') }}
            when created_at is null then {{ reason('no_valid_time', 'created_at') }}
            when is_updated_stated and updated_at is null then {{ reason('unreadable_time', 'updated_at') }}
            when is_metric_solved_stated and metric_solved_at is null then {{ reason('unreadable_time', 'solved_at') }}
            when is_comment_unreadable then {{ reason('unreadable_time', 'created_at of a comment') }}
            when first_reply_at < created_at then {{ reason('before', 'first_reply_at', 'created_at') }}
            when metric_solved_at < created_at then {{ reason('before', 'solved_at', 'created_at') }}
        end as quarantine_reason,
        case
            when not is_configured then {{ reason('source_removed') }}
            when status = 'deleted' then {{ reason('deleted_at_vendor') }}
        end as set_aside_reason
    from timed

),

-- The newest state of a ticket by Zendesk's own clocks; without one, the latest to arrive. A deleted ticket stays so.
ranked as (

    select
        *,
        case
            when superseded_reason is null and quarantine_reason is null
                then row_number() over (
                    partition by superseded_reason, quarantine_reason, data_source, ticket_id
                    order by
                        updated_at desc nulls last,
                        generated_timestamp desc nulls last,
                        load_id desc,
                        source_file desc,
                        source_line desc,
                        nth_of_line desc
                )
        end as nth_newest
    from examined

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
        {{ ticket_satisfaction('score') }} as satisfaction,
        reopenings,
        is_reopening_stated,
        coalesce(status in ('solved', 'closed'), false) as is_solved,
        -- Zendesk's clocks always state the time of day.
        created_at,
        false as is_created_day_only,
        first_reply_at,
        false as is_first_reply_day_only,
        case when status in ('solved', 'closed') then metric_solved_at end as solved_at,
        false as is_solved_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        case
            when superseded_reason is not null then 'superseded'
            when quarantine_reason is not null then 'quarantined'
            when nth_newest > 1 then 'deduplicated'
            when set_aside_reason is not null then 'set_aside'
            else 'kept'
        end as _disposition,
        coalesce(
            superseded_reason,
            quarantine_reason,
            case when nth_newest > 1 then {{ reason('earlier_state', 'ticket') }} end,
            set_aside_reason
        ) as _disposition_reason
    from ranked

)

select * from final
