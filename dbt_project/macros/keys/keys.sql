{#- Stored keys are signed 64-bit integers: the first 8 bytes of a hash, big-endian.

    `surrogate_key` is for rows (orders, touchpoints, answers): a plain hash of what identifies them.
    `keyed_key` is for people and their identifiers: an HMAC-SHA-256 with the workspace's secret, so that no reader can
    compute a person's key from an e-mail address. It equals Python's `hmac`; DuckDB has no HMAC of its own.
    The padded secret lives in a private table: a variable would leak into compiled SQL and logs. -#}

{% macro surrogate_key(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as varchar), '\\x00null')") -%}
    {%- endfor -%}
    {{ first_8_bytes_as_bigint("sha256(concat_ws('\\x1f', " ~ parts | join(", ") ~ "))") }}
{%- endmacro %}

{% macro keyed_key(value) -%}
    {{ first_8_bytes_as_bigint(
        "sha256((select opad from " ~ source('secret', 'key_pads') ~ ") || unhex(sha256((select ipad from "
        ~ source('secret', 'key_pads') ~ ") || encode(" ~ value ~ "))))"
    ) }}
{%- endmacro %}

{% macro first_8_bytes_as_bigint(hex) -%}
    {{ return(adapter.dispatch('first_8_bytes_as_bigint')(hex)) }}
{%- endmacro %}

{#- Two's complement: the highest bit is turned, then its weight taken away. The hash is written once, since the engine
    works out again what stands twice in a CASE. -#}
{% macro default__first_8_bytes_as_bigint(hex) -%}
    cast(
        cast(xor(cast('0x' || substr({{ hex }}, 1, 16) as ubigint), 9223372036854775808) as hugeint)
        - 9223372036854775808
        as bigint
    )
{%- endmacro %}

{#- The event of a ticket's opening: the touchpoint that a response about the ticket speaks of. -#}
{% macro ticket_opened_key(ticket_key) -%}
    {{ surrogate_key(["'ticket opened'", ticket_key]) }}
{%- endmacro %}

{#- The keyed key of one identifier of a person: its type, the namespace that issued it, and its value, without
    invisible characters. NULL where there is no value: a NULL makes the whole text NULL, and so the hash. -#}
{% macro identifier_key(type, namespace, value) -%}
    {{ keyed_key("'" ~ type ~ "|' || " ~ namespace ~ " || '|' || " ~ clean_id(value)) }}
{%- endmacro %}

{#- The key of a pair of things that have surrogate keys of their own: spread as widely as theirs, without a hash a row. -#}
{% macro combined_key(one, other) -%}
    {{ return(adapter.dispatch('combined_key')(one, other)) }}
{%- endmacro %}

{% macro default__combined_key(one, other) -%}
    xor({{ one }}, {{ other }})
{%- endmacro %}

{% macro spark__combined_key(one, other) -%}
    ({{ one }} ^ {{ other }})
{%- endmacro %}

{#- What a row says, to compare two rows: not stored, so that each engine may hash as it does fastest. -#}
{% macro row_content(columns) -%}
    {{ return(adapter.dispatch('row_content')(columns)) }}
{%- endmacro %}

{% macro default__row_content(columns) -%}
    hash({{ columns | join(", ") }})
{%- endmacro %}

{% macro spark__row_content(columns) -%}
    xxhash64({{ columns | join(", ") }})
{%- endmacro %}
