-- Grain: one row is a public mention of a brand, posted up to the present; without its text, author and address.

with mentions as (

    select * from {{ ref('stg_social__mentions') }}

),

tones as (

    select *
    from {{ ref('int_sentiments__tones') }}
    where told_in = 'mention'

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- What happened after the present has not happened yet. A source of which no mention has a reply (or was spread on)
-- does not know of it: its mentions are neither answered nor unanswered. The author of a mention of another brand is
-- not a person that the company has met.
present as (

    select
        mentions.mention_key,
        case when mentions.is_own_brand then coalesce(actors.account_key, identifiers.person_id) end as person_id,
        mentions.data_source,
        mentions.network,
        mentions.brand,
        mentions.is_own_brand,
        mentions.rating,
        tones.sentiment,
        tones.sentiment_by,
        tones.negative_weight,
        tones.negative_doubt,
        mentions.posted_at,
        {{ business_day('mentions.posted_at') }} as posted_on,
        {{ waited_until('mentions.replied_at', 'mentions.is_replied_day_only', 'mentions.is_posted_day_only') }}
            as replied_by_at,
        case when mentions.replied_at < as_of.as_of_ends_at then mentions.replied_at end as replied_at,
        case when mentions.amplified_at < as_of.as_of_ends_at then mentions.amplified_at end as amplified_at,
        {{ hours_between('mentions.posted_at', 'as_of.as_of_ends_at') }} >= settings.reply_target_hours as is_due,
        {{ is_ever_true('mentions.replied_at is not null', 'mentions.data_source') }} as is_reply_known,
        {{ is_ever_true('mentions.amplified_at is not null', 'mentions.data_source') }} as is_amplification_known
    from mentions
    cross join settings
    cross join as_of
    left join tones on mentions.mention_key = tones.text_key
    left join identifiers on coalesce(mentions.customer_key, mentions.author_key) = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'mentions.posted_at') }}
    where mentions.posted_at < as_of.as_of_ends_at

),

final as (

    select
        ---------- ids
        present.mention_key as mention_id,
        present.person_id,

        ---------- what and where
        present.data_source,
        present.network,
        case when present.is_own_brand then settings.brand else present.brand end as brand,
        present.is_own_brand,
        case when present.rating is null then 'mention' else 'review' end as mention_kind,
        present.sentiment,
        present.sentiment_by,
        months.tier_start as value_tier_at_event,

        ---------- states
        case when present.is_reply_known then present.replied_at is not null end as is_answered,
        case when present.is_amplification_known then present.amplified_at is not null end as is_amplified,
        present.is_due,
        case
            when present.is_reply_known
                then coalesce(
                    present.replied_at is not null
                    and {{ hours_between('present.posted_at', 'present.replied_by_at') }}
                    <= settings.reply_target_hours,
                    false
                )
        end as is_answered_in_time,

        ---------- measures
        cast(present.rating as double) as rating,
        present.negative_weight,
        present.negative_doubt,
        case
            when present.replied_at is not null
                then {{ hours_between('present.posted_at', 'present.replied_by_at') }}
        end as reply_hours,

        ---------- timestamps
        present.posted_at,
        present.posted_on,
        present.replied_at,
        present.amplified_at
    from present
    cross join settings
    left join months
        on
            present.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', present.posted_on) as date)

)

select * from final
