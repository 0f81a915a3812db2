-- Grain: one row is an event of a person, as its source reports it: no person resolved, nothing mapped.
-- A kind of event is a model of its own in source_events/, and a line of this list.
{% set kinds = [
    'int_touchpoints__order_events',
    'int_touchpoints__contact_events',
    'int_touchpoints__interaction_events',
    'int_touchpoints__response_events',
    'int_touchpoints__contract_events',
    'int_touchpoints__lead_events',
    'int_touchpoints__deal_events',
    'int_touchpoints__web_events',
    'int_touchpoints__ticket_events',
    'int_touchpoints__mention_events',
] %}

with events as (

    {% for kind in kinds %}
    select * from {{ ref(kind) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

-- What a device does in one go is a session; any other event is a sitting of its own.
final as (

    select
        *,
        case when is_web then device_key else event_key end as sitting_key
    from events

)

select * from final
