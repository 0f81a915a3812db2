{#- Facts of which only the day is known. Staging marks them (`is_day_only`) beside their time, which is the day's first
    instant: it says on which day a fact happened, not that it came before all else on that day. -#}

{#- Whether a vendor's text (or the source's timestamp_format, where it has one) states a day without a time of day.
    Most texts are longer than any day, which saves a pattern a row. -#}
{% macro is_day_only(text, format) -%}
    {{ return(adapter.dispatch('is_day_only')(text, format)) }}
{%- endmacro %}

{% macro default__is_day_only(text, format) -%}
    case
        when {{ format }} is not null then not regexp_matches(replace({{ format }}, '%%', ''), '%-?[HIcXs]')
        when length(trim({{ text }})) > 16 then false
        else not regexp_matches(trim({{ text }}), ':|[0-9][Tt ] *[0-9]|[0-9]{9}|[0-9] *[AaPp][.]?[Mm]')
    end
{%- endmacro %}

{#- The latest instant at which a fact may have happened: the end of its business day where only the day is known, else
    the instant itself. Every question whether a fact came after another one uses this, and so does every order of
    facts. -#}
{% macro happened_by(moment, is_day_only) -%}
    {{ return(adapter.dispatch('happened_by')(moment, is_day_only)) }}
{%- endmacro %}

{% macro default__happened_by(moment, is_day_only) -%}
    case
        when {{ is_day_only }}
            then {{ business_day_end(moment) }} - interval '1 microsecond'
        else {{ moment }}
    end
{%- endmacro %}

{#- The UTC instant at which the business day of a moment is over, which is the beginning of the next one. -#}
{% macro business_day_end(moment) -%}
    {{ business_day_start('(' ~ business_day(moment) ~ " + interval '1 day')") }}
{%- endmacro %}

{#- Whether a fact that should follow another one certainly came before it. A day contradicts only a later day.
    zone: the column with the source's zone, in which its days are days. -#}
{% macro is_before(later, is_day_only, earlier, zone) -%}
    {{ return(adapter.dispatch('is_before')(later, is_day_only, earlier, zone)) }}
{%- endmacro %}

{% macro default__is_before(later, is_day_only, earlier, zone) -%}
    case
        when {{ is_day_only }}
            then cast(timezone({{ zone }}, timezone('UTC', {{ later }})) as date)
                < cast(timezone({{ zone }}, timezone('UTC', {{ earlier }})) as date)
        else {{ later }} < {{ earlier }}
    end
{%- endmacro %}

{#- The place of a fact among those that another one may have followed: its latest instant, unless the other one
    happened within its day. Then it may have come first, and stands where the day begins. -#}
{% macro placed_before(moment, happened_by_at, other_happened_by_at) -%}
    case when {{ happened_by_at }} > {{ other_happened_by_at }} then {{ moment }} else {{ happened_by_at }} end
{%- endmacro %}

{#- When a wait ended, for the time that it took: where only the day of the end is known, the wait was no longer than to
    the end of that day. Two days are apart as days are. -#}
{% macro waited_until(moment, is_day_only, is_start_day_only) -%}
    case
        when {{ is_day_only }} and not {{ is_start_day_only }}
            then {{ business_day_end(moment) }}
        else {{ moment }}
    end
{%- endmacro %}
