-- Lines of orders and the orders that have them: as rows of lines, and summed by order.

{{ config(meta={'dagster': {'ref': {'name': 'fct_order_lines'}}}) }}

with lines as (

    select
        count(*) as n_lines,
        count(distinct order_id) as orders
    from {{ ref('fct_order_lines') }}

),

totals as (

    select
        coalesce(sum(n_lines), 0) as n_lines,
        count(*) as orders
    from {{ ref('fct_order_line_totals') }}

),

final as (

    select
        lines.n_lines as rows_of_lines,
        totals.n_lines as lines_of_totals,
        lines.orders as orders_of_lines,
        totals.orders as rows_of_totals
    from lines
    cross join totals

)

select * from final
where
    rows_of_lines <> lines_of_totals
    or orders_of_lines <> rows_of_totals
