-- Grain: one row is a dated fact that a source tells of, whether or not its day has come.
-- What dates a fact is declared in the YAML of its staging model (macros/concepts/dates.sql).
{{ config(materialized='view') }}

{#- The models that date facts: dbt has to know what a model reads before it knows what other models declare. -#}
{%- set models = [
    'stg_crm__contracts',
    'stg_crm__deals',
    'stg_crm__interactions',
    'stg_crm__leads',
    'stg_crm__orders',
    'stg_service__tickets',
    'stg_social__mentions',
    'stg_survey__responses',
    'stg_web__events'
] %}
{%- set dates = declared_dates() %}
{%- for date in dates if date.model not in models %}
    {{ exceptions.raise_compiler_error(
        date.model ~ " dates " ~ date.fact ~ " and is not in the list of models in int_company__facts.sql: add it"
    ) }}
{%- endfor %}

with
{%- for model in models %}
{{ model }} as (

    select * from {{ ref(model) }}

),
{%- endfor %}

final as (
    {%- for date in dates %}

    select
        '{{ date.fact }}' as fact,
        data_source,
        {{ date.column }} as occurred_at,
        load_id
    from {{ date.model }}
    where {{ date.column }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
