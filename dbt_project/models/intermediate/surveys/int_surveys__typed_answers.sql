-- Grain: one row is an answer that was given, typed by the codebook, with its disposition.
{{ config(materialized='view') }}

with answer_meanings as (

    select * from {{ ref('int_surveys__answer_meanings') }}

),

meanings as (

    select * from {{ ref('int_surveys__meanings') }}

),

respondents as (

    select * from {{ ref('int_surveys__respondents') }}

),

final as (

    select
        {{ combined_key('answer_meanings.response_key', 'meanings.choice_key') }} as answer_key,
        answer_meanings.response_key,
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
            else meanings.disposition
        end as disposition
    from answer_meanings
    inner join meanings on answer_meanings.meaning_key = meanings.meaning_key
    inner join respondents on answer_meanings.response_key = respondents.response_key

)

select * from final
