-- Grain: one row is a dated event of a person (not set aside), with the person that it is of, now and when it happened.

with source_events as (

    select * from {{ ref('int_touchpoints__source_events') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

former_people as (

    select * from {{ ref('int_identity__memberships') }}
    where valid_to is not null

),

dated as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from source_events
    where
        occurred_at is not null
        and identifier_key is not null
        and not is_set_aside

),

resolved as (

    select
        dated.event_key,
        dated.data_source,
        dated.event,
        dated.identifier_key,
        dated.occurred_at,
        dated.happened_by_at,
        dated.source_file,
        dated.source_line,
        coalesce(actors.account_key, identifiers.person_id) as person_id,
        coalesce(former_people.person_id, identifiers.person_id) as person_id_at_event
    from dated
    left join identifiers on dated.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'dated.occurred_at') }}
    left join former_people
        on
            dated.identifier_key = former_people.identifier_key
            and dated.occurred_at < former_people.valid_to
            and (former_people.valid_from is null or dated.occurred_at >= former_people.valid_from)

)

select * from resolved
