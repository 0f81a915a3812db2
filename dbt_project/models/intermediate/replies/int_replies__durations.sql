-- Grain: one row is a curve x group x hours, replied or still waiting: how many had waited so long.
-- ticket: from opening to the first reply; negative_mention: from posting to the company's reply, of its own brand.

with tickets as (

    select * from {{ ref('fct_tickets') }}

),

mentions as (

    select * from {{ ref('fct_mentions') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

waited as (

    select
        'ticket' as curve,
        tickets.ticket_category as category,
        coalesce(
            tickets.first_reply_hours, {{ hours_between('tickets.opened_at', 'as_of.as_of_ends_at') }}
        ) as hours,
        tickets.is_answered as has_ended
    from tickets
    cross join as_of
    where tickets.is_answered is not null
    union all
    select
        'negative_mention' as curve,
        mentions.network as category,
        coalesce(mentions.reply_hours, {{ hours_between('mentions.posted_at', 'as_of.as_of_ends_at') }}) as hours,
        mentions.is_answered as has_ended
    from mentions
    cross join as_of
    where
        mentions.is_own_brand
        and mentions.sentiment = 'negative'
        and mentions.is_answered is not null

),

grouped as (

    select
        curve,
        'all' as dimension,
        'all' as dimension_value,
        hours,
        has_ended
    from waited
    union all
    select
        curve,
        case curve when 'ticket' then 'ticket_category' else 'network' end as dimension,
        coalesce({{ own_word('category', ['none'], 'named so') }}, 'none') as dimension_value,
        hours,
        has_ended
    from waited

),

final as (

    select
        curve,
        dimension,
        dimension_value,
        hours,
        has_ended,
        cast(count(*) as integer) as n
    from grouped
    group by curve, dimension, dimension_value, hours, has_ended

)

select * from final
