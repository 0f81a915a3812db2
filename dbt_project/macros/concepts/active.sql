{#- Active: a sale, or a day on which a contract ran, on one of the last `active_days` days, the day itself among them.
    `last_on` is the newest such day up to `day`; without one the answer is null. -#}
{% macro is_active(last_on, day, active_days='settings.active_days') -%}
    ({{ dates_apart(last_on, day) }} < {{ active_days }})
{%- endmacro %}

{#- The first day on which a customer is not active any more, if nothing comes after `last_on`. -#}
{% macro lapses_on(last_on, active_days='settings.active_days') -%}
    {{ days_later(last_on, active_days) }}
{%- endmacro %}
