{#- Every value that is there lies within the range of its column, both ends included. `columns`: column -> a list of the
    least and the greatest value, null for none. One test a model and not one a column: a test costs a query. -#}
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
from strange
where
    false
    {%- for column in columns %}
    or {{ column }}_outside > 0
    {%- endfor %}

{% endtest %}
