-- Grain: one row is an interaction that responses name and interactions.csv does not know.

with responses as (

    select * from {{ ref('stg_survey__responses') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

final as (

    select
        responses.data_source,
        responses.interaction as name,
        count(*) as n_rows,
        min(responses.answered_at) as first_at,
        max(responses.answered_at) as last_at
    from responses
    left join interactions on responses.interaction = interactions.interaction
    where
        responses.interaction is not null
        and interactions.interaction is null
    group by responses.data_source, responses.interaction

)

select * from final
