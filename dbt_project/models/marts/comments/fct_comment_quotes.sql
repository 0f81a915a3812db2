-- Grain: one row is a quote: a scrubbed comment of a topic that enough people wrote about. Empty unless cx.yml
-- publishes comments. The most frequent wording comes first, and each appears once, whoever wrote it.

with readings as (

    select * from {{ ref('int_comments__classified') }}

),

topics as (

    select * from {{ ref('fct_comment_topics') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

loud as (

    select
        topics.comment_topic,
        topics.comment_language
    from topics
    cross join settings
    where settings.publish_comments
    group by topics.comment_topic, topics.comment_language, settings.min_cell_comments
    having count(distinct topics.commenter_id) >= settings.min_cell_comments

),

quotes as (

    select
        topics.comment_topic,
        topics.comment_language,
        readings.scrubbed_text as quote,
        count(*) as comments,
        max(topics.commented_on) as last_commented_on
    from topics
    inner join loud
        on
            topics.comment_topic = loud.comment_topic
            and topics.comment_language = loud.comment_language
    inner join readings on topics.comment_id = readings.comment_id
    where readings.scrubbed_text <> '[removed]'
    group by topics.comment_topic, topics.comment_language, readings.scrubbed_text

),

-- Ten are enough to hear how a topic sounds; the ones that most people put alike come first.
chosen as (

    select
        *,
        row_number() over (
            partition by comment_topic, comment_language
            order by comments desc, last_commented_on desc nulls last, quote asc
        ) as place
    from quotes
    qualify place <= 10

),

final as (

    select
        {{ surrogate_key(["'quote'", 'comment_topic', 'comment_language', 'cast(place as varchar)']) }}
            as comment_quote_id,
        comment_topic as quote_topic,
        comment_language as quote_language,
        cast(quote as varchar) as quote,
        cast(place as integer) as quote_place,
        last_commented_on
    from chosen

)

select * from final
