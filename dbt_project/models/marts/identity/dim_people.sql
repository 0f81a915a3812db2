-- Grain: one row is a person: anonymous visitor, prospect, customer or former customer; with `customer_unit: account`
-- in cx.yml also an account that a person acts for.

with units as (

    select * from {{ ref('int_customers__units') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

attributes as (

    select * from {{ ref('int_customers__attributes') }}

),

touchpoints as (

    select *
    from {{ ref('int_touchpoints__mapped') }}
    where {{ is_customer_step('role', 'is_conversion_event') }}

),

mappings as (

    select * from {{ ref('stg_mappings__attributes') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- What a person does for an account is the account's: its state and first touchpoint are theirs, too.
people as (

    select
        units.*,
        coalesce(actors.account_key, units.person_id) as customer_id
    from units
    left join actors
        on
            units.person_id = actors.person_id
            and {{ acts_at('actors', 'cast(null as timestamp)') }}

),

dimensions as (

    select
        person_id,
        max(case when dimension = 'segment' then dimension_value end) as segment,
        max(case when dimension = 'country' then dimension_value end) as country,
        max(case when dimension = 'region' then dimension_value end) as region,
        max(case when dimension = 'language' then dimension_value end) as language,
        max(case when dimension = 'age_band' then dimension_value end) as age_band,
        max(case when dimension = 'motivation' then dimension_value end) as motivation,
        max(case when dimension = 'first_channel' then dimension_value end) as first_channel
    from attributes
    where dimension is not null
    group by person_id

),

-- The channel of the first touchpoint; null where that touchpoint's channel is unmapped.
first_touchpoints as (

    select
        person_id,
        channel
    from touchpoints
    qualify row_number() over (
        partition by person_id
        order by {{ happened_by('occurred_at', 'is_day_only') }}, data_source, source_file, source_line, touchpoint_id
    ) = 1

),

-- One vocabulary: where the company states first channels itself, channels of touchpoints do not mix with its words.
stated_channels as (

    select count(*) > 0 as are_stated
    from mappings
    where dimension = 'first_channel'

),

states as (

    select
        months.person_id,
        months.state,
        months.is_active_end
    from months
    inner join as_of on months.month_on = cast(date_trunc('month', as_of.as_of_on) as date)

),

final as (

    select
        people.person_id,
        people.is_account,
        people.is_shared,
        case
            when states.is_active_end then 'customer'
            when states.state <> 'prospect' then 'former_customer'
            when people.is_identified then 'prospect'
            else 'anonymous'
        end as person_type,
        people.is_identified,
        cast(people.identifiers as integer) as identifiers,
        case
            when people.identifiers <= 2 then cast(people.identifiers as varchar)
            when people.identifiers <= 5 then '3 to 5'
            when people.identifiers <= 10 then '6 to 10'
            else 'more than 10'
        end as identifier_band,
        dimensions.segment,
        dimensions.country,
        dimensions.region,
        dimensions.language,
        dimensions.age_band,
        dimensions.motivation,
        case
            when stated_channels.are_stated then dimensions.first_channel
            else first_touchpoints.channel
        end as first_channel,
        people.first_seen_at,
        people.last_seen_at,
        {{ business_day('people.first_seen_at') }} as first_seen_on,
        {{ business_day('people.last_seen_at') }} as last_seen_on
    from people
    cross join stated_channels
    left join states on people.customer_id = states.person_id
    left join dimensions on people.person_id = dimensions.person_id
    left join first_touchpoints on people.customer_id = first_touchpoints.person_id

)

select * from final
