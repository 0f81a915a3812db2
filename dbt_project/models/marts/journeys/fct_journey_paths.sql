-- Grain: one row is a kind of path x a path; the rarer ones of a kind are one row together.

{%- set most = 300 %}
{%- set most_parts = 1000 %}
{%- set others = 'other paths' %}

with walks as (

    select * from {{ ref('int_journeys__paths') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

counted as (

    select
        path_kind,
        path,
        count(*) as n
    from walks
    group by path_kind, path

),

ranked as (

    select
        path_kind,
        path,
        row_number() over (
            partition by path_kind
            order by n desc, path asc
        ) <= case when path_kind = 'part' then {{ most_parts }} else {{ most }} end as is_listed
    from counted

),

named as (

    select
        walks.path_kind,
        walks.path as own_path,
        walks.person_id,
        walks.steps,
        walks.days,
        ranked.is_listed,
        case when ranked.is_listed then walks.path else '{{ others }}' end as path,
        case when ranked.is_listed then walks.first_step end as first_step,
        case when ranked.is_listed then walks.last_step end as last_step
    from walks
    inner join ranked
        on
            walks.path_kind = ranked.path_kind
            and walks.path = ranked.path

),

grouped as (

    select
        path_kind,
        path,
        first_step,
        last_step,
        is_listed,
        count(*) as n,
        count(distinct person_id) as people,
        count(distinct own_path) as different_paths,
        case when is_listed then max(steps) end as steps,
        {{ quantile('days', 0.5) }} as days_median,
        {{ quantile('days', 0.9) }} as days_p90
    from named
    group by path_kind, path, first_step, last_step, is_listed

),

final as (

    select
        {{ surrogate_key(["'path'", 'grouped.path_kind', 'grouped.path', 'grouped.is_listed']) }} as path_id,
        grouped.path_kind,
        grouped.path,
        grouped.first_step,
        grouped.last_step,
        not grouped.is_listed as is_other,
        cast(grouped.steps as integer) as steps,
        cast(grouped.n as integer) as n,
        cast(grouped.people as integer) as people,
        cast(grouped.different_paths as integer) as different_paths,
        grouped.n / cast(sum(grouped.n) over (partition by grouped.path_kind) as double) as share,
        grouped.days_median,
        grouped.days_p90,
        as_of.as_of_on as calculated_on
    from grouped
    cross join as_of

)

select * from final
