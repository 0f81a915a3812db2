{#- Every value that is there is one of the words listed for its column. `columns`: column -> words.
    One test a model and not one a column: a test costs a query. A failing row names its column. -#}
{% test accepted_words(model, columns) %}

with strange as (

    select
        {%- for column, words in columns.items() %}
        sum(
            case when cast({{ column }} as varchar) not in ('{{ words | join("', '") }}') then 1 else 0 end
        ) as {{ column }}_strange
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ model }}

)

select *
from (
    {%- for column in columns %}
    select
        '{{ column }}' as column_name,
        {{ column }}_strange as n_rows
    from strange
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
) as columns_of_model
where n_rows > 0

{% endtest %}
