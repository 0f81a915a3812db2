-- Grain: one row is a customer: what is expected over the horizon from as_of on.

with forecasts as (

    select * from {{ ref('int_value__forecasts') }}

),

model_choice as (

    select * from {{ ref('int_value__model_choice') }}

),

terms as (

    select * from {{ ref('int_value__contract_terms') }}

),

contract_scores as (

    select * from {{ ref('int_value__contract_scores') }}

),

buyers as (

    select
        forecasts.person_id,
        model_choice.value_model,
        model_choice.is_provisional,
        case when model_choice.value_model = 'mbg_nbd' then forecasts.mbg_p_alive else forecasts.p_alive end as p_alive,
        case
            when model_choice.value_model = 'bg_nbd' then forecasts.expected_purchases
            when model_choice.value_model = 'mbg_nbd' then forecasts.mbg_purchases
            else forecasts.naive_purchases
        end as predicted_purchases,
        case
            when model_choice.value_model = 'bg_nbd' then forecasts.expected_revenue
            when model_choice.value_model = 'mbg_nbd' then forecasts.mbg_revenue
            else forecasts.naive_revenue
        end as predicted_value
    from forecasts
    cross join model_choice
    where forecasts.time_window = 'present'

),

-- Where too few contracts have ended to learn from, running ones are taken to run on.
subscribers as (

    select
        terms.person_id,
        max(case when terms.is_running then 1 else 0 end) as is_running,
        max(
            case when terms.is_running and contract_scores.months is null then 1 else 0 end
        ) as is_unmodelled,
        sum(
            case
                when terms.is_running
                    then
                        coalesce(contract_scores.expected_months, cast(terms.horizon_months as double))
                        * coalesce(cast(terms.amount_per_month_reporting as double), 0)
                else 0
            end
        ) as predicted_value
    from terms
    left join contract_scores on terms.months = contract_scores.months and terms.is_running
    group by terms.person_id

),

final as (

    select
        person_id,
        value_model,
        is_provisional,
        cast(p_alive as double) as p_alive,
        cast(predicted_purchases as double) as predicted_purchases,
        cast(predicted_value as double) as predicted_value
    from buyers
    union all
    select
        person_id,
        case
            when is_running = 0 then 'ended'
            when is_unmodelled = 1 then 'running_on'
            else 'sbg'
        end as value_model,
        is_unmodelled = 1 as is_provisional,
        cast(is_running as double) as p_alive,
        cast(null as double) as predicted_purchases,
        cast(predicted_value as double) as predicted_value
    from subscribers

)

select * from final
