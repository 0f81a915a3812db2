-- Grain: one row is a row of a campaigns export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'campaigns') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

renamed as (

    select
        ---------- texts
        {{ public_word('source.campaign') }} as campaign,
        {{ public_word('source.utm_source') }} as utm_source,
        {{ public_word('source.utm_medium') }} as utm_medium,
        {{ row_content([
            'source.campaign', 'source.date', 'source.utm_source', 'source.utm_medium', 'source.cost',
            'source.updated_at', 'source.is_deleted', 'source._others',
        ]) }} as row_content,

        ---------- numbers
        {{ parse_number('source.cost', 'sources.decimal_mark') }} as stated_cost,
        {{ blank_to_null('source.cost') }} is not null as is_cost_stated,

        ---------- timestamps
        -- A day is the company's own day, whatever zone the source writes its instants in.
        {{ parse_timestamp('source.date', 'sources.timestamp_format', 'settings.timezone') }} as day_starts_at,
        {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', 'sources.timezone') }} as updated_at,

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
        {{ business_day('day_starts_at') }} as spent_on,
        {{ origin_reasons() }},
        case
            when campaign is null then {{ reason('missing', 'campaign') }}
            when day_starts_at is null then {{ reason('no_valid_time', 'date') }}
            when is_deleted is null then {{ reason('unreadable_flag', 'is_deleted') }}
            when is_deleted then null
            when is_cost_stated and stated_cost is null then {{ reason('unreadable_number', 'cost') }}
            when stated_cost < 0 then {{ reason('negative', 'cost') }}
        end as quarantine_reason
    from renamed

),

keyed as (

    select
        *,
        case
            when coalesce(superseded_reason, set_aside_reason, quarantine_reason) is null
                then {{ surrogate_key([
                    "'campaign day'", 'data_source', 'campaign', 'spent_on', 'utm_source', 'utm_medium',
                ]) }}
        end as campaign_day_key
    from examined

),

timed as (

    select
        *,
        {{ state_time(['campaign_day_key']) }} as state_at
    from keyed

),

-- A later export of a day's cost replaces the earlier one. Rows of one file that differ are parts of the day (its ads,
-- countries or devices), and in a file of such parts equal rows are parts, too. A deletion is of the day, not a part.
ranked as (

    select
        *,
        row_number() over (
            partition by campaign_day_key
            order by state_at desc nulls last, load_id desc, source_file desc, source_line desc
        ) as nth_newest,
        rank() over (
            partition by campaign_day_key
            order by state_at desc nulls last, load_id desc
        ) = 1 as is_newest,
        bool_or(is_deleted) over (partition by campaign_day_key, state_at, load_id) as has_deletion
    from timed

),

files_of_parts as (

    select distinct load_id
    from (
        select load_id
        from ranked
        where
            campaign_day_key is not null
            and is_newest
            and not has_deletion
        group by campaign_day_key, load_id
        having count(distinct row_content) > 1
    ) as days_of_parts

),

judged as (

    select
        ranked.*,
        case
            when ranked.is_newest and not ranked.has_deletion and files_of_parts.load_id is not null then null
            when ranked.nth_newest > 1 then {{ reason('later_row', 'campaign and day') }}
        end as deduplicated_reason,
        case when ranked.is_deleted then {{ reason('deleted_at_vendor') }} end as withdrawn_reason
    from ranked
    left join files_of_parts on ranked.load_id = files_of_parts.load_id

),

final as (

    select
        campaign_day_key,
        campaign,
        utm_source,
        utm_medium,
        spent_on,
        cast(stated_cost as decimal(18, 2)) as cost,
        data_source,
        source_file,
        source_line,
        load_id,
        {{ dispositions() }}
    from judged

)

select * from final
