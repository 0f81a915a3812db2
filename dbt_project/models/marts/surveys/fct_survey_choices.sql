-- Grain: one row is a response x question that it answered x choice that a respondent named there: whether this
-- response did. Those who were asked and did not name a choice are here too, so that a share has its base.

with meanings as (

    select *
    from {{ ref('int_surveys__meanings') }}
    where choice_question is not null

),

contexts as (

    select * from {{ ref('int_surveys__contexts') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

named as (

    select
        given.response_key,
        meanings.survey_id,
        meanings.choice_question,
        meanings.choice,
        max(coalesce(meanings.interaction, '')) as question_interaction,
        max(meanings.construct) as construct,
        max(meanings.item) as item,
        max(case when meanings.is_chosen then 1 else 0 end) as is_chosen,
        max(case when meanings.is_listed_choice then 1 else 0 end) as is_listed
    from {{ ref('int_surveys__answer_meanings') }} as given
    inner join meanings on given.meaning_key = meanings.meaning_key
    group by given.response_key, meanings.survey_id, meanings.choice_question, meanings.choice

),

-- Responses after the as-of day are not in the contexts.
placed as (

    select
        named.*,
        contexts.person_id
    from named
    inner join contexts
        on
            named.response_key = contexts.response_key
            and named.question_interaction = contexts.question_interaction

),

counted as (

    select
        placed.survey_id,
        placed.choice_question,
        placed.choice,
        max(placed.is_listed) as is_listed,
        count(distinct case when placed.is_chosen = 1 then placed.person_id end) as n_people
    from placed
    group by placed.survey_id, placed.choice_question, placed.choice

),

-- What the company lists is a word of its own. Anything else may be a person's own words: it is shown by name only
-- where as many people chose it as a cell must hold, and only the hundred most chosen ones of a question.
shown as (

    select
        counted.survey_id,
        counted.choice_question,
        counted.choice,
        case
            when
                (counted.is_listed = 1 or counted.n_people >= settings.min_cell)
                and row_number() over (
                    partition by counted.survey_id, counted.choice_question
                    order by counted.n_people desc, counted.choice asc
                ) <= 100
                then counted.choice
            else '(named by few people)'
        end as shown_choice
    from counted
    cross join settings

),

asked as (

    select
        response_key,
        survey_id,
        choice_question,
        max(question_interaction) as question_interaction,
        max(construct) as construct,
        max(item) as item
    from placed
    group by response_key, survey_id, choice_question

),

choices as (

    select distinct
        survey_id,
        choice_question,
        shown_choice
    from shown

),

chosen as (

    select distinct
        placed.response_key,
        placed.survey_id,
        placed.choice_question,
        shown.shown_choice
    from placed
    inner join shown
        on
            placed.survey_id = shown.survey_id
            and placed.choice_question = shown.choice_question
            and placed.choice = shown.choice
    where placed.is_chosen = 1

),

final as (

    select
        ---------- ids
        {{ surrogate_key(['asked.response_key', 'asked.choice_question', 'choices.shown_choice']) }} as choice_id,
        asked.response_key as response_id,
        contexts.person_id,
        asked.survey_id,

        ---------- what was asked and chosen
        asked.choice_question as question_id,
        asked.construct,
        asked.item,
        choices.shown_choice as choice,
        chosen.response_key is not null as is_chosen,

        ---------- when and where
        contexts.answered_at,
        contexts.answered_on,
        contexts.wave,
        contexts.value_tier_at_event,
        contexts.interaction,
        contexts.stage,
        contexts.channel
    from asked
    inner join choices
        on
            asked.survey_id = choices.survey_id
            and asked.choice_question = choices.choice_question
    inner join contexts
        on
            asked.response_key = contexts.response_key
            and asked.question_interaction = contexts.question_interaction
    left join chosen
        on
            asked.response_key = chosen.response_key
            and asked.survey_id = chosen.survey_id
            and asked.choice_question = chosen.choice_question
            and choices.shown_choice = chosen.shown_choice

)

select * from final
