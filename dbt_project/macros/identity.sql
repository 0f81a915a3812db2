{#- What is no identifier although a form or a tracker sends it as one. The reasons stand in DECISIONS.md; the lists and
    the bounds of identity stand in cx.yml and workspace/identity.py. -#}

{#- Whether an address (lower case, trimmed) is a filler: by its mailbox, or by a domain that RFC 2606 reserves.
    `junk` is a relation of stg_config__identity_junk. -#}
{% macro is_junk_address(address, junk) -%}
    (
        substr({{ address }}, 1, position('@' in {{ address }}) - 1) in (
            select {{ junk }}.word
            from {{ junk }}
            where {{ junk }}.kind = 'mailbox'
        )
        or {{ address }} like '%.invalid'
        or {{ address }} like '%.test'
    )
{%- endmacro %}

{#- The identifier key where the type, too, is a column; numbers are in E.164. It equals `identifier_key` of the type. -#}
{% macro identifier_key_of_any_type(type, namespace, value) -%}
    {{ keyed_key(
        type ~ " || '|' || " ~ namespace ~ " || '|' || case when " ~ type ~ " in ('email', 'author') then lower("
        ~ clean_id(value) ~ ") else " ~ clean_id(value) ~ " end"
    ) }}
{%- endmacro %}
