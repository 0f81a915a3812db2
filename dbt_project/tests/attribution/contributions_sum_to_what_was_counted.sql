-- Per model, conversions and revenue of channels sum to those of the conversions (or of the export), in every slice;
-- a model that was refused is missing as a whole.

{{ config(meta={'dagster': {'ref': {'name': 'fct_channel_contributions'}}}) }}

{%- set slices = [('quarter', 'segment'), ("'all'", 'segment'), ('quarter', "'all'"), ("'all'", "'all'")] %}

with conversions as (

    select
        conversion,
        {{ quarter_of('converted_on') }} as quarter,
        coalesce(segment, 'none') as segment,
        revenue
    from {{ ref('int_attribution__conversions') }}

),

exported as (

    select * from {{ ref('stg_web__paths') }}

),

counted as (

    {%- for period, segment in slices %}
    select
        conversion,
        {{ period }} as period,
        {{ segment }} as segment,
        cast(count(*) as double) as conversions,
        sum(revenue) as revenue
    from conversions
    group by conversion, {{ period }}, {{ segment }}
    union all
    {%- endfor %}
    select
        data_source as conversion,
        'all' as period,
        'all' as segment,
        cast(sum(conversions) as double) as conversions,
        cast(sum(coalesce(value, 0)) as double) as revenue
    from exported
    group by data_source
    having sum(conversions) > 0

),

contributed as (

    select
        conversion,
        period,
        segment,
        model,
        sum(conversions) as conversions,
        sum(revenue) as revenue,
        sum(share) as share,
        count(refused_reason) as refused
    from {{ ref('fct_channel_contributions') }}
    group by conversion, period, segment, model

)

select
    counted.*,
    contributed.model,
    contributed.conversions as contributed_conversions,
    contributed.revenue as contributed_revenue
from counted
full outer join contributed
    on
        counted.conversion = contributed.conversion
        and counted.period = contributed.period
        and counted.segment = contributed.segment
where
    counted.conversion is null
    or contributed.conversion is null
    or (
        contributed.refused = 0
        and (
            abs(contributed.conversions - counted.conversions) > 1e-6
            or abs(contributed.revenue - counted.revenue) > 1e-3
            or abs(contributed.share - 1) > 1e-9
        )
    )
