{#- Every row has a value in each of `columns`. One test a model and not one a column: a test costs a query.
    A failing row names its column. -#}
{% test complete(model, columns) %}

with missing as (

    select
        {%- for column in columns %}
        sum(case when {{ column }} is null then 1 else 0 end) as {{ column }}_missing
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ model }}

)

select *
from (
    {%- for column in columns %}
    select
        '{{ column }}' as column_name,
        {{ column }}_missing as n_rows
    from missing
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as columns_of_model
where n_rows > 0

{% endtest %}
