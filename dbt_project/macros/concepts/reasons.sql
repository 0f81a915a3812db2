{#- Groups of reasons under which reconciliation counts what does not count, or counts with a remark: code -> text. -#}
{% macro reason_groups() -%}
    {{ return({
        'replaced': 'replaced by a later arrival',
        'source_removed': 'source no longer in cx.yml',
        'duplicate': 'duplicate',
        'conflict': 'conflicting rows of one file',
        'missing_key': 'missing key',
        'bad_date': 'bad date',
        'impossible_amount': 'impossible amount',
        'no_rate': 'no exchange rate',
        'unknown_word': 'unknown word',
        'no_real_response': 'preview, test or spam',
        'test_order': 'test order',
        'program': 'program',
        'internal_traffic': 'internal traffic',
        'no_event': 'no event of a person',
        'no_consent': 'no consent',
        'deleted_at_vendor': 'deleted at the vendor',
        'unanswered': 'question without an answer',
        'rejected': 'rejected record',
        'unreadable': 'unreadable answer',
        'out_of_scale': 'answer outside its scale',
        'future': 'future date',
        'after_as_of': 'after the as-of day',
        'undated': 'event without a valid time',
        'no_person': 'event without a person',
        'identical': 'identical order without a number',
        'line': 'line of an order',
        'no_order': 'line of an order that does not count',
    }) }}
{%- endmacro %}

{#- Why a row, record or answer of a source does not count: the one register of reasons, each a code with a text and
    the code of its group.

    A base model says `{{ reason('missing', 'customer_id') }}` in the CASE of its reason column, and gets the SQL
    literal `'missing:customer_id'`: the code, then the columns that it is about. A code that is not below stops the
    compilation.
    A new reason is one entry here: its text ({1} and {2} are the columns), the group under which reconciliation
    counts it and, where a row is lost that should count, the cure that `cx status` names. `int_quality__reasons` is this
    register as a table. Models pass the code on; only the last one (`int_quality__losses`) makes a text of it. -#}
{% macro reasons() -%}
    {{ return({
        'replaced': {
            'text': 'a later arrival of the file replaced the row',
            'reason_group': 'replaced',
        },
        'source_removed': {
            'text': 'the source is no longer in cx.yml',
            'reason_group': 'source_removed',
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
            'reason_group': 'conflict',
        },
        'lines_differ': {
            'text': 'the lines of the order differ in {1}, which is of the whole order',
            'reason_group': 'conflict',
            'cure': 'correct {1} in the file, or leave out grain: line of the source where rows are not lines of orders',
        },
        'incomplete': {
            'text': 'another line of the same {1} cannot be read, and no total of the order is stated',
            'reason_group': 'impossible_amount',
            'cure': 'correct the other line in the file, or map a column order_total of the source in cx.yml',
        },
        'unknown_order': {
            'text': 'no sale with this {1} counts',
            'reason_group': 'no_order',
        },
        'ambiguous_order': {
            'text': 'several sources have a sale with this {1}',
            'reason_group': 'no_order',
        },
        'missing': {
            'text': 'no {1}',
            'reason_group': 'missing_key',
            'cure': 'map the column {1} of the source in cx.yml, or ask for it in the export',
        },
        'missing_both': {
            'text': 'neither {1} nor {2}',
            'reason_group': 'missing_key',
            'cure': 'see that the tracker sends {1} or {2}',
        },
        'no_valid_time': {
            'text': 'no valid {1}',
            'reason_group': 'bad_date',
            'cure': 'set timestamp_format or earliest_date in cx.yml, or correct {1} in the file',
        },
        'unreadable_time': {
            'text': '{1} is not a valid time',
            'reason_group': 'bad_date',
            'cure': 'set timestamp_format or earliest_date in cx.yml, or correct {1} in the file',
        },
        'before': {
            'text': '{1} is before {2}',
            'reason_group': 'bad_date',
            'cure': 'see whether {1} and {2} are swapped or in different time zones',
        },
        'unreadable_number': {
            'text': '{1} is not a number',
            'reason_group': 'impossible_amount',
            'cure': 'set decimal of the source in cx.yml, or correct {1} in the file',
        },
        'negative': {
            'text': '{1} is negative',
            'reason_group': 'impossible_amount',
            'cure': 'correct {1} in the file',
        },
        'negative_sale': {
            'text': 'a sale with a negative amount',
            'reason_group': 'impossible_amount',
            'cure': 'map a kind column (sale, refund, cancel) of the source in cx.yml, or correct the amount',
        },
        'value_without_conversion': {
            'text': 'a value without a conversion',
            'reason_group': 'impossible_amount',
            'cure': 'see whether conversions and value are swapped',
        },
        'no_rate': {
            'text': 'no rate for the currency on that day: add it to mappings/fx_rates.csv',
            'reason_group': 'no_rate',
            'cure': 'add the currency and the day to mappings/fx_rates.csv',
        },
        'unknown_kind': {
            'text': 'the kind is not sale, refund or cancel',
            'reason_group': 'unknown_word',
            'cure': 'write sale, refund or cancel into the kind column',
        },
        'unreadable_flag': {
            'text': '{1} is neither yes nor no',
            'reason_group': 'unknown_word',
            'cure': 'write true or false into {1}, or nothing',
        },
        'unknown': {
            'text': 'unknown {1}',
            'reason_group': 'unknown_word',
            'cure': 'correct {1} in what the tracker sends',
        },
        'preview': {
            'text': 'a preview of the survey',
            'reason_group': 'no_real_response',
        },
        'test_response': {
            'text': 'a test response',
            'reason_group': 'no_real_response',
        },
        'not_a_response': {
            'text': 'a preview, a test or spam',
            'reason_group': 'no_real_response',
        },
        'spam': {
            'text': 'marked as spam',
            'reason_group': 'no_real_response',
        },
        'test_order': {
            'text': 'an order that was placed to test the shop',
            'reason_group': 'test_order',
        },
        'program': {
            'text': 'the user agent is a program',
            'reason_group': 'program',
        },
        'internal_traffic': {
            'text': 'traffic of the company itself',
            'reason_group': 'internal_traffic',
        },
        'no_consent': {
            'text': 'the visitor did not consent: the event belongs to no person',
            'reason_group': 'no_consent',
            'cure': 'see that the export holds visitors who consented, with their ids',
        },
        'group_call': {
            'text': 'group calls name no event of a person',
            'reason_group': 'no_event',
        },
        'deleted_at_vendor': {
            'text': 'deleted at the vendor',
            'reason_group': 'deleted_at_vendor',
        },
        'unreadable_record': {
            'text': 'a record that cannot be read',
            'reason_group': 'rejected',
            'cure': 'see the rejected lines: delimiter, encoding and quotes of the source in cx.yml',
        },
        'unreadable_answer': {
            'text': 'an answer that is neither a number nor a label of survey_values.csv',
            'reason_group': 'unreadable',
            'cure': 'set decimal of the source in cx.yml, or name the labels in mappings/survey_values.csv',
        },
        'answer_out_of_scale': {
            'text': 'an answer outside the scale of the codebook',
            'reason_group': 'out_of_scale',
            'cure': 'correct scale_min and scale_max in mappings/survey_codebook.csv',
        },
        'unanswered': {
            'text': 'a question without an answer',
            'reason_group': 'unanswered',
        },
    }) }}
{%- endmacro %}
