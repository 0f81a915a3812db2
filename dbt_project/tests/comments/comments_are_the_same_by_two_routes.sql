-- Every comment of a survey, and every own mention with a text, is one row of fct_comment_topics: no more and no less.
{{ config(meta={'dagster': {'ref': {'name': 'fct_comment_topics'}}}) }}

with written as (

    select
        'survey' as told_in,
        count(*) as comments,
        count(distinct answers.person_id) as people
    from {{ ref('fct_survey_answers') }} as answers
    inner join {{ ref('stg_survey__answers') }} as texts
        on answers.response_id = texts.response_key and answers.question_id = texts.question_id
    where answers.construct = 'comment' and not answers.is_missing and trim(texts.answer_text) <> ''
    union all
    select
        'mention' as told_in,
        count(*) as comments,
        count(distinct coalesce(mentions.person_id, mentions.mention_id)) as people
    from {{ ref('fct_mentions') }} as mentions
    inner join {{ ref('stg_social__mentions') }} as texts on mentions.mention_id = texts.mention_key
    where mentions.is_own_brand and trim(texts.text) <> ''

),

found as (

    select
        told_in,
        count(*) as comments,
        count(distinct commenter_id) as people
    from {{ ref('fct_comment_topics') }}
    group by told_in

)

select
    written.told_in,
    written.comments,
    found.comments as comments_in_mart
from written
left join found on written.told_in = found.told_in
where
    written.comments <> coalesce(found.comments, 0)
    or written.people <> coalesce(found.people, 0)
