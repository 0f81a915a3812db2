{#- What may stand on the other side of a perception: what is expected, what would just do, what is desired. -#}
{% macro expected_constructs() -%}
    ('expectation', 'expectation_minimum', 'expectation_desired')
{%- endmacro %}
