-- Grain: one row is a search on the company's own site; without its words, which may hold anything.

with searches as (

    select * from {{ ref('int_content__searches') }}

),

sessions as (

    select * from {{ ref('fct_sessions') }}

),

final as (

    select
        searches.event_key as search_id,
        searches.session_id,
        sessions.person_id,
        searches.results,
        searches.is_followed,
        searches.is_followed and coalesce(searches.results > 0, true) as is_successful,
        sessions.channel,
        sessions.presence,
        searches.data_source,
        sessions.value_tier_at_event,
        searches.occurred_at as searched_at,
        {{ business_day('searches.occurred_at') }} as searched_on
    from searches
    inner join sessions on searches.session_id = sessions.session_id

)

select * from final
