-- Grain: one row is a total, computed from staging by a route that shares no mart with the one it controls.
-- The gate compares every mart with it after the build, so that a row lost, doubled or changed in a mart shows.

with orders as (

    select * from {{ ref('stg_crm__orders') }}

),

order_lines as (

    select * from {{ ref('stg_crm__order_lines') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

actors as (

    select * from {{ ref('int_accounts__actors') }}

),

contracts as (

    select * from {{ ref('stg_crm__contracts') }}

),

deals as (

    select * from {{ ref('stg_crm__deals') }}

),

leads as (

    select * from {{ ref('stg_crm__leads') }}

),

tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

mentions as (

    select * from {{ ref('stg_social__mentions') }}

),

events as (

    select * from {{ ref('int_touchpoints__events') }}

),

answers as (

    select * from {{ ref('int_surveys__answers') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

past_orders as (

    select
        orders.*,
        sources.counts_revenue
    from orders
    inner join sources on orders.data_source = sources.data_source
    cross join as_of
    where orders.occurred_at < as_of.as_of_ends_at

),

past_lines as (

    select
        order_lines.*,
        past_orders.counts_revenue
    from order_lines
    inner join past_orders on order_lines.order_key = past_orders.order_key

),

past_contracts as (

    select contracts.*
    from contracts
    cross join as_of
    where contracts.started_at < as_of.as_of_ends_at

),

buyers as (

    select
        identifier_key,
        occurred_at as bought_at
    from past_orders
    where kind = 'sale'
    union all
    select
        identifier_key,
        started_at as bought_at
    from past_contracts

),

totals as (

    select
        'orders' as total,
        'fct_orders' as mart,
        count(*) as value
    from past_orders
    where kind = 'sale'
    union all
    select
        'revenue' as total,
        'fct_orders' as mart,
        coalesce(sum(case when kind = 'sale' then amount_reporting else -amount_reporting end), 0) as value
    from past_orders
    where counts_revenue
    union all
    select
        'order_lines' as total,
        'fct_order_lines' as mart,
        count(*) as value
    from past_lines
    union all
    select
        'product_revenue' as total,
        'fct_order_lines' as mart,
        coalesce(sum(amount_reporting), 0) as value
    from past_lines
    where counts_revenue
    union all
    select
        'orders_with_lines' as total,
        'fct_order_line_totals' as mart,
        count(distinct order_key) as value
    from past_lines
    union all
    select
        'customers' as total,
        'dim_customers' as mart,
        count(distinct coalesce(actors.account_key, identifiers.person_id)) as value
    from buyers
    inner join identifiers on buyers.identifier_key = identifiers.identifier_key and not identifiers.is_guarded
    left join actors on identifiers.person_id = actors.person_id and {{ acts_at('actors', 'buyers.bought_at') }}
    union all
    select
        'contracts' as total,
        'fct_contracts' as mart,
        count(*) as value
    from past_contracts
    union all
    select
        'deals' as total,
        'fct_deals' as mart,
        count(*) as value
    from deals
    cross join as_of
    where deals.created_at < as_of.as_of_ends_at
    union all
    select
        'leads' as total,
        'fct_leads' as mart,
        count(*) as value
    from leads
    cross join as_of
    where leads.created_at < as_of.as_of_ends_at
    union all
    select
        'tickets' as total,
        'fct_tickets' as mart,
        count(*) as value
    from tickets
    cross join as_of
    where tickets.created_at < as_of.as_of_ends_at
    union all
    select
        'mentions' as total,
        'fct_mentions' as mart,
        count(*) as value
    from mentions
    cross join as_of
    where mentions.posted_at < as_of.as_of_ends_at
    union all
    select
        'people' as total,
        'dim_people' as mart,
        count(distinct person_id) as value
    from identifiers
    union all
    select
        'touchpoints' as total,
        'fct_touchpoints' as mart,
        count(*) as value
    from events
    where disposition = 'touchpoint' and not is_after_as_of
    union all
    select
        'answers' as total,
        'fct_survey_answers' as mart,
        count(*) as value
    from answers

),

final as (

    select
        total,
        mart,
        cast(value as decimal(18, 2)) as value
    from totals

)

select * from final
