{#- Money of another currency in the reporting one. -#}

{#- An amount by the rate of its day, to the cent. Decimal times decimal is exact; the cast rounds half away from 0. -#}
{% macro in_reporting_currency(amount, rate) -%}
    cast({{ amount }} * {{ rate }} as decimal(18, 2))
{%- endmacro %}

{#- The join condition that finds the rate of a day: the latest one that is not later than the day. -#}
{% macro is_rate_of(rates, currency, day) -%}
    {{ currency }} = {{ rates }}.currency
            and {{ day }} >= {{ rates }}.valid_from
            and ({{ rates }}.valid_until is null or {{ day }} < {{ rates }}.valid_until)
{%- endmacro %}
