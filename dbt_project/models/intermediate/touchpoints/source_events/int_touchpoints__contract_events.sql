-- Grain: one row is a contract's beginning or its end, as an event.

with contracts as (

    select * from {{ ref('stg_crm__contracts') }}

),

beginnings as (

    select
        {{ surrogate_key(["'contract start'", 'contract_key']) }} as event_key,
        data_source,
        'contract_started' as event,
        started_at as occurred_at,
        is_started_day_only as is_day_only,
        identifier_key,
        cast(amount_per_month_reporting as decimal(18, 4)) as amount,
        source_file,
        source_line
    from contracts

),

ends as (

    select
        {{ surrogate_key(["'contract end'", 'contract_key']) }} as event_key,
        data_source,
        'contract_ended' as event,
        ended_at as occurred_at,
        is_ended_day_only as is_day_only,
        identifier_key,
        cast(amount_per_month_reporting as decimal(18, 4)) as amount,
        source_file,
        source_line
    from contracts
    where ended_at is not null

),

final as (

    select
        {{ event_columns(stated=['amount']) }}
    from beginnings
    union all
    select
        {{ event_columns(stated=['amount']) }}
    from ends

)

select * from final
