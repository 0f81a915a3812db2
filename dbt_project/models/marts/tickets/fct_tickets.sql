-- Grain: one row is a service ticket that was opened up to the present.

with tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

-- What happened after the present has not happened yet. A source of which no ticket has a reply, or says whether it was
-- opened again, does not know of it: its tickets are neither answered nor unanswered.
present as (

    select
        tickets.ticket_key,
        coalesce(actors.account_key, identifiers.person_id) as person_id,
        tickets.data_source,
        tickets.category,
        tickets.channel,
        tickets.satisfaction,
        tickets.reopenings,
        tickets.created_at,
        {{ business_day('tickets.created_at') }} as opened_on,
        {{ waited_until('tickets.first_reply_at', 'tickets.is_first_reply_day_only', 'tickets.is_created_day_only') }}
            as first_reply_by_at,
        {{ waited_until('tickets.solved_at', 'tickets.is_solved_day_only', 'tickets.is_created_day_only') }}
            as solved_by_at,
        case when tickets.first_reply_at < as_of.as_of_ends_at then tickets.first_reply_at end as first_reply_at,
        case when tickets.solved_at < as_of.as_of_ends_at then tickets.solved_at end as solved_at,
        tickets.is_solved and coalesce(tickets.solved_at < as_of.as_of_ends_at, true) as is_solved,
        {{ hours_between('tickets.created_at', 'as_of.as_of_ends_at') }} >= settings.reply_target_hours as is_due,
        {{ is_ever_true('tickets.first_reply_at is not null', 'tickets.data_source') }} as is_reply_known,
        {{ is_ever_true('tickets.is_reopening_stated', 'tickets.data_source') }} as is_reopening_known
    from tickets
    cross join settings
    cross join as_of
    left join identifiers on tickets.identifier_key = identifiers.identifier_key
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'tickets.created_at') }}
    where tickets.created_at < as_of.as_of_ends_at

),

final as (

    select
        ---------- ids
        present.ticket_key as ticket_id,
        present.person_id,

        ---------- what and where
        present.data_source,
        present.category as ticket_category,
        present.channel as ticket_channel,
        months.tier_start as value_tier_at_event,

        ---------- states
        present.satisfaction as ticket_satisfaction,
        case when present.is_reply_known then present.first_reply_at is not null end as is_answered,
        present.is_due,
        case
            when present.is_reply_known
                then coalesce(
                    present.first_reply_at is not null
                    and {{ hours_between('present.created_at', 'present.first_reply_by_at') }}
                    <= settings.reply_target_hours,
                    false
                )
        end as is_answered_in_time,
        present.is_solved,
        case when present.is_reopening_known then present.reopenings > 0 end as is_reopened,

        ---------- measures
        case
            when present.first_reply_at is not null
                then {{ hours_between('present.created_at', 'present.first_reply_by_at') }}
        end as first_reply_hours,
        case
            when present.solved_at is not null
                then {{ hours_between('present.created_at', 'present.solved_by_at') }}
        end as solution_hours,
        case when present.is_reopening_known then cast(present.reopenings as integer) end as reopenings,

        ---------- timestamps
        present.created_at as opened_at,
        present.opened_on,
        present.first_reply_at,
        present.solved_at
    from present
    cross join settings
    left join months
        on
            present.person_id = months.person_id
            and months.month_on = cast(date_trunc('month', present.opened_on) as date)

)

select * from final
