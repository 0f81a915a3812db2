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
