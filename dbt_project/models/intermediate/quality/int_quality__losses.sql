-- Grain: one row is a source x what is lost of it x how x why: of how many, and what cures it. Rows set aside
-- (previews, programs, the company's own traffic) and replaced by a later arrival are not losses; visitors who did not
-- consent are one where the source has no others.

with dispositions as (

    select * from {{ ref('int_quality__dispositions') }}

),

loads as (

    select * from {{ source('ledger', 'loads') }}

),

answers as (

    select * from {{ ref('int_surveys__typed_answers') }}

),

sources as (

    select * from {{ ref('stg_config__sources') }}

),

reasons as (

    select * from {{ ref('int_quality__reasons') }}

),

counting as (

    select
        *,
        max(load_id) over (partition by data_source, raw_table) as newest_load_id
    from dispositions
    where disposition in ('kept', 'quarantined', 'deduplicated')

),

rows_by_source as (

    select
        data_source,
        raw_table,
        sum(n_rows) as out_of,
        sum(case when load_id = newest_load_id then n_rows else 0 end) as out_of_newest,
        sum(case when disposition = 'kept' then n_rows else 0 end) as kept
    from counting
    group by data_source, raw_table

),

-- A newer state of the same thing is news, not loss: its reason has no cure.
lost_rows as (

    select
        counting.data_source,
        counting.raw_table as subject,
        counting.disposition as loss,
        counting.reason,
        sum(counting.n_rows) as n_rows,
        max(
            case
                when counting.disposition = 'quarantined' then rows_by_source.out_of
                else rows_by_source.out_of_newest
            end
        ) as out_of,
        max(rows_by_source.kept) = 0 and counting.disposition = 'quarantined' as is_all
    from counting
    inner join rows_by_source
        on
            counting.data_source = rows_by_source.data_source
            and counting.raw_table = rows_by_source.raw_table
    inner join reasons on counting.reason_code = reasons.reason_code
    where
        reasons.cure is not null
        and (
            counting.disposition = 'quarantined'
            or (counting.disposition = 'deduplicated' and counting.load_id = counting.newest_load_id)
        )
    group by
        counting.data_source,
        counting.raw_table,
        counting.disposition,
        counting.reason

),

refused_rows as (

    select
        dispositions.data_source,
        dispositions.raw_table as subject,
        dispositions.disposition as loss,
        dispositions.reason,
        sum(dispositions.n_rows) as n_rows,
        sum(dispositions.n_rows) as out_of,
        true as is_all
    from dispositions
    left join rows_by_source
        on
            dispositions.data_source = rows_by_source.data_source
            and dispositions.raw_table = rows_by_source.raw_table
    where
        dispositions.disposition = 'set_aside'
        and dispositions.reason = {{ reason('no_consent') }}
        and coalesce(rows_by_source.kept, 0) = 0
    group by
        dispositions.data_source,
        dispositions.raw_table,
        dispositions.disposition,
        dispositions.reason

),

lost_records as (

    select
        source as data_source,
        raw_schema || '.' || raw_table as subject,
        'rejected' as loss,
        {{ reason('unreadable_record') }} as reason,
        sum(rejected) as n_rows,
        sum(records) as out_of,
        sum(records) = sum(rejected) as is_all
    from loads
    where status = 'active'
    group by source, raw_schema || '.' || raw_table
    having sum(rejected) > 0

),

answers_by_question as (

    select
        data_source,
        question_id,
        disposition,
        count(*) as n_rows,
        sum(count(*)) over (partition by data_source, question_id) as out_of
    from answers
    where
        disposition in ('kept', 'unreadable', 'out_of_scale')
        and not is_missing
    group by data_source, question_id, disposition

),

lost_answers as (

    select
        data_source,
        'question ' || question_id as subject,
        disposition as loss,
        case disposition
            when 'unreadable' then {{ reason('unreadable_answer') }} else {{ reason('answer_out_of_scale') }}
        end as reason,
        n_rows,
        out_of,
        false as is_all
    from answers_by_question
    where disposition <> 'kept'

),

unioned as (

    select * from lost_rows
    union all
    select * from refused_rows
    union all
    select * from lost_records
    union all
    select * from lost_answers

),

totalled as (

    select
        *,
        sum(n_rows) over (partition by data_source, subject, loss) as n_lost
    from unioned

),

-- One row of ten may be chance, and is listed; five of ten are not. Wilson's lower bound separates the two at any size.
final as (

    select
        totalled.data_source,
        totalled.subject,
        totalled.loss,
        reasons.reason_code,
        {{ reason_text('totalled.reason', 'reasons.template') }} as reason,
        {{ reason_text('totalled.reason', 'reasons.cure') }} as cure,
        cast(totalled.n_rows as bigint) as n_rows,
        cast(totalled.n_lost as bigint) as n_lost,
        cast(totalled.out_of as bigint) as out_of,
        totalled.is_all or {{ wilson_bound('totalled.n_lost', 'totalled.out_of', '-') }} > sources.max_loss as is_high,
        totalled.is_all
    from totalled
    inner join sources on totalled.data_source = sources.data_source
    inner join reasons on {{ reason_code('totalled.reason') }} = reasons.reason_code

)

select * from final
