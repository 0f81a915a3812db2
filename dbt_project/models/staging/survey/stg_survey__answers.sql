with wide as (

    select *
    from {{ ref('base_survey_csv__wide') }}
    where _disposition = 'kept'

),

qualtrics as (

    select *
    from {{ ref('base_qualtrics__responses') }}
    where _disposition = 'kept'

),

-- A file's own columns for respondent, time and so on are no questions, whatever the file calls them.
canonical_columns as (

    select distinct
        load_id,
        canonical_json
    from wide

),

metadata_columns as (

    select distinct
        canonical_columns.load_id,
        entries.entry_value as column_name
    from canonical_columns, {{ json_entries('canonical_columns.canonical_json') }} as entries

),

wide_cells as (

    select
        wide.response_key,
        wide.survey_id,
        wide.data_source,
        wide.load_id,
        entries.entry_key as question_id,
        {{ blank_to_null('entries.entry_value') }} as answer_text
    from wide, {{ json_entries('wide.row_json') }} as entries

),

wide_answers as (

    select
        wide_cells.response_key,
        wide_cells.survey_id,
        wide_cells.data_source,
        wide_cells.question_id,
        wide_cells.answer_text
    from wide_cells
    left join metadata_columns
        on
            wide_cells.load_id = metadata_columns.load_id
            and wide_cells.question_id = metadata_columns.column_name
    where
        wide_cells.answer_text is not null
        and metadata_columns.column_name is null

),

qualtrics_cells as (

    select
        qualtrics.response_key,
        qualtrics.survey_id,
        qualtrics.data_source,
        entries.entry_key as question_id,
        {{ blank_to_null('entries.entry_value') }} as answer_text
    from qualtrics, {{ json_entries('qualtrics.row_json') }} as entries

),

qualtrics_answers as (

    select *
    from qualtrics_cells
    where
        answer_text is not null
        and question_id not in {{ qualtrics_metadata() }}
        -- Qualtrics derives promoter, passive or detractor itself.
        and question_id not like '%!_NPS!_GROUP' escape '!'

),

long_answers as (

    select
        response_key,
        survey_id,
        data_source,
        question_id,
        answer_text
    from {{ ref('base_survey_csv__long') }}
    where _disposition = 'kept'

),

unioned as (

    select * from wide_answers
    union all
    select * from long_answers
    union all
    select * from qualtrics_answers

),

final as (

    select
        {{ surrogate_key(['response_key', 'question_id']) }} as answer_key,
        response_key,
        survey_id,
        question_id,
        answer_text,
        data_source
    from unioned

)

select * from final
