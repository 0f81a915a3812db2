{#- Attribution: what may earn credit, and how a path is written. -#}

{#- The rules that share out a conversion's credit, each once; fct_attribution_credits has the formula of each. -#}
{% macro attribution_rules() -%}
    {{ return(['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay']) }}
{%- endmacro %}

{#- Money moves are results, not causes: a sale, a refund or a cancel earns nothing, also not for a later conversion.
    Nor does what a system writes for itself: a CRM mostly opens its record (contact_created) at the till. -#}
{% macro may_earn_credit(role, event) -%}
    ({{ role }} not in ('purchase', 'refund', 'cancel', 'system') and coalesce({{ event }}, '') <> 'contact_created')
{%- endmacro %}

{#- A visit that nothing is known to have brought. -#}
{% macro is_direct(channel) -%}
    lower({{ channel }}) in ('direct', '(direct)', '(none)')
{%- endmacro %}

{#- The steps of a path in one text, parted by the unit separator, which no channel's name holds. -#}
{% macro path_of(step, position) -%}
    {{ return(adapter.dispatch('path_of')(step, position)) }}
{%- endmacro %}

{% macro default__path_of(step, position) -%}
    string_agg({{ step }}, chr(31) order by {{ position }})
{%- endmacro %}

{#- 2026-Q1 of a date. -#}
{% macro quarter_of(day) -%}
    cast(extract(year from {{ day }}) as varchar) || '-Q' || cast(extract(quarter from {{ day }}) as varchar)
{%- endmacro %}
