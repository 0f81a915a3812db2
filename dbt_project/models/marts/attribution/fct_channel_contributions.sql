-- Grain: one row is a model x channel x kind of conversion x period x segment.
-- A model that cannot be solved says so at every channel: why, and what to ask instead.

with contributions as (

    select * from {{ ref('int_attribution__contributions') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

touches as (

    select * from {{ ref('int_attribution__touches') }}

),

costs as (

    select * from {{ ref('int_attribution__costs') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

reached as (

    select distinct
        conversions.person_id,
        conversions.conversion,
        {{ quarter_of('conversions.converted_on') }} as quarter,
        coalesce({{ own_word('conversions.segment', ['all', 'none'], 'segment') }}, 'none') as segment,
        coalesce(touches.channel, 'unattributed') as channel
    from conversions
    left join touches on conversions.conversion_id = touches.conversion_id

),

sliced as (

    {%- set slices = [('quarter', 'segment'), ("'all'", 'segment'), ('quarter', "'all'"), ("'all'", "'all'")] %}
    {%- for period, segment in slices %}
    select
        person_id,
        conversion,
        {{ period }} as period,
        {{ segment }} as segment,
        channel
    from reached
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

people as (

    select
        conversion,
        period,
        segment,
        channel,
        count(distinct person_id) as people
    from sliced
    group by conversion, period, segment, channel

),

first_conversions as (

    select
        conversion,
        {{ quarter_of('converted_on') }} as period,
        min(converted_on) as first_on
    from conversions
    group by conversion, {{ quarter_of('converted_on') }}
    union all
    select
        conversion,
        'all' as period,
        min(converted_on) as first_on
    from conversions
    group by conversion

),

known_costs as (

    select
        channel,
        min(spent_on) as first_on
    from costs
    where channel <> 'unmapped'
    group by channel

),

spent as (

    select
        channel,
        {{ quarter_of('spent_on') }} as period,
        sum(cost) as cost
    from costs
    group by channel, {{ quarter_of('spent_on') }}
    union all
    select
        channel,
        'all' as period,
        sum(cost) as cost
    from costs
    group by channel

),

-- What was paid for conversions of days before the first cost is unknown.
paid as (

    select
        spent.channel,
        spent.period,
        first_conversions.conversion,
        cast(spent.cost as decimal(18, 2)) as cost
    from spent
    inner join known_costs on spent.channel = known_costs.channel
    inner join first_conversions
        on
            spent.period = first_conversions.period
            and known_costs.first_on <= first_conversions.first_on

),

final as (

    select
        {{ surrogate_key([
            "'contribution'", 'contributions.origin', 'contributions.model', 'contributions.channel', 'contributions.conversion',
            'contributions.period', 'contributions.segment'
        ]) }} as contribution_id,
        cast(contributions.origin as varchar) as origin,
        cast(contributions.conversion as varchar) as conversion,
        cast(contributions.model as varchar) as model,
        cast(contributions.period as varchar) as period,
        cast(contributions.segment as varchar) as segment,
        cast(contributions.channel as varchar) as channel,
        contributions.conversions,
        contributions.revenue,
        contributions.conversions / {{ exact_sum(
            'contributions.conversions',
            over='partition by contributions.origin, contributions.conversion, contributions.model, '
                ~ 'contributions.period, contributions.segment'
        ) }} as share,
        contributions.effect,
        paid.cost,
        case when contributions.origin = 'touchpoints' then cast(coalesce(people.people, 0) as integer) end as people,
        cast(contributions.refused_reason as varchar) as refused_reason,
        as_of.as_of_on as calculated_on
    from contributions
    cross join as_of
    left join people
        on
            contributions.origin = 'touchpoints'
            and contributions.conversion = people.conversion
            and contributions.period = people.period
            and contributions.segment = people.segment
            and contributions.channel = people.channel
    left join paid
        on
            contributions.origin = 'touchpoints'
            and contributions.segment = 'all'
            and contributions.conversion = paid.conversion
            and contributions.period = paid.period
            and contributions.channel = paid.channel

)

select * from final
