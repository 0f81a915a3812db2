{#- Why a row of a source does not count: the one register of reasons, each a code with a text and a group.

    A base model says `{{ reason('missing', 'customer_id') }}` in the CASE of its reason column, and gets the SQL literal
    `'missing:customer_id'`: the code, then the columns that it is about. A code that is not below stops the compilation.
    A new reason is one entry here: its text ({1} and {2} are the columns), the group under which reconciliation
    count it and, where a row is lost that should count, the cure that `cx status` names. `int_quality__reasons` is this
    register as a table, and `reason_text` makes the plain text of a code. -#}
{% macro reasons() -%}
    {{ return({
        'replaced': {
            'text': 'a later arrival of the file replaced the row',
            'reason_group': 'replaced by a later arrival',
        },
        'source_removed': {
            'text': 'the source is no longer in cx.yml',
            'reason_group': 'source no longer in cx.yml',
        },
        'repeated': {
            'text': 'the {1} came before',
            'reason_group': 'duplicate',
            'cure': 'see why the same {1} is sent more than once',
        },
        'later_row': {
            'text': 'a later row of the same {1}',
            'reason_group': 'duplicate',
            'cure': 'see whether {1} is the key of a row; where rows repeat it on purpose, only the last one counts',
        },
        'earlier_state': {
            'text': 'a newer state of the same {1}',
            'reason_group': 'duplicate',
        },
        'same_row': {
            'text': 'another row of the file is the same',
            'reason_group': 'duplicate',
        },
        'conflict': {
            'text': 'another row of the file has the same {1} and says otherwise; no time says which is later',
            'reason_group': 'conflicting rows of one file',
        },
        'missing': {
            'text': 'no {1}',
            'reason_group': 'missing key',
            'cure': 'map the column {1} of the source in cx.yml, or ask for it in the export',
        },
        'missing_both': {
            'text': 'neither {1} nor {2}',
            'reason_group': 'missing key',
            'cure': 'see that the tracker sends {1} or {2}',
        },
        'no_valid_time': {
            'text': 'no valid {1}',
            'reason_group': 'bad date',
            'cure': 'set timestamp_format or earliest_date in cx.yml, or correct {1} in the file',
        },
        'unreadable_time': {
            'text': '{1} is no valid time',
            'reason_group': 'bad date',
            'cure': 'set timestamp_format or earliest_date in cx.yml, or correct {1} in the file',
        },
        'before': {
            'text': '{1} is before {2}',
            'reason_group': 'bad date',
            'cure': 'see whether {1} and {2} are swapped or in different time zones',
        },
        'unreadable_number': {
            'text': '{1} is no number',
            'reason_group': 'impossible amount',
            'cure': 'set decimal of the source in cx.yml, or correct {1} in the file',
        },
        'negative': {
            'text': '{1} is negative',
            'reason_group': 'impossible amount',
            'cure': 'correct {1} in the file',
        },
        'negative_sale': {
            'text': 'a sale with a negative amount',
            'reason_group': 'impossible amount',
            'cure': 'map a kind column (sale, refund, cancel) of the source in cx.yml, or correct the amount',
        },
        'value_without_conversion': {
            'text': 'a value without a conversion',
            'reason_group': 'impossible amount',
            'cure': 'see whether conversions and value are swapped',
        },
        'no_rate': {
            'text': 'no rate for the currency on that day: add it to mappings/fx_rates.csv',
            'reason_group': 'no exchange rate',
            'cure': 'add the currency and the day to mappings/fx_rates.csv',
        },
        'unknown_kind': {
            'text': 'the kind is not sale, refund or cancel',
            'reason_group': 'unknown word',
            'cure': 'write sale, refund or cancel into the kind column',
        },
        'unknown': {
            'text': 'unknown {1}',
            'reason_group': 'unknown word',
            'cure': 'correct {1} in what the tracker sends',
        },
        'preview': {
            'text': 'a preview of the survey',
            'reason_group': 'preview, test or spam',
        },
        'test_response': {
            'text': 'a test response',
            'reason_group': 'preview, test or spam',
        },
        'spam': {
            'text': 'marked as spam',
            'reason_group': 'preview, test or spam',
        },
        'program': {
            'text': 'the user agent is a program',
            'reason_group': 'program',
        },
        'internal_traffic': {
            'text': 'traffic of the company itself',
            'reason_group': 'internal traffic',
        },
        'group_call': {
            'text': 'group calls name no event of a person',
            'reason_group': 'no event of a person',
        },
        'deleted_at_vendor': {
            'text': 'the ticket was deleted at the vendor',
            'reason_group': 'deleted at the vendor',
        },
        'unanswered': {
            'text': 'a question without an answer',
            'reason_group': 'question without an answer',
        },
    }) }}
{%- endmacro %}

{#- A reason as the SQL literal that a base model writes into its reason column: the code and the columns of it. -#}
{% macro reason(code, first=none, second=none) -%}
    {%- set known = reasons().get(code) -%}
    {%- if known is none -%}
        {{ exceptions.raise_compiler_error("unknown reason '" ~ code ~ "': add it to dbt_project/macros/concepts/reasons.sql") }}
    {%- endif -%}
    {%- for mark, given in [('{1}', first), ('{2}', second)] -%}
        {%- if (mark in known.text) != (given is not none) -%}
            {{ exceptions.raise_compiler_error("reason '" ~ code ~ "' and its columns do not fit: " ~ known.text) }}
        {%- endif -%}
    {%- endfor -%}
    '{{ [code, first, second] | select("string") | join(":") }}'
{%- endmacro %}

{#- The code of a stored reason, without the columns it is about. -#}
{% macro reason_code(stored) -%}
    split_part({{ stored }}, ':', 1)
{%- endmacro %}

{#- The plain text of a stored reason; `template` is the register's text of its code. -#}
{% macro reason_text(stored, template) -%}
    replace(
        replace({{ template }}, '{1}', split_part({{ stored }}, ':', 2)),
        '{2}', split_part({{ stored }}, ':', 3)
    )
{%- endmacro %}

{#- Why a row is not the one that counts of its key: a later one is, by the vendor's own time or another load; or one of
    the same file and time that says otherwise, and nothing says which is later. The CTE before has of every row its rank
    (`nth`) and, of the first in rank, `newest_load_id`, `newest_content` and, where there is such a time, `newest_at`. -#}
{% macro repeated_reason(nth, column, vendor_time=none, code='later_row') -%}
    case
        when {{ nth }} = 1 then null
        when
            {{ nth }} > 1
            and load_id = newest_load_id
            and row_content <> newest_content
            {%- if vendor_time %}
            and {{ vendor_time }} is not distinct from newest_at
            {%- endif %}
            then {{ reason('conflict', column) }}
        when {{ nth }} > 1 then {{ reason(code, column) }}
    end
{%- endmacro %}
