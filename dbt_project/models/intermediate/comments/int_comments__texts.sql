-- Grain: one row is a comment of a survey, or a public mention of the own brand that has a text. Texts stay in here.

with answers as (

    select *
    from {{ ref('fct_survey_answers') }}
    where construct = 'comment' and not is_missing

),

texts as (

    select * from {{ ref('stg_survey__answers') }}

),

mentions as (

    select * from {{ ref('fct_mentions') }}

),

mention_texts as (

    select * from {{ ref('stg_social__mentions') }}

),

final as (

    select
        answers.answer_id as comment_id,
        'survey' as told_in,
        answers.person_id,
        answers.respondent_person_id,
        cast(null as varchar) as author,
        texts.answer_text as comment_text
    from answers
    inner join texts
        on
            answers.response_id = texts.response_key
            and answers.question_id = texts.question_id
    where trim(texts.answer_text) <> ''
    union all
    select
        mentions.mention_id as comment_id,
        'mention' as told_in,
        -- An unknown author counts as a person of their own.
        coalesce(mentions.person_id, mentions.mention_id) as person_id,
        mentions.person_id as respondent_person_id,
        mention_texts.author,
        mention_texts.text as comment_text
    from mentions
    inner join mention_texts on mentions.mention_id = mention_texts.mention_key
    where mentions.is_own_brand and trim(mention_texts.text) <> ''

)

select * from final
