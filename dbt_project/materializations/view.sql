{#- A view that is created only where its code or what it reads has changed: its columns are those of its parents. -#}
{% materialization view, adapter="duckdb" %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="view") -%}
    {%- set before = standing(this.database ~ ".built.models") -%}
    {%- if before["run_id"] and existing is not none and existing.is_view and not should_full_refresh() -%}
        {%- call noop_statement("main", message="STANDS since run " ~ before["run_id"] ~ rows_of(before)) -%}{%- endcall -%}
        {%- do log("STANDS " ~ model.unique_id) -%}
        {{ return({"relations": [target_relation]}) }}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none -%}
        {% call statement("drop_former") -%}
            drop {{ existing.type }} if exists {{ existing }}
        {%- endcall %}
    {%- endif -%}
    {% call statement("main") -%}
        {{ get_create_view_as_sql(target_relation, sql) }}
    {%- endcall %}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- if before["is_large"] -%}
        {%- set is_known = before["content"] and existing is not none and existing.is_view and not should_full_refresh() -%}
        {%- do remember_changed_of_view(target_relation, is_known, before) -%}
    {%- endif -%}
    {%- do remember_model(target_relation, before) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
