-- Grain: one row is a web event of which the source says more than that it happened: engaged time, depth, results.

with web_rows as (

    select * from {{ ref('stg_web__events') }}

),

final as (

    select
        event_key,
        engaged_seconds,
        scroll_share,
        results
    from web_rows
    where coalesce(engaged_seconds, scroll_share, results) is not null

)

select * from final
