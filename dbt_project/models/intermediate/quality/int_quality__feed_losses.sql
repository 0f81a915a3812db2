-- Grain: one row is a feed of fct_feeds of which a part is lost, and how much counts, in words: `54 of 66 answers
-- count, 12 unreadable`. Less than one in a hundred is not worth a word at every number.

{%- set feeds = declared_feeds() %}

with answers as (

    select * from {{ ref('int_surveys__typed_answers') }}

),

staging_totals as (

    select * from {{ ref('int_quality__staging_totals') }}

),

feeds_of_constructs as (
    {%- for feed in feeds %}
    {%- for construct in feed.answers_of %}

    select
        '{{ construct }}' as construct,
        '{{ feed.feed }}' as feed
    union all
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as varchar) as construct,
        cast(null as varchar) as feed

),

feeds_of_tables as (
    {%- for feed in feeds if feed.rows_of %}

    select
        '{{ feed.rows_of }}' as table_name,
        '{{ feed.feed }}' as feed
    union all
    {%- endfor %}
    select
        cast(null as varchar) as table_name,
        cast(null as varchar) as feed

),

answers_by_feed as (

    select
        feeds_of_constructs.feed,
        'answers' as unit,
        count(*) as out_of,
        count(case when answers.disposition = 'unreadable' then 1 end) as unreadable,
        count(case when answers.disposition = 'out_of_scale' then 1 end) as out_of_scale,
        cast(0 as bigint) as quarantined
    from answers
    inner join feeds_of_constructs on answers.construct = feeds_of_constructs.construct
    where
        answers.disposition in ('kept', 'unreadable', 'out_of_scale')
        and not answers.is_missing
    group by feeds_of_constructs.feed

),

-- A source without a loss has no row in the losses: how many rows it has is counted from the totals of staging.
rows_by_feed as (

    select
        feeds_of_tables.feed,
        'rows' as unit,
        sum(staging_totals.kept + staging_totals.quarantined) as out_of,
        cast(0 as bigint) as unreadable,
        cast(0 as bigint) as out_of_scale,
        sum(staging_totals.quarantined) as quarantined
    from staging_totals
    inner join feeds_of_tables on split_part(staging_totals.raw_table, '.', 2) = feeds_of_tables.table_name
    group by feeds_of_tables.feed

),

unioned as (

    select * from answers_by_feed
    union all
    select * from rows_by_feed

),

final as (

    select
        feed,
        cast(out_of as bigint) as out_of,
        cast(unreadable + out_of_scale + quarantined as bigint) as n_lost,
        (out_of - unreadable - out_of_scale - quarantined) || ' of ' || out_of || ' ' || unit || ' count'
        || case when unreadable > 0 then ', ' || unreadable || ' unreadable' else '' end
        || case when out_of_scale > 0 then ', ' || out_of_scale || ' outside their scale' else '' end
        || case when quarantined > 0 then ', ' || quarantined || ' quarantined' else '' end as part
    from unioned
    where 100 * (unreadable + out_of_scale + quarantined) >= out_of and unreadable + out_of_scale + quarantined > 0

)

select * from final
