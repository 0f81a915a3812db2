-- Grain: one row is an answer that was given, typed by the codebook, with what became of it.
{{ config(materialized='view') }}

with given as (

    select * from {{ ref('int_survey__given') }}

),

meanings as (

    select * from {{ ref('int_survey__meanings') }}

),

respondents as (

    select * from {{ ref('int_survey__respondents') }}

),

final as (

    select
        {{ combined_key('given.response_key', 'meanings.choice_key') }} as answer_key,
        given.response_key,
        respondents.data_source,
        respondents.identifier_key,
        respondents.answered_at,
        respondents.wave,
        meanings.survey_id,
        meanings.question_id,
        meanings.construct,
        meanings.item,
        meanings.item_label,
        meanings.pillar,
        meanings.outcome_kind,
        coalesce(respondents.interaction, meanings.interaction) as asked_interaction,
        respondents.interaction is not null as is_interaction_of_response,
        meanings.scale_min,
        meanings.scale_max,
        meanings.is_reversed,
        meanings.is_missing,
        meanings.answered_value,
        meanings.value,
        meanings.value_pct,
        meanings.is_top_two,
        meanings.attribute_value,
        meanings.is_scorable,
        meanings.refusal,
        case
            when meanings.construct is not null and respondents.is_after_as_of then 'after_as_of'
            else meanings.fate
        end as fate
    from given
    inner join meanings on given.meaning_key = meanings.meaning_key
    inner join respondents on given.response_key = respondents.response_key

)

select * from final
