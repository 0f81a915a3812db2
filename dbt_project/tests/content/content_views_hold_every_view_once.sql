-- Page views of content: summed over sessions x content, and as page views of sessions on pages that content.csv knows.

{{ config(meta={'dagster': {'ref': {'name': 'fct_content_views'}}}) }}

with mart as (

    select coalesce(sum(page_views), 0) as views
    from {{ ref('fct_content_views') }}

),

events as (

    select count(*) as views
    from {{ ref('int_touchpoints__events') }} as events
    inner join {{ ref('int_content__pages') }} as pages on events.page_path = pages.page_path
    where
        events.is_page_view
        and events.is_web
        and not events.is_after_as_of
        and events.disposition in ('touchpoint', 'unmapped')

)

select
    mart.views as views_of_mart,
    events.views as views_of_events
from mart
cross join events
where mart.views <> events.views
