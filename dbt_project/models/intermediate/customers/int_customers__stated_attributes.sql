-- Grain: one row is what a source states about a person under a column that attributes.csv knows.
-- Contacts state it in a column of their file, surveys in a question of construct attribute.

with contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

survey_attributes as (

    select * from {{ ref('int_surveys__attributes') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

mappings as (

    select * from {{ ref('stg_mappings__attributes') }}

),

contact_cells as (

    select
        contacts.contact_key as statement_key,
        contacts.contact_key as occasion_key,
        contacts.identifier_key,
        contacts.data_source,
        trim(cells.entry_key) as column_name,
        {{ blank_to_null('cells.entry_value') }} as stated_value,
        contacts.decimal_mark,
        coalesce(contacts.updated_at, contacts.created_at) as stated_at,
        contacts.load_id
    from contacts,
        {{ json_entries('contacts.row_json') }} as cells

),

survey_cells as (

    select
        survey_attributes.answer_key as statement_key,
        survey_attributes.response_key as occasion_key,
        survey_attributes.identifier_key,
        survey_attributes.data_source,
        survey_attributes.question_id as column_name,
        {{ blank_to_null('survey_attributes.value') }} as stated_value,
        sources.decimal_mark,
        survey_attributes.answered_at as stated_at,
        cast(0 as bigint) as load_id
    from survey_attributes
    inner join sources on survey_attributes.data_source = sources.data_source

),

-- Where accounts are the customers, what their export states is about them.
customer_accounts as (

    select distinct account_key
    from actors

),

account_cells as (

    select
        {{ surrogate_key(["'account'", 'accounts.account_key', 'accounts.data_source']) }} as statement_key,
        accounts.account_key as occasion_key,
        accounts.account_key as identifier_key,
        accounts.data_source,
        trim(cells.entry_key) as column_name,
        {{ blank_to_null('cells.entry_value') }} as stated_value,
        accounts.decimal_mark,
        cast(null as timestamp) as stated_at,
        accounts.load_id
    from accounts
    inner join customer_accounts on accounts.account_key = customer_accounts.account_key,
        {{ json_entries('accounts.row_json') }} as cells

),

owners as (

    select
        identifier_key,
        person_id
    from identifiers
    union all
    select
        account_key as identifier_key,
        account_key as person_id
    from customer_accounts

),

cells as (

    select * from contact_cells
    where stated_value is not null
    union all
    select * from account_cells
    where stated_value is not null
    union all
    select * from survey_cells
    where stated_value is not null

),

-- A row of attributes.csv that names the source outranks one for any source.
mapped as (

    select
        cells.*,
        mappings.data_source as mapped_source,
        mappings.attribute,
        mappings.kind,
        mappings.bands,
        mappings.dimension,
        row_number() over (
            partition by cells.statement_key, cells.column_name
            order by mappings.data_source asc nulls last, mappings.source_line asc
        ) as nth_most_specific
    from cells
    inner join mappings
        on
            cells.column_name = mappings.column_name
            and (mappings.data_source is null or cells.data_source = mappings.data_source)

),

final as (

    select
        mapped.statement_key,
        mapped.occasion_key,
        owners.person_id,
        mapped.data_source,
        mapped.column_name,
        mapped.mapped_source,
        mapped.attribute,
        mapped.kind,
        mapped.dimension,
        mapped.bands is not null as is_banded,
        mapped.stated_value,
        {{ parse_number('mapped.stated_value', 'mapped.decimal_mark') }} as stated_number,
        mapped.stated_at,
        mapped.load_id
    from mapped
    inner join owners on mapped.identifier_key = owners.identifier_key
    where mapped.nth_most_specific = 1

)

select * from final
