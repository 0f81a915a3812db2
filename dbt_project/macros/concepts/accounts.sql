{#- Whether a row of int_accounts__actors holds at a moment. What has no time belongs to the account of today. -#}
{% macro acts_at(actors, moment) -%}
    (
        coalesce({{ moment }}, cast('9999-12-30' as timestamp)) >= {{ actors }}.acts_from
        and coalesce({{ moment }}, cast('9999-12-30' as timestamp)) < {{ actors }}.acts_to
    )
{%- endmacro %}
