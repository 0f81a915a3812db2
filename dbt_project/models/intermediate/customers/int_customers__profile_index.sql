-- Grain: one row is a family x attribute value: how much more often the top tier has it than all customers with a tier.

with counts as (

    select * from {{ ref('int_customers__profile_counts') }}

),

tests as (

    select * from {{ ref('int_customers__profile_tests') }}

),

shares as (

    select
        *,
        cast(n as double) / n_attribute as share_all,
        cast(n_top as double) / n_attribute_top as share_top
    from counts

),

-- Wilson's 95% interval of the share in the top tier; the share in all is taken as known.
bounded as (

    select
        *,
        {{ wilson_bound('n_top', 'n_attribute_top', '-') }} as share_top_low,
        {{ wilson_bound('n_top', 'n_attribute_top', '+') }} as share_top_high
    from shares

),

final as (

    select
        bounded.family,
        bounded.kind,
        bounded.attribute,
        bounded.attribute_value,
        cast(bounded.n as integer) as n,
        cast(bounded.n_top as integer) as n_top,
        cast(bounded.n_attribute as integer) as n_attribute,
        cast(bounded.n_attribute_top as integer) as n_attribute_top,
        cast(bounded.share_all as double) as share_all,
        cast(bounded.share_top as double) as share_top,
        cast(100 * bounded.share_top / bounded.share_all as double) as index,
        cast(100 * bounded.share_top_low / bounded.share_all as double) as low,
        cast(100 * bounded.share_top_high / bounded.share_all as double) as high,
        tests.p_value,
        tests.q_value,
        coalesce(tests.q_value <= 0.05, false) as is_distinct
    from bounded
    left join tests
        on
            bounded.family = tests.family
            and bounded.kind = tests.kind
            and bounded.attribute = tests.attribute
            and bounded.attribute_value = tests.attribute_value

)

select * from final
