-- Grain: one row is an answer that was given, typed by the codebook, with what became of it.
-- `value` is turned around for reversed questions, so that more is better (or stronger) everywhere after this model.

{%- set words = "('attribute', 'reason', 'comment', 'ignore')" %}

with answers as (

    select * from {{ ref('stg_survey__answers') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

questions as (

    select * from {{ ref('int_survey__questions') }}

),

survey_values as (

    select * from {{ ref('stg_mappings__survey_values') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

labels as (

    select distinct
        answers.survey_id,
        answers.question_id,
        answers.answer_text
    from answers
    inner join questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    where questions.construct not in ('reason', 'comment', 'ignore')

),

-- What a label or code means: the row that names survey and question outranks the question's, the survey's, and any.
meanings as (

    select
        labels.survey_id,
        labels.question_id,
        labels.answer_text,
        survey_values.value,
        survey_values.is_missing
    from labels
    inner join survey_values
        on
            lower(labels.answer_text) = lower(survey_values.label)
            and (survey_values.survey_id is null or labels.survey_id = survey_values.survey_id)
            and (survey_values.question_id is null or labels.question_id = survey_values.question_id)
    qualify row_number() over (
        partition by labels.survey_id, labels.question_id, labels.answer_text
        order by
            case when survey_values.question_id is null then 1 else 0 end,
            case when survey_values.survey_id is null then 1 else 0 end,
            survey_values.source_file,
            survey_values.source_line
    ) = 1

),

typed as (

    select
        answers.answer_key,
        answers.response_key,
        answers.survey_id,
        answers.question_id,
        answers.data_source,
        responses.identifier_key,
        responses.answered_at,
        responses.wave,
        responses.interaction as response_interaction,
        questions.construct,
        questions.item,
        questions.item_label,
        questions.pillar,
        questions.outcome_kind,
        questions.interaction as question_interaction,
        questions.scale_min,
        questions.scale_max,
        questions.is_reversed,
        coalesce(meanings.is_missing, false) as is_missing,
        case
            when questions.construct not in {{ words }} and not coalesce(meanings.is_missing, false)
                then coalesce(
                    meanings.value, cast({{ parse_number('answers.answer_text', 'sources.decimal_mark') }} as double)
                )
        end as answered_value,
        case
            when questions.construct = 'attribute' and not coalesce(meanings.is_missing, false)
                then answers.answer_text
        end as attribute_value,
        coalesce(responses.answered_at >= as_of.as_of_ends_at, false) as is_after_as_of
    from answers
    inner join responses on answers.response_key = responses.response_key
    inner join questions
        on
            answers.survey_id = questions.survey_id
            and answers.question_id = questions.question_id
    left join sources on answers.data_source = sources.data_source
    left join meanings
        on
            answers.survey_id = meanings.survey_id
            and answers.question_id = meanings.question_id
            and answers.answer_text = meanings.answer_text
    cross join as_of

),

final as (

    select
        *,
        case when is_reversed then scale_min + scale_max - answered_value else answered_value end as value,
        case
            when construct is null then 'unmapped'
            when is_after_as_of then 'after_as_of'
            when construct in {{ words }} or is_missing then 'kept'
            when answered_value is null then 'unreadable'
            when answered_value < scale_min or answered_value > scale_max then 'out_of_scale'
            else 'kept'
        end as fate
    from typed

)

select * from final
