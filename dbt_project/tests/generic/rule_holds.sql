{#- A condition over a row's columns holds for every row. A condition that is NULL counts as broken. -#}
{% test rule_holds(model, condition) %}

select *
from {{ model }}
where not coalesce({{ condition }}, false)

{% endtest %}
