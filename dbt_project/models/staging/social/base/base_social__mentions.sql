-- Grain: one row is a row of a mentions export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_social', 'mentions') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

renamed as (

    select
        ---------- ids
        {{ real_id('source.mention_id') }} as mention_id,
        {{ real_id('source.author') }} as author,
        {{ real_id('source.customer_id') }} as customer_id,
        sources.id_namespace,
        {{ row_content([
            'source.amplified_at', 'source.author', 'source.brand', 'source.customer_id', 'source.mention_id',
            'source.network', 'source.posted_at', 'source.rating', 'source.replied_at', 'source.sentiment',
            'source.text', 'source.updated_at', 'source.url', 'source.is_deleted',
            'source._others',
        ]) }} as row_content,

        ---------- texts
        lower({{ public_word('source.network') }}) as network,
        coalesce({{ public_word('source.brand') }}, settings.brand) as brand,
        settings.brand as own_brand,
        {{ blank_to_null('source.text') }} as text,
        {{ blank_to_null('source.url') }} as url,
        lower({{ blank_to_null('source.sentiment') }}) as sentiment,

        ---------- numbers
        {{ parse_number('source.rating', 'sources.decimal_mark') }} as rating,
        {{ blank_to_null('source.rating') }} is not null as is_rating_stated,

        ---------- timestamps
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,
        {{ parse_timestamp('source.posted_at', 'sources.timestamp_format', 'sources.timezone') }} as posted_at,
        {{ is_day_only('source.posted_at', 'sources.timestamp_format') }} as is_posted_day_only,
        {{ parse_timestamp('source.replied_at', 'sources.timestamp_format', 'sources.timezone') }} as replied_at,
        {{ is_day_only('source.replied_at', 'sources.timestamp_format') }} as is_replied_day_only,
        {{ parse_timestamp('source.amplified_at', 'sources.timestamp_format', 'sources.timezone') }} as amplified_at,
        {{ is_day_only('source.amplified_at', 'sources.timestamp_format') }} as is_amplified_day_only,
        {{ blank_to_null('source.replied_at') }} is not null as is_reply_stated,
        {{ blank_to_null('source.amplified_at') }} is not null as is_amplification_stated,

        ---------- state
        {{ parse_flag('source.is_deleted') }} as is_deleted,

        ---------- origin
        {{ origin_columns() }}
    from source
    cross join settings
    left join sources on source._source = sources.data_source

),

examined as (

    select
        *,
        {{ origin_reasons() }},
        case
            when mention_id is null then {{ reason('missing', 'mention_id') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when posted_at is null then {{ reason('no_valid_time', 'posted_at') }}
            when is_reply_stated and replied_at is null then {{ reason('unreadable_time', 'replied_at') }}
            when is_amplification_stated and amplified_at is null then {{ reason('unreadable_time', 'amplified_at') }}
            when {{ is_before('replied_at', 'is_replied_day_only', 'posted_at', 'zone') }}
                then {{ reason('before', 'replied_at', 'posted_at') }}
            when {{ is_before('amplified_at', 'is_amplified_day_only', 'posted_at', 'zone') }}
                then {{ reason('before', 'amplified_at', 'posted_at') }}
            when is_rating_stated and rating is null then {{ reason('unreadable_number', 'rating') }}
        end as quarantine_reason
    from renamed

),

keyed as (

    {{ with_parts_of_key('examined', parts=['network'], of=['data_source', 'mention_id']) }}

),

-- A later export of a mention replaces the earlier one: it was answered in between.
judged as (

    {{ latest_states('keyed', key=['data_source', 'key_network', 'mention_id'], called='mention_id') }}

),

final as (

    select
        {{ surrogate_key(["'mention'", 'data_source', 'key_network', 'mention_id']) }} as mention_key,
        mention_id,
        author,
        customer_id,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as customer_key,
        -- Names are taken once per network, whatever tool exported them.
        {{ identifier_key('author', "coalesce(network, data_source)", 'lower(author)') }} as author_key,
        id_namespace,
        network,
        brand,
        lower(brand) = lower(own_brand) as is_own_brand,
        text,
        url,
        rating,
        {{ mention_sentiment('sentiment') }} as sentiment,
        posted_at,
        is_posted_day_only,
        replied_at,
        is_replied_day_only,
        amplified_at,
        is_amplified_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

)

select * from final
