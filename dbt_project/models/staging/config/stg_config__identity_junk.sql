with source as (

    select * from {{ source('raw_config', 'identity_junk') }}

)

select * from source
