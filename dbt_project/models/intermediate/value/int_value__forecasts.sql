-- Grain: one row is a time window x customer without a contract: what each model expects, and what happened.

with histories as (

    select * from {{ ref('int_value__histories') }}

),

windows as (

    select * from {{ ref('int_value__windows') }}

),

scores as (

    select * from {{ ref('int_value__scores') }}

),

fits as (

    select * from {{ ref('int_value__fits') }}

),

spending as (

    select
        time_window,
        max(case when name = 'p' then value end) as p,
        max(case when name = 'q' then value end) as q,
        max(case when name = 'gamma' then value end) as gamma
    from fits
    where value_model = 'gamma_gamma' and kind = 'parameter'
    group by time_window

),

-- Where spend cannot be modelled, a customer's own mean, else everybody's.
means as (

    select
        time_window,
        sum(cast(purchase_worth as double)) / nullif(sum(valued_purchases), 0) as mean_worth
    from histories
    group by time_window

),

expected as (

    select
        histories.*,
        windows.kept_share,
        drops.p_alive,
        drops.expected_purchases,
        may_drop.p_alive as mbg_p_alive,
        may_drop.expected_purchases as mbg_purchases,
        dies.expected_purchases as pareto_purchases,
        case
            when spending.p is not null
                -- Gamma-Gamma: (gamma + x m) p / (p x + q - 1). What was had for nothing counts in x, and lowers m.
                then
                    (spending.gamma + histories.repeat_worth) * spending.p
                    / (spending.p * histories.valued_repeats + spending.q - 1)
            else coalesce(
                cast(histories.purchase_worth as double) / nullif(histories.valued_purchases, 0), means.mean_worth, 0
            )
        end as expected_spend,
        case when spending.p is not null then 'gamma_gamma' else 'own_mean' end as spend_model
    from histories
    inner join windows on histories.time_window = windows.time_window
    inner join means on histories.time_window = means.time_window
    left join spending on histories.time_window = spending.time_window
    left join scores as drops
        on
            histories.time_window = drops.time_window
            and histories.repeats = drops.repeats
            and histories.recency_days = drops.recency_days
            and histories.age_days = drops.age_days
            and drops.value_model = 'bg_nbd'
    left join scores as may_drop
        on
            histories.time_window = may_drop.time_window
            and histories.repeats = may_drop.repeats
            and histories.recency_days = may_drop.recency_days
            and histories.age_days = may_drop.age_days
            and may_drop.value_model = 'mbg_nbd'
    left join scores as dies
        on
            histories.time_window = dies.time_window
            and histories.repeats = dies.repeats
            and histories.recency_days = dies.recency_days
            and histories.age_days = dies.age_days
            and dies.value_model = 'pareto_nbd'

),

final as (

    select
        time_window,
        person_id,
        repeats,
        recency_days,
        age_days,
        valued_repeats,
        cast(
            case when valued_repeats > 0 then cast(repeat_worth as double) / valued_repeats else 0 end as double
        ) as mean_spend,
        p_alive,
        expected_purchases,
        mbg_p_alive,
        mbg_purchases,
        pareto_purchases,
        cast(recent_repeats as double) as naive_purchases,
        spend_model,
        cast(expected_spend * kept_share as double) as expected_spend,
        cast(expected_purchases * expected_spend * kept_share as double) as expected_revenue,
        cast(mbg_purchases * expected_spend * kept_share as double) as mbg_revenue,
        cast(pareto_purchases * expected_spend * kept_share as double) as pareto_revenue,
        cast(cast(recent_worth as double) * kept_share as double) as naive_revenue,
        kept_share,
        cast(later_purchases as double) as later_purchases,
        cast(later_revenue as double) as later_revenue
    from expected

)

select * from final
