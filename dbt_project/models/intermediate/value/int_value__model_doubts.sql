-- Grain: one row is a model that values customers, and why the data make what rests on it provisional; null where
-- nothing does. Feeds name the models that they rest on (`rests_on`): twins of a number cannot have different badges.

with customers as (

    select * from {{ ref('dim_customers') }}

),

model_choice as (

    select * from {{ ref('int_value__model_choice') }}

),

valued_by as (

    select
        max(case when value_model in ('bg_nbd', 'mbg_nbd', 'naive') then 1 else 0 end) as orders,
        max(case when value_model = 'running_on' then 1 else 0 end) as contracts_that_run_on
    from customers

),

final as (

    select
        'purchases' as model_name,
        case when model_choice.is_provisional and valued_by.orders = 1 then model_choice.reason end
            as provisional_reason
    from model_choice
    cross join valued_by
    union all
    select
        'contracts' as model_name,
        case
            when contracts_that_run_on = 1
                then 'too few contracts have ended to learn from: running ones are taken to run on'
        end as provisional_reason
    from valued_by

)

select * from final
