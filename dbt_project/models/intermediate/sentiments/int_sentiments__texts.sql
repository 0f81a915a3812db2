-- Grain: one row is a comment of a survey or a public mention of any brand, with the tone that its writer's rating or
-- the listening tool gives it. Texts stay in here.

with answers as (

    select * from {{ ref('fct_survey_answers') }}

),

answer_texts as (

    select * from {{ ref('stg_survey__answers') }}

),

mentions as (

    select * from {{ ref('stg_social__mentions') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- Detractors, passives and promoters of an NPS; of any other scale what lies below, in and above its middle.
ratings as (

    select
        response_id,
        case
            when construct = 'nps' and value <= 6 then 'negative'
            when construct = 'nps' and value <= 8 then 'neutral'
            when construct = 'nps' then 'positive'
            when value_pct < 50 then 'negative'
            when value_pct = 50 then 'neutral'
            when value_pct > 50 then 'positive'
        end as sentiment
    from answers
    where construct in ('nps', 'csat', 'overall') and is_scorable and value is not null

),

-- Who says two things in one response says nothing about the tone of its comment.
responses as (

    select
        response_id,
        min(sentiment) as sentiment
    from ratings
    group by response_id
    having min(sentiment) = max(sentiment)

),

-- Stars: the scale of a network is not stated, so that only one that never gives more than five has them.
stars as (

    select
        *,
        max(rating) over (partition by data_source, network) <= 5
        and min(rating) over (partition by data_source, network) >= 1 as is_in_stars
    from mentions

),

final as (

    select
        answers.answer_id as text_key,
        'survey' as told_in,
        responses.sentiment as known_sentiment,
        case when responses.sentiment is not null then 'rating' end as known_by,
        cast(null as varchar) as brand,
        answer_texts.answer_text as body
    from answers
    inner join answer_texts
        on
            answers.response_id = answer_texts.response_key
            and answers.question_id = answer_texts.question_id
    left join responses on answers.response_id = responses.response_id
    where answers.construct = 'comment' and not answers.is_missing and trim(answer_texts.answer_text) <> ''
    union all
    select
        stars.mention_key as text_key,
        'mention' as told_in,
        coalesce(
            stars.sentiment,
            case
                when not stars.is_in_stars then null
                when stars.rating < 3 then 'negative'
                when stars.rating = 3 then 'neutral'
                when stars.rating > 3 then 'positive'
            end
        ) as known_sentiment,
        case
            when stars.sentiment is not null then 'vendor'
            when stars.is_in_stars and stars.rating is not null then 'rating'
        end as known_by,
        case when stars.is_own_brand then settings.brand else stars.brand end as brand,
        stars.text as body
    from stars
    cross join settings
    cross join as_of
    where stars.posted_at < as_of.as_of_ends_at

)

select * from final
