{#
    Rows of channels.csv (CTE `channels`) for combinations of a source and its parameters (CTE `combinations`:
    data_source, utm_source, utm_medium in small letters). The most specific row wins: one that names the source, then
    the utm_source, then the utm_medium.

    columns: what to take of that row.
#}
{% macro channels_of_combinations(columns) -%}
    select
        combinations.data_source,
        combinations.utm_source,
        combinations.utm_medium
        {%- for column in columns %},
        channels.{{ column }}
        {%- endfor %}
    from combinations
    inner join channels
        on
            (channels.data_source is null or combinations.data_source = channels.data_source)
            and (channels.utm_source is null or combinations.utm_source = lower(channels.utm_source))
            and (channels.utm_medium is null or combinations.utm_medium = lower(channels.utm_medium))
    qualify row_number() over (
        partition by combinations.data_source, combinations.utm_source, combinations.utm_medium
        order by
            case when channels.data_source is null then 1 else 0 end,
            case when channels.utm_source is null then 1 else 0 end,
            case when channels.utm_medium is null then 1 else 0 end,
            channels.source_file,
            channels.source_line
    ) = 1
{%- endmacro %}
