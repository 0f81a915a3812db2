-- Grain: one row is a heading x source: what staging or a definition left out, or kept with a remark, and how often.

with dispositions as (

    select * from {{ ref('int_books__dispositions') }}

),

loads as (

    select * from {{ source('ledger', 'loads') }}

),

facts as (

    select * from {{ ref('int_company__facts') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

events as (

    select * from {{ ref('int_touchpoints__events') }}

),

answers as (

    select * from {{ ref('int_survey__judged_answers') }}

),

orders as (

    select * from {{ ref('stg_crm_csv__orders') }}

),

order_rows as (

    select * from {{ ref('base_crm_csv__orders') }}

),

rejected as (

    select
        {{ heading('rejected') }} as heading_code,
        source as data_source,
        rejected as n_rows,
        false as is_kept
    from loads
    where status = 'active'

),

staged as (

    select
        heading_code,
        data_source,
        n_rows,
        false as is_kept
    from dispositions
    where disposition <> 'kept'

),

-- Later than its load: a clock set wrong, or a plan. Later than as_of only: it waits for its day.
dated as (

    select
        case
            when facts.occurred_at > loads.loaded_at then {{ heading('future') }} else {{ heading('after_as_of') }}
        end as heading_code,
        facts.data_source,
        1 as n_rows,
        true as is_kept
    from facts
    inner join loads on facts.load_id = loads.load_id
    cross join as_of
    where
        facts.occurred_at > loads.loaded_at
        or facts.occurred_at >= as_of.as_of_ends_at

),

told as (

    select
        case fate when 'undated' then {{ heading('undated') }} else {{ heading('nobody') }} end as heading_code,
        data_source,
        1 as n_rows,
        true as is_kept
    from events
    where fate in ('undated', 'nobody')

),

answered as (

    select
        case fate
            when 'unreadable' then {{ heading('unreadable') }} else {{ heading('out_of_scale') }}
        end as heading_code,
        data_source,
        1 as n_rows,
        false as is_kept
    from answers
    where fate in ('unreadable', 'out_of_scale')

),

-- Two equal purchases of one day do happen, and nothing tells them from a row that was exported twice: all are kept.
repeated as (

    select
        data_source,
        count(*) - 1 as n_rows
    from orders
    where order_id is null
    group by data_source, row_key
    having count(*) > 1

),

identical as (

    select
        {{ heading('identical') }} as heading_code,
        data_source,
        n_rows,
        true as is_kept
    from repeated

),

-- An order of several lines is one order: its rows are all kept, and added up.
lines as (

    select
        {{ heading('line') }} as heading_code,
        data_source,
        count(*) as n_rows,
        true as is_kept
    from order_rows
    where is_line
    group by data_source

),

unioned as (

    select * from rejected
    union all
    select * from staged
    union all
    select * from dated
    union all
    select * from told
    union all
    select * from answered
    union all
    select * from identical
    union all
    select * from lines

),

final as (

    select
        heading_code,
        {{ heading_text('heading_code') }} as heading,
        data_source,
        is_kept,
        cast(sum(n_rows) as bigint) as n_rows
    from unioned
    group by heading_code, data_source, is_kept
    having sum(n_rows) > 0

)

select * from final
