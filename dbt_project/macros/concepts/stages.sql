{#- The six stages, in their order. -#}
{% macro stages() -%}
    {{ return(['awareness', 'discovery', 'purchase', 'use', 'loyalty', 'advocacy']) }}
{%- endmacro %}

{#- 1 to 6, NULL for anything else. -#}
{% macro stage_order(stage) -%}
    case {{ stage }}
        {%- for name in stages() %}
        when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}

{#- A stage's own name for the usual aliases. -#}
{% macro stage_name(stage) -%}
    case lower(trim({{ stage }}))
        when 'attraction' then 'awareness'
        when 'cultivation' then 'discovery'
        else nullif(lower(trim({{ stage }})), '')
    end
{%- endmacro %}
