-- Grain: one row is a language x kind of text (comments of surveys, public mentions), with how well the classifier of
-- this run hears its tone, and why it is silent where it is.

with tests as (

    select * from {{ ref('int_sentiments__tests') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

final as (

    select
        {{ surrogate_key(['tests.language', 'tests.told_in']) }} as sentiment_model_id,
        tests.language as text_language,
        tests.told_in as text_told_in,
        tests.learnt_from,
        tests.speaks,
        tests.silent_reason,
        cast(tests.rated_texts as integer) as rated_texts,
        cast(tests.rated_negative as integer) as rated_negative,
        cast(tests.rated_neutral as integer) as rated_neutral,
        cast(tests.rated_positive as integer) as rated_positive,
        cast(tests.tested_ratings as integer) as tested_ratings,
        cast(tests.right_ratings as integer) as right_ratings,
        cast(tests.heard_texts as integer) as heard_texts,
        {%- for value in [
            'accuracy', 'accuracy_low', 'accuracy_high', 'macro_f1', 'majority_accuracy', 'lexicon_accuracy',
            'lexicon_macro_f1', 'advantage_low', 'margin', 'corrected_negative_share', 'corrected_negative_low',
            'corrected_negative_high'
        ] %}
        case when isnan(tests.{{ value }}) then null else tests.{{ value }} end as {{ value }},
        {%- endfor %}
        as_of.as_of_on as calculated_on
    from tests
    cross join as_of

)

select * from final
