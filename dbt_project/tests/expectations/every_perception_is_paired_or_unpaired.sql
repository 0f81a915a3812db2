-- Reconciliation: perception answers with a value = rows of the gaps = perception answers in the mart of answers, and
-- their sum of values is the same.

{{ config(meta={'dagster': {'ref': {'name': 'fct_expectation_gaps'}}}) }}

with perceptions as (

    select
        count(*) as n_answers,
        coalesce(sum(value), 0) as total
    from {{ ref('int_surveys__answers') }}
    where construct = 'perception' and value is not null

),

answers as (

    select count(*) as n_answers
    from {{ ref('fct_survey_answers') }}
    where construct = 'perception' and value is not null

),

gaps as (

    select
        sum(case when is_paired then 1 else 0 end) as paired,
        sum(case when is_paired then 0 else 1 end) as unpaired,
        coalesce(sum(perception), 0) as total
    from {{ ref('fct_expectation_gaps') }}

),

final as (

    select
        perceptions.n_answers,
        answers.n_answers as n_answers_of_mart,
        coalesce(gaps.paired, 0) as paired,
        coalesce(gaps.unpaired, 0) as unpaired,
        perceptions.total,
        gaps.total as total_of_gaps
    from perceptions
    cross join answers
    cross join gaps

)

select * from final
where
    n_answers <> paired + unpaired
    or n_answers <> n_answers_of_mart
    or abs(total - total_of_gaps) > 0.000001
