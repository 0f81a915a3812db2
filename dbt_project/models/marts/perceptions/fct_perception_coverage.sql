-- Grain: one row is a stage x corner: how many people pass there, and of how many expectation and experience are known.
-- Facts of the last `active_days`, in which customers pass everywhere that they usually do.

with touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

gaps as (

    select * from {{ ref('fct_expectation_gaps') }}

),

answers as (

    select * from {{ ref('fct_survey_answers') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

passed as (

    select
        touchpoints.stage,
        touchpoints.corner,
        touchpoints.person_id,
        count(*) as touchpoints
    from touchpoints
    cross join settings
    cross join as_of
    where
        touchpoints.journey_id is not null
        and touchpoints.stage is not null
        and touchpoints.corner is not null
        and {{ dates_apart('touchpoints.occurred_on', 'as_of.as_of_on') }} < settings.active_days
    group by touchpoints.stage, touchpoints.corner, touchpoints.person_id

),

-- What an answer speaks of lies where its interaction does, whatever the touchpoint before it.
experienced as (

    select distinct
        interactions.stage,
        interactions.corner,
        gaps.person_id
    from gaps
    inner join interactions on gaps.interaction = interactions.interaction
    cross join settings
    cross join as_of
    where {{ dates_apart('gaps.answered_on', 'as_of.as_of_on') }} < settings.active_days

),

expected as (

    select distinct
        interactions.stage,
        interactions.corner,
        answers.person_id
    from answers
    inner join interactions on answers.interaction = interactions.interaction
    where
        answers.construct in ('expectation', 'expectation_minimum', 'expectation_desired')
        and answers.value is not null

),

known as (

    select
        passed.stage,
        passed.corner,
        sum(passed.touchpoints) as touchpoints,
        count(*) as people,
        count(experienced.person_id) as people_experienced,
        count(expected.person_id) as people_expected
    from passed
    left join experienced
        on
            passed.person_id = experienced.person_id
            and passed.stage = experienced.stage
            and passed.corner = experienced.corner
    left join expected
        on
            passed.person_id = expected.person_id
            and passed.stage = expected.stage
            and passed.corner = expected.corner
    group by passed.stage, passed.corner

),

final as (

    select
        ---------- ids
        {{ surrogate_key(["'coverage'", 'known.stage', 'known.corner']) }} as perception_coverage_id,

        ---------- where
        known.stage as coverage_stage,
        known.corner as coverage_corner,
        known.stage || ', ' || known.corner as coverage_cell,

        ---------- how much is known
        cast(known.touchpoints as bigint) as touchpoints,
        cast(known.people as bigint) as people,
        cast(known.people_expected as bigint) as people_expected,
        cast(known.people_experienced as bigint) as people_experienced,
        cast(known.people_expected as double) / known.people as expected_share,
        {{ wilson_bound('known.people_expected', 'known.people', '-') }} as expected_share_low,
        {{ wilson_bound('known.people_expected', 'known.people', '+') }} as expected_share_high,
        cast(known.people_experienced as double) / known.people as experienced_share,
        {{ wilson_bound('known.people_experienced', 'known.people', '-') }} as experienced_share_low,
        {{ wilson_bound('known.people_experienced', 'known.people', '+') }} as experienced_share_high,
        -- From 30 people on, a mean has an interval worth reading.
        case
            when known.people_experienced = 0 then 'blind spot'
            when known.people_experienced < 30 then 'hardly heard'
            else 'heard'
        end as coverage_state,

        ---------- timestamps
        as_of.as_of_on as calculated_on
    from known
    cross join as_of

)

select * from final
