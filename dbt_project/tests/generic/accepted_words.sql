{#- Every value that is there is one of the words listed for its column. `columns`: column -> words.
    One test a model and not one a column: a test costs a query. The columns of a failing row say which words are new. -#}
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
from strange
where
    false
    {%- for column in columns %}
    or {{ column }}_strange > 0
    {%- endfor %}

{% endtest %}
