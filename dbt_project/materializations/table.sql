{#- A table that is built only where its code or what it reads has changed, and where it can be for the keys that changed
    alone; otherwise its former result stands. -#}
{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set before = standing(this.database ~ ".built.models") -%}
    {%- if before["run_id"] and existing is not none and existing.is_table and not should_full_refresh() -%}
        {%- call noop_statement("main", message="STANDS since run " ~ before["run_id"] ~ rows_of(before)) -%}{%- endcall -%}
        {%- do log("STANDS " ~ model.unique_id) -%}
        {{ return({"relations": [target_relation]}) }}
    {%- endif -%}

    {%- set is_known = before["content"] and existing is not none and existing.is_table and not should_full_refresh() -%}
    {#- Once a week all rows are made again: should an increment ever have missed one, it is there from then on. -#}
    {%- set plan = increment_of(before) if is_known and before["is_large"] and not is_whole_pass() else none -%}
    {%- set reported = reported_keys(model.unique_id, this.database, this.schema, this.identifier)
        if is_known and before["is_large"] else [] -%}
    {%- if plan -%}
        {{ run_hooks(pre_hooks, inside_transaction=False) }}
        {%- set renewed = make_new_rows(target_relation, plan, reported) -%}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {%- do take_new_rows(target_relation, plan, renewed) -%}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {%- do remember_changed(target_relation, reported, "temp.signed_rows", 2, target_relation) -%}
        {%- do remember_model(target_relation, before, counted_by_change(target_relation), renewed["n_keys"] | int) -%}
        {{ adapter.commit() }}
        {{ run_hooks(post_hooks, inside_transaction=False) }}
        {{ return({"relations": [target_relation]}) }}
    {%- endif -%}

    {%- set intermediate = make_intermediate_relation(target_relation) -%}
    {{ drop_relation_if_exists(load_cached_relation(intermediate)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main", language=model["language"]) -%}
        {{- create_table_as(False, intermediate, compiled_code, model["language"]) }}
    {%- endcall %}
    {%- if before["is_large"] -%}
        {%- set signed = "(" ~ signed_rows(reported, intermediate, existing) ~ ")" -%}
        {%- do remember_changed(target_relation, reported, signed, 1, intermediate) -%}
    {%- endif -%}
    {%- if existing is not none -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(intermediate, target_relation) -%}
    {%- do create_indexes(target_relation) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {%- do remember_model(target_relation, before) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
