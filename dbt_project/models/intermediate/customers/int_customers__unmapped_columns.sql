-- Grain: one row is a column of a contacts or accounts export that is neither canonical nor known to attributes.csv.

with contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

mappings as (

    select * from {{ ref('stg_mappings__attributes') }}

),

exports as (

    select
        data_source,
        row_json,
        canonical_json
    from contacts
    union all
    select
        data_source,
        row_json,
        canonical_json
    from accounts

),

canonical as (

    select distinct
        exports.data_source,
        columns.entry_value as column_name
    from exports,
        {{ json_entries('exports.canonical_json') }} as columns

),

filled as (

    select
        exports.data_source,
        trim(cells.entry_key) as column_name,
        count(*) as n_rows
    from exports,
        {{ json_entries('exports.row_json') }} as cells
    where {{ blank_to_null('cells.entry_value') }} is not null
    group by exports.data_source, trim(cells.entry_key)

),

final as (

    select
        filled.data_source,
        filled.column_name as name,
        filled.n_rows
    from filled
    where
        not exists (
            select 1
            from canonical
            where
                canonical.data_source = filled.data_source
                and canonical.column_name = filled.column_name
        )
        and not exists (
            select 1
            from mappings
            where
                mappings.column_name = filled.column_name
                and (mappings.data_source is null or mappings.data_source = filled.data_source)
        )

)

select * from final
