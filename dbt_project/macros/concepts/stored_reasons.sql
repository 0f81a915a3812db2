{#- What base models store of a reason, and how it is read. The registers are in a file of their own, reasons.sql: the
    linter takes what a macro returns only from a macro of another file. -#}

{#- The code of a group of reasons as an SQL literal. -#}
{% macro reason_group(code) -%}
    {%- if code not in reason_groups() -%}
        {{ exceptions.raise_compiler_error(
            "unknown group of reasons '" ~ code ~ "': add it to dbt_project/macros/concepts/reasons.sql"
        ) }}
    {%- endif -%}
    '{{ code }}'
{%- endmacro %}

{#- The plain text of such a code. -#}
{% macro reason_group_text(code) -%}
    case {{ code }}
        {%- for known, text in reason_groups().items() %}
        when '{{ known }}' then '{{ text }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- A reason as the SQL literal that a base model writes into its reason column: the code and the columns of it. -#}
{% macro reason(code, first=none, second=none) -%}
    {%- set known = reasons().get(code) -%}
    {%- if known is none -%}
        {{ exceptions.raise_compiler_error("unknown reason '" ~ code ~ "': add it to dbt_project/macros/concepts/reasons.sql") }}
    {%- endif -%}
    {%- for mark, given in [('{1}', first), ('{2}', second)] -%}
        {%- if (mark in known.text) != (given is not none) -%}
            {{ exceptions.raise_compiler_error("reason '" ~ code ~ "' and its columns do not fit: " ~ known.text) }}
        {%- endif -%}
    {%- endfor -%}
    '{{ [code, first, second] | select("string") | join(":") }}'
{%- endmacro %}

{#- The code of a stored reason, without the columns it is about. -#}
{% macro reason_code(stored) -%}
    split_part({{ stored }}, ':', 1)
{%- endmacro %}

{#- The plain text of a stored reason; `template` is the register's text of its code. -#}
{% macro reason_text(stored, template) -%}
    replace(
        replace({{ template }}, '{1}', split_part({{ stored }}, ':', 2)),
        '{2}', split_part({{ stored }}, ':', 3)
    )
{%- endmacro %}

{#- Why a row is not the one that counts of its key: a later one is, by the vendor's own time or another load; or one of
    the same file and time that says otherwise, and nothing says which is later. The CTE before has of every row its rank
    (`nth`) and, of the first in rank, `newest_load_id`, `newest_content` and, where there is such a time, `newest_at`. -#}
{% macro repeated_reason(nth, column, vendor_time=none, code='later_row') -%}
    case
        when {{ nth }} = 1 then null
        when
            {{ nth }} > 1
            and load_id = newest_load_id
            and row_content <> newest_content
            {%- if vendor_time %}
            and ({{ vendor_time }} is not distinct from newest_at)
            {%- endif %}
            then {{ reason('conflict', column) }}
        when {{ nth }} > 1 then {{ reason(code, column) }}
    end
{%- endmacro %}
