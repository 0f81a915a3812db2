{#- Dates of business: days of the company's zone, and where the present ends. -#}

{#- The business day (a date in the company's zone) of a UTC timestamp. -#}
{% macro business_day(timestamp) -%}
    {{ return(adapter.dispatch('business_day')(timestamp)) }}
{%- endmacro %}

{% macro default__business_day(timestamp) -%}
    cast(timezone((select timezone from {{ ref('stg_config__settings') }}), timezone('UTC', {{ timestamp }})) as date)
{%- endmacro %}

{#- The hour of the company's clock (0 to 23) at a UTC timestamp. -#}
{% macro business_hour(timestamp) -%}
    {{ return(adapter.dispatch('business_hour')(timestamp)) }}
{%- endmacro %}

{% macro default__business_hour(timestamp) -%}
    cast(extract(
        hour from timezone((select timezone from {{ ref('stg_config__settings') }}), timezone('UTC', {{ timestamp }}))
    ) as integer)
{%- endmacro %}

{#- The English name of a date's weekday. -#}
{% macro weekday_name(day) -%}
    {{ return(adapter.dispatch('weekday_name')(day)) }}
{%- endmacro %}

{% macro default__weekday_name(day) -%}
    dayname({{ day }})
{%- endmacro %}

{#- The UTC instant at which a business day begins. -#}
{% macro business_day_start(day) -%}
    {{ return(adapter.dispatch('business_day_start')(day)) }}
{%- endmacro %}

{% macro default__business_day_start(day) -%}
    timezone(
        'UTC', timezone((select timezone from {{ ref('stg_config__settings') }}), cast({{ day }} as timestamp))
    )
{%- endmacro %}

{#- A lateral relation with one row (day) for each day from `first` to `last`, both included. -#}
{% macro date_series(first, last) -%}
    {{ return(adapter.dispatch('date_series')(first, last)) }}
{%- endmacro %}

{% macro default__date_series(first, last) -%}
    lateral (
        select unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 day'))
            as day
    )
{%- endmacro %}

{#- A lateral relation with one row (month_on) for each month from the one of `first` to the one of `last`. -#}
{% macro month_series(first, last) -%}
    {{ return(adapter.dispatch('month_series')(first, last)) }}
{%- endmacro %}

{% macro default__month_series(first, last) -%}
    lateral (
        select cast(unnest(generate_series(
            date_trunc('month', cast({{ first }} as timestamp)),
            date_trunc('month', cast({{ last }} as timestamp)),
            interval '1 month'
        )) as date) as month_on
    )
{%- endmacro %}
