-- Reconciliation: answers in staging = answers in the mart + unmapped + unreadable + out of scale + after as_of.

{{ config(meta={'dagster': {'ref': {'name': 'fct_survey_answers'}}}) }}

with staged as (

    select count(*) as n_answers
    from {{ ref('stg_survey__answers') }}

),

mart as (

    select count(*) as n_answers
    from {{ ref('fct_survey_answers') }}

),

unmapped as (

    select coalesce(sum(n_rows), 0) as n_answers
    from {{ ref('int_survey__unmapped_questions') }}

),

left_out as (

    select count(*) as n_answers
    from {{ ref('int_survey__judged_answers') }}
    where fate in ('unreadable', 'out_of_scale', 'after_as_of')

),

final as (

    select
        staged.n_answers as staged,
        mart.n_answers as in_mart,
        unmapped.n_answers as unmapped,
        left_out.n_answers as left_out
    from staged
    cross join mart
    cross join unmapped
    cross join left_out

)

select * from final
where staged <> in_mart + unmapped + left_out
