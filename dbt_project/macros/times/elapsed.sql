{#- Time between two moments: elapsed time of UTC timestamps as a double (36 hours are 1.5 days), and whole days of dates. -#}

{% macro minutes_between(earlier, later) -%}
    {{ return(adapter.dispatch('minutes_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__minutes_between(earlier, later) -%}
    (date_diff('microsecond', {{ earlier }}, {{ later }}) / cast(60000000 as double))
{%- endmacro %}

{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    (date_diff('microsecond', {{ earlier }}, {{ later }}) / cast(86400000000 as double))
{%- endmacro %}

{#- Whole days from one date to another. -#}
{% macro dates_apart(earlier, later) -%}
    {{ return(adapter.dispatch('dates_apart')(earlier, later)) }}
{%- endmacro %}

{% macro default__dates_apart(earlier, later) -%}
    cast(date_diff('day', {{ earlier }}, {{ later }}) as integer)
{%- endmacro %}

{#- The moment a number of minutes after another one. -#}
{% macro minutes_later(moment, minutes) -%}
    {{ return(adapter.dispatch('minutes_later')(moment, minutes)) }}
{%- endmacro %}

{% macro default__minutes_later(moment, minutes) -%}
    ({{ moment }} + to_minutes({{ minutes }}))
{%- endmacro %}

{#- Elapsed hours as a double. -#}
{% macro hours_between(earlier, later) -%}
    ({{ minutes_between(earlier, later) }} / 60)
{%- endmacro %}

{#- The date a number of days after another one. -#}
{% macro days_later(day, days) -%}
    {{ return(adapter.dispatch('days_later')(day, days)) }}
{%- endmacro %}

{% macro default__days_later(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{#- The number of the sitting that an event belongs to: a new one begins when its owner was silent for MORE than
    session_minutes. `events` has previous_at, the moment and place (their order), and `settings` stands beside it. -#}
{% macro nth_sitting(events, owner, moment='occurred_at') -%}
    sum(
            case
                when {{ minutes_between(events ~ '.previous_at', events ~ '.' ~ moment) }} <= settings.session_minutes
                    then 0
                else 1
            end
        ) over (
            partition by {{ events }}.{{ owner }}
            order by {{ events }}.place
            rows between unbounded preceding and current row
        )
{%- endmacro %}
