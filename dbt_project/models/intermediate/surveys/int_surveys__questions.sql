-- Grain: one row is a question of a survey that was answered x a construct that the codebook says it measures; a
-- question that no line explains is one row.

with texts as (

    select * from {{ ref('int_surveys__texts') }}

),

codebook as (

    select * from {{ ref('stg_mappings__survey_codebook') }}

),

survey_values as (

    select * from {{ ref('stg_mappings__survey_values') }}

),

asked as (

    select distinct
        survey_id,
        question_id
    from texts

),

-- Lines for this survey outrank those for any survey; of two for one construct, the first counts.
explained as (

    select
        asked.survey_id,
        asked.question_id,
        codebook.construct,
        codebook.item,
        codebook.item_label,
        codebook.item_dimension,
        codebook.pillar,
        codebook.outcome_kind,
        codebook.interaction,
        -- The five answers of a Kano question are 1 to 5, unless the codebook says otherwise.
        coalesce(codebook.scale_min, case when codebook.construct like 'kano%' then 1 end) as scale_min,
        coalesce(codebook.scale_max, case when codebook.construct like 'kano%' then 5 end) as scale_max,
        coalesce(codebook.is_reversed, false) as is_reversed,
        -- A list of numbers is never averaged: only questions that are counted hold several answers a cell, or have a
        -- column a choice.
        case when codebook.construct in {{ choice_constructs() }} then codebook.separator end as separator,
        case when codebook.construct in {{ choice_constructs() }} then codebook.choice end as choice,
        codebook.source_file,
        codebook.source_line
    from asked
    left join codebook
        on
            asked.question_id = codebook.question_id
            and (codebook.survey_id is null or asked.survey_id = codebook.survey_id)
    qualify
        rank() over (
            partition by asked.survey_id, asked.question_id
            order by case when codebook.survey_id is null then 1 else 0 end
        ) = 1
        and row_number() over (
            partition by asked.survey_id, asked.question_id, codebook.construct
            order by case when codebook.survey_id is null then 1 else 0 end, codebook.source_file, codebook.source_line
        ) = 1

),

numbered as (

    select
        *,
        row_number() over (
            partition by survey_id, question_id
            order by source_file, source_line, construct
        ) as nth_of_question,
        row_number() over (
            partition by survey_id, question_id
            order by
                case when construct is null or construct in ('reason', 'comment', 'ignore') then 1 else 0 end,
                source_file, source_line, construct
        ) as nth_to_complete
    from explained

),

-- Labels of choices that hold the separator themselves: a cell is not cut inside of them.
joined_labels as (

    select
        numbered.survey_id,
        numbered.question_id,
        numbered.construct,
        {{ distinct_texts('survey_values.label') }} as labels
    from numbered
    inner join survey_values
        on
            {{ text_holds('survey_values.label', 'numbered.separator') }}
            and (survey_values.survey_id is null or numbered.survey_id = survey_values.survey_id)
            and (survey_values.question_id is null or numbered.question_id = survey_values.question_id)
    where numbered.separator is not null
    group by numbered.survey_id, numbered.question_id, numbered.construct

),

final as (

    select
        case
            when numbered.nth_of_question = 1
                then {{ surrogate_key(['numbered.survey_id', 'numbered.question_id']) }}
            else {{ surrogate_key(['numbered.survey_id', 'numbered.question_id', 'numbered.construct']) }}
        end as question_key,
        numbered.survey_id,
        numbered.question_id,
        numbered.construct,
        numbered.nth_of_question = 1 as is_first_use,
        numbered.nth_to_complete = 1
        and numbered.construct is not null
        and numbered.construct not in ('reason', 'comment', 'ignore') as is_to_complete,
        numbered.item,
        numbered.item_label,
        numbered.item_dimension,
        numbered.pillar,
        numbered.outcome_kind,
        numbered.interaction,
        numbered.scale_min,
        numbered.scale_max,
        numbered.is_reversed,
        numbered.separator,
        joined_labels.labels as joined_labels,
        numbered.choice,
        case
            when numbered.choice is not null then coalesce(numbered.item, numbered.question_id)
            else numbered.question_id
        end as asked_as
    from numbered
    left join joined_labels
        on
            numbered.survey_id = joined_labels.survey_id
            and numbered.question_id = joined_labels.question_id
            and numbered.construct = joined_labels.construct

)

select * from final
