{#-
    Rows of channels.csv (CTE `channels`) for combinations of a source and its parameters (CTE `combinations`:
    data_source, utm_source, utm_medium in small letters). The most specific row wins: one that names the source, then
    the utm_source, then the utm_medium.

    columns: what to take of that row.
-#}
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
            and {{ utm_fits('utm_source', beside='utm_medium') }}
            and {{ utm_fits('utm_medium', beside='utm_source') }}
    qualify row_number() over (
        partition by combinations.data_source, combinations.utm_source, combinations.utm_medium
        order by
            case when channels.data_source is null then 1 else 0 end,
            case when {{ utm_is_any('utm_source', beside='utm_medium') }} then 1 else 0 end,
            case when {{ utm_is_any('utm_medium', beside='utm_source') }} then 1 else 0 end,
            channels.source_file,
            channels.source_line
    ) = 1
{%- endmacro %}

{#- Whether a cell of channels.csv is for any value: a star, or an empty cell beside a filled one. -#}
{% macro utm_is_any(column, beside) -%}
    coalesce(channels.{{ column }}, case when channels.{{ beside }} is not null then '*' end, '') = '*'
{%- endmacro %}

{#- Whether the value of a combination is what a cell of channels.csv says: any value; none, where the cell says
    `(none)` or both cells are empty; else the word itself. -#}
{% macro utm_fits(column, beside) -%}
    case
                when {{ utm_is_any(column, beside) }} then true
                when channels.{{ column }} is null then combinations.{{ column }} is null
                when lower(channels.{{ column }}) = '(none)'
                    then coalesce(combinations.{{ column }}, '(none)') = '(none)'
                else coalesce(combinations.{{ column }} = lower(channels.{{ column }}), false)
            end
{%- endmacro %}
