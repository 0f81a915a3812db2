-- Grain: one row is a staging model x source x load x disposition x reason: how many loaded rows had it.

{%- set bases = {
    'base_crm_csv__orders': 'raw_crm_csv.orders',
    'base_crm_csv__contacts': 'raw_crm_csv.contacts',
    'base_crm_csv__interactions': 'raw_crm_csv.interactions',
    'base_crm_csv__contracts': 'raw_crm_csv.contracts',
    'base_crm_csv__accounts': 'raw_crm_csv.accounts',
    'base_crm_csv__leads': 'raw_crm_csv.leads',
    'base_crm_csv__deals': 'raw_crm_csv.deals',
    'base_crm_csv__campaigns': 'raw_crm_csv.campaigns',
    'base_web_csv__events': 'raw_web_csv.events',
    'base_web_csv__paths': 'raw_web_csv.paths',
    'base_segment__events': 'raw_segment.events',
    'base_survey_csv__wide': 'raw_survey_csv.wide',
    'base_survey_csv__long': 'raw_survey_csv.long',
    'base_qualtrics__responses': 'raw_qualtrics.responses',
    'base_service_csv__tickets': 'raw_service_csv.tickets',
    'base_zendesk__tickets': 'raw_zendesk.tickets',
    'base_social_csv__mentions': 'raw_social_csv.mentions',
} %}

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
    {%- for model, raw_table in bases.items() %}

    select
        '{{ model }}' as staging_model,
        '{{ raw_table }}' as raw_table,
        data_source,
        load_id,
        _disposition as disposition,
        _disposition_reason as stored_reason
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
        stored_reason,
        {{ reason_code('stored_reason') }} as reason_code,
        count(*) as n_rows
    from dispositions
    group by staging_model, raw_table, data_source, load_id, disposition, stored_reason

),

final as (

    select
        counted.staging_model,
        counted.raw_table,
        counted.data_source,
        counted.load_id,
        counted.disposition,
        counted.reason_code,
        {{ reason_text('counted.stored_reason', 'reasons.template') }} as reason,
        reasons.reason_group,
        {{ reason_text('counted.stored_reason', 'reasons.cure') }} as cure,
        counted.n_rows
    from counted
    left join reasons on counted.reason_code = reasons.reason_code

)

select * from final
