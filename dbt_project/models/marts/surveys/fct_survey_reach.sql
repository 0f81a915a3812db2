-- Grain: one row is a customer, and whether a survey has reached them: who answered, and who did not.

with customers as (

    select * from {{ ref('dim_customers') }}

),

responses as (

    select *
    from {{ ref('fct_survey_responses') }}
    where is_answered

),

answered as (

    select
        person_id,
        count(*) as n_responses,
        max(answered_on) as last_answered_on
    from responses
    group by person_id

),

final as (

    select
        customers.person_id,
        answered.person_id is not null as has_answered,
        cast(coalesce(answered.n_responses, 0) as integer) as n_responses,
        answered.last_answered_on,
        customers.customer_since_on
    from customers
    left join answered on customers.person_id = answered.person_id

)

select * from final
