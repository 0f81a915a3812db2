-- Grain: one row is a response as the survey holds it, answered or blank: one respondent, one wave, one occasion.

with respondents as (

    select *
    from {{ ref('int_surveys__respondents') }}
    where not is_after_as_of

),

answer_meanings as (

    select * from {{ ref('int_surveys__answer_meanings') }}

),

meanings as (

    select * from {{ ref('int_surveys__meanings') }}

),

-- A survey of several waves may ask other questions in each: what no respondent answered in a wave was not asked in it.
survey_waves as (

    select
        survey_id,
        count(distinct coalesce(wave, '')) as n_waves
    from respondents
    group by survey_id

),

asked_by_wave as (

    select
        respondents.survey_id,
        coalesce(respondents.wave, '') as wave,
        count(distinct meanings.question_to_complete) as n_questions
    from answer_meanings
    inner join meanings on answer_meanings.meaning_key = meanings.meaning_key
    inner join respondents on answer_meanings.response_key = respondents.response_key
    inner join survey_waves on respondents.survey_id = survey_waves.survey_id
    where survey_waves.n_waves > 1
    group by respondents.survey_id, coalesce(respondents.wave, '')

),

questions as (

    select
        survey_id,
        count(distinct asked_as) as n_questions
    from {{ ref('int_surveys__questions') }}
    where is_to_complete
    group by survey_id

),

-- A code for "does not apply" is an answer, too; a text that no codebook row explains was given all the same.
counted as (

    select
        answer_meanings.response_key,
        count(*) as n_given,
        sum(case when meanings.is_question_answered then 1 else 0 end) as n_answered
    from answer_meanings
    inner join meanings on answer_meanings.meaning_key = meanings.meaning_key
    group by answer_meanings.response_key

),

-- Questions that have a column a choice are answered where any of their columns is.
answered_by_columns as (

    select
        answer_meanings.response_key,
        count(distinct meanings.question_to_complete) as n_answered
    from answer_meanings
    inner join meanings on answer_meanings.meaning_key = meanings.meaning_key
    where meanings.question_to_complete is not null and not meanings.is_question_answered and meanings.nth_in_cell = 1
    group by answer_meanings.response_key

),

-- Where a survey holds responses without any answer, it names those who were asked and said nothing.
blanks as (

    select distinct respondents.survey_id
    from respondents
    left join counted on respondents.response_key = counted.response_key
    where counted.response_key is null

),

counts as (

    select
        respondents.response_key,
        counted.response_key is not null as is_answered,
        coalesce(counted.n_answered, 0) + coalesce(answered_by_columns.n_answered, 0) as n_answered,
        coalesce(asked_by_wave.n_questions, questions.n_questions, 0) as n_questions
    from respondents
    left join counted on respondents.response_key = counted.response_key
    left join answered_by_columns on respondents.response_key = answered_by_columns.response_key
    left join questions on respondents.survey_id = questions.survey_id
    left join asked_by_wave
        on
            respondents.survey_id = asked_by_wave.survey_id
            and coalesce(respondents.wave, '') = asked_by_wave.wave

),

final as (

    select
        ---------- ids
        respondents.response_key as response_id,
        respondents.person_id,
        respondents.survey_id,

        ---------- what came back
        counts.is_answered,
        cast(counts.n_answered as integer) as n_answered,
        cast(counts.n_questions as integer) as n_questions,
        counts.n_questions > 0 and counts.n_answered >= counts.n_questions as is_complete,
        blanks.survey_id is not null as is_silence_known,

        ---------- when and where
        respondents.answered_at,
        respondents.answered_on,
        respondents.wave,
        respondents.survey_language,
        respondents.value_tier_at_event
    from respondents
    inner join counts on respondents.response_key = counts.response_key
    left join blanks on respondents.survey_id = blanks.survey_id

)

select * from final
