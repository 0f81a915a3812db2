with source as (

    select * from {{ source('raw_config', 'identity_bounds') }}

)

select * from source
