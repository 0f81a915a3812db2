{#- Whole months from one date to another. The end of a shorter month completes one: 31 January to 28 February is one
    month, to 27 February none. -#}
{% macro whole_months(earlier, later) -%}
    {{ return(adapter.dispatch('whole_months')(earlier, later)) }}
{%- endmacro %}

{% macro default__whole_months(earlier, later) -%}
    date_sub('month', {{ earlier }}, {{ later }})
{%- endmacro %}

{#- The date a number of months later; the last day of a shorter month where the day does not exist. -#}
{% macro months_later(day, months) -%}
    {{ return(adapter.dispatch('months_later')(day, months)) }}
{%- endmacro %}

{% macro default__months_later(day, months) -%}
    cast({{ day }} + to_months({{ months }}) as date)
{%- endmacro %}
