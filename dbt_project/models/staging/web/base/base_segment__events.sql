-- Grain: one row is a raw record (a Segment call); every row has a disposition, so that the totals agree.

{#- Where each field of a record is. Segment's libraries write the page both into properties and context. -#}
{% set fields = {
    'call_type': '$.type',
    'message_id': '$.messageId',
    'anonymous_id': '$.anonymousId',
    'user_id': '$.userId',
    'previous_id': '$.previousId',
    'email': '$.traits.email',
    'phone': '$.traits.phone',
    'track_event': '$.event',
    'name': '$.name',
    'property_name': '$.properties.name',
    'sent_timestamp': '$.timestamp',
    'property_url': '$.properties.url',
    'context_url': '$.context.page.url',
    'property_path': '$.properties.path',
    'context_path': '$.context.page.path',
    'property_referrer': '$.properties.referrer',
    'context_referrer': '$.context.page.referrer',
    'utm_source': '$.context.campaign.source',
    'utm_medium': '$.context.campaign.medium',
    'campaign': '$.context.campaign.name',
    'user_agent': '$.context.userAgent',
    'context_traffic': '$.context.traffic_type',
    'property_traffic': '$.properties.traffic_type',
    'property_value': '$.properties.value',
    'property_revenue': '$.properties.revenue',
    'property_total': '$.properties.total',
    'search_term': '$.properties.query',
    'property_results': '$.properties.results',
    'property_engaged': '$.properties.engaged_seconds',
    'property_scrolled': '$.properties.scroll_depth',
} %}

{% set viewed = public_word('coalesce(named.name, named.property_name)') %}

with source as (

    select * from {{ source('raw_segment', 'events') }}

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
        _load_id
    from extracted

),

renamed as (

    select
        ---------- ids
        {{ real_id('named.message_id') }} as message_id,
        {{ stated_id('named.anonymous_id') }} as anonymous_id,
        {{ stated_id('named.user_id') }} as user_id,
        {{ stated_id('named.previous_id') }} as previous_id,
        named.email,
        named.phone,
        sources.id_namespace,
        sources.phone_region,

        ---------- texts
        lower(named.call_type) as event_type,
        case lower(named.call_type)
            when 'track' then {{ public_word('named.track_event') }}
            when 'page'
                then coalesce('Viewed ' || {{ viewed }} || ' Page', 'Loaded a Page')
            when 'screen'
                then coalesce('Viewed ' || {{ viewed }} || ' Screen', 'Loaded a Screen')
        end as event,
        coalesce(
            {{ url_path('named.property_path') }},
            {{ url_path('named.context_path') }},
            {{ url_path('named.property_url') }},
            {{ url_path('named.context_url') }}
        ) as page_path,
        {{ url_host('coalesce(named.property_referrer, named.context_referrer)') }} as referrer_host,
        {{ public_word('named.utm_source') }} as utm_source,
        {{ public_word('named.utm_medium') }} as utm_medium,
        {{ public_word('named.campaign') }} as campaign,
        named.user_agent,
        named.search_term,

        ---------- numbers
        try_cast(
            coalesce(named.property_value, named.property_revenue, named.property_total) as decimal(18, 4)
        ) as value,
        try_cast(named.property_results as integer) as results,
        -- A time below 0 or beyond thirty years, or a depth beyond the page, is not a measurement: 1e400 is infinite.
        case
            when try_cast(named.property_engaged as double) between 0 and 1e9
                then try_cast(named.property_engaged as double)
        end as engaged_seconds,
        case
            when try_cast(named.property_scrolled as double) between 0 and 100
                then try_cast(named.property_scrolled as double) / 100
        end as scroll_share,

        ---------- timestamps
        {{ parse_timestamp('named.sent_timestamp', 'cast(null as varchar)', "'UTC'") }} as occurred_at,
        {{ is_day_only('named.sent_timestamp', 'cast(null as varchar)') }} as is_day_only,
        named.sent_timestamp is not null as is_time_stated,

        ---------- origin
        named._source as data_source,
        named._file as source_file,
        named._line as source_line,
        named._load_id as load_id,
        named._load_id in {{ active_loads() }} as is_active,
        sources.data_source is not null as is_configured,
        sources.data_source is not null and {{ is_bot('named.user_agent') }} as is_program,
        {{ is_internal(
            url_host('coalesce(named.property_url, named.context_url)'),
            'coalesce(named.property_traffic, named.context_traffic)'
        ) }} as is_internal
    from named
    left join sources on named._source = sources.data_source

),

examined as (

    select
        *,
        case when not is_active then {{ reason('replaced') }} end as superseded_reason,
        case
            when event_type is null then {{ reason('missing', 'type') }}
            when event_type not in ('page', 'screen', 'track', 'identify', 'alias', 'group')
                then {{ reason('unknown', 'type') }}
            when anonymous_id is null and user_id is null then {{ reason('missing_both', 'anonymousId', 'userId') }}
            when event_type = 'track' and event is null then {{ reason('missing', 'event') }}
            when is_time_stated and occurred_at is null then {{ reason('unreadable_time', 'timestamp') }}
        end as quarantine_reason,
        case
            when not is_configured then {{ reason('source_removed') }}
            when event_type = 'group' then {{ reason('group_call') }}
            when is_program then {{ reason('program') }}
            when is_internal then {{ reason('internal_traffic') }}
        end as set_aside_reason
    from renamed

),

-- A message may arrive several times; its first row by file and line stays, whatever the order of arrival.
ranked as (

    select
        *,
        case
            when message_id is not null and superseded_reason is null and quarantine_reason is null
                then row_number() over (
                    partition by data_source, message_id, superseded_reason, quarantine_reason
                    order by occurred_at nulls last, source_file, source_line
                )
        end as arrival
    from examined

),

judged as (

    select
        *,
        case
            when superseded_reason is not null then 'superseded'
            when quarantine_reason is not null then 'quarantined'
            when arrival > 1 then 'deduplicated'
            when set_aside_reason is not null then 'set_aside'
            else 'kept'
        end as _disposition,
        coalesce(
            superseded_reason,
            quarantine_reason,
            case when arrival > 1 then {{ reason('repeated', 'messageId') }} end,
            set_aside_reason
        ) as _disposition_reason
    from ranked

),

keyed as (

    select
        -- A message keeps its key in whatever file it comes; rows that are not its first have one of their own.
        case
            when message_id is not null and _disposition in ('kept', 'set_aside')
                then {{ surrogate_key(["'message'", 'data_source', 'message_id']) }}
            else {{ surrogate_key(["'row'", 'data_source', 'source_file', 'source_line']) }}
        end as event_key,
        {{ identifier_key('customer', 'id_namespace', 'user_id') }} as user_key,
        {{ identifier_key('anonymous', 'id_namespace', 'anonymous_id') }} as anonymous_key,
        message_id,
        anonymous_id,
        user_id,
        previous_id,
        email,
        phone,
        id_namespace,
        phone_region,
        event_type,
        event,
        page_path,
        referrer_host,
        utm_source,
        utm_medium,
        campaign,
        search_term,
        value,
        results,
        engaged_seconds,
        scroll_share,
        is_program,
        is_internal,
        occurred_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

),

of_whom as (

    select
        *,
        -- Who calls a visitor `null` or `guest` says nothing about them: then the other id is theirs.
        case
            when user_key is not null and (anonymous_key is null or not {{ is_filler('user_id') }}) then 'customer'
            else 'anonymous'
        end as identifier_type,
        case
            when anonymous_key is not null and (user_key is null or not {{ is_filler('anonymous_id') }})
                then 'anonymous'
            else 'customer'
        end as device_type
    from keyed

),

final as (

    select
        *,
        case when identifier_type = 'customer' then user_key else anonymous_key end as identifier_key,
        case when device_type = 'anonymous' then anonymous_key else user_key end as device_key
    from of_whom

)

select * from final
