with source as (

    select * from {{ source('raw_config', 'settings') }}

)

select * from source
