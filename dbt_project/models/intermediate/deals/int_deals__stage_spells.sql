-- Grain: one row is a deal x unbroken time in a stage of the CRM, as far as the states that arrived say so.
-- A file that was replaced by a later one of its name says nothing any more, and neither does a state without a time.

with deal_rows as (

    select * from {{ ref('base_crm__deals') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- Of states of one time the one that arrived last counts, as it does for the newest state.
states as (

    select deal_rows.*
    from deal_rows
    cross join as_of
    where
        deal_rows._disposition in ('kept', 'deduplicated')
        and not coalesce(deal_rows.is_deleted, false)
        and deal_rows.crm_stage is not null
        and deal_rows.updated_at < as_of.as_of_ends_at
        -- A deal that was deleted has no row that is kept.
        and deal_rows.deal_key in (
            select kept.deal_key
            from deal_rows as kept
            where kept._disposition = 'kept'
        )
    qualify row_number() over (
        partition by deal_rows.deal_key, deal_rows.updated_at
        order by deal_rows.load_id desc, deal_rows.source_file desc, deal_rows.source_line desc
    ) = 1

),

compared as (

    select
        *,
        lag(crm_stage) over (
            partition by deal_key
            order by updated_at
        ) as previous_stage
    from states

),

changes as (

    select
        deal_key,
        crm_stage,
        deal_state,
        previous_stage,
        updated_at as entered_at,
        {{ business_day('created_at') }} as created_on,
        {{ business_day('updated_at') }} as entered_on,
        lead(updated_at) over (
            partition by deal_key
            order by updated_at
        ) as left_at
    from compared
    where crm_stage is distinct from previous_stage

),

final as (

    select
        {{ surrogate_key(["'deal stage'", 'deal_key', 'entered_at']) }} as stage_spell_key,
        deal_key,
        crm_stage,
        deal_state as state,
        -- The first state that arrived may be in the middle of its stage, unless it is as old as the deal.
        coalesce(previous_stage is not null or entered_on <= created_on, false) as is_entry_seen,
        entered_at,
        entered_on,
        left_at,
        {{ business_day('left_at') }} as left_on
    from changes

)

select * from final
