-- Grain: one row, the model of sentiments, and why the data make what rests on it provisional; null where nothing does.
-- The lexicon counts as tested where enough mentions have the vendor's judgement beside its own.

{%- set enough = 30 %}
{%- set agreement = 0.8 %}
{%- set little = 0.05 %}

with mentions as (

    select * from {{ ref('fct_mentions') }}

),

counted as (

    select
        count(case when is_own_brand and sentiment is not null then 1 end) as judged,
        count(case when is_own_brand and sentiment_by = 'lexicon' then 1 end) as by_lexicon,
        count(is_lexicon_right) as tested,
        count(case when is_lexicon_right then 1 end) as agreed
    from mentions

),

final as (

    select
        'sentiments' as model_name,
        case
            when counted.by_lexicon <= {{ little }} * counted.judged then null
            when counted.tested < {{ enough }}
                then
                    'the lexicon judged ' || counted.by_lexicon || ' of ' || counted.judged || ' mentions, and only '
                    || counted.tested || ' have a judgement of the vendor to test it by (at least {{ enough }})'
            when counted.agreed < {{ agreement }} * counted.tested
                then
                    'the lexicon judged ' || counted.by_lexicon || ' of ' || counted.judged
                    || ' mentions, and agrees with the vendor on ' || counted.agreed || ' of ' || counted.tested
        end as provisional_reason
    from counted

)

select * from final
