-- Grain: one row is a subject of perception x measure of it x what customers did later.

with effects as (

    select * from {{ ref('int_perceptions__effects') }}

),

tolerances as (

    select * from {{ ref('int_perceptions__tolerances') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- The value at stake is in one row of a subject: staying, by whether one was below tolerance.
placed as (

    select
        effects.*,
        effects.measure = 'below tolerance' and effects.later_outcome = 'retained' as is_stake
    from effects

),

final as (

    select
        ---------- ids
        {{ surrogate_key([
            "'perception and growth'", 'placed.subject_kind', 'placed.subject', 'placed.measure', 'placed.later_outcome'
        ]) }} as perception_growth_id,

        ---------- what is compared
        cast(placed.subject_kind as varchar) as growth_subject_kind,
        cast(placed.subject as varchar) as growth_subject,
        coalesce(interactions.label, cast(placed.subject as varchar)) as growth_subject_label,
        coalesce(interactions.is_critical, false) as is_critical,
        cast(placed.measure as varchar) as perception_measure,
        cast(placed.later_outcome as varchar) as later_outcome,

        ---------- the difference
        cast(placed.answers as bigint) as answers,
        cast(placed.people as bigint) as people,
        cast(placed.people_below as bigint) as people_below,
        cast(placed.people_above as bigint) as people_above,
        placed.difference,
        placed.low,
        placed.high,
        placed.unadjusted,
        placed.p_value,
        placed.q_value,
        cast(case when placed.q_value is not null then placed.is_significant end as boolean) as is_significant,
        placed.mean_below,
        placed.mean_above,
        cast(placed.refused_reason as varchar) as refused_reason,

        ---------- what is at stake
        case when placed.is_stake then cast(coalesce(tolerances.customers_rated, 0) as bigint) end as customers_rated,
        case when placed.is_stake then cast(coalesce(tolerances.customers_below, 0) as bigint) end as customers_below,
        case
            when placed.is_stake
                then cast(
                    least(tolerances.customers_below, tolerances.customers_rated - tolerances.customers_below) as bigint
                )
        end as customers_on_smaller_side,
        case
            when placed.is_stake and tolerances.customers_rated > 0
                then cast(tolerances.customers_below as double) / tolerances.customers_rated
        end as share_below,
        case
            when placed.is_stake and tolerances.customers_rated > 0
                then {{ wilson_bound('tolerances.customers_below', 'tolerances.customers_rated', '-') }}
        end as share_below_low,
        case
            when placed.is_stake and tolerances.customers_rated > 0
                then {{ wilson_bound('tolerances.customers_below', 'tolerances.customers_rated', '+') }}
        end as share_below_high,
        placed.worth,
        case when placed.is_stake then cast(placed.worth_in as varchar) end as worth_in,
        case when placed.is_stake then placed.stake_each * coalesce(tolerances.customers_below, 0) end
            as value_at_stake,
        case when placed.is_stake then placed.stake_each_low * coalesce(tolerances.customers_below, 0) end
            as value_at_stake_low,
        case when placed.is_stake then placed.stake_each_high * coalesce(tolerances.customers_below, 0) end
            as value_at_stake_high,
        case
            when not placed.is_stake or placed.q_value is null then null
            when placed.is_significant and placed.difference < 0 then 'at stake'
            when placed.is_significant then 'not at stake'
            else 'not proven'
        end as stake_status,
        case when placed.is_stake then cast(placed.refused_reason as varchar) end as stake_refused_reason,
        settings.active_days as days_observed,

        ---------- timestamps
        as_of.as_of_on as calculated_on
    from placed
    cross join settings
    cross join as_of
    left join tolerances
        on
            placed.subject_kind = tolerances.subject_kind
            and placed.subject = tolerances.subject
    left join interactions
        on
            placed.subject_kind = 'interaction'
            and placed.subject = interactions.interaction

)

select * from final
