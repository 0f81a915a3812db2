-- Grain: one row is a kind of hand-off x from where x to where x value tier when it was received (`all` is everybody).

{%- set tiers = ["'all'", "coalesce(value_tier_at_event, 'none')"] %}

with events as (

    select * from {{ ref('fct_handoff_events') }}

),

sliced as (

    {%- for tier in tiers %}
    select
        *,
        {{ tier }} as tier
    from events
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

counted as (

    select
        handoff_kind,
        handed_from,
        handed_to,
        tier,
        count(*) as n,
        count(distinct person_id) as people,
        {{ quantile('waiting_days', 0.5) }} as waiting_days_median,
        {{ quantile('waiting_days', 0.9) }} as waiting_days_p90,
        sum(case when is_repeat_observed then 1 else 0 end) as repeat_observed,
        sum(case when is_repeat_observed and has_repeat_contact then 1 else 0 end) as repeat_contacts,
        sum(case when is_loss_observed then 1 else 0 end) as loss_observed,
        sum(case when is_lost then 1 else 0 end) as lost,
        sum(perceptions) as perceptions,
        {{ exact_sum('perception_sum') }} as perception_sum
    from sliced
    group by handoff_kind, handed_from, handed_to, tier

),

final as (

    select
        {{ surrogate_key(["'handoffs'", 'handoff_kind', 'handed_from', 'handed_to', 'tier']) }} as handoffs_id,
        handoff_kind,
        handed_from,
        handed_to,
        tier,
        cast(n as integer) as n,
        cast(people as integer) as people,
        waiting_days_median,
        waiting_days_p90,
        cast(repeat_observed as integer) as repeat_observed,
        repeat_contacts / nullif(cast(repeat_observed as double), 0) as repeat_contact_share,
        cast(loss_observed as integer) as loss_observed,
        lost / nullif(cast(loss_observed as double), 0) as loss_share,
        cast(perceptions as integer) as perceptions,
        perception_sum / nullif(cast(perceptions as double), 0) as perception_after
    from counted

)

select * from final
