-- Grain: one row is a person x account x unbroken time in which the person belonged to it.

with memberships as (

    select * from {{ ref('int_accounts__memberships') }}

),

final as (

    select
        membership_key as membership_id,
        account_key as account_id,
        person_id,
        {{ business_day('valid_from') }} as valid_from,
        {{ business_day('valid_to') }} as valid_to,
        is_current,
        cast(case when is_current then 1 else 0 end as integer) as current_members
    from memberships

)

select * from final
