-- Grain: one row, the business day that every state refers to.
-- Where cx.yml pins no day, it is the day of the newest valid event that is not later than the load that brought it:
-- a clock set wrong in one source must not move the present.

with settings as (

    select * from {{ ref('stg_config__settings') }}

),

facts as (

    select * from {{ ref('int_company__facts') }}

),

loads as (

    select * from {{ source('ledger', 'loads') }}

),

runs as (

    select * from {{ source('raw_config', 'runs') }}

),

newest as (

    select max(facts.occurred_at) as occurred_at
    from facts
    inner join loads on facts.load_id = loads.load_id
    where facts.occurred_at <= loads.loaded_at

),

chosen as (

    select
        coalesce(
            settings.as_of,
            {{ business_day('newest.occurred_at') }},
            {{ business_day('runs.loaded_at') }}
        ) as as_of_on,
        settings.as_of is not null as is_pinned
    from settings
    cross join newest
    cross join runs

),

final as (

    select
        as_of_on,
        {{ business_day_start("as_of_on + interval '1 day'") }} as as_of_ends_at,
        is_pinned
    from chosen

)

select * from final
