-- Grain: one row is a path of channels x conversion x quarter x segment, with how often it ended in a conversion.
-- A touch is a step. Exports of another system have paths of their own, without quarter and segment.

with touches as (

    select * from {{ ref('int_attribution__touches') }}

),

conversions as (

    select * from {{ ref('int_attribution__conversions') }}

),

exported as (

    select * from {{ ref('stg_web__paths') }}

),

people as (

    select * from {{ ref('dim_people') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

paths as (

    select
        path_id,
        outcome,
        person_id,
        {{ path_of('channel', 'touch_number') }} as path,
        max(touched_at) as last_at
    from touches
    where
        is_first_of_touch
        and outcome in ('converted', 'not_converted')
    group by path_id, outcome, person_id

),

ended as (

    select
        coalesce(paths.path, '') as path,
        conversions.conversion,
        {{ quarter_of('conversions.converted_on') }} as period,
        coalesce({{ own_word('conversions.segment', ['all', 'none'], 'segment') }}, 'none') as segment,
        1 as conversions,
        conversions.revenue,
        0 as non_conversions
    from conversions
    left join paths
        on
            conversions.conversion_id = paths.path_id
            and paths.outcome = 'converted'
    union all
    select
        paths.path,
        settings.conversion_event as conversion,
        {{ quarter_of(business_day('paths.last_at')) }} as period,
        coalesce({{ own_word('people.segment', ['all', 'none'], 'segment') }}, 'none') as segment,
        0 as conversions,
        0 as revenue,
        1 as non_conversions
    from paths
    cross join settings
    left join people on paths.person_id = people.person_id
    where paths.outcome = 'not_converted'

),

final as (

    select
        'touchpoints' as origin,
        conversion,
        period,
        segment,
        path,
        cast(sum(conversions) as double) as conversions,
        cast(sum(revenue) as double) as revenue,
        cast(sum(non_conversions) as double) as non_conversions
    from ended
    group by conversion, period, segment, path
    union all
    select
        'export' as origin,
        data_source as conversion,
        'all' as period,
        'all' as segment,
        path,
        cast(sum(conversions) as double) as conversions,
        cast(sum(coalesce(value, 0)) as double) as revenue,
        cast(sum(non_conversions) as double) as non_conversions
    from exported
    group by data_source, path

)

select * from final
