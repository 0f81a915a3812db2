-- Grain: one row is a person x month x movement x corner with a share in it; `unattributed` where no corner has one.
-- Every touch of the look-back window before the deciding moment has the same share, and so has every touchpoint in it.

with movements as (

    select * from {{ ref('int_growth__movements') }}

),

touchpoints as (

    select
        touchpoint_id,
        person_id,
        coalesce(session_id, touchpoint_id) as touch_id,
        corner,
        occurred_at,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('int_touchpoints__mapped') }}
    where
        corner is not null
        and {{ may_earn_credit('role', 'event') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

reached as (

    select
        movements.movement_id,
        touchpoints.touch_id,
        touchpoints.corner,
        count(*) as touchpoints
    from movements
    cross join settings
    inner join touchpoints
        on
            movements.person_id = touchpoints.person_id
            and movements.decided_at > touchpoints.occurred_at
            and {{ days_between('touchpoints.happened_by_at', 'movements.decided_at') }} <= settings.lookback_days
    group by movements.movement_id, touchpoints.touch_id, touchpoints.corner

),

split_touches as (

    select
        movement_id,
        corner,
        touchpoints / cast(sum(touchpoints) over (partition by movement_id, touch_id) as double) as touch_share
    from reached

),

corners as (

    select
        movement_id,
        corner,
        {{ exact_sum('touch_share') }} as touches
    from split_touches
    group by movement_id, corner

),

shares as (

    select
        movement_id,
        corner,
        touches,
        touches / {{ exact_sum('touches', over='partition by movement_id') }} as share
    from corners

),

final as (

    select
        {{ surrogate_key(["'growth'", 'movements.movement_id', 'shares.corner']) }} as growth_credit_id,
        movements.person_id,
        movements.month_on,
        movements.movement,
        coalesce(shares.corner, 'unattributed') as corner,
        movements.n * coalesce(shares.share, cast(1 as double)) as credit,
        coalesce(shares.touches, cast(0 as double)) as touches,
        movements.tier_start
    from movements
    left join shares on movements.movement_id = shares.movement_id

)

select * from final
