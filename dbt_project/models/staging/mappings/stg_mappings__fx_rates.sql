with source as (

    select * from {{ source('raw_mappings', 'fx_rates') }}

),

renamed as (

    select
        upper({{ blank_to_null('currency') }}) as currency,
        {{ parse_day('valid_from') }} as valid_from,
        try_cast({{ blank_to_null('rate') }} as decimal(18, 8)) as rate,
        _file as source_file,
        _line as source_line
    from source
    where _load_id in {{ active_loads() }}

),

usable as (

    select *
    from renamed
    where
        currency is not null
        and valid_from is not null
        and rate > 0
    -- Of two rates from one day on the later line counts.
    qualify row_number() over (
        partition by currency, valid_from
        order by source_file desc, source_line desc
    ) = 1

),

final as (

    select
        currency,
        valid_from,
        lead(valid_from) over (
            partition by currency
            order by valid_from
        ) as valid_until,
        rate,
        source_file,
        source_line
    from usable

)

select * from final
