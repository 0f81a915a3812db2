-- Grain: one row is an outreach touchpoint: the company called or wrote of its own accord.
-- Before a lapse: the customer would stop being active within the look-back window unless they buy.

with touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

interactions as (

    select * from {{ ref('stg_crm__interactions') }}

),

orders as (

    select * from {{ ref('int_orders__valued') }}

),

contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

outreach as (

    select * from touchpoints
    where role = 'outreach'

),

-- A purchase keeps a customer active from its day on, a contract until its last day.
purchases as (

    select
        person_id,
        {{ happened_by('occurred_at', 'is_day_only') }} as purchased_by_at,
        occurred_on as purchased_on,
        occurred_on as keeps_from_on
    from orders
    where
        kind = 'sale'
        and not is_after_as_of
        and is_without_person is not true
    union all
    select
        person_id,
        {{ happened_by('started_at', 'is_started_day_only') }} as purchased_by_at,
        started_on as purchased_on,
        coalesce(last_on, date '9999-01-01') as keeps_from_on
    from contracts
    where
        not is_after_as_of
        and is_without_person is not true

),

judged as (

    select
        outreach.touchpoint_id,
        max(case when purchases.purchased_by_at < outreach.occurred_at then purchases.keeps_from_on end)
            as kept_from_on,
        min(case when purchases.purchased_by_at >= outreach.occurred_at then purchases.purchased_on end) as next_on
    from outreach
    inner join purchases on outreach.person_id = purchases.person_id
    group by outreach.touchpoint_id

),

lapsing as (

    select
        judged.touchpoint_id,
        judged.next_on,
        case
            when judged.kept_from_on < date '9999-01-01'
                then {{ lapses_on('judged.kept_from_on') }}
        end as lapse_on
    from judged
    cross join settings

),

final as (

    select
        ---------- ids
        outreach.touchpoint_id as outreach_id,
        outreach.person_id,

        ---------- what and where
        outreach.touchpoint,
        outreach.stage,
        outreach.corner,
        outreach.channel,
        outreach.presence,
        outreach.method,
        outreach.data_source,
        outreach.value_tier_at_event,

        ---------- what came of it
        {{ is_answered('interactions.answered') }} as is_answered,
        case when outreach.occurred_on < lapsing.lapse_on then lapsing.lapse_on end as lapse_on,
        coalesce(
            outreach.occurred_on < lapsing.lapse_on
            and {{ dates_apart('outreach.occurred_on', 'lapsing.lapse_on') }} <= settings.lookback_days
            and lapsing.lapse_on <= as_of.as_of_on,
            false
        ) as is_before_lapse,
        coalesce(outreach.occurred_on < lapsing.lapse_on and lapsing.next_on <= lapsing.lapse_on, false) as is_kept,

        ---------- timestamps
        outreach.occurred_at as reached_out_at,
        outreach.occurred_on as reached_out_on
    from outreach
    cross join settings
    cross join as_of
    left join interactions on outreach.touchpoint_id = interactions.interaction_event_key
    left join lapsing on outreach.touchpoint_id = lapsing.touchpoint_id

)

select * from final
