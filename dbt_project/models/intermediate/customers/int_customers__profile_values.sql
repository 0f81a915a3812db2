-- Grain: one row is a person x attribute of a family x its value: what customers are compared by.
-- Family profile: what they are (attributes.csv). Family context: what they want, expect, and first looked at.

with attributes as (

    select * from {{ ref('int_customers__attributes') }}

),

outcomes as (

    select * from {{ ref('fct_outcomes') }}

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

views as (

    select * from {{ ref('fct_content_views') }}

),

wanted as (

    select
        person_id,
        coalesce(item_label, item) as attribute,
        case when is_important_top2 then 'important' else 'less important' end as attribute_value,
        row_number() over (
            partition by person_id, coalesce(item_label, item)
            order by answered_at desc nulls last, outcome_id asc
        ) as nth_newest
    from outcomes
    where is_important_top2 is not null

),

expected as (

    select
        person_id,
        coalesce(item_label, item) as attribute,
        case when is_top_two then 'expected highly' else 'expected less' end as attribute_value,
        row_number() over (
            partition by person_id, coalesce(item_label, item)
            order by answered_at desc nulls last, answer_id asc
        ) as nth_newest
    from answers
    where construct = 'expectation' and is_top_two is not null

),

seen as (

    select
        person_id,
        'first content' as attribute,
        content_group as attribute_value,
        row_number() over (
            partition by person_id
            order by viewed_at asc, content_view_id asc
        ) as nth_viewed
    from views

),

final as (

    select
        'profile' as family,
        person_id,
        kind,
        attribute,
        attribute_value
    from attributes
    union all
    select
        'context' as family,
        person_id,
        'outcome' as kind,
        'want: ' || attribute as attribute,
        attribute_value
    from wanted
    where nth_newest = 1
    union all
    select
        'context' as family,
        person_id,
        'expectation' as kind,
        'expect: ' || attribute as attribute,
        attribute_value
    from expected
    where nth_newest = 1
    union all
    select
        'context' as family,
        person_id,
        'content' as kind,
        attribute,
        attribute_value
    from seen
    where nth_viewed = 1

)

select * from final
