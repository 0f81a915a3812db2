-- Grain: one row is a staging model x source x disposition x reason: what became of the rows that were loaded.

{%- set bases = {
    'base_crm_csv__orders': 'raw_crm_csv.orders',
    'base_crm_csv__contacts': 'raw_crm_csv.contacts',
    'base_crm_csv__interactions': 'raw_crm_csv.interactions',
    'base_segment__events': 'raw_segment.events',
    'base_survey_csv__wide': 'raw_survey_csv.wide',
    'base_qualtrics__responses': 'raw_qualtrics.responses',
} %}

with
{%- for model in bases %}
{{ model }} as (

    select * from {{ ref(model) }}

),
{%- endfor %}

dispositions as (
    {%- for model, raw_table in bases.items() %}

    select
        '{{ model }}' as staging_model,
        '{{ raw_table }}' as raw_table,
        data_source,
        _disposition as disposition,
        _disposition_reason as reason
    from {{ model }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        staging_model,
        raw_table,
        data_source,
        disposition,
        reason,
        count(*) as n_rows
    from dispositions
    group by staging_model, raw_table, data_source, disposition, reason

)

select * from final
