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

{#- A lateral relation with one row (part) per piece of a text between separators, without blanks around it. -#}
{% macro text_parts(text, separator) -%}
    {{ return(adapter.dispatch('text_parts')(text, separator)) }}
{%- endmacro %}

{% macro default__text_parts(text, separator) -%}
    lateral (select trim(unnest(string_split({{ text }}, {{ separator }}))) as part)
{%- endmacro %}

{#- The language of a tag as BCP 47 and its neighbours write it (`EN`, `en-US`, `pt_BR`): its first subtag, in lower
    case. NULL where the text is no such tag. -#}
{% macro primary_language(tag) -%}
    {{ return(adapter.dispatch('primary_language')(tag)) }}
{%- endmacro %}

{% macro default__primary_language(tag) -%}
    nullif(lower(regexp_extract(trim({{ tag }}), '^([A-Za-z]{2,3})([-_][A-Za-z0-9_-]+)?$', 1)), '')
{%- endmacro %}
