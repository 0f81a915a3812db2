-- Every month: as many top customers as the share of those with positive revenue says, rounded up, and none of the
-- others with more revenue than any of them.

{{ config(meta={'dagster': {'ref': {'name': 'fct_customer_months'}}}) }}

with months as (

    select
        month_on,
        sum(case when tier_end is not null and revenue_12m > 0 then 1 else 0 end) as positive_customers,
        sum(case when tier_end = 'top' then 1 else 0 end) as top_customers,
        min(case when tier_end = 'top' then revenue_12m end) as least_of_the_top,
        max(case when tier_end = 'other' then revenue_12m end) as most_of_the_others
    from {{ ref('fct_customer_months') }}
    group by month_on

),

final as (

    select months.*
    from months
    cross join {{ ref('stg_config__settings') }} as settings
    where
        months.top_customers <> ceil(cast(settings.top_tier as decimal(9, 6)) * months.positive_customers)
        or months.most_of_the_others > months.least_of_the_top

)

select * from final
