-- Grain: one row is a subject: how many active customers recently rated it, and for
-- how many it is. Everybody counts by their newest response about the subject, of the last `active_days`.

with ratings as (

    select * from {{ ref('int_perceptions__ratings') }}

),

months as (

    select * from {{ ref('fct_customer_months') }}

),

settings as (

    select * from {{ ref('stg_config__settings') }}

),

as_of as (

    select * from {{ ref('int_company__as_of') }}

),

active as (

    select months.person_id
    from months
    inner join as_of on months.month_end_on = as_of.as_of_on
    where months.is_active_end

),

newest as (

    select ratings.*
    from ratings
    cross join settings
    cross join as_of
    inner join active on ratings.person_id = active.person_id
    where
        ratings.is_below is not null
        and {{ dates_apart('ratings.answered_on', 'as_of.as_of_on') }} < settings.active_days
    qualify row_number() over (
        partition by ratings.person_id, ratings.subject_kind, ratings.subject
        order by ratings.answered_on desc, ratings.response_id asc
    ) = 1

),

final as (

    select
        subject_kind,
        subject,
        count(*) as customers_rated,
        sum(case when is_below then 1 else 0 end) as customers_below,
        sum(case when tolerance_mark = 'accepted' then 1 else 0 end) as customers_stating_minimum
    from newest
    group by subject_kind, subject

)

select * from final
