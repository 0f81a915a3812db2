-- Johnson's relative weights of an outcome sum to R2, and are based on people who rated it.
{{ config(meta={'dagster': {'ref': {'name': 'fct_satisfaction_drivers'}}}) }}

with weighed as (

    select
        driver_survey,
        driver_outcome,
        sum(relative_weight) as weights,
        max(r_squared) as r_squared,
        max(n) as n
    from {{ ref('fct_satisfaction_drivers') }}
    where relative_weight is not null
    group by driver_survey, driver_outcome

),

rating as (

    select
        survey_id,
        construct,
        count(distinct person_id) as people
    from {{ ref('fct_survey_answers') }}
    where construct in ('overall', 'nps', 'csat', 'ces') and is_scorable
    group by survey_id, construct

)

select
    weighed.driver_survey,
    weighed.driver_outcome,
    weighed.weights,
    weighed.r_squared
from weighed
left join rating
    on
        weighed.driver_survey = rating.survey_id
        and weighed.driver_outcome = rating.construct
where
    abs(weighed.weights - weighed.r_squared) > 0.000001
    or weighed.n > coalesce(rating.people, 0)
