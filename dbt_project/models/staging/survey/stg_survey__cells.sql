-- Grain: one row is a response's cell under a question, as it is in the file, blank ones included.
-- There may be millions: what a text means is worked out once per text (int_surveys__texts), not here.

-- A file's own columns for respondent, time and so on are not questions, whatever the file calls them. Models are read
-- where they are used: a CTE that several others name is written out whole by the engine.
with canonical_columns as (

    select distinct
        _load_id as load_id,
        _canonical as canonical_json
    from {{ source('raw_survey', 'wide') }}

),

metadata_columns as (

    select distinct
        canonical_columns.load_id,
        entries.entry_value as column_name
    from canonical_columns, {{ json_entries('canonical_columns.canonical_json') }} as entries

),

-- Source and load are read from the line, so that the response is the narrower half of the join: the engine keeps that
-- half in memory, and a line may be kilobytes. A wide file is a survey of its own.
wide_cells as (

    select
        responses.response_key,
        lines._source as survey_id,
        lines._source as data_source,
        lines._load_id as load_id,
        responses.answered_at,
        {{ json_cell_keys('lines._row') }} as question_id,
        {{ json_cell_values('lines._row') }} as cell_text
    from {{ ref('base_survey__wide') }} as responses
    inner join {{ source('raw_survey', 'wide') }} as lines
        on
            responses.load_id = lines._load_id
            and responses.source_file = lines._file
            and responses.source_line = lines._line
    where responses._disposition = 'kept'

),

wide_answers as (

    select
        wide_cells.response_key,
        wide_cells.survey_id,
        wide_cells.data_source,
        wide_cells.answered_at,
        wide_cells.question_id,
        wide_cells.cell_text
    from wide_cells
    left join metadata_columns
        on
            wide_cells.load_id = metadata_columns.load_id
            and wide_cells.question_id = metadata_columns.column_name
    where metadata_columns.column_name is null

),

long_answers as (

    select
        response_key,
        survey_id,
        data_source,
        answered_at,
        question_id,
        answer_text as cell_text
    from {{ ref('base_survey__long') }}
    where _disposition = 'kept'

),

unioned as (

    select * from wide_answers
    union all
    select * from long_answers

),

final as (

    select
        response_key,
        survey_id,
        question_id,
        cell_text,
        answered_at,
        data_source
    from unioned

)

select * from final
