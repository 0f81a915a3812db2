with wide as (

    select * from {{ ref('base_survey__wide') }}

),

long_rows as (

    select * from {{ ref('base_survey__long') }}

),

-- The answers of one response share what the response is about; who and when are those of its latest answer.
long as (

    select *
    from long_rows
    where _disposition = 'kept'
    qualify row_number() over (
        partition by response_key
        order by
            answered_at desc nulls last,
            case when customer_identifier_key is null then 1 else 0 end asc,
            source_file asc,
            source_line asc
    ) = 1

),

unioned as (

    {% for relation in ['wide', 'long'] %}
    select
        response_key,
        survey_id,
        respondent,
        customer_id,
        email,
        customer_identifier_key,
        respondent_identifier_key,
        email_identifier_key,
        order_id,
        ticket_id,
        id_namespace,
        interaction,
        wave,
        survey_language,
        answered_at,
        is_day_only,
        data_source,
        source_file,
        source_line,
        load_id
    from {{ relation }}
    where _disposition = 'kept'
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

final as (

    select
        ---------- ids
        response_key,
        survey_id,
        respondent,
        customer_id,
        email,
        order_id,
        ticket_id,
        id_namespace,
        -- A respondent without a customer id is a person of their own.
        coalesce(customer_identifier_key, respondent_identifier_key) as identifier_key,
        case when customer_identifier_key is null then 'respondent' else 'customer' end as identifier_type,
        email_identifier_key,

        ---------- context
        interaction,
        wave,
        survey_language,

        ---------- timestamps
        answered_at,
        is_day_only,

        ---------- lineage
        data_source,
        source_file,
        source_line,
        load_id
    from unioned

)

select * from final
