-- Grain: one row is a staging model x source: rows loaded by the ledger beside their dispositions in staging.
-- The two sides are counted apart, so that a row lost on the way shows.

with loads as (

    select * from {{ source('ledger', 'loads') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

dispositions as (

    select * from {{ ref('int_quality__dispositions') }}

),

loaded as (

    select
        loads.source as data_source,
        loads.raw_schema || '.' || loads.raw_table as raw_table,
        -- A record may be several rows: an order and its refunds.
        cast(sum(loads.loaded + loads.further_rows) as bigint) as loaded
    from loads
    where loads.source <> 'mappings'
    group by loads.source, loads.raw_schema || '.' || loads.raw_table

),

staged as (

    select
        data_source,
        raw_table,
        min(staging_model) as staging_model,
        {%- for disposition in ['kept', 'quarantined', 'deduplicated', 'superseded', 'set_aside'] %}
        cast(sum(case when disposition = '{{ disposition }}' then n_rows else 0 end) as bigint) as {{ disposition }},
        {%- endfor %}
        cast(sum(n_rows) as bigint) as staged
    from dispositions
    group by data_source, raw_table

),

final as (

    select
        coalesce(loaded.data_source, staged.data_source) as data_source,
        coalesce(loaded.raw_table, staged.raw_table) as raw_table,
        staged.staging_model,
        sources.kind,
        coalesce(loaded.loaded, 0) as loaded,
        coalesce(staged.kept, 0) as kept,
        coalesce(staged.quarantined, 0) as quarantined,
        coalesce(staged.deduplicated, 0) as deduplicated,
        coalesce(staged.superseded, 0) as superseded,
        coalesce(staged.set_aside, 0) as set_aside,
        coalesce(loaded.loaded, 0) = coalesce(staged.staged, 0) as is_balanced
    from loaded
    full outer join staged
        on
            loaded.data_source = staged.data_source
            and loaded.raw_table = staged.raw_table
    left join sources on coalesce(loaded.data_source, staged.data_source) = sources.data_source

)

select * from final
