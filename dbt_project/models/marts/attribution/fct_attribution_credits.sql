-- Grain: one row is a conversion x touchpoint x rule-based model; only touchpoints with credit have rows.
-- A conversion without a touch in the window has one row a model, channel `unattributed`.

{%- set models = attribution_rules() %}

with conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

touches as (

    select *
    from {{ ref('int_attribution__touches') }}
    where outcome = 'converted'

),

touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

content as (

    select
        event_key,
        content_group,
        topic
    from {{ ref('int_content__events') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

placed as (

    select
        *,
        -- The last touch that is not direct; the last one of all where every touch is.
        touch_number = max(case when is_direct then 0 else touch_number end) over (partition by conversion_id)
        or (
            max(case when is_direct then 0 else 1 end) over (partition by conversion_id) = 0
            and touch_number = touches_in_path
        ) as is_last_non_direct,
        -- Half-lives between the nearest touch and this one: only their differences count.
        {{ days_between('touched_at', 'max(touched_at) over (partition by conversion_id)') }} as days_before_nearest
    from touches

),

-- What a touch earns before its share is taken of all touches of the conversion.
weighted as (

    select
        placed.*,
        case when placed.touch_number = 1 then 1.0 else 0.0 end as weight_first,
        case when placed.touch_number = placed.touches_in_path then 1.0 else 0.0 end as weight_last,
        case when placed.is_last_non_direct then 1.0 else 0.0 end as weight_last_non_direct,
        1.0 as weight_linear,
        case
            when
                placed.touches_in_path = 1
                or (placed.touches_in_path = 2 and settings.position_first + settings.position_last = 0)
                then 1.0
            when placed.touch_number = 1 then settings.position_first
            when placed.touch_number = placed.touches_in_path then settings.position_last
            else settings.position_middle / (placed.touches_in_path - 2)
        end as weight_position,
        power(2.0, -placed.days_before_nearest / settings.half_life_days) as weight_time_decay
    from placed
    cross join settings

),

-- First and last credit the touchpoint at that end of the visit, the others all touchpoints of a visit alike.
shared as (

    {%- for model in models %}
    select
        conversion_id,
        touchpoint_id,
        '{{ model }}' as model,
        days_before,
        weight_{{ model }}
        {%- if model == 'first' %}
        * case when is_first_of_touch then 1 else 0 end
        {%- elif model in ('last', 'last_non_direct') %}
        * case when is_last_of_touch then 1 else 0 end
        {%- else %}
        / touchpoints_in_touch
        {%- endif %} as weight
    from weighted
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

credited as (

    select
        conversion_id,
        touchpoint_id,
        model,
        days_before,
        cast(weight as double) / {{ exact_sum('weight', over='partition by conversion_id, model') }} as credit
    from shared

),

untouched as (

    {%- for model in models %}
    select
        conversions.conversion_id,
        '{{ model }}' as model
    from conversions
    left join touches on conversions.conversion_id = touches.conversion_id
    where touches.conversion_id is null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

credits as (

    select
        conversion_id,
        touchpoint_id,
        model,
        days_before,
        credit
    from credited
    where credit > 0
    union all
    select
        conversion_id,
        cast(null as bigint) as touchpoint_id,
        model,
        cast(null as double) as days_before,
        cast(1 as double) as credit
    from untouched

),

final as (

    select
        ---------- ids
        {{ surrogate_key(["'credit'", 'credits.conversion_id', 'credits.touchpoint_id', 'credits.model']) }}
            as credit_id,
        credits.conversion_id,
        credits.touchpoint_id,
        conversions.person_id,

        ---------- what is credited
        credits.model,
        conversions.conversion,
        credits.credit,
        credits.credit * cast(conversions.revenue as double) as credited_revenue,

        ---------- to what
        case
            when credits.touchpoint_id is null then 'unattributed'
            else coalesce(touchpoints.channel, 'unmapped')
        end as channel,
        touchpoints.presence,
        touchpoints.method,
        touchpoints.campaign,
        case
            when credits.touchpoint_id is null then 'unattributed'
            else coalesce(touchpoints.corner, 'unmapped')
        end as corner,
        touchpoints.stage,
        touchpoints.touchpoint,
        content.content_group,
        content.topic,

        ---------- timestamps
        conversions.converted_at,
        conversions.converted_on,
        touchpoints.occurred_at as touched_at,
        credits.days_before
    from credits
    inner join conversions on credits.conversion_id = conversions.conversion_id
    left join touchpoints on credits.touchpoint_id = touchpoints.touchpoint_id
    left join content on credits.touchpoint_id = content.event_key

)

select * from final
