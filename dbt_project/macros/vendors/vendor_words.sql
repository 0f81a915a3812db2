{#- What vendors' words for a state mean. Words that are not listed have no meaning here: NULL, never guessed. -#}

{#- won, lost or open, of a CRM's own name of a deal's or lead's stage ('closedwon', 'Closed Lost', 'won'). -#}
{% macro deal_state(stage) -%}
    case
        when replace(replace(replace({{ stage }}, ' ', ''), '_', ''), '-', '') in ('won', 'closedwon') then 'won'
        when replace(replace(replace({{ stage }}, ' ', ''), '_', ''), '-', '') in ('lost', 'closedlost') then 'lost'
        else 'open'
    end
{%- endmacro %}

{#- good or bad, of a desk's own rating of a ticket; `offered` and `unoffered` are not ratings. -#}
{% macro ticket_satisfaction(rating) -%}
    case
        when {{ rating }} in ('good', 'good_with_comment', 'satisfied', 'positive') then 'good'
        when {{ rating }} in ('bad', 'bad_with_comment', 'dissatisfied', 'unsatisfied', 'negative') then 'bad'
    end
{%- endmacro %}

{#- Whether a desk's own word for a ticket's status says that it is solved. -#}
{% macro is_solved_status(status) -%}
    coalesce({{ status }} in ('solved', 'closed', 'resolved', 'completed', 'done'), false)
{%- endmacro %}

{#- positive, neutral or negative, of a listening tool's word or tone (-1, 0, 1). -#}
{% macro mention_sentiment(sentiment) -%}
    case
        when {{ sentiment }} in ('positive', 'pos') or try_cast({{ sentiment }} as double) > 0 then 'positive'
        when {{ sentiment }} = 'neutral' or try_cast({{ sentiment }} as double) = 0 then 'neutral'
        when {{ sentiment }} in ('negative', 'neg') or try_cast({{ sentiment }} as double) < 0 then 'negative'
    end
{%- endmacro %}

{#- Whether outreach got an answer, of a CRM's own word. -#}
{% macro is_answered(word) -%}
    case
        when lower({{ word }}) in ('yes', 'y', 'true', '1', 'answered', 'replied', 'connected', 'reached') then true
        when lower({{ word }}) in ('no', 'n', 'false', '0', 'unanswered', 'no answer', 'no reply', 'missed') then false
    end
{%- endmacro %}
