{#
    A company's own word in a column where some words are ours (`several`, `all`, `none`, `other`): as it is, unless it is
    one of ours. Then what it is stands behind it: a segment that a company calls `several` is `several (segment)`, and
    `several` stays the group of people with several. Different words stay different: `several (segment)`, too, gets one more.

    word: the company's word, null where there is none.
    ours: the words that mean something else in this column.
    kind: what the word is, in one word: segment, topic, category.
#}
{% macro own_word(word, ours, kind) -%}
    case
        when replace({{ word }}, ' ({{ kind }})', '') in ('{{ ours | join("', '") }}') then {{ word }} || ' ({{ kind }})'
        else {{ word }}
    end
{%- endmacro %}

{#-
    A company's word as it may leave staging (a campaign, an event, a channel, a wave): without invisible characters, NULL where
    nothing is left; `(personal)` where an e-mail address or a telephone number stands in its place, because columns of the
    file are shifted or a link carries it. A number alone stays: networks call their campaigns so.
-#}
{% macro public_word(text) -%}
    {{ return(adapter.dispatch('public_word')(text)) }}
{%- endmacro %}

{% macro default__public_word(text) -%}
    {%- set word = blank_to_null(text) -%}
    case
        when {{ text }} like '%@%' and regexp_matches({{ text }}, '[^\s@]+@[^\s@]+\.[^\s@]+') then '(personal)'
        when
            regexp_full_match({{ text }}, '\s*(\+|00?)[1-9][0-9 ()/.\x{A0}-]{5,22}[0-9]\s*')
            and not regexp_full_match({{ text }}, '\s*0[0-9](\.[0-9]+)+\s*')
            then '(personal)'
        else {{ word }}
    end
{%- endmacro %}
