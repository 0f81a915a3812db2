{#- Building a table again for the keys that were touched, and for no other.

    A model that declares `increment_by` (a column, under `meta`) is closed under it: where it reads some keys' rows alone, it
    makes these keys' rows as if it had read all. Where what it reads has the key under another name, `increment_reads_by` says
    so. What has no key may have another column that leads to it, in a table with both: `increment_through` names these. Of
    anything else, and of what stands under `increment_reads_whole`, it reads all rows. So where its code is as it was, and
    whatever it reads that is new says which keys changed there, its SQL runs for these keys alone. `built.changed` says of a
    table by which keys its rows differ from those it held before (`built.models.former`); whoever has read those knows what
    is new. Anything else is built whole. -#}

{#- In a company whose tables all have fewer rows, finding out what to build costs as much as building all of it. -#}
{% macro increments_from() -%}
    {{ return(env_var("CX_INCREMENTS_FROM", "300000") | int) }}
{%- endmacro %}

{#- Where a larger share of a table's keys changed, its readers are built whole, so that these are not remembered. -#}
{% macro largest_share_of_changed_keys() -%}
    {{ return(0.2) }}
{%- endmacro %}

{#- The key of a model's increments: {by, column, sql, label}: its column in the model's rows, that in what it reads, how it
    is read there, and a name for that. None where the model is always built whole. -#}
{% macro increment_key(node) -%}
    {%- set meta = node.config.get("meta") or {} -%}
    {%- if not meta.get("increment_by") -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set column = meta.get("increment_reads_by", meta["increment_by"]) -%}
    {%- set cleaned_by = meta.get("increment_reads_as") -%}
    {{ return({
        "by": meta["increment_by"],
        "column": column,
        "sql": context[cleaned_by](column) if cleaned_by else column,
        "label": cleaned_by ~ "(" ~ column ~ ")" if cleaned_by else column,
    }) }}
{%- endmacro %}

{#- The column and the relation through which a model comes to keys of rows that do not have them; both empty where none. -#}
{% macro increment_through(node) -%}
    {%- for column, name in ((node.config.get("meta") or {}).get("increment_through") or {}).items() -%}
        {%- for of in graph.nodes.values() if of.resource_type == "model" and of.name == name -%}
            {{ return({"column": column, "relation": of.relation_name}) }}
        {%- endfor -%}
    {%- endfor -%}
    {{ return({"column": "", "relation": ""}) }}
{%- endmacro %}

{#- SQL: what both databases remember of models, or of keys that changed. -#}
{% macro remembered_in_both(table) -%}
    {%- set private = (graph.sources.values() | first).database -%}
    (
        select * from {{ private }}.built.{{ table }}
        union all by name
        select * from {{ target.database }}.built.{{ table }}
    )
{%- endmacro %}

{#- The keys by which the readers of a relation need to know what changed: {label, sql} each.

    name: of the relation's model or source. -#}
{% macro reported_keys(name, database, schema, identifier) -%}
    {%- set keys = {} -%}
    {%- if name in graph.nodes and increment_key(graph.nodes[name]) -%}
        {#- For the tests of its own rows. -#}
        {%- set by = increment_key(graph.nodes[name]).by -%}
        {%- do keys.update({by: {"label": by, "column": by, "sql": by}}) -%}
    {%- endif -%}
    {%- for reader in graph.nodes.values() if reader.resource_type == "model" -%}
        {%- if (reader.config.get("meta") or {}).increment_by and reads(reader, name) -%}
            {%- set key, through = increment_key(reader), increment_through(reader).column -%}
            {%- do keys.update({key.label: key}) -%}
            {%- do keys.update({through: {"label": through, "column": through, "sql": through}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not keys -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set asked -%}
        select column_name
        from duckdb_columns()
        where
            database_name = '{{ database }}'
            and schema_name = '{{ schema }}'
            and table_name = '{{ identifier }}'
    {%- endset -%}
    {%- set columns = run_query(asked).columns[0].values() -%}
    {{ return(keys.values() | selectattr("column", "in", columns) | list) }}
{%- endmacro %}

{#- Whether a node reads a model or a source, itself or through ephemeral models: as `read_by` has it, without a list. -#}
{% macro reads(node, name) -%}
    {%- if name in node.depends_on.nodes -%}
        {{ return(true) }}
    {%- endif -%}
    {%- for parent in node.depends_on.nodes if parent in graph.nodes -%}
        {%- if graph.nodes[parent].config.materialized == "ephemeral" and reads(graph.nodes[parent], name) -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- Take down what sources hold now (`sources_now`, `loads_now`), and by which keys that differs from what they held.

    Rows of a load stay as they came, until it is lifted again. What was lifted again, or is gone, had keys that nobody
    knows now, so that nothing is reported of such a source. -#}
{% macro remember_changed_sources(private, sources) -%}
    {%- set built = private ~ ".built" -%}
    {%- set asked -%}
        create table if not exists {{ built }}.sources (name varchar, content varchar);
        alter table {{ built }}.sources add column if not exists shape varchar;
        alter table {{ built }}.sources add column if not exists n_rows bigint;
        alter table {{ built }}.sources add column if not exists former varchar;
        create table if not exists {{ built }}.loads
        (name varchar, load_id bigint, n_rows bigint, status varchar, lifted varchar);
        delete from {{ built }}.changed where model in (
            select now.name
            from temp.sources_now as now
            inner join {{ built }}.sources as former on now.name = former.name and now.content <> former.content
        );
        create or replace temp table changed_loads as
        select
            name,
            load_id,
            former.load_id is null
            or (now.n_rows, now.lifted) is not distinct from (former.n_rows, former.lifted) as is_reported
        from temp.loads_now as now
        full join {{ built }}.loads as former using (name, load_id)
        where
            now.load_id is null
            or former.load_id is null
            or (now.n_rows, now.status, now.lifted) is distinct from (former.n_rows, former.status, former.lifted)
    {%- endset -%}
    {%- do run_query(asked) -%}
    {%- set changed -%}
        select now.name
        from temp.sources_now as now
        inner join {{ built }}.sources as former
            on now.name = former.name and now.content <> former.content and now.shape = former.shape
        inner join temp.changed_loads on now.name = changed_loads.name
        group by now.name
        having
            bool_and(changed_loads.is_reported)
            and (select coalesce(max(n_rows), 0) >= {{ increments_from() }} from {{ remembered_in_both("models") }})
    {%- endset -%}
    {%- set names = run_query(changed).columns[0].values() | list -%}
    {%- for source in sources if source.unique_id in names -%}
        {%- for key in reported_keys(source.unique_id, source.database, source.schema, source.identifier) -%}
            {%- set reported -%}
                insert into {{ built }}.changed
                with changed as (

                    select distinct {{ key.sql }} as key
                    from {{ source.relation_name }}
                    where _load_id in (select load_id from temp.changed_loads where name = '{{ source.unique_id }}')

                )

                select '{{ source.unique_id }}', '{{ key.label }}', key from changed
                where {{ is_small_share("changed", key.sql, source.relation_name) }}
            {%- endset -%}
            {%- do run_query(reported) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set taken -%}
        create or replace temp table sources_then as
        select
            now.name,
            now.content,
            now.shape,
            now.n_rows,
            if(now.content = former.content, former.former, former.content) as former
        from temp.sources_now as now
        left join {{ built }}.sources as former on now.name = former.name;
        begin;
        create or replace table {{ built }}.sources as select * from temp.sources_then;
        create or replace table {{ built }}.loads as select * from temp.loads_now;
        commit
    {%- endset -%}
    {%- do run_query(taken) -%}
{%- endmacro %}

{#- How the model that is being built can be built for touched keys alone, which are then in `touched_keys`.

    before: what `standing` said.
    Returns: none where it has to be built whole; else {by, has_null, parents}: the key's column in the model's rows, whether
    rows without a key are touched, and of every relation that is read in part {name, relation, which}: a condition. -#}
{% macro increment_of(before) -%}
    {%- set key = increment_key(model) -%}
    {%- if not key or model.language != "sql" or not before["read"] or not before["former_read"] -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set through = increment_through(model) -%}
    {%- set now, former = fromjson(before["read"]), fromjson(before["former_read"]) -%}
    {%- set changed, reads, relations = [], [], {} -%}
    {%- for name, content in now.items() -%}
        {%- if content != former.get(name) -%}
            {%- do changed.append("('" ~ name ~ "', '" ~ former.get(name, "") ~ "')") -%}
        {%- endif -%}
        {%- set parent = graph.nodes.get(name) or graph.sources.get(name) -%}
        {%- if parent and parent.name not in model.config.meta.get("increment_reads_whole", []) -%}
            {%- set table = parent.alias or parent.identifier -%}
            {%- do reads.append("('" ~ [name, parent.database, parent.schema, table] | join("', '") ~ "')") -%}
            {%- do relations.update({name: {"name": table, "relation": parent.relation_name}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not changed or not reads or now | length != former | length -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set private = (graph.sources.values() | first).database -%}
    {%- set asked -%}
        with changed (name, content) as (values {{ changed | join(", ") }}),

        reads (name, database_name, schema_name, table_name) as (values {{ reads | join(", ") }}),

        remembered as (

            select name, content, former, n_rows, hashed from {{ remembered_in_both("models") }}
            union all
            select name, content, former, n_rows, null as hashed from {{ private }}.built.sources

        ),

        -- By which column each is read in part: by the key, or else by what leads to it.
        read_in_part as (

            select
                reads.name,
                columns.column_name as read_by,
                columns.data_type,
                remembered.n_rows,
                remembered.former
            from reads
            inner join duckdb_columns() as columns using (database_name, schema_name, table_name)
            left join remembered on reads.name = remembered.name
            where columns.column_name in ('{{ [key.column, through.column] | join("', '") }}')
            qualify row_number() over (
                partition by reads.name order by if(columns.column_name = '{{ key.column }}', 0, 1)
            ) = 1

        ),

        -- What is read whole decides the rows of any key.
        reported as (

            select distinct changed.name
            from changed
            inner join read_in_part as read on changed.name = read.name and changed.content = read.former
            inner join {{ remembered_in_both("changed") }} as reported
                on
                    changed.name = reported.model
                    and if(read.read_by = '{{ key.column }}', '{{ key.label }}', read.read_by) = reported.by_column

        )

        select name, read_by, data_type
        from read_in_part
        where
            (select count(*) from reported) = (select count(*) from changed)
            and greatest({{ before["n_rows"] or 0 }}, (select max(n_rows) from read_in_part)) >= {{ increments_from() }}
            and (select count(distinct data_type) = 1 from read_in_part where read_by = '{{ key.column }}')
            {% if model.config.materialized == "table" -%}
            -- What a row hashes to may be another in the next version of DuckDB.
            and exists (
                from remembered
                where name = '{{ model.unique_id }}' and starts_with(content, {{ hashed_by() }}) and hashed is not null
            )
            {%- endif %}
    {%- endset -%}
    {%- set found = run_query(asked).rows -%}
    {%- set types = {} -%}
    {%- for read in found -%}
        {%- do types.update({read["read_by"]: read["data_type"]}) -%}
        {%- do relations[read["name"]].update({"read_by": read["read_by"]}) -%}
    {%- endfor -%}
    {%- if key.column not in types -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set touched -%}
        create or replace temp table touched_keys as
        with changed (name, content) as (values {{ changed | join(", ") }}),

        reported as (

            select model, by_column, key
            from {{ remembered_in_both("changed") }}
            where model in (select name from changed)

        ),

        by_key as (

            select distinct key::{{ types[key.column] }} as key
            from reported
            where by_column = '{{ key.label }}'

        )

        select key from by_key
        {% if through.column in types -%}
        union
        select {{ key.sql }} as key
        from {{ through.relation }}
        where {{ through.column }} in (
            select distinct key::{{ types[through.column] }}
            from reported
            where by_column = '{{ through.column }}' and key is not null
        )
        {%- endif %};
        {{ has_null("touched_keys") }}
    {%- endset -%}
    {%- set is_null_touched = run_query(touched).rows[0]["has_null"] -%}
    {%- set of_touched = has_key_in("touched_keys", key.sql, is_null_touched) -%}
    {%- set parents = [] -%}
    {%- for read in relations.values() if read.read_by -%}
        {%- set which = of_touched if read.read_by == key.column else (
            read.read_by ~ " in (select " ~ through.column ~ " from " ~ through.relation ~ " where " ~ of_touched ~ ")"
        ) -%}
        {%- do parents.append({"name": read.name, "relation": read.relation, "which": which}) -%}
    {%- endfor -%}
    {{ return({"by": key.by, "has_null": is_null_touched, "parents": parents}) }}
{%- endmacro %}

{#- SQL of one row: how many keys a table of this connection has, and whether one of them is NULL. -#}
{% macro has_null(keys) -%}
    select count(*) as n_keys, count(*) > count(key) as has_null from temp.{{ keys }}
{%- endmacro %}

{#- SQL: whether a row's key is one of those in a table of this connection. Rows without a key have that in common. -#}
{% macro has_key_in(keys, by, has_null) -%}
    ({{ by }} in (select key from temp.{{ keys }} where key is not null){{ " or " ~ by ~ " is null" if has_null }})
{%- endmacro %}

{#- SQL: rows that came and rows that went, with their keys, a sign, and a digest. -#}
{% macro signed_rows(keys, came, went, which="true") -%}
    {%- set of_keys -%}
        {%- for key in keys %}{{ key.sql }} as key_{{ loop.index }}, {% endfor -%}
    {%- endset -%}
    select {{ of_keys }} 1 as sign, hash(row_of)::hugeint as hashed from {{ came }} as row_of
    union all
    select {{ of_keys }} -1 as sign, -(hash(row_of)::hugeint) as hashed from {{ went }} as row_of where {{ which }}
{%- endmacro %}

{#- SQL: values of the nth key whose rows that came are not those that went. -#}
{% macro changed_keys(nth, signed) -%}
    select key_{{ nth }} as key from {{ signed }} group by key_{{ nth }} having sum(sign) <> 0 or sum(hashed) <> 0
{%- endmacro %}

{#- Make the rows of touched keys again: they are then in `new_rows` of this connection, what came and went in
    `signed_rows`, and keys whose rows differ in `renewed_keys`.

    reported: the keys by which it is remembered what changed (`reported_keys`).
    Returns: {n_keys, has_null}: how many keys' rows differ, and whether rows without a key do. -#}
{% macro make_new_rows(relation, plan, reported) -%}
    {%- set of_touched = has_key_in("touched_keys", plan.by, plan.has_null) -%}
    {%- set made = namespace(sql=compiled_code, views="", no_views="") -%}
    {%- for parent in plan.parents -%}
        {#- Under its own name, by which the SQL may call its columns. -#}
        {%- set made.views -%}
            {{ made.views }}
            create or replace temp view {{ parent.name }} as select * from {{ parent.relation }} where {{ parent.which }};
        {%- endset -%}
        {%- set made.no_views = made.no_views ~ "drop view temp." ~ parent.name ~ ";\n" -%}
        {%- set made.sql = made.sql | replace(parent.relation, "temp." ~ parent.name) -%}
    {%- endfor -%}
    {%- set making -%}
        {{ made.views }}
        create or replace temp table new_rows as select * from {{ relation }} limit 0;
        -- What is read whole brings rows of other keys, too.
        insert into temp.new_rows by name
        select * from (
        {{ made.sql }}
        ) where {{ of_touched }};
        {{ made.no_views }}
        create or replace temp table signed_rows as
        {{ signed_rows([{"sql": plan.by}] + reported, "temp.new_rows", relation, of_touched) }};
        create or replace temp table renewed_keys as
        {{ changed_keys(1, "temp.signed_rows") }};
        {{ has_null("renewed_keys") }}
    {%- endset -%}
    {{ return(run_query(making).rows[0]) }}
{%- endmacro %}

{#- Put the new rows in the place of the former. -#}
{% macro take_new_rows(relation, plan, renewed) -%}
    {%- set is_renewed = has_key_in("renewed_keys", plan.by, renewed["has_null"]) -%}
    {% call statement("main") -%}
        delete from {{ relation }} where {{ is_renewed }};
        insert into {{ relation }} by name select * from temp.new_rows where {{ is_renewed }}
    {%- endcall %}
{%- endmacro %}

{#- SQL of one row: number and hashes of the model's rows, from those of its former rows and what came and went. -#}
{% macro counted_by_change(relation) -%}
    select
        former.n_rows + change.n_rows as n_rows,
        if(former.n_rows + change.n_rows = 0, null, former.hashed + change.hashed) as hashed
    from {{ relation.database }}.built.models as former
    cross join (
        select coalesce(sum(sign), 0)::bigint as n_rows, coalesce(sum(hashed), 0) as hashed from temp.signed_rows
    ) as change
    where former.name = '{{ model.unique_id }}'
{%- endmacro %}

{#- SQL: whether the keys that changed are few enough among all. -#}
{% macro is_small_share(changed, column, of_all) -%}
    (select count(*) from {{ changed }})
    <= {{ largest_share_of_changed_keys() }} * (select 1 + approx_count_distinct({{ column }}) from {{ of_all }})
{%- endmacro %}

{#- Remember by which keys the model's rows differ from those it held before, in its transaction.

    reported: the keys (`reported_keys`).
    signed: SQL or a table of what came and went.
    nth: the first of these keys among those in `signed`.
    of_all: a table of all rows. -#}
{% macro remember_changed(relation, reported, signed, nth, of_all) -%}
    {%- set changed = relation.database ~ ".built.changed" -%}
    {% call statement("remember_changed") -%}
        delete from {{ changed }} where model = '{{ model.unique_id }}'
        {%- for key in reported %};
        insert into {{ changed }}
        with changed as ({{ changed_keys(loop.index0 + nth, signed) }})

        select '{{ model.unique_id }}', '{{ key.label }}', key
        from changed
        where {{ is_small_share("changed", key.sql, of_all) }}
        {%- endfor %}
    {%- endcall %}
{%- endmacro %}

{#- Of a view that is closed under a key: remember that its rows differ by the keys by which those differ that it reads. -#}
{% macro remember_changed_of_view(relation, is_known, before) -%}
    {%- set changed = relation.database ~ ".built.changed" -%}
    {%- set plan = increment_of(before) if is_known else none -%}
    {% call statement("remember_changed") -%}
        delete from {{ changed }} where model = '{{ model.unique_id }}'
        {%- if plan %};
        insert into {{ changed }}
        select '{{ model.unique_id }}', '{{ plan.by }}', key from temp.touched_keys
        {%- endif %}
    {%- endcall %}
{%- endmacro %}

{#- SQL of a test of one model's rows, on the rows of keys that changed since it passed, and on rows that share what has to
    be unique with these; none where it has to look at all rows. Other tests always do.

    before: what `standing` said of the test. -#}
{% macro test_of_changed_rows(before) -%}
    {%- set reads = read_by(model) -%}
    {%- set tested = graph.nodes.get(reads[0]) if reads | length == 1 else none -%}
    {%- set key = increment_key(tested) if tested and tested.config.materialized == "table" else none -%}
    {%- set is_of_rows = (model.test_metadata or {}).name == "holds" -%}
    {%- if not key or not is_of_rows or not before["former_read"] or before["failures"] != 0 -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set asked -%}
        select changed.key_type
        from {{ remembered_in_both("models") }} as remembered
        inner join (
            select distinct reported.model, columns.data_type as key_type
            from {{ remembered_in_both("changed") }} as reported
            inner join duckdb_columns() as columns on columns.column_name = '{{ key.by }}'
            where
                reported.model = '{{ tested.unique_id }}'
                and reported.by_column = '{{ key.by }}'
                and columns.database_name = '{{ tested.database }}'
                and columns.schema_name = '{{ tested.schema }}'
                and columns.table_name = '{{ tested.alias }}'
        ) as changed on remembered.name = changed.model
        where remembered.former = '{{ fromjson(before["former_read"]).get(tested.unique_id, "") }}'
    {%- endset -%}
    {%- set found = run_query(asked).rows -%}
    {%- if not found | length -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set keys -%}
        create or replace temp table tested_keys as
        select key::{{ found[0]["key_type"] }} as key
        from {{ remembered_in_both("changed") }}
        where model = '{{ tested.unique_id }}' and by_column = '{{ key.by }}';
        {{ has_null("tested_keys") }}
    {%- endset -%}
    {%- set of_changed = has_key_in("tested_keys", key.by, run_query(keys).rows[0]["has_null"]) -%}
    {%- set shared = [] -%}
    {%- for one in model.test_metadata.kwargs.get("unique", []) -%}
        {%- set columns = one if one is string else one | join(", ") -%}
        {%- do shared.append(
            "(" ~ columns ~ ") in (select " ~ columns ~ " from " ~ tested.relation_name ~ " where " ~ of_changed ~ ")"
        ) -%}
    {%- endfor -%}
    {%- set rows -%}
        create or replace temp view {{ tested.alias }} as
        select * from {{ tested.relation_name }} where {{ of_changed }}
        {%- if shared %}
        union all
        select * from {{ tested.relation_name }}
        where not coalesce({{ of_changed }}, false) and ({{ shared | join(" or ") }})
        {%- endif %}
    {%- endset -%}
    {%- do run_query(rows) -%}
    {{ return(compiled_code | replace(tested.relation_name, "temp." ~ tested.alias)) }}
{%- endmacro %}
