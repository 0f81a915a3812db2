{#- A number as people write it: 10, not 10.0. NULL reads as `?`. -#}
{% macro number_text(number) -%}
    coalesce(
        case
            when {{ number }} = cast({{ number }} as bigint) then cast(cast({{ number }} as bigint) as varchar)
            else cast({{ number }} as varchar)
        end,
        '?'
    )
{%- endmacro %}

{#- The texts of a group in one, in alphabetical order, with a blank between. -#}
{% macro joined_text(column) -%}
    {{ return(adapter.dispatch('joined_text')(column)) }}
{%- endmacro %}

{% macro default__joined_text(column) -%}
    string_agg({{ column }}, ' ' order by {{ column }})
{%- endmacro %}

{#- A lateral relation with one row (part) per piece of a text between separators, without blanks around it. -#}
{% macro text_parts(text, separator) -%}
    {{ return(adapter.dispatch('text_parts')(text, separator)) }}
{%- endmacro %}

{% macro default__text_parts(text, separator) -%}
    lateral (select trim(unnest(string_split({{ text }}, {{ separator }}))) as part)
{%- endmacro %}

{#- The different texts of a group, the longest first. -#}
{% macro distinct_texts(column) -%}
    {{ return(adapter.dispatch('distinct_texts')(column)) }}
{%- endmacro %}

{% macro default__distinct_texts(column) -%}
    list_transform(
        list_reverse_sort(
            list_transform(list(distinct {{ column }}), lambda entry: {'size': length(entry), 'entry': entry})
        ),
        lambda pair: pair.entry
    )
{%- endmacro %}

{#- Whether a text holds another one; NULL where either is. -#}
{% macro text_holds(text, part) -%}
    {{ return(adapter.dispatch('text_holds')(text, part)) }}
{%- endmacro %}

{% macro default__text_holds(text, part) -%}
    contains({{ text }}, {{ part }})
{%- endmacro %}

{#- As `text_parts`, but a text is not cut inside of a label: `labels` is a list of texts that hold the separator, the
    longest first (NULL: none). A label counts where it is between two separators, whatever blanks are around it. -#}
{% macro choice_parts(text, separator, labels) -%}
    {{ return(adapter.dispatch('choice_parts')(text, separator, labels)) }}
{%- endmacro %}

{#- Every piece is put between two marks of its own (\x01 ... \x02), so that labels that follow each other do not share
    one; separators inside of a label are written as \x03 while the text is cut. -#}
{% macro default__choice_parts(text, separator, labels) -%}
    {%- set marked -%}
        list_reduce(
            list_transform(
                string_split({0}, {{ separator }}), lambda piece: chr(1) || trim(piece) || chr(2)
            ),
            lambda one, other: one || other
        )
    {%- endset -%}
    lateral (
        select
            trim(
                replace(
                    unnest(string_split(trim(cut, chr(1) || chr(2)), chr(2) || chr(1))), chr(3), {{ separator }}
                )
            ) as part
        from (
            select
                list_reduce(
                    list_prepend({{ marked | replace('{0}', text) }}, coalesce({{ labels }}, [])),
                    lambda whole, label: replace(
                        whole,
                        {{ marked | replace('{0}', 'label') }},
                        chr(1) || replace(label, {{ separator }}, chr(3)) || chr(2)
                    )
                ) as cut
        )
    )
{%- endmacro %}

{#- The language of a tag as BCP 47 and its neighbours write it (`EN`, `en-US`, `pt_BR`): its first subtag, in lower
    case. NULL where the text is not such a tag. -#}
{% macro primary_language(tag) -%}
    {{ return(adapter.dispatch('primary_language')(tag)) }}
{%- endmacro %}

{% macro default__primary_language(tag) -%}
    nullif(lower(regexp_extract(trim({{ tag }}), '^([A-Za-z]{2,3})([-_][A-Za-z0-9_-]+)?$', 1)), '')
{%- endmacro %}
