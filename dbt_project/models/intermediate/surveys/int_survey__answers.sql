-- Grain: one row is an answer that the marts use, with its value and whether its metric may be computed from it.
{{ config(materialized='view') }}

with judged as (

    select * from {{ ref('int_survey__judged_answers') }}

),

final as (

    select *
    from judged
    where fate = 'kept'

)

select * from final
