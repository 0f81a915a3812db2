{#- The heading under which a row that is not kept stands in the books; NULL for a reason that has none yet (a test fails). -#}
{% macro heading_of(disposition, reason) -%}
    case
        when {{ disposition }} = 'superseded' then 'replaced by a later arrival'
        when {{ disposition }} = 'deduplicated' then 'duplicate'
        when {{ reason }} in ('a preview of the survey', 'a test response', 'marked as spam')
            then 'preview, test or spam'
        when {{ reason }} = 'the user agent is a program' then 'program'
        when {{ reason }} = {{ no_rate() }} then 'no exchange rate'
        when {{ reason }} like 'no valid %' or {{ reason }} like '% is no valid time' or {{ reason }} like '% is before %'
            then 'bad date'
        when {{ reason }} like '%negative%' or {{ reason }} like '% is no number' then 'impossible amount'
        when {{ reason }} = 'the ticket was deleted at the vendor' then 'deleted at the vendor'
        when {{ reason }} = 'the source is no longer in cx.yml' then 'source no longer in cx.yml'
        when {{ reason }} = 'a question without an answer' then 'question without an answer'
        when {{ reason }} = 'group calls name no event of a person' then 'no event of a person'
        when {{ reason }} like 'no %' or {{ reason }} like 'neither %' or {{ reason }} like '% without an event'
            then 'missing key'
        when {{ reason }} like 'unknown %' or {{ reason }} like 'the kind is not %' then 'unknown word'
    end
{%- endmacro %}
