-- Grain: one row is an identifier that joins no people: a filler, or one that more share than are one person.

with guarded as (

    select * from {{ ref('int_identity__guarded') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

final as (

    select
        guarded.identifier_key as guarded_identifier_id,
        guarded.identifier_type,
        guarded.reason as guard_reason,
        guarded.shared_by_type,
        cast(guarded.shared_by as integer) as shared_by,
        cast(guarded.bound as integer) as at_most,
        {{ business_day('identifiers.first_seen_at') }} as first_seen_on
    from guarded
    inner join identifiers on guarded.identifier_key = identifiers.identifier_key

)

select * from final
