-- Grain: one row is a person's value of an attribute: the newest statement, with numbers put into their bands.
-- Who ticked several choices of a question has several values.

with stated as (

    select * from {{ ref('int_customers__stated_attributes') }}

),

bands as (

    select * from {{ ref('int_customers__bands') }}

),

-- The band with the greatest lower bound that still holds the number; a value that already is a band stays as it is.
banded as (

    select
        stated.statement_key,
        stated.column_name,
        bands.band,
        row_number() over (
            partition by stated.statement_key, stated.column_name
            order by bands.lower_bound desc nulls last, bands.band asc
        ) as nth_highest
    from stated
    inner join bands
        on
            stated.column_name = bands.column_name
            and stated.mapped_source is not distinct from bands.data_source
            and (
                stated.stated_value = bands.band
                or (
                    stated.stated_number >= coalesce(bands.lower_bound, stated.stated_number)
                    and floor(stated.stated_number) <= coalesce(bands.upper_bound, stated.stated_number)
                    and (bands.below is null or stated.stated_number < bands.below)
                )
            )

),

-- A number outside every band, or a text that is neither number nor band, is not a value.
valued as (

    select
        stated.person_id,
        stated.attribute,
        stated.kind,
        stated.dimension,
        case when stated.is_banded then banded.band else stated.stated_value end as attribute_value,
        stated.stated_at,
        stated.load_id,
        stated.occasion_key,
        stated.column_name
    from stated
    left join banded
        on
            stated.statement_key = banded.statement_key
            and stated.column_name = banded.column_name
            and banded.nth_highest = 1

),

-- What was said together, under one column on one occasion, ranks alike: all of it counts.
ranked as (

    select
        *,
        rank() over (
            partition by person_id, attribute
            order by stated_at desc nulls last, load_id desc, occasion_key asc, column_name asc
        ) as nth_newest
    from valued
    where attribute_value is not null

),

newest as (

    select distinct
        person_id,
        attribute,
        kind,
        dimension,
        attribute_value
    from ranked
    where nth_newest = 1

),

final as (

    select
        person_id,
        attribute,
        kind,
        dimension,
        attribute_value,
        -- A dimension has one value a person: who has several is a group of their own, and in none of the others.
        case
            when dimension is null then null
            when count(*) over (partition by person_id, attribute) = 1
                then {{ own_word('attribute_value', ['several'], 'one value') }}
            else 'several'
        end as dimension_value
    from newest

)

select * from final
