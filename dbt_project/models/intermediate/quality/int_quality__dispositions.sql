-- Grain: one row is a staging model x source x load x disposition x reason: how many loaded rows had it.

{#- Every base model. Its name says which raw table it reads: base_crm__orders reads raw_crm.orders. -#}
{%- set bases = [
    'base_crm__orders',
    'base_crm__order_lines',
    'base_crm__contacts',
    'base_crm__interactions',
    'base_crm__contracts',
    'base_crm__accounts',
    'base_crm__leads',
    'base_crm__deals',
    'base_crm__campaigns',
    'base_web__events',
    'base_web__paths',
    'base_survey__wide',
    'base_survey__long',
    'base_service__tickets',
    'base_social__mentions'
] %}

with
{%- for model in bases %}
{{ model }} as (

    select * from {{ ref(model) }}

),
{%- endfor %}

reasons as (

    select * from {{ ref('int_quality__reasons') }}

),

dispositions as (
    {%- for model in bases %}

    select
        '{{ model }}' as staging_model,
        'raw_{{ model.removeprefix('base_') | replace('__', '.') }}' as raw_table,
        data_source,
        load_id,
        _disposition as disposition,
        _disposition_reason as reason
    from {{ model }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

counted as (

    select
        staging_model,
        raw_table,
        data_source,
        load_id,
        disposition,
        reason,
        {{ reason_code('reason') }} as reason_code,
        count(*) as n_rows
    from dispositions
    group by staging_model, raw_table, data_source, load_id, disposition, reason

),

final as (

    select
        counted.staging_model,
        counted.raw_table,
        counted.data_source,
        counted.load_id,
        counted.disposition,
        counted.reason_code,
        counted.reason,
        reasons.reason_group_code,
        counted.n_rows
    from counted
    left join reasons on counted.reason_code = reasons.reason_code

)

select * from final
