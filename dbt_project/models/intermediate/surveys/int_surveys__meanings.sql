-- Grain: one row is a text that was given under a question x a construct of the question, with what it means; where
-- a cell holds several answers, a text x one of them. `value` is turned around for reversed questions, so that more
-- is better (or stronger) everywhere after this model.

{%- set unvalued = "('attribute', 'reason', 'comment', 'ignore')" %}

with texts as (

    select * from {{ ref('int_surveys__texts') }}

),

questions as (

    select * from {{ ref('int_surveys__questions') }}

),

survey_values as (

    select * from {{ ref('stg_mappings__survey_values') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

ticked_cells as (

    select
        texts.survey_id,
        texts.question_id,
        texts.cell_text,
        texts.answer_text,
        questions.construct,
        questions.separator,
        questions.joined_labels
    from texts
    inner join questions
        on
            texts.survey_id = questions.survey_id
            and texts.question_id = questions.question_id
    where questions.separator is not null

),

-- A choice named twice in a cell is one answer; two separators without anything in between hold none.
choices as (

    select distinct
        ticked_cells.survey_id,
        ticked_cells.question_id,
        ticked_cells.cell_text,
        ticked_cells.construct,
        parts.part as choice
    from ticked_cells,
        {{ choice_parts('ticked_cells.answer_text', 'ticked_cells.separator', 'ticked_cells.joined_labels') }} as parts
    where parts.part <> ''

),

numbered_choices as (

    select
        *,
        row_number() over (partition by survey_id, question_id, cell_text, construct order by choice) as nth_in_cell
    from choices

),

-- A cell that holds nothing but separators stays one text, which cannot be read.
answers as (

    select
        texts.survey_id,
        texts.question_id,
        texts.cell_text,
        texts.data_source,
        texts.n_answers,
        questions.question_key,
        numbered_choices.choice,
        coalesce(numbered_choices.choice, texts.answer_text) as answer_text,
        coalesce(numbered_choices.nth_in_cell, 1) as nth_in_cell
    from texts
    inner join questions
        on
            texts.survey_id = questions.survey_id
            and texts.question_id = questions.question_id
    left join numbered_choices
        on
            texts.survey_id = numbered_choices.survey_id
            and texts.question_id = numbered_choices.question_id
            and texts.cell_text = numbered_choices.cell_text
            and questions.construct = numbered_choices.construct

),

-- What a label or code means: the row that names survey and question outranks the question's, the survey's, and any.
meant as (

    select
        answers.question_key,
        answers.cell_text,
        answers.nth_in_cell,
        survey_values.value,
        survey_values.is_missing
    from answers
    inner join survey_values
        on
            lower(answers.answer_text) = lower(survey_values.label)
            and (survey_values.survey_id is null or answers.survey_id = survey_values.survey_id)
            and (survey_values.question_id is null or answers.question_id = survey_values.question_id)
    qualify row_number() over (
        partition by answers.question_key, answers.cell_text, answers.nth_in_cell
        order by
            case when survey_values.question_id is null then 1 else 0 end,
            case when survey_values.survey_id is null then 1 else 0 end,
            survey_values.source_file,
            survey_values.source_line
    ) = 1

),

valued as (

    select
        answers.survey_id,
        answers.question_id,
        answers.cell_text,
        answers.answer_text,
        answers.nth_in_cell,
        answers.n_answers,
        questions.question_key,
        case
            when answers.choice is null then questions.question_key
            when questions.is_first_use
                then {{ surrogate_key(['answers.survey_id', 'answers.question_id', 'answers.choice']) }}
            else {{ surrogate_key(['answers.question_key', 'answers.choice']) }}
        end as choice_key,
        questions.separator is not null and answers.choice is null as is_without_choice,
        questions.construct,
        questions.is_first_use,
        questions.is_to_complete,
        questions.separator,
        questions.choice as choice_of_column,
        questions.asked_as,
        meant.question_key is not null as is_listed,
        meant.value as meant_value,
        questions.item,
        questions.item_label,
        questions.item_dimension,
        questions.pillar,
        questions.outcome_kind,
        questions.interaction,
        questions.scale_min,
        questions.scale_max,
        questions.is_reversed,
        coalesce(meant.is_missing, false) as is_missing,
        case
            when questions.construct not in {{ unvalued }} and not coalesce(meant.is_missing, false)
                then coalesce(
                    meant.value,
                    {{ parse_number('answers.answer_text', 'sources.decimal_mark', type='double') }},
                    {{ labelled_number('answers.answer_text', 'questions.scale_min', 'questions.scale_max') }}
                )
        end as answered_value,
        -- A column that stands for one choice says it of those who ticked it.
        case
            when coalesce(questions.construct, '') <> 'attribute' or coalesce(meant.is_missing, false) then null
            when questions.choice is null then answers.answer_text
            when not ({{ says_unticked('answers.answer_text') }} or coalesce(meant.value = 0, false))
                then questions.choice
        end as attribute_value
    from answers
    inner join questions on answers.question_key = questions.question_key
    left join sources on answers.data_source = sources.data_source
    left join meant
        on
            answers.question_key = meant.question_key
            and answers.cell_text = meant.cell_text
            and answers.nth_in_cell = meant.nth_in_cell

),

judged as (

    select
        *,
        case when is_reversed then scale_min + scale_max - answered_value else answered_value end as value,
        case
            when construct is null then 'unmapped'
            when is_without_choice then 'unreadable'
            when construct in {{ unvalued }} or is_missing then 'kept'
            when answered_value is null then 'unreadable'
            when answered_value < scale_min or answered_value > scale_max then 'out_of_scale'
            -- 6.5 is not an answer to a question of boxes: it would be neither promoter, passive nor detractor.
            when
                construct in {{ box_constructs() }}
                and {{ is_whole('scale_max - scale_min') }}
                and not {{ is_whole('answered_value - scale_min') }}
                then 'out_of_scale'
            else 'kept'
        end as disposition
    from valued

),

-- A mean effort in scale points means nothing over several scales: the one with the most answers is the company's.
effort_scale as (

    select
        scale_min,
        scale_max
    from judged
    where
        construct = 'ces'
        and disposition = 'kept'
        and value is not null
        and n_answers > 0
    group by scale_min, scale_max
    order by sum(n_answers) desc, scale_min asc, scale_max asc
    limit 1

),

ruled as (

    select
        judged.*,
        case
            when judged.disposition <> 'kept' or judged.value is null then null
            when judged.construct = 'nps' and not coalesce(judged.scale_min = 0 and judged.scale_max = 10, false)
                then 'NPS is defined on 0-10 only'
            when judged.construct = 'csat' and not coalesce(judged.scale_max - judged.scale_min >= 2, false)
                then 'a top-two share needs a scale of at least three boxes'
            when judged.construct = 'csat' and not {{ is_whole('judged.scale_max - judged.scale_min') }}
                then 'boxes are one point apart, and this scale is not a whole number of points long'
            when
                judged.construct = 'ces'
                and not coalesce(
                    judged.scale_min = effort_scale.scale_min and judged.scale_max = effort_scale.scale_max, false
                )
                then 'effort is averaged on one scale, and most answers are on another'
        end as refusal
    from judged
    left join effort_scale on judged.construct = 'ces'

),

final as (

    select
        case
            when is_first_use then {{ surrogate_key(['survey_id', 'question_id', 'cell_text', 'nth_in_cell']) }}
            else {{ surrogate_key(['question_key', 'cell_text', 'nth_in_cell']) }}
        end as meaning_key,
        question_key,
        choice_key,
        survey_id,
        question_id,
        cell_text,
        answer_text,
        nth_in_cell,
        construct,
        is_first_use,
        -- A multiple-choice cell is one question answered, and so are the columns of a question that has one a choice.
        is_to_complete and nth_in_cell = 1 and choice_of_column is null as is_question_answered,
        case when is_to_complete then asked_as end as question_to_complete,
        item,
        item_label,
        item_dimension,
        pillar,
        outcome_kind,
        interaction,
        scale_min,
        scale_max,
        is_reversed,
        is_missing,
        answered_value,
        value,
        100.0 * (value - scale_min) / nullif(scale_max - scale_min, 0) as value_pct,
        -- The two highest boxes are the scale's end and the one a point below; what lies between boxes is in none.
        case
            when
                scale_max - scale_min >= 2
                and {{ is_whole('scale_max - scale_min') }}
                and {{ is_whole('value - scale_min') }}
                then value >= scale_max - 1
        end as is_top_two,
        attribute_value,
        -- What was chosen, of questions that may be counted: reasons, and attributes whose choices are declared.
        case
            when disposition <> 'kept' or is_missing or construct not in {{ choice_constructs() }} then null
            when construct = 'reason' or separator is not null or choice_of_column is not null or is_listed
                then asked_as
        end as choice_question,
        coalesce(choice_of_column, answer_text) as choice,
        choice_of_column is null or not ({{ says_unticked('answer_text') }} or coalesce(meant_value = 0, false))
            as is_chosen,
        is_listed or choice_of_column is not null as is_listed_choice,
        disposition,
        value is not null and disposition = 'kept' and refusal is null as is_scorable,
        refusal
    from ruled

)

select * from final
