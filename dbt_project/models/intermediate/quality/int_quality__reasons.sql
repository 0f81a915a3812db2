-- Grain: one row is a reason why a row, record or answer of a source does not count: the register of
-- macros/concepts/reasons.sql as a table.

with final as (
    {%- for code, entry in reasons().items() %}

    select
        '{{ code }}' as reason_code,
        '{{ entry.text }}' as template,
        {{ reason_group(entry.reason_group) }} as reason_group_code,
        cast({{ "'" ~ entry.cure ~ "'" if entry.cure else 'null' }} as varchar) as cure
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
