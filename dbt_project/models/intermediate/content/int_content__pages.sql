-- Grain: one row is a page that content.csv knows, with its content: the row with the longest pattern that fits.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

content as (

    select * from {{ ref('stg_mappings__content') }}

),

pages as (

    select distinct page_path
    from events
    where page_path is not null

),

final as (

    select
        pages.page_path,
        content.content_group,
        content.topic,
        content.is_gated
    from pages
    inner join content on {{ fits_pattern('pages.page_path', 'content.url_pattern') }}
    qualify row_number() over (
        partition by pages.page_path
        order by
            length(replace(content.url_pattern, '*', '')) desc,
            content.source_file asc,
            content.source_line asc
    ) = 1

)

select * from final
