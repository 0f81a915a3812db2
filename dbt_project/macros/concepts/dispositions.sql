{#- What becomes of a raw row. Every row of a base model has exactly one disposition, so that the totals agree.

    A base model says in four columns why a row does not count (NULL: it does). The first that is there decides:
    superseded_reason, set_aside_reason, quarantine_reason: the row is refused, whatever other rows say;
    deduplicated_reason: another row of its key counts in its place;
    withdrawn_reason: it is the latest of its key and says that there is no such thing (the vendor deleted it). -#}

{#- The two columns that end every base model of an entity. -#}
{% macro dispositions() -%}
    case
        when superseded_reason is not null then 'superseded'
        when set_aside_reason is not null then 'set_aside'
        when quarantine_reason is not null then 'quarantined'
        when deduplicated_reason is not null then 'deduplicated'
        when withdrawn_reason is not null then 'set_aside'
        else 'kept'
    end as _disposition,
    coalesce(
        superseded_reason, set_aside_reason, quarantine_reason, deduplicated_reason, withdrawn_reason
    ) as _disposition_reason
{%- endmacro %}

{#- All rows of `relation` with their dispositions, where the latest state of a key counts and the others do not: by the
    vendor's own time, then by arrival. A latest state that is deleted is set aside. Rows that are refused are states of
    nothing.

    relation: the CTE that says why a row is refused, and has is_deleted, row_content (what the row says) and its origin.
    key: columns that make two rows states of one thing.
    called: what a reason calls the key.
    vendor_time: when a state began to hold.
    code: the reason of a state that is not the latest.
    revision: a number that grows with every state, also where vendor_time stays the same.
    timed_code: the reason of a state that vendor_time or revision puts before the latest: its history, and no loss. None
        where that time is not when a state began to hold: then it is `code`, too.
    tie: the columns that decide between states of one time and load. -#}
{% macro latest_states(
    relation, key, called, vendor_time='updated_at', code='later_row', tie=['source_file', 'source_line'],
    revision=none, timed_code='earlier_state'
) -%}
    {%- set states = "partition by " ~ same_refusal() ~ ", " ~ key | join(", ")
        ~ " order by state_at desc nulls last, " ~ (revision ~ " desc nulls last, " if revision else "")
        ~ "load_id desc, " ~ tie | join(" desc, ") ~ " desc" -%}
    select
        *,
        {{ dispositions() }}
    from (
        select
            *,
            case
                {%- if timed_code %}
                when
                    not coalesce(ended_by > newest_arrival, false)
                    and (
                        state_at < newest_at
                        {%- if revision %} or (state_at is not distinct from newest_at and {{ revision }} < newest_revision){% endif %}
                    )
                    then {{ reason(timed_code, called) }}
                {%- endif %}
                when not coalesce(ended_by > newest_arrival, false)
                    then {{ repeated_reason('nth_newest', called, vendor_time='state_at', code=code) }}
                when arrival <> ended_by then {{ reason(code, called) }}
            end as deduplicated_reason,
            case when is_deleted then {{ reason('deleted_at_vendor') }} end as withdrawn_reason
        from (
            select
                *,
                row_number() over newest_first as nth_newest,
                first_value(load_id) over newest_first as newest_load_id,
                first_value(row_content) over newest_first as newest_content,
                first_value(state_at) over newest_first as newest_at,
                first_value(arrival) over newest_first as newest_arrival,
                {%- if revision %}
                first_value({{ revision }}) over newest_first as newest_revision,
                {%- endif %}
                -- A deletion may be no more than a key: without a time it ends all that arrived before it.
                max(case when is_deleted and state_at is null then arrival end) over whole_key as ended_by
            from (
                select
                    *,
                    {{ vendor_time }} as state_at,
                    (load_id, {{ tie | join(', ') }}) as arrival
                from {{ relation }}
            ) as timed
            window
                newest_first as ({{ states }}),
                whole_key as ({{ states }} rows between unbounded preceding and unbounded following)
        ) as ranked
    ) as compared
{%- endmacro %}

{#- The time of a state where few rows are compared: a deletion without a time of its own is as late as any state of its
    key (rows `alike` in these columns), so that it ends all that arrived before it. -#}
{% macro state_time(alike, vendor_time='updated_at') -%}
    coalesce(
        {{ vendor_time }},
        case when is_deleted then max({{ vendor_time }}) over (partition by {{ alike | join(', ') }}) end
    )
{%- endmacro %}

{#- All rows of `relation`, and each of `parts` (parts of a key) once more as `key_<part>`: as the row states it, and where
    a deletion does not, the one that the rows of the rest of the key (`of`) agree on; NULL where they do not agree.
    Deletions are few: only what they speak of is looked at. -#}
{% macro with_parts_of_key(relation, parts, of) -%}
    select
        given.*,
        {%- for part in parts %}
        coalesce(given.{{ part }}, known.{{ part }}) as key_{{ part }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ relation }} as given
    left join (
        select
            {%- for column in of %}
            {{ column }},
            {%- endfor %}
            {%- for part in parts %}
            case
                when min({{ part }}) = max({{ part }}) and count({{ part }}) = count(*) then max({{ part }})
            end as {{ part }}{{ "," if not loop.last }}
            {%- endfor %}
        from {{ relation }} as states
        where
            not states.is_deleted
            and coalesce({{ same_refusal() }}) is null
            and exists (
                select 1
                from {{ relation }} as deletions
                where
                    deletions.is_deleted
                    {%- for column in of %}
                    and deletions.{{ column }} = states.{{ column }}
                    {%- endfor %}
            )
        group by {{ of | join(', ') }}
    ) as known
        on
            given.is_deleted
            {%- for column in of %}
            and given.{{ column }} = known.{{ column }}
            {%- endfor %}
{%- endmacro %}

{#- What rows have to share to be compared: a row that is refused is compared with none that is not. -#}
{% macro same_refusal() -%}
    superseded_reason, set_aside_reason, quarantine_reason
{%- endmacro %}
