-- Grain: one row is a question that no codebook row explains: kept, counted, never guessed.

with typed_answers as (

    select * from {{ ref('int_surveys__typed_answers') }}

),

final as (

    select
        data_source,
        question_id as name,
        count(*) as n_rows,
        min(answered_at) as first_at,
        max(answered_at) as last_at
    from typed_answers
    where disposition = 'unmapped'
    group by data_source, question_id

)

select * from final
