{#- What dates a fact, as the YAML of the staging model says it (`config.meta.dates`: fact -> its columns; a fact may
    have two, as a ticket that is opened and solved). A model whose rows date no fact of their own says `{}`.
    dbt knows the models only after it has read all of them: while it reads the project there are none. -#}
{% macro declared_dates() -%}
    {%- set found = [] -%}
    {%- set nodes = graph.get('nodes', {}) -%}
    {%- for unique_id in nodes if unique_id.startswith('model.') -%}
        {%- set node = nodes[unique_id] -%}
        {%- for fact, columns in (node.config.meta.dates or {}).items() -%}
            {%- for column in columns -%}
                {%- do found.append({'fact': fact, 'model': node.name, 'column': column}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found | sort(attribute='model')) }}
{%- endmacro %}
