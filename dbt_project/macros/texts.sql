{#- A number as people write it: 10, not 10.0. NULL reads as `?`. -#}
{% macro number_text(number) -%}
    coalesce(
        case
            when {{ number }} = cast({{ number }} as bigint) then cast(cast({{ number }} as bigint) as varchar)
            else cast({{ number }} as varchar)
        end,
        '?'
    )
{%- endmacro %}

{#- The texts of a group in one, in alphabetical order, with a blank between. -#}
{% macro joined_text(column) -%}
    {{ return(adapter.dispatch('joined_text')(column)) }}
{%- endmacro %}

{% macro default__joined_text(column) -%}
    string_agg({{ column }}, ' ' order by {{ column }})
{%- endmacro %}
