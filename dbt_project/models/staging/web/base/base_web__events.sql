-- Grain: one row is a row of a web events export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_web', 'events') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

renamed as (

    select
        ---------- ids
        {{ stated_id('source.person_id') }} as visitor_id,
        {{ stated_id('source.customer_id') }} as customer_id,
        {{ stated_id('source.previous_id') }} as previous_id,
        {{ real_id('source.event_id') }} as event_id,
        {{ blank_to_null('source.email') }} as stated_email,
        {{ phone_number(blank_to_null('source.phone'), 'sources.phone_region') }} as phone,
        sources.id_namespace,
        {{ row_content([
            'source.person_id', 'source.customer_id', 'source.event', 'source.occurred_at', 'source.url',
            'source.value', 'source.search_term', 'source.email', 'source.phone', 'source.user_agent',
            'source.engaged_seconds', 'source.scroll_share', 'source.updated_at', 'source.is_deleted',
            'source.call', 'source.previous_id', 'source.is_link', 'source.traffic_type', 'source.page_path',
            'source._others',
        ]) }} as row_content,

        ---------- texts
        coalesce(lower({{ blank_to_null('source.call') }}), 'track') as event_type,
        {{ blank_to_null('source.call') }} is not null as is_call_stated,
        lower({{ blank_to_null('source.consent') }}) as consent,
        {{ public_word('source.event') }} as event,
        coalesce(
            {{ url_path(blank_to_null('source.page_path')) }},
            {{ url_path(blank_to_null('source.url')) }}
        ) as page_path,
        {{ url_host(blank_to_null('source.referrer')) }} as referrer_host,
        {{ is_internal(
            url_host(blank_to_null('source.url')), blank_to_null('source.traffic_type')
        ) }} as is_internal,
        {{ is_bot('source.user_agent') }} as is_program,
        {{ public_word('source.utm_source') }} as utm_source,
        {{ public_word('source.utm_medium') }} as utm_medium,
        {{ public_word('source.campaign') }} as campaign,
        {{ blank_to_null('source.search_term') }} as search_term,

        ---------- numbers
        {{ parse_number('source.value', 'sources.decimal_mark') }} as value,
        try_cast({{ parse_number('source.results', 'sources.decimal_mark') }} as integer) as results,
        -- A time below 0 or beyond thirty years, or a share beyond the page, is not a measurement.
        case
            when {{ parse_number('source.engaged_seconds', 'sources.decimal_mark', 'double') }} between 0 and 1e9
                then {{ parse_number('source.engaged_seconds', 'sources.decimal_mark', 'double') }}
        end as engaged_seconds,
        case
            when {{ parse_number('source.scroll_share', 'sources.decimal_mark', 'double') }} between 0 and 1
                then {{ parse_number('source.scroll_share', 'sources.decimal_mark', 'double') }}
        end as scroll_share,

        ---------- timestamps
        {{ parse_timestamp('source.occurred_at', 'sources.timestamp_format', 'sources.timezone') }} as occurred_at,
        {{ is_day_only('source.occurred_at', 'sources.timestamp_format') }} as is_day_only,
        {{ blank_to_null('source.occurred_at') }} is not null as is_time_stated,
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,

        ---------- state
        -- A row that does not say so may be one: both ids on it are one person.
        {{ blank_to_null('source.is_link') }} is null or {{ parse_flag('source.is_link') }} as is_link,
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        source._source as data_source,
        source._file as source_file,
        source._line as source_line,
        source._load_id as load_id,
        source._load_id in {{ active_loads() }} as is_active,
        sources.data_source is not null as is_configured
    from source
    left join sources on source._source = sources.data_source

),

examined as (

    select
        *,
        case
            when not is_active then {{ reason('replaced') }}
        end as superseded_reason,
        case
            when not is_configured then {{ reason('source_removed') }}
            when is_deleted then null
            when visitor_id is null and customer_id is null and consent = 'denied' then {{ reason('no_consent') }}
        end as set_aside_reason,
        case
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_link is null then {{ reason('unreadable_flag', 'is_link') }}
            when is_deleted then null
            when event_type not in ('page', 'screen', 'track', 'identify', 'alias', 'group')
                then {{ reason('unknown', 'call') }}
            when visitor_id is null and customer_id is null
                then {{ reason('missing_both', 'person_id', 'customer_id') }}
            -- Links and group calls say nothing of what happened: they need no name of it.
            when event_type not in ('identify', 'alias', 'group') and event is null
                then {{ reason('missing', 'event') }}
            when is_time_stated and occurred_at is null then {{ reason('unreadable_time', 'occurred_at') }}
        end as quarantine_reason
    from renamed

),

-- An event may be exported several times; its first row by time, file and line stays, whatever the order of arrival.
-- Few events are: only their rows are put in order.
repeated_events as (

    select
        data_source,
        event_id
    from examined
    where
        event_id is not null
        and coalesce({{ same_refusal() }}) is null
    group by data_source, event_id
    having count(*) > 1

),

ordered as (

    select
        examined.load_id as ordered_load_id,
        examined.source_file as ordered_file,
        examined.source_line as ordered_line,
        row_number() over first_to_happen as nth_to_happen,
        first_value(examined.load_id) over first_to_happen as newest_load_id,
        first_value(examined.row_content) over first_to_happen as newest_content
    from examined
    inner join repeated_events
        on
            examined.data_source = repeated_events.data_source
            and examined.event_id = repeated_events.event_id
    where coalesce({{ same_refusal() }}) is null
    window first_to_happen as (
        partition by examined.data_source, examined.event_id
        order by
            examined.is_deleted,
            examined.occurred_at nulls last,
            examined.source_file,
            examined.source_line
    )

),

ranked as (

    select
        *,
        case
            when event_id is not null and coalesce({{ same_refusal() }}) is null then coalesce(nth_to_happen, 1)
        end as arrival
    from examined
    left join ordered
        on
            examined.load_id = ordered.ordered_load_id
            and examined.source_file = ordered.ordered_file
            and examined.source_line = ordered.ordered_line

),

-- Whether an event was deleted since, its latest row says. Few events are: only their rows are compared.
deleted_events as (

    select distinct
        data_source,
        event_id
    from examined
    where
        is_deleted
        and event_id is not null
        and coalesce({{ same_refusal() }}) is null

),

timed as (

    select
        examined.load_id,
        examined.source_file,
        examined.source_line,
        examined.data_source,
        examined.event_id,
        examined.is_deleted,
        {{ state_time(['examined.data_source', 'examined.event_id']) }} as state_at
    from examined
    inner join deleted_events
        on
            examined.data_source = deleted_events.data_source
            and examined.event_id = deleted_events.event_id
    where coalesce({{ same_refusal() }}) is null

),

lives as (

    select
        load_id as state_load_id,
        source_file as state_file,
        source_line as state_line,
        row_number() over latest_to_come as nth_latest,
        first_value(is_deleted) over latest_to_come as is_event_deleted
    from timed
    window latest_to_come as (
        partition by data_source, event_id
        order by state_at desc nulls last, load_id desc, source_file desc, source_line desc
    )

),

keyed as (

    select
        *,
        case
            when event_id is null or (is_event_deleted and nth_latest = 1) then null
            when is_event_deleted or is_deleted then {{ reason('earlier_state', 'event_id') }}
            else {{ repeated_reason('arrival', 'event_id', code='repeated') }}
        end as deduplicated_reason,
        -- Of calls that do not count as events one row stays, too, so that their number is right.
        case
            when is_deleted then {{ reason('deleted_at_vendor') }}
            when event_type = 'group' then {{ reason('group_call') }}
            when is_program then {{ reason('program') }}
            when is_internal then {{ reason('internal_traffic') }}
        end as withdrawn_reason,
        -- An event keeps its key in whatever file it comes; rows that are not its first have one of their own.
        case
            when arrival = 1 then {{ surrogate_key(["'message'", 'data_source', 'event_id']) }}
            else {{ surrogate_key(["'row'", 'data_source', 'source_file', 'source_line']) }}
        end as event_key,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as customer_key,
        {{ identifier_key('anonymous', 'id_namespace', 'visitor_id') }} as visitor_key
    from ranked
    left join lives
        on
            ranked.load_id = lives.state_load_id
            and ranked.source_file = lives.state_file
            and ranked.source_line = lives.state_line

),

-- Who calls a visitor `null` or `guest` says nothing about them: then the other id is theirs.
of_whom as (

    select
        *,
        case
            when customer_key is not null and (visitor_key is null or not {{ is_filler('customer_id') }})
                then 'customer'
            else 'anonymous'
        end as identifier_type,
        case
            when visitor_key is not null and (customer_key is null or not {{ is_filler('visitor_id') }})
                then 'anonymous'
            else 'customer'
        end as device_type
    from keyed

),

final as (

    select
        event_key,
        event_id,
        visitor_id,
        customer_id,
        previous_id,
        {{ email_address('stated_email') }} as email,
        phone,
        customer_key,
        visitor_key,
        {{ email_key('stated_email') }} as email_identifier_key,
        {{ phone_key('phone') }} as phone_identifier_key,
        case when identifier_type = 'customer' then customer_key else visitor_key end as identifier_key,
        identifier_type,
        case when device_type = 'anonymous' then visitor_key else customer_key end as device_key,
        device_type,
        id_namespace,
        event_type,
        is_call_stated,
        is_link,
        event,
        page_path,
        referrer_host,
        utm_source,
        utm_medium,
        campaign,
        search_term,
        results,
        engaged_seconds,
        scroll_share,
        value,
        occurred_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        {{ dispositions() }}
    from of_whom

)

select * from final
