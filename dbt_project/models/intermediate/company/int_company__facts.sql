-- Grain: one row is a dated fact that a source reports, whether or not its day has come.
{{ config(materialized='view') }}

{#- What dates a fact, by staging model; a fact may have two dates (a ticket is opened and solved). -#}
{%- set dates = [
    ('orders', 'stg_crm_csv__orders', 'occurred_at'),
    ('contracts', 'stg_crm_csv__contracts', 'started_at'),
    ('leads', 'stg_crm_csv__leads', 'created_at'),
    ('deals', 'stg_crm_csv__deals', 'created_at'),
    ('deals', 'stg_crm_csv__deals', 'closed_at'),
    ('interactions', 'stg_crm_csv__interactions', 'occurred_at'),
    ('web', 'stg_segment__events', 'occurred_at'),
    ('web', 'stg_web_csv__events', 'occurred_at'),
    ('answers', 'stg_survey__responses', 'answered_at'),
    ('tickets', 'stg_service__tickets', 'created_at'),
    ('tickets', 'stg_service__tickets', 'solved_at'),
    ('mentions', 'stg_social_csv__mentions', 'posted_at'),
] %}

with
{%- for model in dates | map(attribute=1) | unique %}
{{ model }} as (

    select * from {{ ref(model) }}

),
{%- endfor %}

final as (
    {%- for fact, model, column in dates %}

    select
        '{{ fact }}' as fact,
        data_source,
        {{ column }} as occurred_at,
        load_id
    from {{ model }}
    where {{ column }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
