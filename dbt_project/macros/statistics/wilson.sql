{#- Wilson's 95% bound of a share of counts (Wilson 1927): `side` is '-' for the lower, '+' for the upper.
    At a share of 0 or 1 the outer bound is exactly 0 or 1. -#}
{% macro wilson_bound(hits, n, side) -%}
    {%- set z = '1.959963984540054' -%}
    {%- set square = '3.841458820694124' -%}
    {%- set share = '(cast(' ~ hits ~ ' as double) / nullif(' ~ n ~ ', 0))' -%}
    {%- if side == '-' -%}
        case when {{ hits }} = 0 then cast(0 as double) else
    {%- else -%}
        case when {{ hits }} = {{ n }} then cast(1 as double) else
    {%- endif %} (
        {{ share }} + {{ square }} / (2 * {{ n }})
        {{ side }} {{ z }} * sqrt({{ share }} * (1 - {{ share }}) / {{ n }} + {{ square }} / (4.0 * {{ n }} * {{ n }}))
    ) / (1 + {{ square }} / {{ n }}) end
{%- endmacro %}
