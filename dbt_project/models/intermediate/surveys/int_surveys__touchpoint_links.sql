-- Grain: one row is a response x an interaction that its questions are about (none is one, too), with the touchpoint
-- that the answers speak of: the ticket or order that the response names, else the person's nearest preceding
-- touchpoint of that interaction, not older than `survey_link_days`.

with answer_meanings as (

    select * from {{ ref('int_surveys__answer_meanings') }}

),

meanings as (

    select *
    from {{ ref('int_surveys__meanings') }}
    where disposition = 'kept'

),

people as (

    select * from {{ ref('int_surveys__respondents') }}

),

orders as (

    select *
    from {{ ref('stg_crm__orders') }}
    where
        kind = 'sale'
        and order_id is not null

),

tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

-- Answering a survey is not an experience to ask about, nor is what a system writes for itself.
touchpoints as (

    select
        *,
        {{ happened_by('occurred_at', 'is_day_only') }} as happened_by_at
    from {{ ref('int_touchpoints__mapped') }}
    where
        event <> 'survey_answered'
        and {{ is_customer_step('role', 'is_conversion_event') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

-- Collected before anything else is asked of them: there are many more answers than interactions of a response.
subjects as (

    select distinct
        answer_meanings.response_key,
        meanings.interaction
    from answer_meanings
    inner join meanings on answer_meanings.meaning_key = meanings.meaning_key

),

asked as (

    select distinct
        people.response_key,
        people.interaction is not null as is_interaction_of_response,
        coalesce(people.interaction, subjects.interaction) as asked_interaction
    from subjects
    inner join people on subjects.response_key = people.response_key
    where not people.is_after_as_of

),

order_touchpoints as (

    select
        orders.order_id,
        orders.id_namespace,
        touchpoints.touchpoint_id,
        touchpoints.person_id,
        touchpoints.occurred_at
    from orders
    inner join touchpoints
        on
            orders.data_source = touchpoints.data_source
            and orders.source_file = touchpoints.source_file
            and orders.source_line = touchpoints.source_line

),

ticket_keys as (

    select
        ticket_id,
        id_namespace,
        {{ ticket_opened_key('ticket_key') }} as touchpoint_id
    from tickets

),

named_touchpoints as (

    select
        'order' as named,
        order_id as named_id,
        id_namespace,
        touchpoint_id,
        person_id,
        occurred_at
    from order_touchpoints
    union all
    select
        'ticket' as named,
        ticket_keys.ticket_id as named_id,
        ticket_keys.id_namespace,
        touchpoints.touchpoint_id,
        touchpoints.person_id,
        touchpoints.occurred_at
    from ticket_keys
    inner join touchpoints on ticket_keys.touchpoint_id = touchpoints.touchpoint_id

),

names as (

    select
        response_key,
        'order' as named,
        order_id as named_id
    from people
    where order_id is not null
    union all
    select
        response_key,
        'ticket' as named,
        ticket_id as named_id
    from people
    where ticket_id is not null

),

-- An id counts within its namespace; in another one only where the order or ticket is the respondent's own.
explicit_links as (

    select
        people.response_key,
        named_touchpoints.touchpoint_id
    from people
    inner join names on people.response_key = names.response_key
    inner join named_touchpoints
        on
            names.named = named_touchpoints.named
            and names.named_id = named_touchpoints.named_id
            and (
                people.id_namespace = named_touchpoints.id_namespace
                or people.person_id = named_touchpoints.person_id
            )
    qualify row_number() over (
        partition by people.response_key
        order by
            names.named desc,
            case when people.person_id = named_touchpoints.person_id then 0 else 1 end asc,
            case when people.id_namespace = named_touchpoints.id_namespace then 0 else 1 end asc,
            named_touchpoints.occurred_at desc,
            named_touchpoints.touchpoint_id asc
    ) = 1

),

-- A question about no interaction in particular goes with the last one that matters; a page view does not.
nearest_links as (

    select
        asked.response_key,
        asked.asked_interaction,
        touchpoints.touchpoint_id
    from asked
    inner join people on asked.response_key = people.response_key
    inner join touchpoints on people.person_id = touchpoints.person_id
    cross join settings
    where
        touchpoints.interaction = coalesce(asked.asked_interaction, touchpoints.interaction)
        and touchpoints.occurred_at <= people.answered_by_at
        and {{ days_between('touchpoints.happened_by_at', 'people.answered_by_at') }} <= settings.survey_link_days
    qualify row_number() over (
        partition by asked.response_key, asked.asked_interaction
        order by
            {{ placed_before('touchpoints.occurred_at', 'touchpoints.happened_by_at', 'people.answered_by_at') }} desc,
            touchpoints.touchpoint_id asc
    ) = 1

),

linked as (

    select
        asked.response_key,
        asked.asked_interaction,
        coalesce(explicit_links.touchpoint_id, nearest_links.touchpoint_id) as touchpoint_id,
        case
            when explicit_links.touchpoint_id is not null then 'explicit'
            when nearest_links.touchpoint_id is null then 'none'
            when asked.is_interaction_of_response then 'explicit'
            else 'nearest_preceding'
        end as link_rule
    from asked
    left join explicit_links on asked.response_key = explicit_links.response_key
    left join nearest_links
        on
            asked.response_key = nearest_links.response_key
            and coalesce(asked.asked_interaction, '') = coalesce(nearest_links.asked_interaction, '')

),

final as (

    select
        linked.response_key,
        linked.asked_interaction,
        linked.touchpoint_id,
        linked.link_rule,
        touchpoints.interaction as touchpoint_interaction,
        touchpoints.stage,
        touchpoints.channel
    from linked
    left join touchpoints on linked.touchpoint_id = touchpoints.touchpoint_id

)

select * from final
