-- Grain: one row is a comment of a survey or a public mention of any brand, with its tone as far as it is known: by the
-- listening tool, by its writer's rating, or else by a classifier that has shown that it can tell.

with texts as (

    select * from {{ ref('int_sentiments__texts') }}

),

heard as (

    select * from {{ ref('int_sentiments__heard') }}

),

tests as (

    select * from {{ ref('int_sentiments__tests') }}

),

spoken as (

    select
        heard.text_key,
        heard.told_in,
        tests.doubt,
        tests.weight_negative,
        tests.weight_neutral,
        tests.weight_positive,
        case when tests.learnt_from = 'all' then heard.heard_by_all else heard.heard_by_kind end as sentiment
    from heard
    inner join tests
        on
            heard.language = tests.language
            and heard.told_in = tests.told_in
            and tests.speaks
    where heard.known_sentiment is null

),

final as (

    select
        texts.text_key,
        texts.told_in,
        coalesce(texts.known_sentiment, spoken.sentiment) as sentiment,
        coalesce(texts.known_by, case when spoken.sentiment is not null then 'classifier' end) as sentiment_by,
        -- What a text counts for among the negative ones: a known tone as 1 or 0, one that was heard by how often such
        -- a one is negative in truth, so that the mean over texts is corrected for confusion.
        case
            when texts.known_sentiment is not null
                then cast(case when texts.known_sentiment = 'negative' then 1 else 0 end as double)
            when spoken.sentiment = 'negative' then spoken.weight_negative
            when spoken.sentiment = 'neutral' then spoken.weight_neutral
            when spoken.sentiment = 'positive' then spoken.weight_positive
        end as negative_weight,
        case
            when texts.known_sentiment is not null then cast(0 as double)
            when spoken.sentiment is not null then spoken.doubt
        end as negative_doubt
    from texts
    left join spoken
        on
            texts.text_key = spoken.text_key
            and texts.told_in = spoken.told_in

)

select * from final
