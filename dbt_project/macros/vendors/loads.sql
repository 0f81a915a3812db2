{#- Loads whose rows count: the latest arrival of every file. Rows of other loads are superseded, and stay in raw. -#}
{% macro active_loads() -%}
    (select load_id from {{ source('ledger', 'loads') }} where status = 'active')
{%- endmacro %}
