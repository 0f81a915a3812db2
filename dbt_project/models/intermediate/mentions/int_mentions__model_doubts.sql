-- Grain: one row, the model of sentiments, and why the data make what rests on it provisional; null where nothing does:
-- where the classifier judged many mentions and is often wrong about a single one.

{%- set enough = 0.8 %}
{%- set little = 0.05 %}

with mentions as (

    select * from {{ ref('fct_mentions') }}

),

tests as (

    select * from {{ ref('int_sentiments__tests') }}

),

judged_mentions as (

    select
        count(case when is_own_brand and sentiment is not null then 1 end) as judged,
        count(case when is_own_brand and sentiment_by = 'classifier' then 1 end) as by_classifier
    from mentions

),

tested_ratings as (

    select
        coalesce(sum(right_ratings), 0) as n_right,
        coalesce(sum(tested_ratings), 0) as n_tested
    from tests
    where told_in = 'mention' and speaks

),

final as (

    select
        'sentiments' as model_name,
        case
            when judged_mentions.by_classifier <= {{ little }} * judged_mentions.judged then null
            when tested_ratings.n_right < {{ enough }} * tested_ratings.n_tested
                then
                    'a classifier judged ' || judged_mentions.by_classifier || ' of ' || judged_mentions.judged
                    || ' mentions, and was right about ' || tested_ratings.n_right || ' of ' || tested_ratings.n_tested
                    || ' rated texts that it had not seen'
        end as provisional_reason
    from judged_mentions
    cross join tested_ratings

)

select * from final
