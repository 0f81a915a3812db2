-- A person seen up to as_of has a row for each month since then, the last one being the present. So has an account that
-- counts as a customer, and who acts for one stands in months of their own only after leaving.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        person_id,
        min(month_on) as first_month_on,
        max(month_on) as last_month_on,
        count(*) as n_months
    from {{ ref('fct_customer_months') }}
    group by person_id

),

members as (

    select distinct person_id
    from {{ ref('int_accounts__actors') }}

),

expected as (

    select
        people.person_id,
        case
            when members.person_id is null then people.first_seen_on
            else {{ business_day('units.counts_from') }}
        end as first_seen_on
    from {{ ref('dim_people') }} as people
    left join {{ ref('int_customers__units') }} as units on people.person_id = units.person_id
    left join members on people.person_id = members.person_id
    -- A filler, or an identifier that too many share, is not a person.
    where not people.is_shared

),

final as (

    select
        people.person_id,
        people.first_seen_on,
        months.n_months
    from expected as people
    cross join {{ ref('int_company__as_of') }} as as_of
    full outer join months on people.person_id = months.person_id
    where
        (people.first_seen_on is not null) <> (months.person_id is not null)
        or months.first_month_on <> date_trunc('month', people.first_seen_on)
        or months.last_month_on <> date_trunc('month', as_of.as_of_on)
        or months.n_months <> 1 + date_diff('month', months.first_month_on, months.last_month_on)

)

select * from final
