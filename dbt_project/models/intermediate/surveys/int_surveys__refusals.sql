-- Grain: one row is a feed of answers that a definition refuses in part or in full, with the reason in a sentence.

with answers as (

    select * from {{ ref('int_surveys__answers') }}

),

questions as (

    select
        construct as feed,
        survey_id,
        question_id,
        scale_min,
        scale_max,
        refusal,
        count(*) as n_rows
    from answers
    where refusal is not null
    group by construct, survey_id, question_id, scale_min, scale_max, refusal

),

sentences as (

    select
        feed,
        n_rows,
        'Question ' || question_id || ' of survey ' || survey_id || ' is on a '
        || {{ number_text('scale_min') }} || '-' || {{ number_text('scale_max') }} || ' scale: ' || refusal || '.'
            as sentence
    from questions

),

final as (

    select
        feed,
        cast(sum(n_rows) as bigint) as n_rows,
        {{ joined_text('sentence') }} as reason
    from sentences
    group by feed

)

select * from final
