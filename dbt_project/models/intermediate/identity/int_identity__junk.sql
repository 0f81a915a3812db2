-- Grain: one row is an identifier that means "none": a filler address or number, or an id such as 'guest'.

with contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

web_rows as (

    select * from {{ ref('base_web__events') }}

),

responses as (

    select * from {{ ref('stg_survey__responses') }}

),

tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

namespaces as (

    select * from {{ ref('int_identity__namespaces') }}

),

fillers as (

    select * from {{ ref('stg_config__identity_junk') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

addresses as (

    select email as address
    from contacts
    union
    select email as address
    from responses
    union
    select email as address
    from tickets
    union
    select email as address
    from web_rows
    where _disposition = 'kept'

),

junk_addresses as (

    select
        {{ identifier_key('email', "''", 'address') }} as identifier_key,
        'email' as identifier_type
    from addresses
    where {{ is_junk_address('addresses.address', 'fillers') }}

),

words as (

    select word
    from fillers
    where kind = 'id'

),

-- Staging writes a filler as one word, in lower case. A survey may number its respondents from 0.
junk_ids as (

    select
        {{ identifier_key_of_any_type('namespaces.identifier_type', 'namespaces.id_namespace', 'words.word') }}
            as identifier_key,
        namespaces.identifier_type
    from namespaces
    cross join words
    where namespaces.identifier_type not in ('email', 'phone', 'respondent')

),

numbers as (

    select {{ phone_number('fillers.word', 'settings.phone_region') }} as number
    from fillers
    cross join settings
    where fillers.kind = 'phone'

),

junk_numbers as (

    select distinct
        {{ phone_key('number') }} as identifier_key,
        'phone' as identifier_type
    from numbers
    where number is not null

),

final as (

    select
        identifier_key,
        identifier_type
    from junk_addresses
    union
    select
        identifier_key,
        identifier_type
    from junk_ids
    union
    select
        identifier_key,
        identifier_type
    from junk_numbers

)

select * from final
