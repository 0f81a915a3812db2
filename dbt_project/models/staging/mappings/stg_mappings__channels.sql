with source as (

    select * from {{ source('raw_mappings', 'channels') }}

),

renamed as (

    select
        {{ blank_to_null('data_source') }} as data_source,
        {{ blank_to_null('utm_source') }} as utm_source,
        {{ blank_to_null('utm_medium') }} as utm_medium,
        {{ blank_to_null('channel') }} as channel,
        lower({{ blank_to_null('presence') }}) as presence,
        {{ blank_to_null('method') }} as method,
        _file as source_file,
        _line as source_line,
        coalesce(trim(utm_source) = '*' and trim(utm_medium) = '*', false) as is_catch_all
    from source
    where _load_id in {{ active_loads() }}

)

select * from renamed
