{#- A data test that runs only where its code or what it reads has changed, and looks at rows of keys that changed alone
    where that suffices; otherwise its former result stands. -#}
{% materialization test, adapter="duckdb" %}
    {%- set remembered = target.database ~ ".built.tests" -%}
    {%- set before = standing(remembered) -%}
    {%- if before["run_id"] and not is_whole_pass() -%}
        {% call statement("main", fetch_result=True, auto_begin=False) -%}
            select
                {{ before["failures"] }} as failures,
                {{ before["should_warn"] }} as should_warn,
                {{ before["should_error"] }} as should_error
        {%- endcall %}
        {%- do log("STANDS " ~ model.unique_id) -%}
        {{ return({"relations": []}) }}
    {%- endif -%}

    {%- set of_changed_rows = none if is_whole_pass() else test_of_changed_rows(before) -%}
    {% call statement("main", fetch_result=True) -%}
        {{ get_test_sql(
            get_limit_subquery_sql(of_changed_rows or sql, config.get("limit")),
            config.get("fail_calc"), config.get("warn_if"), config.get("error_if"), limit=none
        ) }}
    {%- endcall %}
    {%- do remember_test(remembered, before, load_result("main").table.rows[0]) -%}
    {{ adapter.commit() }}
    {{ return({"relations": []}) }}
{% endmaterialization %}
