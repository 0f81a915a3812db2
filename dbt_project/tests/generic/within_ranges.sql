{#- Every value that is there lies within the range of its column, both ends included. `columns`: column -> a list of the
    least and the greatest value, null for none. One test a model and not one a column: a test costs a query.
    A failing row names its column. -#}
{% test within_ranges(model, columns) %}

with strange as (

    select
        {%- for column, range in columns.items() %}
        sum(
            case
                when
                    false
                    {%- if range[0] is not none %}
                    or {{ column }} < {{ range[0] }}
                    {%- endif %}
                    {%- if range[1] is not none %}
                    or {{ column }} > {{ range[1] }}
                    {%- endif %}
                    then 1
                else 0
            end
        ) as {{ column }}_outside
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ model }}

)

select *
from (
    {%- for column in columns %}
    select
        '{{ column }}' as column_name,
        {{ column }}_outside as n_rows
    from strange
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as columns_of_model
where n_rows > 0

{% endtest %}
