-- Grain: one row is a row of a leads export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'leads') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

{{ rows_of_deals('lead') }}

select * from final
