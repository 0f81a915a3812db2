-- Grain: one row is a dated event of a person (not set aside), with what the company's vocabulary says it is.
-- Whether an event is the person's first or a repeated one counts all events of that name, from any source.

with people as (

    select * from {{ ref('int_touchpoints__people') }}

),

types as (

    select * from {{ ref('stg_mappings__touchpoint_types') }}

),

interactions as (

    select * from {{ ref('stg_mappings__interactions') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

counted as (

    select
        *,
        case
            when row_number() over (
                partition by person_id, event
                order by happened_by_at, source_file, source_line, data_source, event_key
            ) = 1 then 'first'
            else 'repeat'
        end as occurrence
    from people

),

combinations as (

    select distinct
        data_source,
        event,
        occurrence
    from counted

),

-- The most specific row wins: one that names the source before one for any, then one that names the occurrence.
matched as (

    select
        combinations.data_source,
        combinations.event,
        combinations.occurrence,
        types.role,
        types.touchpoint,
        types.stage,
        types.corner,
        types.interaction
    from combinations
    inner join types
        on
            combinations.event = types.event
            and (types.data_source is null or combinations.data_source = types.data_source)
            and (types.occurrence = 'any' or combinations.occurrence = types.occurrence)
    qualify row_number() over (
        partition by combinations.data_source, combinations.event, combinations.occurrence
        order by
            case when types.data_source is null then 1 else 0 end,
            case when types.occurrence = 'any' then 1 else 0 end,
            types.source_file,
            types.source_line
    ) = 1

),

final as (

    select
        counted.event_key,
        counted.person_id,
        counted.person_id_at_event,
        counted.occurrence,
        matched.role,
        matched.touchpoint,
        matched.stage,
        {{ stage_order('matched.stage') }} as stage_order,
        coalesce(matched.corner, interactions.corner) as corner,
        matched.interaction,
        matched.stage is not null as is_mapped,
        counted.event = settings.conversion_event as is_conversion_event,
        counted.event = settings.conversion_event
        and settings.conversion_occurrence in ('any', counted.occurrence) as is_conversion
    from counted
    cross join settings
    left join matched
        on
            counted.data_source = matched.data_source
            and counted.event = matched.event
            and counted.occurrence = matched.occurrence
    left join interactions on matched.interaction = interactions.interaction

)

select * from final
