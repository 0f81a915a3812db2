-- Grain: one row is a comment of a survey, or a public mention of the own brand, with what it is about; no text.

with comments as (

    select * from {{ ref('int_comments__texts') }}

),

readings as (

    select * from {{ ref('int_comments__classified') }}

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

mentions as (

    select * from {{ ref('fct_mentions') }}

),

tones as (

    select * from {{ ref('int_sentiments__tones') }}

),

topics as (

    select * from {{ ref('int_comments__topics') }}

),

final as (

    select
        ---------- ids
        comments.comment_id,
        case when comments.respondent_person_id is not null then comments.person_id end as person_id,
        comments.person_id as commenter_id,

        ---------- what it is about
        comments.told_in,
        readings.language as comment_language,
        coalesce({{ own_word('topics.topic', ['other'], 'topic') }}, 'other') as comment_topic,
        topics.item as topic_item,
        topics.pillar as topic_pillar,
        -- What the comment was asked about comes before what its words are about.
        coalesce(answers.interaction, topics.interaction) as comment_interaction,

        ---------- how it sounds
        tones.sentiment as comment_sentiment,
        tones.sentiment_by as comment_sentiment_by,
        tones.negative_weight as comment_negative_weight,
        tones.negative_doubt as comment_negative_doubt,

        ---------- when and who
        coalesce(answers.value_tier_at_event, mentions.value_tier_at_event) as commenter_tier_at_event,
        coalesce(answers.answered_on, mentions.posted_on) as commented_on
    from comments
    inner join readings on comments.comment_id = readings.comment_id
    left join tones on comments.comment_id = tones.text_key and comments.told_in = tones.told_in
    left join answers on comments.comment_id = answers.answer_id and comments.told_in = 'survey'
    left join mentions on comments.comment_id = mentions.mention_id and comments.told_in = 'mention'
    left join topics
        on
            readings.language = topics.language
            and readings.topic = topics.found_topic

)

select * from final
