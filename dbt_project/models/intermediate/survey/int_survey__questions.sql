-- Grain: one row is a question of a survey that somebody answered, with what the codebook says it measures.

with texts as (

    select * from {{ ref('int_survey__texts') }}

),

codebook as (

    select * from {{ ref('stg_mappings__survey_codebook') }}

),

asked as (

    select distinct
        survey_id,
        question_id
    from texts

),

final as (

    select
        {{ surrogate_key(['asked.survey_id', 'asked.question_id']) }} as question_key,
        asked.survey_id,
        asked.question_id,
        codebook.construct,
        codebook.item,
        codebook.item_label,
        codebook.pillar,
        codebook.outcome_kind,
        codebook.interaction,
        -- The five answers of a Kano question are 1 to 5, unless the codebook says otherwise.
        coalesce(codebook.scale_min, case when codebook.construct like 'kano%' then 1 end) as scale_min,
        coalesce(codebook.scale_max, case when codebook.construct like 'kano%' then 5 end) as scale_max,
        coalesce(codebook.is_reversed, false) as is_reversed,
        -- A list of numbers is never averaged: only questions that are counted hold several answers a cell.
        case when codebook.construct in ('attribute', 'reason') then codebook.separator end as separator
    from asked
    left join codebook
        on
            asked.question_id = codebook.question_id
            and (codebook.survey_id is null or asked.survey_id = codebook.survey_id)
    -- A row for this survey outranks one for any survey.
    qualify row_number() over (
        partition by asked.survey_id, asked.question_id
        order by case when codebook.survey_id is null then 1 else 0 end, codebook.source_file, codebook.source_line
    ) = 1

)

select * from final
