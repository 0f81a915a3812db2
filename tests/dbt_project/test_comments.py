"""Comments through their models: scrubbed first, then grouped; quoted only where published and loud enough."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt_project.value_chain import build, rows

READ = ("int_comments__classified", "int_comments__topics")
QUOTES = "fct_comment_quotes"
GIVEN = """
    create table stg_config__settings as
        select 10 as min_cell_comments, 'Northwind' as brand, 'Northwind Retail' as company, true as publish_comments;
    create table int_comments__known_names as select * from (values
        (1, 1, 'Anna Schmidt', 'anna@web.de', '+49 30 123456'), (2, 99, 'Jörg Müller', null, null)
    ) as known (contact_key, person_id, contact_name, contact_email, contact_phone);
    create table int_surveys__questions as select * from (values
        ('perception', 'speed', 'Speed of reply', 'processes', 'get_help'),
        ('perception', 'delivery', 'Delivery on time', 'processes', 'buy')
    ) as asked (construct, item, item_label, pillar, interaction);
    create table int_comments__texts as
        with said as (
            select unnest([
                'Northwind: no reply for days, ask Jörg Müller', 'Waited days for a reply, call me: 030/123456',
                'Late reply after days, says @anna_s',
                'The parcel was damaged, order N-200123', 'Damaged parcel again. Regards Petra Unbekannt',
                'Courier threw the parcel, damaged; anna (at) web (dot) de',
                'Price too expensive, anna', 'Expensive, the price is wrong', 'Expensive price'
            ]) as comment_text
        )
        select
            row_number() over () as comment_id, 'survey' as told_in, row_number() over () as person_id,
            1 as respondent_person_id, null::varchar as author, comment_text
        from said cross join range(14);
    create table int_sentiments__heard as
        select comment_id as text_key, told_in, 'en' as language from int_comments__texts;
"""


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(GIVEN)
    build(made, READ)
    made.execute(
        """
        create table fct_comment_topics as
            select comment_id, comment_id as commenter_id, coalesce(topic, 'other') as comment_topic,
                language as comment_language, date '2026-01-01' as commented_on
            from int_comments__classified
        """
    )
    return made


def test_topics_and_quotes_contain_no_names_or_numbers(database: duckdb.DuckDBPyConnection) -> None:
    build(database, (QUOTES,))
    read = rows(database, "select * from int_comments__classified")
    texts = " ".join([*(row["scrubbed_text"] for row in read), *(row["topic"] or "" for row in read)]).lower()
    assert not [secret for secret in ("jörg", "müller", "123456", "anna", "200123", "petra", "web") if secret in texts]
    quotes = rows(database, "select * from fct_comment_quotes")
    assert quotes
    assert {row["quote"] for row in quotes} <= {row["scrubbed_text"] for row in read}


def test_topics_belong_to_the_item_that_shares_their_words(database: duckdb.DuckDBPyConnection) -> None:
    linked = {row["topic"]: row for row in rows(database, "select * from int_comments__topics")}
    reply = next(row for name, row in linked.items() if "reply" in name)
    price = next(row for name, row in linked.items() if "price" in name)
    assert (reply["item"], reply["pillar"], reply["interaction"]) == ("speed", "processes", "get_help")
    assert price["pillar"] is None


def test_comments_are_quoted_only_if_configured(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("update stg_config__settings set publish_comments = false")
    build(database, (QUOTES,))
    assert rows(database, "select * from fct_comment_quotes") == []


def test_a_topic_of_few_people_is_not_quoted(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("update fct_comment_topics set commenter_id = commenter_id % 9 where comment_topic like '%price%'")
    build(database, (QUOTES,))
    topics = {row["quote_topic"] for row in rows(database, "select * from fct_comment_quotes")}
    assert topics
    assert not [topic for topic in topics if "price" in topic]
