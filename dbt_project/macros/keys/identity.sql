{#- What is not an identifier although a form or a tracker sends it as one. The reasons are in DECISIONS.md; the lists
    and the bounds of identity are in cx.yml and workspace/configuration/identity.py. -#}

{#- The texts that mean "no id", in lower case. -#}
{% macro filler_ids() -%}
    (select word from {{ source('raw_config', 'identity_junk') }} where kind = 'id')
{%- endmacro %}

{#- An id as a source states it, without invisible characters. A filler (guest, N/A) stays, one word however it is written:
    what is done under it counts and belongs to no person. -#}
{% macro stated_id(text) -%}
    case
        when lower({{ clean_id(text) }}) in {{ filler_ids() }} then lower({{ clean_id(text) }})
        else {{ clean_id(text) }}
    end
{%- endmacro %}

{#- An id without invisible characters; NULL where it is a filler, as where the cell is empty. -#}
{% macro real_id(text) -%}
    case when lower({{ clean_id(text) }}) not in {{ filler_ids() }} then {{ clean_id(text) }} end
{%- endmacro %}

{#- Whether an id as `stated_id` gives it is a filler. -#}
{% macro is_filler(id) -%}
    coalesce({{ id }} in {{ filler_ids() }}, false)
{%- endmacro %}

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
