-- Grain: one row is an answer that the marts use, with its value and whether its metric may be computed from it.
{{ config(materialized='view') }}

with typed_answers as (

    select * from {{ ref('int_surveys__typed_answers') }}

),

final as (

    select *
    from typed_answers
    where disposition = 'kept'

)

select * from final
