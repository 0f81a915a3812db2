-- Grain: one row is a group of reasons x source: what staging or a definition left out, or kept with a remark, and how
-- often.

with dispositions as (

    select * from {{ ref('int_quality__dispositions') }}

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

    select * from {{ ref('int_surveys__typed_answers') }}

),

orders as (

    select * from {{ ref('stg_crm__orders') }}

),

order_rows as (

    select * from {{ ref('base_crm__orders') }}

),

rejected as (

    select
        {{ reason_group('rejected') }} as reason_group_code,
        source as data_source,
        rejected as n_rows,
        false as is_kept
    from loads
    where status = 'active'

),

staged as (

    select
        reason_group_code,
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
            when facts.occurred_at > loads.loaded_at then {{ reason_group('future') }}
            else {{ reason_group('after_as_of') }}
        end as reason_group_code,
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

unplaced_events as (

    select
        case disposition
            when 'undated' then {{ reason_group('undated') }} else {{ reason_group('no_person') }}
        end as reason_group_code,
        data_source,
        1 as n_rows,
        true as is_kept
    from events
    where disposition in ('undated', 'no_person')

),

answered as (

    select
        case disposition
            when 'unreadable' then {{ reason_group('unreadable') }} else {{ reason_group('out_of_scale') }}
        end as reason_group_code,
        data_source,
        1 as n_rows,
        false as is_kept
    from answers
    where disposition in ('unreadable', 'out_of_scale')

),

-- Two equal purchases of one day do happen, and nothing distinguishes them from a row that was exported twice: all are
-- kept.
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
        {{ reason_group('identical') }} as reason_group_code,
        data_source,
        n_rows,
        true as is_kept
    from repeated

),

-- An order of several lines is one order: its rows are all kept, and added up.
lines as (

    select
        {{ reason_group('line') }} as reason_group_code,
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
    select * from unplaced_events
    union all
    select * from answered
    union all
    select * from identical
    union all
    select * from lines

),

final as (

    select
        reason_group_code,
        {{ reason_group_text('reason_group_code') }} as reason_group,
        data_source,
        is_kept,
        cast(sum(n_rows) as bigint) as n_rows
    from unioned
    group by reason_group_code, data_source, is_kept
    having sum(n_rows) > 0

)

select * from final
