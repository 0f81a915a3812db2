-- Grain: one row is what a campaign cost on a day.

with source as (

    select * from {{ ref('base_crm_csv__campaigns') }}

),

kept as (

    select
        campaign_day_key,
        campaign,
        utm_source,
        utm_medium,
        spent_on,
        cost,
        data_source,
        source_file,
        source_line,
        load_id
    from source
    where _disposition = 'kept'

)

select * from kept
