-- Grain: one row is what customers want, expect or first looked at: how much more often the top tier does than all.

with compared as (

    select * from {{ ref('int_customers__profile_index') }}
    where family = 'context'

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        {{ surrogate_key(['compared.kind', 'compared.attribute', 'compared.attribute_value']) }} as context_id,
        compared.kind as context_kind,
        compared.attribute as context,
        compared.attribute_value as context_value,
        compared.n,
        compared.n_top,
        compared.n_attribute,
        compared.n_attribute_top,
        compared.share_all,
        compared.share_top,
        compared.index,
        compared.low,
        compared.high,
        compared.p_value,
        compared.q_value,
        compared.is_distinct,
        as_of.as_of_on as calculated_on
    from compared
    cross join as_of

)

select * from final
