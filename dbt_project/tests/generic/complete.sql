{#- Every row has a value in each of `columns`. One test a model and not one a column: a test costs a query. -#}
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
from missing
where
    false
    {%- for column in columns %}
    or {{ column }}_missing > 0
    {%- endfor %}

{% endtest %}
