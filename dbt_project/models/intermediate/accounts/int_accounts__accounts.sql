-- Grain: one row is an account: one that an accounts export lists, or that a contact, lead or deal names.

with accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

memberships as (

    select * from {{ ref('int_accounts__memberships') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

mappings as (

    select * from {{ ref('stg_mappings__attributes') }}

),

named as (

    select account_key from accounts
    union
    select parent_account_key as account_key from accounts
    union
    select account_key from memberships
    union
    select account_key from leads
    union
    select account_key from deals

),

cells as (

    select
        accounts.account_key,
        accounts.data_source,
        trim(cells.entry_key) as column_name,
        {{ blank_to_null('cells.entry_value') }} as stated_value
    from accounts,
        {{ json_entries('accounts.row_json') }} as cells

),

-- A row of attributes.csv that names the source outranks one for any source.
attributes as (

    select
        cells.account_key,
        mappings.dimension,
        cells.stated_value
    from cells
    inner join mappings
        on
            cells.column_name = mappings.column_name
            and (mappings.data_source is null or cells.data_source = mappings.data_source)
    where
        cells.stated_value is not null
        and mappings.dimension is not null
    qualify row_number() over (
        partition by cells.account_key, mappings.dimension
        order by mappings.data_source asc nulls last, mappings.source_file asc, mappings.source_line asc
    ) = 1

),

dimensions as (

    select
        account_key,
        max(case when dimension = 'segment' then stated_value end) as segment,
        max(case when dimension = 'country' then stated_value end) as country,
        max(case when dimension = 'region' then stated_value end) as region
    from attributes
    group by account_key

),

final as (

    select
        named.account_key,
        accounts.parent_account_key,
        accounts.account_key is not null as is_listed,
        dimensions.segment,
        dimensions.country,
        dimensions.region
    from named
    left join accounts on named.account_key = accounts.account_key
    left join dimensions on named.account_key = dimensions.account_key
    where named.account_key is not null

)

select * from final
