{#- Elapsed time between two UTC timestamps, as a double: 36 hours are 1.5 days. -#}

{% macro minutes_between(earlier, later) -%}
    {{ return(adapter.dispatch('minutes_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__minutes_between(earlier, later) -%}
    (date_diff('microsecond', {{ earlier }}, {{ later }}) / cast(60000000 as double))
{%- endmacro %}

{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    (date_diff('microsecond', {{ earlier }}, {{ later }}) / cast(86400000000 as double))
{%- endmacro %}
