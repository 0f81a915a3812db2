{#- What every row of a model, or every two of its rows, keeps. One test a model and not one a rule, since a test costs a
    query and a rendering: a failing row says which rule is broken and by how many rows.
    `unique`: columns, or lists of columns, whose values no two rows share (of a single column, missing values aside).
    `complete`: columns with a value in each row.
    `words`: column -> the words that its values are among.
    `ranges`: column -> a list of its least and its greatest value, null for none.
    `conditions`: conditions over a row's columns, or name -> condition; one that is NULL counts as broken.
    A missing value is not a strange word and lies in every range. -#}
{% test holds(model, unique=[], complete=[], words={}, ranges={}, conditions=[]) %}

{{- config(fail_calc='coalesce(sum(n_rows), 0)') -}}

{%- set broken = [] -%}
{%- for column in complete -%}
    {%- do broken.append((column ~ ' is there', column ~ ' is null')) -%}
{%- endfor -%}
{%- for column, listed in words.items() -%}
    {%- do broken.append((
        column ~ ' is a listed word',
        'cast(' ~ column ~ " as varchar) not in ('" ~ listed | join("', '") ~ "')"
    )) -%}
{%- endfor -%}
{%- for column, range in ranges.items() -%}
    {%- if range[0] is not none -%}
        {%- do broken.append((column ~ ' is at least ' ~ range[0], column ~ ' < ' ~ range[0])) -%}
    {%- endif -%}
    {%- if range[1] is not none -%}
        {%- do broken.append((column ~ ' is at most ' ~ range[1], column ~ ' > ' ~ range[1])) -%}
    {%- endif -%}
{%- endfor -%}
{%- for one in conditions -%}
    {%- for name, condition in (one if one is mapping else {one: one}).items() -%}
        {%- do broken.append((name | trim, 'not coalesce(' ~ condition ~ ', false)')) -%}
    {%- endfor -%}
{%- endfor %}

with rules as (

    {%- if broken %}
    select
        unnest([
            {%- for rule, condition in broken %}
            {
                'rule': '{{ rule | replace("'", "''") }}',
                'n_rows': count(*) filter (where {{ condition }})
            }
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ], recursive := true)
    from {{ model }}
    {%- endif %}
    {%- for key in unique %}
    {%- set columns = [key] if key is string else key %}
    {%- if broken or not loop.first %}
    union all
    {%- endif %}
    select
        '{{ columns | join(', ') }} is unique' as rule,
        count(*) as n_rows
    from (
        select {{ columns | join(', ') }}
        from {{ model }}
        {%- if key is string %}
        where {{ key }} is not null
        {%- endif %}
        group by {{ columns | join(', ') }}
        having count(*) > 1
    ) as {{ 'keys_' ~ loop.index }}
    {%- endfor %}

)

select
    rule,
    n_rows
from rules
where n_rows > 0

{% endtest %}
