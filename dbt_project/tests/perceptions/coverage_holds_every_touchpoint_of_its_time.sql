-- The traffic of all stages and corners together is the steps of customers of the last active_days that have both.
{{ config(meta={'dagster': {'ref': {'name': 'fct_perception_coverage'}}}) }}

with as_of as (

    select * from {{ ref('int_company__as_of') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

counted as (

    select coalesce(sum(touchpoints), 0) as touchpoints
    from {{ ref('fct_perception_coverage') }}

),

since as (

    select {{ days_later('as_of.as_of_on', '-settings.active_days') }} as day_before
    from as_of
    cross join settings

),

made as (

    select count(*) as touchpoints
    from {{ ref('fct_touchpoints') }} as touchpoints
    inner join since on touchpoints.occurred_on > since.day_before
    where touchpoints.is_step and touchpoints.stage is not null and touchpoints.corner is not null

)

select
    counted.touchpoints,
    made.touchpoints as touchpoints_made
from counted
cross join made
where counted.touchpoints <> made.touchpoints
