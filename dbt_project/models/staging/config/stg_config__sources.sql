with source as (

    select * from {{ source('raw_config', 'sources') }}

),

renamed as (

    select
        name as data_source,
        kind,
        vendor,
        entity,
        id_namespace,
        timezone,
        timestamp_format,
        decimal as decimal_mark,
        phone_region,
        counts_revenue,
        max_loss,
        grain
    from source

)

select * from renamed
