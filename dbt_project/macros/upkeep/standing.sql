{#- What was built, from which code and which inputs, so that what would come out the same is not built again.

    `built.models` of either database says of every model by which code it was built, from what contents of what it
    reads, and what came of it; it is written in the transaction that builds the model. `built.tests` says the same of
    data tests, and `built.sources` what ingestion has landed. DECISIONS.md says why dbt's own state cannot do this. -#}

{#- At the start of every build: the tables that remember, and the contents of all sources as they are now.

    A raw table is known by the rows of each of its loads and by what the ledger says of these loads, because rows of a
    load change only when it is lifted again, which the ledger notes. Every other source is known by all of its rows. -#}
{% macro remember_sources() -%}
    {%- if execute and flags.WHICH in ("run", "build", "test") -%}
        {%- set sources = graph.sources.values() | list -%}
        {%- set private = (sources | first).database -%}
        {%- set columns -%}
            name varchar, code varchar, inputs varchar, content varchar, n_rows bigint, run_id varchar,
            built_at timestamp, read varchar, hashed hugeint, former varchar
        {%- endset -%}
        {%- for database in [private, target.database] -%}
            {%- do run_query("create schema if not exists " ~ database ~ ".built") -%}
            {%- do run_query("create table if not exists " ~ database ~ ".built.models (" ~ columns ~ ")") -%}
            {%- do run_query(
                "create table if not exists " ~ database ~ ".built.changed (model varchar, by_column varchar, key varchar)"
            ) -%}
            {#- Those of earlier versions do not say what an increment needs. -#}
            {%- for column in ["hashed hugeint", "former varchar"] -%}
                {%- do run_query("alter table " ~ database ~ ".built.models add column if not exists " ~ column) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set results -%}
            name varchar, code varchar, inputs varchar, failures bigint, should_warn boolean, should_error boolean,
            run_id varchar, built_at timestamp, read varchar
        {%- endset -%}
        {%- do run_query("create table if not exists " ~ target.database ~ ".built.tests (" ~ results ~ ")") -%}
        {#- Tables of earlier versions say what was read by its digest alone. -#}
        {%- for remembered in [private ~ ".built.models", target.database ~ ".built.models", target.database ~ ".built.tests"] -%}
            {%- do run_query("alter table " ~ remembered ~ " add column if not exists read varchar") -%}
        {%- endfor -%}
        {#- Not by dbt's macros: they begin a transaction, which would end with what is written here undone. -#}
        {%- set shapes -%}
            select
                schema_name || '.' || table_name as name,
                bool_or(column_name = '_load_id') as is_loaded,
                md5(string_agg(column_name || ' ' || data_type, ', ' order by column_index)) as shape
            from duckdb_columns()
            where database_name = '{{ private }}'
            group by all
        {%- endset -%}
        {%- set found = {} -%}
        {%- for row in run_query(shapes) -%}
            {%- do found.update({row["name"]: row}) -%}
        {%- endfor -%}
        {%- do remember_loads(private, sources, found) -%}
        {%- set contents = [] -%}
        {%- for source in sources if source.schema ~ "." ~ source.identifier in found -%}
            {%- do contents.append(content_of_source(source, found[source.schema ~ "." ~ source.identifier])) -%}
        {%- endfor -%}
        {%- do run_query("create or replace temp table sources_now as\n" ~ contents | join("\nunion all\n")) -%}
        {%- do remember_changed_sources(private, sources) -%}
        {%- do run_query(
            "create table if not exists " ~ private ~ ".built.altered (name varchar, run_id varchar, found_at timestamp)"
        ) -%}
        {%- if is_whole_pass() -%}
            {%- do forget_altered(private) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- Whether this build tests everything, what stands included, and looks at the tables themselves. -#}
{% macro is_whole_pass() -%}
    {{ return(flags.FULL_REFRESH or env_var("CX_WHOLE", "") != "") }}
{%- endmacro %}

{#- Compare all tables with what was built, and have built again what holds something else, and all that has read it. -#}
{% macro forget_altered(private) -%}
    {%- set altered = {} -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == "model" and node.config.materialized == "table" and node.database is not none -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if relation is not none and relation.is_table -%}
            {%- set compared -%}
                select count(*) as n_altered
                from {{ node.database }}.built.models as remembered
                cross join ({{ content_of(relation) }}) as found
                where
                    remembered.name = '{{ node.unique_id }}'
                    and split_part(remembered.content, ' ', 1) = split_part(found.content, ' ', 1)
                    and remembered.content <> found.content
            {%- endset -%}
            {%- if run_query(compared).rows[0]["n_altered"] -%}
                {%- do altered.update({node.unique_id: true}) -%}
                {%- do log(relation ~ " is not as it was built: it is built again.", info=true) -%}
                {%- do run_query(
                    "insert into " ~ private ~ ".built.altered values ('" ~ node.unique_id ~ "', '"
                    ~ env_var("CX_RUN", invocation_id) ~ "', now()::timestamp)"
                ) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in with_readers(altered) -%}
        {%- for database in [private, target.database] -%}
            {%- do run_query("delete from " ~ database ~ ".built.models where name = '" ~ name ~ "'") -%}
        {%- endfor -%}
        {%- do run_query("delete from " ~ target.database ~ ".built.tests where name = '" ~ name ~ "'") -%}
    {%- endfor -%}
{%- endmacro %}

{#- Names of nodes and of all that reads them, directly or through others. -#}
{% macro with_readers(names) -%}
    {%- set found = dict(names) -%}
    {%- set pass = namespace(before=-1) -%}
    {%- for _ in range(graph.nodes | length) if pass.before != found | length -%}
        {%- set pass.before = found | length -%}
        {%- for node in graph.nodes.values() -%}
            {%- for parent in (node.depends_on.nodes if node.depends_on else []) if parent in found -%}
                {%- do found.update({node.unique_id: true}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found | list if names else []) }}
{%- endmacro %}

{#- SQL of one row: how many rows a table has, and a digest of its columns and of all its rows, in any order. It begins with
    how it was made, because DuckDB may hash in another way in its next version: such digests are not compared. -#}
{% macro content_of(relation) -%}
    {%- set counted -%}
        select count(*) as n_rows, sum(hash(row_of)) as hashed from {{ relation }} as row_of
    {%- endset -%}
    {{ return(content_by(relation, counted)) }}
{%- endmacro %}

{#- SQL of one row: `content_of` where the rows are counted and hashed already.

    counted: SQL of one row, n_rows and hashed, the sum of the rows' hashes. -#}
{% macro content_by(relation, counted) -%}
    select
        counted.n_rows as n_rows,
        counted.hashed as hashed,
        {{ hashed_by() }} || md5(concat_ws('|', described.shape, counted.n_rows, counted.hashed)) as content
    from ({{ counted }}) as counted
    cross join (
        select string_agg(column_name || ' ' || column_type, ', ') as shape from (describe {{ relation }})
    ) as described
{%- endmacro %}

{#- SQL: what a digest begins with, by which it is known how it was made. -#}
{% macro hashed_by() -%}
    concat('duckdb-', version(), '-1 ')
{%- endmacro %}

{#- How many rows of which load each raw table has, and what the ledger says of these, in `loads_now` of this connection. -#}
{% macro remember_loads(private, sources, found) -%}
    {%- set held = [] -%}
    {%- for source in sources if (found[source.schema ~ "." ~ source.identifier] or {})["is_loaded"] -%}
        {%- do held.append(
            "select '" ~ source.unique_id ~ "' as name, _load_id as load_id, count(*) as n_rows from "
            ~ source.relation_name ~ " group by all"
        ) -%}
    {%- endfor -%}
    {%- set joined -%}
        create or replace temp table loads_now as
        select held.name, held.load_id, held.n_rows, loads.status, loads.lifted
        from ({{ held | join("\nunion all\n") }}) as held
        left join {{ private }}.ledger.loads as loads on held.load_id = loads.load_id
    {%- endset -%}
    {%- do run_query(joined) -%}
{%- endmacro %}

{#- SQL of one row: the name of a source, its content, its columns, and how many rows it has. -#}
{% macro content_of_source(source, found) -%}
    {%- if found["is_loaded"] -%}
        select
            '{{ source.unique_id }}' as name,
            md5('{{ found["shape"] }}' || coalesce(
                string_agg(concat_ws(':', load_id, n_rows, status, lifted), ';' order by load_id), ''
            )) as content,
            '{{ found["shape"] }}' as shape,
            coalesce(sum(n_rows), 0)::bigint as n_rows
        from temp.loads_now
        where name = '{{ source.unique_id }}'
    {%- else -%}
        select
            '{{ source.unique_id }}' as name,
            md5(concat_ws('|', '{{ found["shape"] }}', count(*), sum(hash(row_of)))) as content,
            '{{ found["shape"] }}' as shape,
            count(*) as n_rows
        from {{ source.relation_name }} as row_of
    {%- endif -%}
{%- endmacro %}

{#- What a node reads, ephemeral models walked through: names of models and sources, in order.

    A model that asks for active loads alone learns of the ledger through the contents of its raw tables. -#}
{% macro read_by(node) -%}
    {%- set found = {} -%}
    {%- for name in node.depends_on.nodes -%}
        {%- set parent = graph.nodes.get(name) -%}
        {%- if parent and parent.config.materialized == "ephemeral" -%}
            {%- for inner in read_by(parent) -%}
                {%- do found.update({inner: true}) -%}
            {%- endfor -%}
        {%- else -%}
            {%- do found.update({name: true}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set loaded = [] -%}
    {%- for name in found if name.startswith("source.cx.raw_") and not name.startswith("source.cx.raw_config.") -%}
        {%- do loaded.append(name) -%}
    {%- endfor -%}
    {%- if loaded -%}
        {%- do found.pop("source.cx.ledger.loads", none) -%}
    {%- endif -%}
    {{ return(found | list | sort) }}
{%- endmacro %}

{#- Code and inputs of the node that is being built, as they are now, and the run whose result stands.

    Returns: {code, inputs, read, run_id, former_read, ...}: `read` has the contents that `inputs` digests, by name, as JSON;
    `former_read` those that the former result was made of, by the same code; `run_id` is none where it has to be built. -#}
{% macro standing(remembered) -%}
    {%- set reads = read_by(model) -%}
    {%- set config = model.config -%}
    {%- set declared = [
        config.get("materialized"), (config.get("contract") or {}).get("enforced"), declared_columns(),
        config.get("limit"), config.get("fail_calc"), config.get("warn_if"), config.get("error_if"),
    ] -%}
    {%- set asked -%}
        with now as (

            select
                code_of_node({{ quoted(compiled_code) }}, '{{ model.language }}', {{ quoted(declared | string) }}) as code,
                case when count(*) = {{ reads | length }} then json_group_object(name, content)::varchar end as read,
                case
                    when count(*) = {{ reads | length }}
                        then 'of ' || md5(coalesce(string_agg(name || '=' || content, ';' order by name), ''))
                end as inputs
            from ({{ contents_of(reads) }})

        )

        select
            now.code as code,
            coalesce(now.inputs, uuid()::varchar) as inputs,
            now.read as read,
            if(now.inputs = before.inputs, before.run_id, null) as run_id,
            before.read as former_read,
            {% if model.resource_type == "model" -%}
            -- Whether rows are built by keys, so that it is worth while to know what changed.
            (select coalesce(max(n_rows), 0) >= {{ increments_from() }} from {{ remembered_in_both("models") }}) as is_large,
            {%- endif %}
            before.* exclude (name, code, inputs, read, run_id{{ ', hashed' if model.resource_type == 'model' }})
        from now
        left join {{ remembered }} as before on before.name = '{{ model.unique_id }}' and now.code = before.code
    {%- endset -%}
    {{ return(run_query(asked).rows[0]) }}
{%- endmacro %}

{% macro contents_of(reads) -%}
    {%- set names = "('" ~ (reads or [""]) | join("', '") ~ "')" -%}
    {%- set private = (graph.sources.values() | first).database -%}
    {%- for remembered in [private ~ ".built.sources", private ~ ".built.models", target.database ~ ".built.models"] -%}
        select name, content from {{ remembered }} where name in {{ names }}
        {%- if not loop.last %} union all {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- What a model's YAML declares of its columns that its table holds. -#}
{% macro declared_columns() -%}
    {%- set declared = [] -%}
    {%- for column in (model.columns or {}).values() -%}
        {%- do declared.append([column.name, column.data_type, column.constraints | string]) -%}
    {%- endfor -%}
    {{ return(declared) }}
{%- endmacro %}

{#- Remember the model that has just been built, in its transaction. Of a view, code and inputs are its content.

    now: what `standing` said before it was built.
    counted: SQL of its rows' number and hashes, where these are known (`content_by`).
    renewed: of how many keys the rows were built, where not all were. -#}
{% macro remember_model(relation, now, counted=none, renewed=none) -%}
    {%- set remembered = relation.database ~ ".built.models" -%}
    {% call statement("remember", fetch_result=True) -%}
        create or replace temp table remembered_now as
        {% if relation.is_view -%}
        select md5('{{ now["code"] }}' || '{{ now["inputs"] }}') as content, null::bigint as n_rows, null::hugeint as hashed
        {%- else -%}
        {{ content_by(relation, counted) if counted else content_of(relation) }}
        {%- endif %};
        delete from {{ remembered }} where name = '{{ model.unique_id }}';
        insert into {{ remembered }}
        select
            '{{ model.unique_id }}', '{{ now["code"] }}', '{{ now["inputs"] }}',
            found.content, found.n_rows, '{{ env_var('CX_RUN', invocation_id) }}', now()::timestamp,
            {{ quoted(now["read"]) if now["read"] else 'null' }}, found.hashed,
            {{ quoted(now["content"]) if now["content"] and now["is_large"] else 'null' }}
        from temp.remembered_now as found
        returning coalesce(n_rows || ' rows', 'view'){% if renewed is not none %} || ', those of {{ renewed }} keys again'{% endif %}
    {%- endcall %}
    {%- call noop_statement("main", message="BUILT " ~ load_result("remember").table.rows[0][0]) -%}
        {{ compiled_code }}
    {%- endcall -%}
{%- endmacro %}

{#- Remember how a data test ended. -#}
{% macro remember_test(remembered, now, result) -%}
    {% call statement("remember") -%}
        delete from {{ remembered }} where name = '{{ model.unique_id }}';
        insert into {{ remembered }}
        values (
            '{{ model.unique_id }}', '{{ now["code"] }}', '{{ now["inputs"] }}',
            {{ result["failures"] }}, {{ result["should_warn"] }}, {{ result["should_error"] }},
            '{{ env_var('CX_RUN', invocation_id) }}', now()::timestamp,
            {{ quoted(now["read"]) if now["read"] else 'null' }}
        )
    {%- endcall %}
{%- endmacro %}

{#- How many rows a model that stands has, as a part of a sentence. -#}
{% macro rows_of(before) -%}
    {{ return("" if before["n_rows"] is none else ", " ~ (before["n_rows"] | int) ~ " rows") }}
{%- endmacro %}

{% macro quoted(text) -%}
    {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}
