{#- A quantile of a group by linear interpolation between its rows (type 7 of Hyndman and Fan); nulls are left out. -#}
{% macro quantile(column, share) -%}
    percentile_cont({{ share }}) within group (order by {{ column }})
{%- endmacro %}


{# A sum of fractions that is the same to the last bit whatever the order of the rows: threads add in any order, and
   floating-point sums differ by it, so that the same content would be published twice. Exact to 15 decimals. #}
{% macro exact_sum(expression, over=none) -%}
    cast(sum(cast({{ expression }} as decimal(38, 15))){% if over %} over ({{ over }}){% endif %} as double)
{%- endmacro %}

{#- Whether a condition holds for at least one row of a group, said on each of its rows. -#}
{% macro is_ever_true(condition, group) -%}
    max(case when {{ condition }} then 1 else 0 end) over (partition by {{ group }}) = 1
{%- endmacro %}
