{#- A phone number as an identifier: E.164 (+493023125123); NULL where the text is not a valid number, so that fillers
    such as 'n/a' or '0000' never make two people one. `region` is the country of numbers that are written without one.
    The function is registered by dbt_project/functions.py. -#}
{% macro phone_number(text, region) -%}
    {{ return(adapter.dispatch('phone_number')(text, region)) }}
{%- endmacro %}

{% macro default__phone_number(text, region) -%}
    case when {{ text }} is not null then phone_e164({{ clean_id(text) }}, {{ region }}) end
{%- endmacro %}

{#- The identifier key of a number in E.164. Like addresses, numbers are the same everywhere. -#}
{% macro phone_key(number) -%}
    {{ identifier_key('phone', "''", number) }}
{%- endmacro %}
