-- Grain: one row is a stage that an open deal was in, each time that it entered it. Nobody waits in won or lost.

with spells as (

    select * from {{ ref('int_deals__stage_spells') }}
    where state = 'open'

),

deals as (

    select * from {{ ref('fct_deals') }}

),

final as (

    select
        ---------- ids
        spells.stage_spell_key as deal_stage_id,
        spells.deal_key as deal_id,
        deals.person_id,
        deals.account_id,

        ---------- what and where
        deals.data_source,
        deals.channel,
        spells.crm_stage as passed_stage,

        ---------- measures
        case
            when spells.is_entry_seen and spells.left_on is not null
                then {{ dates_apart('spells.entered_on', 'spells.left_on') }}
        end as days_in_stage,

        ---------- timestamps
        spells.entered_at,
        spells.entered_on,
        spells.left_at,
        spells.left_on
    from spells
    inner join deals on spells.deal_key = deals.deal_id

)

select * from final
