{#- Drop tables and views in the schemas of models that no model of the project is named like: a renamed model leaves
    its table behind, and some hold what people wrote.

    Returns: nothing; it says what it dropped. -#}
{% macro drop_former_models() -%}
    {%- if execute and flags.WHICH in ("run", "build") -%}
        {%- set models = graph.nodes.values() | selectattr("resource_type", "equalto", "model") | list -%}
        {%- set known, schemas = {}, {} -%}
        {%- for model in models -%}
            {%- do known.update({(model.database, model.schema, model.alias | lower): true}) -%}
            {%- do schemas.update({(model.database, model.schema): true}) -%}
        {%- endfor -%}
        {%- for database, schema in schemas -%}
            {#- Not by dbt's own macro: it begins a transaction, which would end with what is dropped undone. -#}
            {%- set found -%}
                select table_name as name, if(table_type = 'VIEW', 'view', 'table') as type
                from information_schema.tables
                where table_catalog = '{{ database }}' and table_schema = '{{ schema }}'
            {%- endset -%}
            {%- for row in run_query(found) -%}
                {%- if (database, schema, row["name"] | lower) not in known -%}
                    {%- set former = api.Relation.create(
                        database=database, schema=schema, identifier=row["name"], type=row["type"]) -%}
                    {%- do adapter.drop_relation(former) -%}
                    {%- do log("Dropped " ~ former ~ ": the project has no model of this name.", info=true) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
