-- Grain: one row is a perception answer, with the answers of the same response that say what is expected of its item,
-- what would just do, what is desired, and how much it matters. There are millions: keys alone, meanings are looked up
-- later. A table, as int_expectations__unpaired_perceptions is, so that the engine knows how few of them lack
-- something.

with questions as (

    select * from {{ ref('int_surveys__questions') }}

),

meanings as (

    select
        *,
        {{ item_key() }} as item_key
    from {{ ref('int_surveys__meanings') }}
    where disposition = 'kept' and value is not null

),

-- A survey may ask the same side of an item by several questions; few do, and only their answers have to be ranked.
repeated as (

    select
        survey_id,
        construct,
        item
    from questions
    where item is not null
    group by survey_id, construct, item
    having count(*) > 1

),

-- The answers are read where they are used: a CTE that several others name is written out whole by the engine.
perceptions as (

    select
        given.response_key,
        given.meaning_key,
        meanings.item_key
    from {{ ref('int_surveys__answer_meanings') }} as given
    inner join meanings on given.meaning_key = meanings.meaning_key
    where meanings.construct = 'perception'

),

-- What else was said of an item: answers that are the only one of their response, side and item, and of several
-- importances the first question's.
said as (

    {{ said_of_items(sides=expected_constructs(also='importance'), ranked="('importance')") }}

),

beside as (

    select
        response_key,
        item_key,
        max(case when construct = 'expectation' then meaning_key end) as expected_key,
        max(case when construct = 'expectation_minimum' then meaning_key end) as accepted_key,
        max(case when construct = 'expectation_desired' then meaning_key end) as desired_key,
        max(case when construct = 'importance' then meaning_key end) as importance_key
    from said
    group by response_key, item_key

),

final as (

    select
        perceptions.response_key,
        perceptions.meaning_key,
        beside.expected_key,
        beside.accepted_key,
        beside.desired_key,
        beside.importance_key
    from perceptions
    left join beside
        on
            perceptions.response_key = beside.response_key
            and perceptions.item_key = beside.item_key

)

select * from final
