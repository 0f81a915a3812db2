{#- Text of a vendor's file to typed values. A value that does not parse is NULL: staging gives it a disposition. -#}

{#- Text to a number of a type. `decimal` is the column that holds the source's decimal mark; the other mark may group
    thousands, and only where it does so correctly (1.250,50 but not 12.50,5). -#}
{% macro parse_number(text, decimal, type='decimal(18, 4)') -%}
    case
        when {{ decimal }} = ','
            then case
                when regexp_matches(trim({{ text }}), '^[+-]?[0-9]{1,3}([.][0-9]{3})+(,[0-9]+)?$')
                    then try_cast(replace(replace(trim({{ text }}), '.', ''), ',', '.') as {{ type }})
                when regexp_matches(trim({{ text }}), '^[+-]?[0-9]+(,[0-9]+)?$')
                    then try_cast(replace(trim({{ text }}), ',', '.') as {{ type }})
            end
        when regexp_matches(trim({{ text }}), '^[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?$')
            then try_cast(replace(trim({{ text }}), ',', '') as {{ type }})
        when regexp_matches(trim({{ text }}), '^[+-]?[0-9]*[.]?[0-9]+$')
            then try_cast(trim({{ text }}) as {{ type }})
    end
{%- endmacro %}

{#- Text to a yes or a no; nothing is a no. NULL where the text is neither. -#}
{% macro parse_flag(text) -%}
    case
        when {{ blank_to_null(text) }} is null or lower({{ blank_to_null(text) }}) in ('false', '0', 'no') then false
        when lower({{ blank_to_null(text) }}) in ('true', '1', 'yes') then true
    end
{%- endmacro %}

{#- One value of a JSON text, as text; NULL where it is absent, null or blank. `path` is a JSON path literal. -#}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    {{ clean_text("json_extract_string(" ~ column ~ ", '" ~ path ~ "')") }}
{%- endmacro %}

{#- A lateral relation with one row (entry_key, entry_value) per key of a JSON object; use it after a comma in FROM. -#}
{% macro json_entries(column) -%}
    {{ return(adapter.dispatch('json_entries')(column)) }}
{%- endmacro %}

{% macro default__json_entries(column) -%}
    lateral (
        select
            entry.key as entry_key,
            json_extract_string(entry.value, '$') as entry_value
        from json_each({{ column }}) as entry
    )
{%- endmacro %}

{#- The keys, and the values as text, of a JSON object, in one order: unnested side by side in a SELECT they give one row
    per cell. For rows of many cells: fifteen times as fast as `json_entries`. -#}
{% macro json_cell_keys(column) -%}
    {{ return(adapter.dispatch('json_cell_keys')(column)) }}
{%- endmacro %}

{% macro default__json_cell_keys(column) -%}
    unnest(json_keys({{ column }}))
{%- endmacro %}

{% macro json_cell_values(column) -%}
    {{ return(adapter.dispatch('json_cell_values')(column)) }}
{%- endmacro %}

{% macro default__json_cell_values(column) -%}
    unnest(json_extract_string({{ column }}, '$.*'))
{%- endmacro %}

{#- Text without invisible characters at its ends; blank text is not a value. -#}
{% macro blank_to_null(column) -%}
    {{ clean_text(column) }}
{%- endmacro %}

{#- A lateral relation with one row (item, a JSON text) per element of the JSON array at `path`; none where there is no array. -#}
{% macro json_items(column, path) -%}
    {{ return(adapter.dispatch('json_items')(column, path)) }}
{%- endmacro %}

{% macro default__json_items(column, path) -%}
    lateral (
        select cast(element.value as varchar) as item
        from json_each({{ column }}, '{{ path }}') as element
        where json_type({{ column }}, '{{ path }}') = 'ARRAY'
    )
{%- endmacro %}
