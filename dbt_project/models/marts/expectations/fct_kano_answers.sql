-- Grain: one row is a response x item that was asked both ways: how one would feel with it, and how without it.
-- Both answers are 1 (I like it), 2 (I expect it), 3 (neutral), 4 (I can live with it), 5 (I dislike it).

with answers as (

    select *
    from {{ ref('fct_survey_answers') }}
    where
        construct in ('kano_functional', 'kano_dysfunctional')
        and item is not null
        and value in (1, 2, 3, 4, 5)
    -- Where a survey asks for the same half twice, the first question counts.
    qualify row_number() over (partition by response_id, item, construct order by question_id) = 1

),

withouts as (

    select *
    from answers
    where construct = 'kano_dysfunctional'

),

final as (

    select
        ---------- ids
        answers.answer_id as kano_id,
        answers.response_id,
        answers.person_id,
        answers.survey_id,

        ---------- the item
        answers.item,
        answers.item_label,
        answers.pillar,

        ---------- both halves, and what they say together (Berger et al. 1993, the standard 5 x 5 table)
        cast(answers.value as integer) as functional,
        cast(withouts.value as integer) as dysfunctional,
        case
            when answers.value = 1 and withouts.value = 1 then 'questionable'
            when answers.value = 5 and withouts.value = 5 then 'questionable'
            when answers.value = 1 and withouts.value = 5 then 'one_dimensional'
            when answers.value = 1 then 'attractive'
            when withouts.value = 1 or answers.value = 5 then 'reverse'
            when withouts.value = 5 then 'must_be'
            else 'indifferent'
        end as kano_category,

        ---------- when and where
        answers.answered_at,
        answers.answered_on,
        answers.wave,
        answers.value_tier_at_event,
        answers.interaction,
        answers.stage,
        answers.channel
    from answers
    inner join withouts
        on
            answers.response_id = withouts.response_id
            and answers.item = withouts.item
    where answers.construct = 'kano_functional'

)

select * from final
