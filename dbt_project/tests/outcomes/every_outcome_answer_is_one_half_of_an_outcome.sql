-- Reconciliation: outcome answers with a value, one per response, outcome and half = the halves of fct_outcomes.

{{ config(meta={'dagster': {'ref': {'name': 'fct_outcomes'}}}) }}

with answers as (

    select distinct
        response_key,
        item,
        construct
    from {{ ref('int_surveys__answers') }}
    where
        construct in ('outcome_importance', 'outcome_satisfaction')
        and value is not null

),

given as (

    select
        coalesce(sum(case when construct = 'outcome_importance' then 1 else 0 end), 0) as importances,
        coalesce(sum(case when construct = 'outcome_satisfaction' then 1 else 0 end), 0) as satisfactions
    from answers

),

mart as (

    select
        count(importance) as importances,
        count(satisfaction) as satisfactions
    from {{ ref('fct_outcomes') }}

),

final as (

    select
        given.importances as given_importances,
        mart.importances as mart_importances,
        given.satisfactions as given_satisfactions,
        mart.satisfactions as mart_satisfactions
    from given
    cross join mart

)

select * from final
where
    given_importances <> mart_importances
    or given_satisfactions <> mart_satisfactions
