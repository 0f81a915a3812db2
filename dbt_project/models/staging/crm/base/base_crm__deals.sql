-- Grain: one row is a row of a deals export; every row has a disposition, so that the totals agree.

with source as (

    select * from {{ source('raw_crm', 'deals') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

{{ rows_of_deals('deal') }}

select * from final
