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
