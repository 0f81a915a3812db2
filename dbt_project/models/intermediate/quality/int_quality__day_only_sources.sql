-- Grain: one row is a source some of whose facts state only a day, and no time of day.

with events as (

    select * from {{ ref('int_touchpoints__events') }}

),

final as (

    select
        data_source,
        cast(count(*) as bigint) as n_rows,
        cast(sum(case when is_day_only then 1 else 0 end) as bigint) as n_days
    from events
    where disposition <> 'undated'
    group by data_source
    having sum(case when is_day_only then 1 else 0 end) > 0

)

select * from final
