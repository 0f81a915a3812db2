-- Grain: one row is a response: who gave it, when, in which tier, and the interaction that it names.

with responses as (

    select * from {{ ref('stg_survey__responses') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

placed as (

    select
        responses.*,
        identifiers.person_id as respondent_person_id,
        coalesce(actors.account_key, identifiers.person_id) as person_id,
        {{ business_day('responses.answered_at') }} as answered_on,
        {{ happened_by('responses.answered_at', 'responses.is_day_only') }} as answered_by_at,
        coalesce(responses.answered_at >= as_of.as_of_ends_at, false) as is_after_as_of
    from responses
    left join identifiers on responses.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'responses.answered_at') }}
    cross join as_of

),

final as (

    select
        placed.response_key,
        placed.survey_id,
        placed.data_source,
        placed.identifier_key,
        placed.respondent_person_id,
        placed.person_id,
        placed.order_id,
        placed.ticket_id,
        placed.id_namespace,
        placed.wave,
        placed.survey_language,
        placed.answered_at,
        placed.answered_on,
        placed.answered_by_at,
        placed.is_after_as_of,
        customer_months.tier_start as value_tier_at_event,
        -- A response may name its interaction in words of its own; only the company's vocabulary goes on.
        interactions.interaction
    from placed
    left join interactions on placed.interaction = interactions.interaction
    left join customer_months
        on
            placed.person_id = customer_months.person_id
            and cast(date_trunc('month', placed.answered_on) as date) = customer_months.month_on

)

select * from final
