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

{#- What a row of a survey file says of its response, whether the row is a response or one answer: the columns between the
    respondent and the answers. Reads `source` and `sources`.

    zone: an expression of the zone of times that name none. -#}
{% macro response_columns(zone="sources.timezone") -%}
    {{ real_id('source.customer_id') }} as customer_id,
    {{ blank_to_null('source.email') }} as stated_email,
    {{ real_id('source.order_id') }} as order_id,
    {{ real_id('source.ticket_id') }} as ticket_id,
    sources.id_namespace,

    ---------- context
    {{ public_word('source.interaction') }} as interaction,
    {{ public_word('source.wave') }} as wave,
    {{ primary_language('source.language') }} as survey_language,

    ---------- timestamps
    {{ parse_timestamp('source.answered_at', 'sources.timestamp_format', zone) }} as answered_at,
    {{ is_day_only('source.answered_at', 'sources.timestamp_format') }} as is_day_only,
    {{ blank_to_null('source.answered_at') }} is not null as is_time_stated,
    {{ parse_timestamp('source.updated_at', 'sources.timestamp_format', zone) }} as updated_at,

    ---------- state
    {{ parse_flag('source.is_deleted') }} as is_deleted
{%- endmacro %}

{#- The rows of the CTE `weighed` with their dispositions and keys, as the CTEs `completed` to `final`: the latest row of a
    response (or of a question in it) counts.

    called: what a reason calls the key.
    own: the columns that the rows have beside those of every response.
    question: the column that makes an answer one of several of its response; none where a row is a response.
    named_by: a column with a vendor's own name of the response: there a row of another wave or occasion corrects it. -#}
{% macro states_of_responses(called, own=[], question=none, named_by=none) -%}
{%- set asked = [question] if question else [] -%}
-- A deletion may name no occasion: it means the only one of the respondent.
completed as (

    {{ with_parts_of_key(
        'weighed', parts=['wave', 'order_id', 'ticket_id', 'interaction'], of=['survey_id', 'respondent'] + asked
    ) }}

),

keyed as (

    select
        *,
        {{ surrogate_key([
            'survey_id', 'respondent', 'key_wave', 'key_order_id', 'key_ticket_id', 'key_interaction',
        ]) }}
            as response_key
    from completed

),

{% if named_by -%}
named as (

    select
        *,
        case
            when {{ named_by }} is null then response_key
            else {{ surrogate_key(["'response'", 'survey_id', named_by]) }}
        end as state_key
    from keyed

),

{% endif -%}
judged as (

    {{ latest_states(
        'named' if named_by else 'keyed',
        key=['state_key' if named_by else 'response_key'] + asked,
        called=called,
        vendor_time='coalesce(updated_at, answered_at)',
        timed_code=none,
    ) }}

),

final as (

    select
        response_key,
        {{ identifier_key('customer', 'id_namespace', 'customer_id') }} as customer_identifier_key,
        {{ identifier_key('respondent', 'survey_id', 'respondent') }} as respondent_identifier_key,
        {{ email_key('stated_email') }} as email_identifier_key,
        survey_id,
        respondent,
        {%- for column in own %}
        {{ column }},
        {%- endfor %}
        customer_id,
        {{ email_address('stated_email') }} as email,
        order_id,
        ticket_id,
        id_namespace,
        interaction,
        wave,
        survey_language,
        answered_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id,
        _disposition,
        _disposition_reason
    from judged

)
{%- endmacro %}
