-- Grain: one row is a public mention of a brand, in its newest state.

with source as (

    select * from {{ ref('base_social__mentions') }}

),

kept as (

    select
        mention_key,
        mention_id,
        author,
        customer_id,
        customer_key,
        author_key,
        id_namespace,
        network,
        brand,
        is_own_brand,
        text,
        url,
        rating,
        sentiment,
        posted_at,
        is_posted_day_only,
        replied_at,
        is_replied_day_only,
        amplified_at,
        is_amplified_day_only,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
