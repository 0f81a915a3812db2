-- Grain: one row is a web session: a device's web events without a silence of more than session_minutes.

with sessions as (

    select * from {{ ref('int_touchpoints__sessions') }}

),

touchpoints as (

    select * from {{ ref('int_touchpoints__mapped') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

purchases as (

    select
        touchpoint_id,
        person_id,
        occurred_at,
        {{ business_day('occurred_at') }} as occurred_on,
        coalesce(is_day_only, false) as is_day_only
    from touchpoints
    where role = 'purchase'

),

dated as (

    select
        *,
        {{ business_day('started_at') }} as started_on
    from sessions

),

-- Where only the day of one of them is known, the purchase was made in the last session that began on that day.
purchasing_by_day as (

    {% for dayed, other in [('purchases', 'dated'), ('dated', 'purchases')] %}
    select
        dated.session_id,
        dated.started_at,
        purchases.touchpoint_id
    from dated
    inner join purchases
        on
            dated.person_id = purchases.person_id
            and dated.started_on = purchases.occurred_on
    where
        {{ dayed }}.is_day_only
        {%- if not loop.first %}
        and not {{ other }}.is_day_only
        {%- endif %}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

last_of_day as (

    select session_id
    from purchasing_by_day
    qualify row_number() over (
        partition by touchpoint_id
        order by started_at desc, session_id asc
    ) = 1

),

-- Orders come from the shop's own system more often than from the site: what counts is when the person bought.
purchasing as (

    select dated.session_id
    from dated
    cross join settings
    inner join purchases
        on
            dated.person_id = purchases.person_id
            and dated.started_at <= purchases.occurred_at
            and {{ minutes_between('dated.ended_at', 'purchases.occurred_at') }} <= settings.session_minutes
    where
        not purchases.is_day_only
        and not dated.is_day_only
    union
    select session_id
    from last_of_day

),

final as (

    select
        ---------- ids
        dated.session_id,
        dated.person_id,

        ---------- timestamps
        dated.started_at,
        dated.started_on,
        dated.ended_at,

        ---------- measures
        {{ minutes_between('dated.started_at', 'dated.ended_at') }} as minutes,
        cast(dated.events as bigint) as events,
        cast(dated.touchpoints as bigint) as touchpoints,
        cast(dated.pages as bigint) as pages,
        purchasing.session_id is not null as has_purchase,

        ---------- where and who
        dated.channel,
        dated.presence,
        dated.method,
        dated.campaign,
        dated.data_source,
        customer_months.tier_start as value_tier_at_event
    from dated
    left join purchasing on dated.session_id = purchasing.session_id
    left join customer_months
        on
            dated.person_id = customer_months.person_id
            and cast(date_trunc('month', dated.started_on) as date) = customer_months.month_on

)

select * from final
