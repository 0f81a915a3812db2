-- Grain: one row is a journey: a person's touchpoints not further apart than gap_days.

with touchpoints as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('fct_touchpoints') }}
    where journey_id is not null

),

first_touchpoints as (

    select *
    from touchpoints
    where journey_step = 1

),

last_touchpoints as (

    select *
    from touchpoints
    qualify row_number() over (partition by journey_id order by journey_step desc) = 1

),

grouped as (

    select
        journey_id,
        max(occurred_at) as ended_at,
        count(*) as touchpoints,
        count(distinct channel) as channels,
        sum(case when presence = 'offline' then 1 else 0 end) as offline_touchpoints,
        min(case when is_conversion_event then occurred_at end) as converted_at,
        max(case when is_conversion_event and occurrence = 'first' then 1 else 0 end) = 1 as is_first_converted,
        {%- for stage in stages() %}
        min(case when stage = '{{ stage }}' then happened_by_at end) as {{ stage }}_by_at
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from touchpoints
    group by journey_id

),

final as (

    select
        ---------- ids
        grouped.journey_id,
        first_touchpoints.person_id,

        ---------- timestamps
        first_touchpoints.occurred_at as started_at,
        first_touchpoints.occurred_on as started_on,
        grouped.ended_at,
        grouped.converted_at,

        ---------- measures
        grouped.touchpoints,
        grouped.channels,
        cast(grouped.offline_touchpoints as bigint) as offline_touchpoints,
        grouped.converted_at is not null as is_converted,
        grouped.is_first_converted,
        {%- for stage in stages() %}
        {{ days_between('first_touchpoints.happened_by_at', 'grouped.' ~ stage ~ '_by_at') }} as days_to_{{ stage }},
        {%- endfor %}

        ---------- where and who
        first_touchpoints.stage as start_stage,
        last_touchpoints.stage as last_stage,
        first_touchpoints.channel as start_channel,
        first_touchpoints.presence as start_presence,
        first_touchpoints.value_tier_at_event as value_tier_at_start
    from grouped
    inner join first_touchpoints on grouped.journey_id = first_touchpoints.journey_id
    inner join last_touchpoints on grouped.journey_id = last_touchpoints.journey_id

)

select * from final
