{#- A quantile of a group by linear interpolation between its rows (type 7 of Hyndman and Fan); nulls are left out. -#}
{% macro quantile(column, share) -%}
    percentile_cont({{ share }}) within group (order by {{ column }})
{%- endmacro %}
