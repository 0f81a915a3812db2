{#- What may be on the other side of a perception: what is expected, what would just do, what is desired; and one more
    construct where `also` names it. -#}
{% macro expected_constructs(also=none) -%}
    ('expectation', 'expectation_minimum', 'expectation_desired'{{ ", '" ~ also ~ "'" if also else '' }})
{%- endmacro %}

{#- What an answer is about: its item; a question without one is about itself. -#}
{% macro item_key() -%}
    case when item is null then question_key else {{ surrogate_key(['item']) }} end
{%- endmacro %}

{#- Answers by what they are about: those that are the only one of their response, side and item; of `ranked` sides that
    a survey asks by several questions, the first question's. Reads the CTEs `meanings` and `repeated`; answers are read
    where they are used, since a CTE that several others name is written out whole by the engine. -#}
{% macro said_of_items(sides, ranked) -%}
    {% for is_repeated in [false, true] -%}
    select
        given.response_key,
        meanings.item_key,
        meanings.construct,
        given.meaning_key
    from {{ ref('int_surveys__answer_meanings') }} as given
    inner join meanings on given.meaning_key = meanings.meaning_key
    {{ 'inner' if is_repeated else 'left' }} join repeated
        on
            meanings.survey_id = repeated.survey_id
            and meanings.construct = repeated.construct
            and meanings.item = repeated.item
    where meanings.construct in {{ ranked if is_repeated else sides }}
    {% if is_repeated -%}
    qualify row_number() over (
        partition by given.response_key, meanings.construct, meanings.item_key
        order by meanings.question_id
    ) = 1
    {%- else -%}
        and repeated.survey_id is null
    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}

{#- Constructs whose answers are boxes to tick, one point apart: shares of boxes are built from them (NPS, CSAT, top-two
    shares of outcomes, Kano's table). What lies between two boxes does not answer them. -#}
{% macro box_constructs() -%}
    (
        'nps', 'csat', 'outcome_importance', 'outcome_satisfaction', 'kano_functional', 'kano_dysfunctional'
    )
{%- endmacro %}

{#- Whether a number is whole, as far as floating point can say. NULL for NULL. -#}
{% macro is_whole(number) -%}
    abs({{ number }} - round({{ number }})) < 0.000000001
{%- endmacro %}

{#- The number of a labelled box: `10 - Extremely likely`, `0 = Not at all`, `5 (very satisfied)`, `7: agree`,
    `3. Neutral`, `Extremely likely (10)`, `Very good - 5`. A closed grammar: one whole number at one end, a sign between,
    and a label that begins with a letter and holds neither a digit nor a percent sign, so that `24/7`, `2 or 3`, `10%`,
    `7-ish` and `5 times` are not numbers. NULL where the text is not of that form, or the number is not on the
    scale. -#}
{% macro labelled_number(text, low, high) -%}
    {{ return(adapter.dispatch('labelled_number')(text, low, high)) }}
{%- endmacro %}

{#- A dash in front of a number at the end may be its sign (`Much worse - 3`): it is read where the scale holds one
    reading. -#}
{% macro default__labelled_number(text, low, high) -%}
    {%- set blank = '[\\s\\x{00A0}\\x{202F}]' -%}
    {%- set number = '([+-]?[0-9]{1,3})' -%}
    {%- set label = '[^\\p{N}%]*' -%}
    {%- set before = [
        '^' ~ number ~ blank ~ '*(?:[-–—:]' ~ blank ~ '+|=' ~ blank ~ '*)\\p{L}' ~ label ~ '$',
        '^' ~ number ~ blank ~ '*[-–—:][\\p{Lu}\\p{Lo}]' ~ label ~ '$',
        '^' ~ number ~ '[.)]' ~ blank ~ '+\\p{L}' ~ label ~ '$',
        '^' ~ number ~ blank ~ '*[(]' ~ blank ~ '*\\p{L}[^\\p{N}%()]*[)]$',
        '^\\p{L}' ~ label ~ '[(]' ~ blank ~ '*' ~ number ~ blank ~ '*[)]$',
        '^\\p{L}' ~ label ~ '[=:]' ~ blank ~ '*' ~ number ~ '$',
    ] -%}
    {%- set after_dash = '^\\p{L}' ~ label ~ blank ~ '[-–—]' ~ blank ~ '+([0-9]{1,3})$' -%}
    case
        {%- for pattern in before %}
        when regexp_matches({{ text }}, '{{ pattern }}')
            then case
                when
                    try_cast(regexp_extract({{ text }}, '{{ pattern }}', 1) as double) between {{ low }} and {{ high }}
                    then try_cast(regexp_extract({{ text }}, '{{ pattern }}', 1) as double)
            end
        {%- endfor %}
        when regexp_matches({{ text }}, '{{ after_dash }}')
            then case
                when
                    try_cast(regexp_extract({{ text }}, '{{ after_dash }}', 1) as double) >= {{ low }}
                    and try_cast(regexp_extract({{ text }}, '{{ after_dash }}', 1) as double) <= {{ high }}
                    and (
                        try_cast(regexp_extract({{ text }}, '{{ after_dash }}', 1) as double) = 0
                        or -try_cast(regexp_extract({{ text }}, '{{ after_dash }}', 1) as double) < {{ low }}
                    )
                    then try_cast(regexp_extract({{ text }}, '{{ after_dash }}', 1) as double)
            end
    end
{%- endmacro %}

{#- Constructs whose answers are counted and never averaged: a cell may hold several of them, or a column be one. -#}
{% macro choice_constructs() -%}
    ('attribute', 'reason')
{%- endmacro %}

{#- Whether the text of a column that stands for one choice says that it was not ticked. -#}
{% macro says_unticked(text) -%}
    lower({{ text }}) in ('0', 'false', 'no', 'n', 'unchecked', 'not checked', 'not selected', 'unselected')
{%- endmacro %}

{#- Whether a text is one of the words that programs and forms write where there is no answer. -#}
{% macro says_nothing(text) -%}
    lower(trim({{ text }})) in (
        'na', 'n/a', 'n.a.', 'n.a', '#n/a', 'nan', 'null', 'nil', '(null)', '<na>', '-', '--', '.', '?'
    )
{%- endmacro %}
