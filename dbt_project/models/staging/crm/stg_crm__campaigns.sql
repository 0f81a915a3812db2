-- Grain: one row is what a campaign cost on a day.

with source as (

    select * from {{ ref('base_crm__campaigns') }}

),

-- Parts of a day add up; a part without a cost adds none.
kept as (

    select
        campaign_day_key,
        min(campaign) as campaign,
        min(utm_source) as utm_source,
        min(utm_medium) as utm_medium,
        min(spent_on) as spent_on,
        cast(sum(cost) as decimal(18, 2)) as cost,
        min(data_source) as data_source,
        min(source_file) as source_file,
        min(source_line) as source_line,
        min(load_id) as load_id
    from source
    where _disposition = 'kept'
    group by campaign_day_key

)

select * from kept
