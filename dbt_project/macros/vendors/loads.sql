{#- Loads whose rows count: the latest arrival of every file. Rows of other loads are superseded, and stay in raw. -#}
{% macro active_loads() -%}
    (select load_id from {{ source('ledger', 'loads') }} where status = 'active')
{%- endmacro %}

{#- Where a raw row (`source`) comes from, and whether its load and its source (`sources`) still count: the columns that end
    the renamed rows of a base model. -#}
{% macro origin_columns() -%}
    source._source as data_source,
    source._file as source_file,
    source._line as source_line,
    source._load_id as load_id,
    source._load_id in {{ active_loads() }} as is_active,
    sources.timezone as zone,
    sources.data_source is not null as is_configured
{%- endmacro %}

{#- Why a row does not count, whatever it says: its load was replaced, or its source is gone. Reads what `origin_columns`
    gives. -#}
{% macro superseded_reason() -%}
    case
        when not is_active then {{ reason('replaced') }}
    end as superseded_reason
{%- endmacro %}

{% macro origin_reasons() -%}
    {{ superseded_reason() }},
    case
        when not is_configured then {{ reason('source_removed') }}
    end as set_aside_reason
{%- endmacro %}
