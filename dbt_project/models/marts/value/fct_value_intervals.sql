-- Grain: one row is a value of a declared dimension: what its customers will be worth over the horizon, with a 95%
-- interval from draws. Only customers valued by a fitted model, or whose contract ended.

{%- set dimensions = [
    'segment', 'country', 'region', 'language', 'age_band', 'motivation', 'first_channel', 'value_tier'
] %}

with customers as (

    select * from {{ ref('dim_customers') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

intervals as (

    select * from {{ ref('int_value__intervals') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

valued as (

    select
        customers.predicted_value_12m,
        customers.value_tier,
        people.segment,
        people.country,
        people.region,
        people.language,
        people.age_band,
        people.motivation,
        people.first_channel
    from customers
    inner join people on customers.person_id = people.person_id
    where customers.value_model in ('bg_nbd', 'mbg_nbd', 'sbg', 'ended')

),

grouped as (

    select
        'all' as dimension,
        'all' as dimension_value,
        count(*) as customers,
        {{ exact_sum('predicted_value_12m') }} as total
    from valued
    having count(*) > 0
    {%- for dimension in dimensions %}
    union all
    select
        '{{ dimension }}' as dimension,
        {{ dimension }} as dimension_value,
        count(*) as customers,
        {{ exact_sum('predicted_value_12m') }} as total
    from valued
    group by {{ dimension }}
    {%- endfor %}

),

-- Who only has contracts that ended is worth 0 for sure and is in no draw.
final as (

    select
        {{ surrogate_key(['grouped.dimension', 'grouped.dimension_value']) }} as interval_id,
        grouped.dimension as interval_dimension,
        grouped.dimension_value as interval_value,
        cast(grouped.customers as integer) as customers,
        cast(grouped.total as double) as total,
        cast(coalesce(intervals.low, 0) as double) as low,
        cast(coalesce(intervals.high, 0) as double) as high,
        cast(grouped.total / grouped.customers as double) as mean,
        cast(coalesce(intervals.low, 0) / grouped.customers as double) as mean_low,
        cast(coalesce(intervals.high, 0) / grouped.customers as double) as mean_high,
        as_of.as_of_on as calculated_on
    from grouped
    left join intervals
        on
            grouped.dimension = intervals.dimension
            and coalesce(grouped.dimension_value, '') = coalesce(intervals.dimension_value, '')
    cross join as_of

)

select * from final
