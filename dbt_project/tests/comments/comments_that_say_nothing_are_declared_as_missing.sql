-- Words for no answer (NA, -, null) among the comments of a question, where they are frequent.
-- A warning, not an error: what a dash means only the company knows, and until survey_values.csv says that it is
-- missing it counts as a comment; but numbers of comments with many of them are not to be trusted.
{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'fct_comment_topics'}}}) }}

with meanings as (

    select *
    from {{ ref('int_surveys__meanings') }}
    where construct = 'comment' and disposition = 'kept' and not is_missing

),

texts as (

    select * from {{ ref('int_surveys__texts') }}

),

counted as (

    select
        meanings.survey_id,
        meanings.question_id,
        sum(texts.n_answers) as n_comments,
        sum(case when {{ says_nothing('texts.answer_text') }} then texts.n_answers else 0 end) as n_say_nothing
    from meanings
    inner join texts
        on
            meanings.survey_id = texts.survey_id
            and meanings.question_id = texts.question_id
            and meanings.cell_text = texts.cell_text
    group by meanings.survey_id, meanings.question_id

),

final as (

    select *
    from counted
    where n_say_nothing >= 5 or (n_say_nothing > 0 and n_say_nothing >= 0.02 * n_comments)

)

select * from final
