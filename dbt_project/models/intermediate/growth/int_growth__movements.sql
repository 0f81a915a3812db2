-- Grain: one row is a person x month x movement, with the moment up to which touches may have brought it about.
-- A first or renewed purchase is decided when it is made (by the end of its day, where only the day is known), staying
-- and leaving when the month ends.

{%- set movements = ['acquired', 'reactivated', 'retained', 'lost'] %}

with months as (

    select * from {{ ref('fct_customer_months') }}

),

orders as (

    select * from {{ ref('int_orders__valued') }}

),

contracts as (

    select * from {{ ref('int_contracts__valued') }}

),

purchases as (

    select
        person_id,
        {{ happened_by('occurred_at', 'is_day_only') }} as purchased_by_at,
        occurred_on as purchased_on
    from orders
    where
        kind = 'sale'
        and not is_after_as_of
    union all
    select
        person_id,
        {{ happened_by('started_at', 'is_started_day_only') }} as purchased_by_at,
        started_on as purchased_on
    from contracts
    where not is_after_as_of

),

first_purchases as (

    select
        person_id,
        cast(date_trunc('month', purchased_on) as date) as month_on,
        min(purchased_by_at) as purchased_by_at
    from purchases
    group by person_id, cast(date_trunc('month', purchased_on) as date)

),

moved as (

    {%- for movement in movements %}
    select
        person_id,
        month_on,
        month_end_on,
        '{{ movement }}' as movement,
        tier_start,
        {{ movement }} as n
    from months
    where {{ movement }} > 0
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        {{ surrogate_key(["'movement'", 'moved.person_id', 'moved.month_on', 'moved.movement']) }} as movement_id,
        moved.person_id,
        moved.month_on,
        moved.movement,
        moved.tier_start,
        moved.n,
        case
            when moved.movement in ('acquired', 'reactivated') then first_purchases.purchased_by_at
            else {{ business_day_start("moved.month_end_on + interval '1 day'") }}
        end as decided_at
    from moved
    left join first_purchases
        on
            moved.person_id = first_purchases.person_id
            and moved.month_on = first_purchases.month_on

)

select * from final
