{#- ImportIds of a Qualtrics export that are not questions: the system's own columns, and the embedded fields that say
    who answered and about what. -#}
{% macro qualtrics_metadata() -%}
    (
        'startDate', 'endDate', 'status', 'ipAddress', 'progress', 'duration', 'finished', 'recordedDate', '_recordId',
        'recipientLastName', 'recipientFirstName', 'recipientEmail', 'externalDataReference', 'locationLatitude',
        'locationLongitude', 'distributionChannel', 'userLanguage', 'customer_id', 'order_id', 'ticket_id',
        'interaction', 'wave'
    )
{%- endmacro %}

{#- Whether a sum of powers of two holds one of them: 12 = 4 + 8 holds 8. False for what is not a number. -#}
{% macro has_flag(sum, flag) -%}
    coalesce(floor({{ sum }} / {{ flag }}) - 2 * floor({{ sum }} / {{ 2 * flag }}) = 1, false)
{%- endmacro %}
