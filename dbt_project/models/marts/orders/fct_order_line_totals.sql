-- Grain: one row is a sale that has lines, up to the present: whether they sum to what the order says.

with totals as (

    select * from {{ ref('int_orders__line_totals') }}

),

final as (

    select
        ---------- ids
        order_key as order_id,
        person_id,

        ---------- what it is
        data_source,
        agreement,

        ---------- money
        currency,
        order_amount,
        lines_amount,
        difference,

        ---------- counts
        cast(n_lines as integer) as n_lines,
        cast(case when agreement = 'unknown' then 0 else 1 end as integer) as compared_orders,
        cast(case when agreement in ('equal', 'explained') then 1 else 0 end as integer) as agreeing_orders,

        ---------- timestamps
        occurred_at,
        occurred_on
    from totals
    where not is_after_as_of

)

select * from final
