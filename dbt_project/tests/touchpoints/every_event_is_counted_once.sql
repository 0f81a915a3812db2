-- Events that staging kept or set aside = touchpoints + events after as_of + unmapped + undated + set aside,
-- counted from staging on one side and from the marts and the totals on the other.

{{ config(meta={'dagster': {'ref': {'name': 'fct_touchpoints'}}}) }}

with staged_rows as (

    select count(*) as n_rows from {{ ref('stg_crm__orders') }}
    union all
    select count(*) as n_rows from {{ ref('stg_crm__contacts') }}
    union all
    select count(*) as n_rows from {{ ref('stg_crm__interactions') }}
    union all
    select count(*) as n_rows
    from {{ ref('base_web__events') }}
    where
        _disposition_reason in ({{ reason('program') }}, {{ reason('internal_traffic') }})
        and event_type in ('page', 'screen', 'track')
    union all
    select count(*) as n_rows from {{ ref('stg_survey__responses') }}
    union all
    select count(started_at) + count(ended_at) as n_rows from {{ ref('stg_crm__contracts') }}
    union all
    select count(*) as n_rows from {{ ref('stg_crm__leads') }}
    union all
    select count(*) as n_rows
    from {{ ref('stg_crm__deals') }}
    where deal_state <> 'open'
    union all
    select count(*) as n_rows from {{ ref('stg_web__events') }}
    union all
    select count(*) + sum(case when is_solved then 1 else 0 end) as n_rows from {{ ref('stg_service__tickets') }}
    union all
    select count(*) as n_rows
    from {{ ref('stg_social__mentions') }}
    where is_own_brand

),

counted_rows as (

    select count(*) as n_rows from {{ ref('fct_touchpoints') }}
    union all
    select count(*) as n_rows
    from {{ ref('int_touchpoints__events') }}
    where disposition <> 'touchpoint' or is_after_as_of

),

totals as (

    select
        (select sum(n_rows) from staged_rows) as n_staged,
        (select sum(n_rows) from counted_rows) as n_counted

)

select *
from totals
where n_staged <> n_counted
