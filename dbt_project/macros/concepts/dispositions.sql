{#- What becomes of a raw row. Every row of a base model has exactly one disposition, so that the totals agree.

    A base model says why a row is refused, in the columns `superseded_reason`, `set_aside_reason` and
    `quarantine_reason` (NULL: it is not), and of rows that are not refused, why another one counts in their place:
    `deduplicated_reason`. The first of them that is there decides. -#}

{#- The two columns that end every base model of an entity. -#}
{% macro dispositions() -%}
    case
        when superseded_reason is not null then 'superseded'
        when set_aside_reason is not null then 'set_aside'
        when quarantine_reason is not null then 'quarantined'
        when deduplicated_reason is not null then 'deduplicated'
        else 'kept'
    end as _disposition,
    coalesce(
        superseded_reason, set_aside_reason, quarantine_reason, deduplicated_reason
    ) as _disposition_reason
{%- endmacro %}

{#- All rows of `relation` with their dispositions, where the latest state of a key counts and the others do not: by the
    vendor's own time, then by arrival. Rows that are refused are states of nothing.

    relation: the CTE that says why a row is refused, and has row_content (what the row says) and its origin.
    key: columns that make two rows states of one thing.
    called: what a reason calls the key.
    vendor_time: the column that says when a state began to hold.
    code: the reason of a state that is not the latest.
    tie: the columns that decide between states of one time and load. -#}
{% macro latest_states(
    relation, key, called, vendor_time='updated_at', code='later_row', tie=['source_file', 'source_line']
) -%}
    select
        *,
        {{ dispositions() }}
    from (
        select
            *,
            {{ repeated_reason('nth_newest', called, vendor_time=vendor_time, code=code) }} as deduplicated_reason
        from (
            select
                *,
                row_number() over newest_first as nth_newest,
                first_value(load_id) over newest_first as newest_load_id,
                first_value(row_content) over newest_first as newest_content,
                first_value({{ vendor_time }}) over newest_first as newest_at
            from {{ relation }}
            window newest_first as (
                partition by superseded_reason, set_aside_reason, quarantine_reason, {{ key | join(', ') }}
                order by {{ vendor_time }} desc nulls last, load_id desc, {{ tie | join(' desc, ') }} desc
            )
        ) as ranked
    ) as compared
{%- endmacro %}
