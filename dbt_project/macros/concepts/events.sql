{#- The columns of an event, in the order in which int_touchpoints__source_events unions the kinds of events.

    stated: those that only some kinds know and the CTE has. Of the others, a text or an amount is NULL, a flag is false,
    and the device is the one that the person is known by. -#}
{% macro event_columns(stated=[]) -%}
    {%- set optional = {
        'device_key': 'identifier_key',
        'utm_source': 'cast(null as varchar)',
        'utm_medium': 'cast(null as varchar)',
        'campaign': 'cast(null as varchar)',
        'reason': 'cast(null as varchar)',
        'amount': 'cast(null as decimal(18, 4))',
        'is_web': 'false',
        'is_page_view': 'false',
        'page_path': 'cast(null as varchar)',
        'is_set_aside': 'false',
    } -%}
    {%- for column in stated if column not in optional -%}
        {{ exceptions.raise_compiler_error("an event has no column '" ~ column ~ "': see macros/concepts/events.sql") }}
    {%- endfor -%}
    event_key,
    data_source,
    event,
    occurred_at,
    is_day_only,
    identifier_key,
    {%- for column, unknown in optional.items() %}
    {{ column if column in stated else unknown ~ ' as ' ~ column }},
    {%- endfor %}
    source_file,
    source_line
{%- endmacro %}

{#- Whether a touchpoint is a step of the customer: a system's own event (role system) is none, unless the company counts
    it as its conversion (the event, first or repeated). -#}
{% macro is_customer_step(role, is_conversion_event) -%}
    (coalesce({{ role }}, '') <> 'system' or {{ is_conversion_event }})
{%- endmacro %}
