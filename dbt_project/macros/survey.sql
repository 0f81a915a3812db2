{#- What may stand on the other side of a perception: what is expected, what would just do, what is desired; and one more
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
    from {{ ref('int_survey__given') }} as given
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
