-- Grain: one row is a path of channels with the conversions that another system counted on it.

with source as (

    select * from {{ ref('base_web__paths') }}

),

kept as (

    select
        path_key,
        path,
        conversions,
        value,
        non_conversions,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
