{#- All feeds, by name, as the YAML of the marts that hold them declares them (`config.meta.feeds`):
    `feed` -> `dated_by` (the day that dates its facts; none: they have no dates), `where` (which of the mart's rows it
    is; none: all), the models of estimates that it rests on (`rests_on`), and what its losses are counted from:
    `answers_of` (constructs) or `rows_of` (a raw table).
    dbt knows the models only after it has read all of them: while it reads the project there are none. -#}
{% macro declared_feeds() -%}
    {%- set found = [] -%}
    {%- set nodes = graph.get('nodes', {}) -%}
    {%- for unique_id in nodes if unique_id.startswith('model.') -%}
        {%- set node = nodes[unique_id] -%}
        {%- for feed, declared in (node.config.meta.feeds or {}).items() -%}
            {%- do found.append({
                'feed': feed,
                'mart': node.name,
                'dated_by': declared.dated_by,
                'where': declared.where,
                'answers_of': declared.answers_of or [],
                'rows_of': declared.rows_of,
                'rests_on': declared.rests_on or [],
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found | sort(attribute='feed')) }}
{%- endmacro %}
