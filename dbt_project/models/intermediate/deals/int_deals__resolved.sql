-- Grain: one row is a lead or a deal that was created up to the present, with its person, account and channel, and
-- its state at as_of. Leads and deals come alike from the CRM, and what is known of them follows the same rules.

with deals as (

    select * from {{ ref('stg_crm__deals') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

channels as (

    select * from {{ ref('stg_mappings__channels') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

unioned as (

    select
        'deal' as kind,
        deal_key as record_key,
        data_source,
        identifier_key,
        account_key,
        crm_stage,
        deal_state as stated_state,
        amount,
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium,
        created_at,
        closed_at
    from deals
    union all
    select
        'lead' as kind,
        lead_key as record_key,
        data_source,
        identifier_key,
        account_key,
        crm_stage,
        lead_state as stated_state,
        amount,
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium,
        created_at,
        closed_at
    from leads

),

-- What is closed after the present is still open. The date of an open one is the day on which it is expected to close.
present as (

    select
        unioned.*,
        case
            when unioned.closed_at >= as_of.as_of_ends_at then 'open'
            else unioned.stated_state
        end as state
    from unioned
    cross join as_of
    where unioned.created_at < as_of.as_of_ends_at

),

combinations as (

    select distinct
        data_source,
        utm_source,
        utm_medium
    from present

),

matched as (

    {{ channels_of_combinations(['channel']) }}

),

dated as (

    select
        *,
        {{ business_day('created_at') }} as created_on,
        case when state <> 'open' then {{ business_day('closed_at') }} end as closed_on
    from present

),

final as (

    select
        dated.kind,
        dated.record_key,
        -- A filler, or an identifier that many share, is nobody in particular.
        case
            when not coalesce(identifiers.is_guarded, false)
                then coalesce(actors.account_key, identifiers.person_id)
        end as person_id,
        dated.account_key,
        dated.data_source,
        dated.crm_stage,
        dated.state,
        dated.amount,
        matched.channel,
        dated.created_at,
        dated.created_on,
        case when dated.state <> 'open' then dated.closed_at end as closed_at,
        dated.closed_on,
        -- Days of two zones: what closed on the day of its creation in the source's zone may have done so on the day
        -- before in the company's. It took no time, not less than none.
        case
            when dated.closed_on is not null
                then greatest({{ dates_apart('dated.created_on', 'dated.closed_on') }}, 0)
        end as days_to_close
    from dated
    left join identifiers on dated.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'dated.created_at') }}
    left join matched
        on
            dated.data_source = matched.data_source
            and dated.utm_source is not distinct from matched.utm_source
            and dated.utm_medium is not distinct from matched.utm_medium

)

select * from final
