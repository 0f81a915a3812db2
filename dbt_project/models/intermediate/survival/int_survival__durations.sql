-- Grain: one row is a curve x group x number of days, ended or still going on: how many lasted so long.
-- activity: from the first sale to the lapse; second_order: from the first sale to the next; contract: while it runs.

with days as (

    select * from {{ ref('int_value__purchase_days') }}

),

terms as (

    select * from {{ ref('int_value__contract_terms') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

gaps as (

    select
        days.person_id,
        days.first_on,
        days.previous_on,
        days.occurred_on,
        lead(days.occurred_on, 1, as_of.as_of_on) over (
            partition by days.person_id
            order by days.occurred_on
        ) as next_on,
        as_of.as_of_on,
        settings.active_days
    from days
    cross join settings
    cross join as_of

),

-- The first lapse counts: no sale within active_days. Who has not lapsed by as_of still goes on.
lapses as (

    select
        person_id,
        first_on,
        as_of_on,
        active_days,
        min(
            case when not {{ is_active('occurred_on', 'next_on', 'active_days') }} then occurred_on end
        ) as last_before_lapse_on
    from gaps
    group by person_id, first_on, as_of_on, active_days

),

second_orders as (

    select
        person_id,
        first_on,
        as_of_on,
        min(case when occurred_on > first_on then occurred_on end) as second_on
    from gaps
    group by person_id, first_on, as_of_on

),

lasted as (

    select
        'activity' as curve,
        person_id,
        cast(null as varchar) as plan,
        case
            when last_before_lapse_on is not null
                then {{ dates_apart('first_on', lapses_on('last_before_lapse_on', 'active_days')) }}
            else {{ dates_apart('first_on', 'as_of_on') }}
        end as days,
        last_before_lapse_on is not null as has_ended
    from lapses
    union all
    select
        'second_order' as curve,
        person_id,
        cast(null as varchar) as plan,
        {{ dates_apart('first_on', 'coalesce(second_on, as_of_on)') }} as days,
        second_on is not null as has_ended
    from second_orders
    union all
    select
        'contract' as curve,
        person_id,
        plan,
        days,
        not is_running as has_ended
    from terms

),

grouped as (
    {%- for dimension in ['all', 'segment', 'first_channel', 'plan'] %}

    select
        lasted.curve,
        '{{ dimension }}' as dimension,
        {%- if dimension == 'all' %}
        'all' as dimension_value,
        {%- elif dimension == 'plan' %}
        lasted.plan as dimension_value,
        {%- else %}
        people.{{ dimension }} as dimension_value,
        {%- endif %}
        lasted.days,
        lasted.has_ended
    from lasted
    inner join people on lasted.person_id = people.person_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        curve,
        dimension,
        dimension_value,
        cast(days as integer) as days,
        has_ended,
        count(*) as n
    from grouped
    where dimension_value is not null
    group by curve, dimension, dimension_value, days, has_ended

)

select * from final
