-- Grain: one row is a type of identifier and a namespace in which its values are unique.

with sources as (

    select * from {{ ref('stg_config__sources') }}

),

mentions as (

    select * from {{ ref('stg_social__mentions') }}

),

namespaces as (

    select
        'customer' as identifier_type,
        id_namespace
    from sources
    union all
    select
        'anonymous' as identifier_type,
        id_namespace
    from sources
    where kind = 'web'
    union all
    select
        'requester' as identifier_type,
        data_source as id_namespace
    from sources
    where kind = 'service'
    union all
    select
        'respondent' as identifier_type,
        data_source as id_namespace
    from sources
    where kind = 'survey'
    union all
    select
        'author' as identifier_type,
        coalesce(network, data_source) as id_namespace
    from mentions
    union all
    -- Addresses and numbers are the same everywhere.
    select
        'email' as identifier_type,
        '' as id_namespace
    union all
    select
        'phone' as identifier_type,
        '' as id_namespace

),

final as (

    select distinct
        identifier_type,
        id_namespace
    from namespaces

)

select * from final
