-- Words for no answer (NA, -, null) among the comments of a question, where they are frequent.
-- A warning, not an error: what a dash means only the company knows, and until survey_values.csv says that it is missing
-- it counts as a comment; but numbers of comments with many of them are not to be trusted.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_comment_topics'}}}) }}

with meanings as (

    select *
    from {{ ref('int_survey__meanings') }}
    where construct = 'comment' and fate = 'kept' and not is_missing

),

counted as (

    select
        survey_id,
        question_id,
        sum(n_answers) as n_comments,
        sum(case when {{ says_nothing('answer_text') }} then n_answers else 0 end) as n_say_nothing
    from meanings
    group by survey_id, question_id

),

final as (

    select *
    from counted
    where n_say_nothing >= 5 or (n_say_nothing > 0 and n_say_nothing >= 0.02 * n_comments)

)

select * from final
