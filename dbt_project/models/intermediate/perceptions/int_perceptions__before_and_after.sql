-- Grain: one row is a person x day of an answer: what the person was to the company then, and what followed.
-- Before and after are `active_days` long, so that who stays is who is active that many days later.

with ratings as (

    select * from {{ ref('int_perceptions__ratings') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

contracts as (

    select * from {{ ref('fct_contracts') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

answered as (

    select distinct
        person_id,
        answered_on
    from ratings

),

moments as (

    select
        answered.person_id,
        answered.answered_on,
        settings.active_days,
        {{ days_later('answered.answered_on', 'settings.active_days') }} as until_on,
        {{ days_later('answered.answered_on', 'settings.active_days') }} <= as_of.as_of_on as is_observed
    from answered
    cross join settings
    cross join as_of

),

-- Everybody's orders by how they lie to the answer; who never ordered keeps a row without one.
ordered as (

    select
        moments.person_id,
        moments.answered_on,
        orders.kind = 'sale' as is_sale,
        orders.occurred_on <= moments.answered_on as is_past,
        orders.occurred_on <= moments.answered_on
        and {{ is_active('orders.occurred_on', 'moments.answered_on', 'moments.active_days') }} as is_before,
        orders.occurred_on > moments.answered_on and orders.occurred_on <= moments.until_on as is_after,
        orders.revenue,
        orders.margin,
        orders.costed_revenue
    from moments
    left join orders on moments.person_id = orders.person_id

),

bought as (

    select
        person_id,
        answered_on,
        coalesce(bool_or(is_sale and is_past), false) as has_bought,
        coalesce(bool_or(is_sale and is_before), false) as bought_before,
        coalesce(bool_or(is_sale and is_after), false) as bought_after,
        sum(case when is_before then revenue else 0 end) as prior_revenue,
        sum(case when is_after then coalesce(revenue, 0) else 0 end) as later_revenue,
        sum(case when is_after then coalesce(margin, 0) else 0 end) as later_margin,
        sum(case when is_after then coalesce(costed_revenue, 0) else 0 end) as later_costed_revenue
    from ordered
    group by person_id, answered_on

),

contracted as (

    select
        moments.person_id,
        moments.answered_on,
        bool_or(contracts.started_on <= moments.answered_on) as had_contract,
        bool_or(
            contracts.started_on <= moments.answered_on
            and coalesce({{ is_active('contracts.ended_on', 'moments.answered_on', 'moments.active_days') }}, true)
        ) as ran_before,
        bool_or(
            contracts.started_on <= moments.until_on
            and coalesce(contracts.ended_on > moments.answered_on, true)
        ) as ran_after
    from moments
    inner join contracts on moments.person_id = contracts.person_id
    group by moments.person_id, moments.answered_on

),

final as (

    select
        moments.person_id,
        moments.answered_on,
        moments.is_observed,
        greatest({{ dates_apart('people.first_seen_on', 'moments.answered_on') }}, 0) as tenure_days,
        coalesce(bought.has_bought or coalesce(contracted.had_contract, false), false) as is_customer,
        bought.bought_before or coalesce(contracted.ran_before, false) as is_active_before,
        bought.bought_after or coalesce(contracted.ran_after, false) as is_active_after,
        cast(coalesce(bought.prior_revenue, 0) as double) as prior_revenue,
        cast(coalesce(bought.later_revenue, 0) as double) as later_revenue,
        cast(coalesce(bought.later_margin, 0) as double) as later_margin,
        cast(coalesce(bought.later_costed_revenue, 0) as double) as later_costed_revenue,
        months_before.tier_start as tier_before,
        months_after.tier_start as tier_after
    from moments
    inner join bought
        on
            moments.person_id = bought.person_id
            and moments.answered_on = bought.answered_on
    left join contracted
        on
            moments.person_id = contracted.person_id
            and moments.answered_on = contracted.answered_on
    left join people on moments.person_id = people.person_id
    left join months as months_before
        on
            moments.person_id = months_before.person_id
            and cast(date_trunc('month', moments.answered_on) as date) = months_before.month_on
    left join months as months_after
        on
            moments.person_id = months_after.person_id
            and cast(date_trunc('month', moments.until_on) as date) = months_after.month_on

)

select * from final
