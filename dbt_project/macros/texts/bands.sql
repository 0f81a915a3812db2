{#- Bands of a number, written as labels between bars: '18-24|25-34|35-54|55+'.

    A label that begins with a number has it as its lower bound; one that does not ('under 18') has none. A second number
    after a dash is the upper bound, whole: 24.7 lies in '18-24'. '55+' and '55' have no upper bound. -#}

{% macro band_lower_bound(band) -%}
    {{ return(adapter.dispatch('band_lower_bound')(band)) }}
{%- endmacro %}

{% macro default__band_lower_bound(band) -%}
    try_cast(nullif(regexp_extract({{ band }}, '^(-?[0-9]+([.][0-9]+)?)', 1), '') as double)
{%- endmacro %}

{% macro band_upper_bound(band) -%}
    {{ return(adapter.dispatch('band_upper_bound')(band)) }}
{%- endmacro %}

{% macro default__band_upper_bound(band) -%}
    try_cast(
        nullif(regexp_extract({{ band }}, '^-?[0-9]+([.][0-9]+)? *[-–] *(-?[0-9]+([.][0-9]+)?)', 2), '') as double
    )
{%- endmacro %}
