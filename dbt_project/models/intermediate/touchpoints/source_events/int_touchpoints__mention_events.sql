-- Grain: one row is a mention or a review of the company's own brand, as an event.
-- channels.csv distinguishes one network from another by utm_source.

with mentions as (

    select * from {{ ref('stg_social__mentions') }}

),

-- What is said of another brand is not a contact with this one.
events as (

    select
        {{ surrogate_key(["'mention'", 'mention_key']) }} as event_key,
        data_source,
        case when rating is null then 'mention' else 'review' end as event,
        posted_at as occurred_at,
        is_posted_day_only as is_day_only,
        coalesce(customer_key, author_key) as identifier_key,
        network as utm_source,
        source_file,
        source_line
    from mentions
    where is_own_brand

),

final as (

    select
        {{ event_columns(stated=['utm_source']) }}
    from events

)

select * from final
