"""A seed in, a small company's history as a workspace out: every entity, each in several files, with dirt.

Nothing depends on the order in which files arrive: what is reported twice is identical, or has the vendor's clock.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

Row = Mapping[str, object]
START = datetime(2025, 1, 3, tzinfo=UTC)
DAYS = 300
PEOPLE = 24
PARTS = 3

CONFIGURATION = """\
company: Northwind
timezone: Europe/Berlin
currency: EUR
conversion: {event: order, occurrence: first}
revenue_from: [shop_orders]
journey: {gap_days: 30, conversion_days: 30}
customers: {active_days: 60}
sources:
"""
SOURCES: Mapping[str, str] = {
    "shop_orders": "kind: crm, vendor: csv, entity: orders, id_namespace: shop",
    "crm_contacts": "kind: crm, vendor: csv, entity: contacts, id_namespace: shop",
    "crm_contracts": "kind: crm, vendor: csv, entity: contracts, id_namespace: shop",
    "crm_accounts": "kind: crm, vendor: csv, entity: accounts, id_namespace: shop",
    "crm_leads": "kind: crm, vendor: csv, entity: leads, id_namespace: shop",
    "crm_deals": "kind: crm, vendor: csv, entity: deals, id_namespace: shop",
    "campaign_costs": "kind: crm, vendor: csv, entity: campaigns",
    "store_visits": "kind: crm, vendor: csv, entity: interactions, id_namespace: shop",
    "site": "kind: web, vendor: csv, entity: events, id_namespace: shop",
    "app": "kind: web, vendor: segment, id_namespace: shop",
    "counted_paths": "kind: web, vendor: csv, entity: paths",
    "pulse": "kind: survey, vendor: csv, entity: long, id_namespace: shop",
    "yearly": "kind: survey, vendor: csv, entity: wide, id_namespace: shop, columns: {respondent: rid}",
    "desk": "kind: service, vendor: csv, entity: tickets, id_namespace: shop",
    "helpdesk": "kind: service, vendor: zendesk, id_namespace: shop",
    "listening": "kind: social, vendor: csv, entity: mentions, id_namespace: shop",
}
MAPPINGS: Mapping[str, str] = {
    "touchpoint_types": """\
data_source,event,role,occurrence,touchpoint,stage,corner,interaction
,page_view,view,any,Website visit,awareness,marketing,
,search,search,any,Search,discovery,product,
,guide_gate,gate_shown,any,Guide offered,discovery,marketing,
,guide_sent,gate_submitted,any,Guide taken,discovery,marketing,
,Viewed Shop Page,view,any,App visit,discovery,product,
,order,purchase,first,First order,purchase,commerce,buying
,order,purchase,repeat,Repeat order,loyalty,commerce,buying
,refund,refund,any,Refund,use,commerce,
,contact_created,signup,any,Account opened,discovery,marketing,
,contract_started,purchase,any,Contract begun,purchase,commerce,
,contract_ended,cancel,any,Contract ended,use,commerce,
,lead_created,outreach,any,Lead,awareness,marketing,
,deal_won,purchase,any,Deal won,purchase,commerce,
,deal_lost,other,any,Deal lost,discovery,commerce,
,visit,contact,any,Store visit,discovery,commerce,
,ticket_opened,contact,any,Ticket,use,service,help
,ticket_solved,contact,any,Ticket solved,use,service,help
,mention,review,any,Mention,advocacy,marketing,
,review,review,any,Review,advocacy,marketing,
,survey_answered,other,any,Survey,use,service,
""",
    "interactions": "interaction,label,stage,corner,critical,controlled\nbuying,Buying,purchase,commerce,true,true\n"
    "help,Getting help,use,service,true,true\n",
    "channels": "data_source,utm_source,utm_medium,channel,presence,method\nsite,,,Direct,online,web\n"
    "site,news,email,Newsletter,online,web\napp,,,App,online,app\nshop_orders,,,Shop,online,web\n"
    "store_visits,,,Store,offline,person\ndesk,,phone,Phone,offline,phone\ndesk,,,E-mail,online,email\n"
    "helpdesk,,,E-mail,online,email\nlistening,,,Social media,online,social\n",
    "survey_codebook": "survey_id,question_id,construct,item,item_label,pillar,outcome_kind,interaction,scale_min,"
    "scale_max,reversed\npulse,exp_speed,expectation,speed,Speed,processes,,help,1,5,false\n"
    "pulse,got_speed,perception,speed,Speed,processes,,help,1,5,false\npulse,nps,nps,,,,,,0,10,false\n"
    "yearly,overall,overall,,,,,,1,5,false\n",
    "attributes": "data_source,column,attribute,kind,bands,dimension\ncrm_contacts,plan,segment,demographic,,segment\n"
    "crm_accounts,industry,industry,firmographic,,segment\n",
    "content": "url_pattern,content_group,topic,gated\n/guides/*,Guides,Choosing,true\n/help/*,Help,Using,false\n",
    "fx_rates": "currency,valid_from,rate\nUSD,2025-01-01,0.95\nUSD,2025-06-01,0.90\n",
}
EVENTS = ("page_view", "page_view", "page_view", "search", "guide_gate", "guide_sent", "unheard_of")
PAGES = ("/", "/guides/choosing?who=me", "/guides/fitting", "/help/start", "/shop")


@dataclass(frozen=True)
class History:
    """A company's files: path below the workspace -> content, and what never changes (cx.yml, mappings)."""

    files: Mapping[str, bytes]
    fixed: Mapping[str, bytes]

    def write(self, folder: Path, names: Sequence[str] | None = None) -> None:
        """Write what is fixed, and the files named (all of them by default)."""
        chosen = self.files if names is None else {name: self.files[name] for name in names}
        for path, content in (*self.fixed.items(), *chosen.items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def simulated(seed: int) -> History:
    """One history; equal seeds give equal bytes."""
    dice = random.Random(seed)
    files: dict[str, bytes] = {}
    for source, rows in _tables(dice).items():
        dice.shuffle(rows)
        for part in range(PARTS):
            own = rows[part::PARTS]
            # Some rows come again in another file, as overlapping exports do; keyless rows would then be two facts.
            if source in ("shop_orders", "app", "helpdesk"):
                own += dice.sample(rows, k=max(1, len(rows) // 12))
            own = [row for number, row in enumerate(own) if row not in own[:number]]
            ending = "jsonl" if source in ("app", "helpdesk") else "csv"
            files[f"inbox/{source}/part-{part}.{ending}"] = _json(own) if ending == "jsonl" else _csv(own)
    configuration = CONFIGURATION + "".join(
        f"  - {{name: {name}, {options}, path: inbox/{name}/*}}\n" for name, options in SOURCES.items()
    )
    fixed = {"cx.yml": configuration.encode()} | {
        f"mappings/{name}.csv": text.encode() for name, text in MAPPINGS.items()
    }
    return History(files, fixed)


def _tables(dice: random.Random) -> dict[str, list[Row]]:
    makers = {
        "shop_orders": _orders,
        "crm_contacts": _contacts,
        "crm_contracts": _contracts,
        "crm_accounts": _accounts,
        "crm_leads": _leads,
        "crm_deals": _deals,
        "campaign_costs": _campaigns,
        "store_visits": _visits,
        "site": _site,
        "app": _app,
        "counted_paths": _paths,
        "pulse": _pulse,
        "yearly": _yearly,
        "desk": _desk,
        "helpdesk": _helpdesk,
        "listening": _listening,
    }
    return {name: list(maker(dice)) for name, maker in makers.items()}


def _moment(dice: random.Random) -> datetime:
    return START + timedelta(seconds=dice.randrange(DAYS * 86400))


def _text(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _after(dice: random.Random, moment: datetime, days: int) -> datetime:
    return moment + timedelta(seconds=dice.randrange(1, days * 86400))


def _person(dice: random.Random) -> str:
    return f"c{dice.randrange(PEOPLE):02}"


def _orders(dice: random.Random) -> Iterator[Row]:
    for number in range(60):
        moment, person = _moment(dice), _person(dice)
        row = {
            "customer_id": person,
            "occurred_at": _text(moment) if number % 29 else "2025-02-30",
            "amount": dice.choice(["10.00", "24.90", "0", "119.5", "free" if number % 19 == 0 else "80"]),
            "order_id": f"o{number}",
            "kind": "sale",
            "currency": dice.choice(["", "EUR", "USD", "CHF" if number % 7 == 0 else "EUR"]),
        }
        yield row
        if number % 9 == 0:
            yield row | {"kind": "refund", "occurred_at": _text(_after(dice, moment, 20)), "amount": "5"}


def _contacts(dice: random.Random) -> Iterator[Row]:
    for number in range(PEOPLE):
        created = _moment(dice)
        row = {
            "customer_id": f"c{number:02}",
            "account_id": f"a{number % 5}" if number % 3 else "",
            # One person under two numbers, joined by the address.
            "email": f"p{number - number % 8 // 7}@example.com",
            # Others are joined by the phone, in two spellings.
            "phone": f"030 23125-{number:03}" if number % 8 else f"+49 30 23125 {number + 3:03}",
            "created_at": _text(created),
            "updated_at": _text(created),
            "plan": dice.choice(["basic", "plus"]),
        }
        yield row
        if number % 4 == 0:
            yield row | {"account_id": f"a{(number + 1) % 5}", "updated_at": _text(_after(dice, created, 90))}


def _contracts(dice: random.Random) -> Iterator[Row]:
    for number in range(14):
        started = _moment(dice)
        yield {
            "customer_id": f"c{PEOPLE - 1 - number % 9:02}",
            "started_at": _text(started),
            "ended_at": _text(_after(dice, started, 120)) if number % 2 else "",
            "amount_per_month": dice.choice(["9.90", "49", "-3" if number % 11 == 0 else "19"]),
            "currency": dice.choice(["EUR", "USD"]),
            "plan": dice.choice(["basic", "plus"]),
        }


def _accounts(_: random.Random) -> Iterator[Row]:
    for number in range(6):
        yield {
            "account_id": f"a{number}" if number < 5 else "",
            "name": f"Company {number}",
            "parent_id": "a0" if number in (1, 2) else "",
            "industry": ("Retail", "Health")[number % 2],
        }


def _leads(dice: random.Random) -> Iterator[Row]:
    for number in range(15):
        yield {
            "lead_id": f"l{number}",
            "created_at": _text(_moment(dice)),
            "customer_id": _person(dice) if number % 3 else "",
            "account_id": f"a{number % 5}",
            "stage": "new",
        }


def _deals(dice: random.Random) -> Iterator[Row]:
    for number in range(15):
        created = _moment(dice)
        stage = dice.choice(["open", "Closed Won", "closedlost"])
        yield {
            "deal_id": f"d{number}",
            "created_at": _text(created),
            "customer_id": _person(dice),
            "account_id": f"a{number % 5}",
            "closed_at": "" if stage == "open" else _text(_after(dice, created, 60)),
            "stage": stage,
            "amount": str(dice.randrange(100, 900)),
        }


def _campaigns(dice: random.Random) -> Iterator[Row]:
    for day in range(0, 60, 4):
        yield {
            "campaign": "spring",
            "date": (START + timedelta(days=day)).date().isoformat(),
            "utm_source": "news",
            "utm_medium": "email",
            "cost": str(dice.randrange(5, 50)),
        }


def _visits(dice: random.Random) -> Iterator[Row]:
    for number in range(25):
        yield {
            "customer_id": _person(dice) if number % 12 else "",
            "occurred_at": _text(_moment(dice)) if number % 11 else "soon",
            "event": "visit",
            "reason": dice.choice(["", "advice", "return"]),
        }


def _site(dice: random.Random) -> Iterator[Row]:
    for number in range(50):
        moment = _moment(dice)
        visitor = f"v{dice.randrange(PEOPLE + 10)}"
        knows = dice.random() < 0.3 and int(visitor[1:]) < PEOPLE
        for step in range(dice.randrange(1, 5)):
            moment = _after(dice, moment, 1) if dice.random() < 0.1 else moment + timedelta(seconds=40 + step)
            row = {
                "person_id": visitor,
                "occurred_at": _text(moment),
                "event": dice.choice(EVENTS),
                "customer_id": f"c{int(visitor[1:]):02}" if knows else "",
                "url": "https://northwind.example" + dice.choice(PAGES),
                "utm_source": dice.choice(["", "news"]),
                "utm_medium": dice.choice(["", "email"]),
                "event_id": f"e{number}-{step}",
            }
            yield row


def _app(dice: random.Random) -> Iterator[Row]:
    for number in range(60):
        device = dice.randrange(PEOPLE)
        moment = _moment(dice)
        call: dict[str, object] = {
            "messageId": f"m{number}",
            "anonymousId": f"w{device}",
            "timestamp": _text(moment),
            "type": "page",
            "name": "Shop",
            "context": {"userAgent": "Googlebot/2.1" if number % 17 == 0 else "Mozilla/5.0"},
            "properties": {"url": "https://northwind.example" + dice.choice(PAGES)},
        }
        if number % 6 == 0:
            call |= {"type": "identify", "userId": f"c{device:02}"}
        yield call


def _paths(dice: random.Random) -> Iterator[Row]:
    for path in ("Direct", "Newsletter > Direct", "Search > Newsletter > Direct"):
        yield {"path": path, "conversions": str(dice.randrange(9)), "value": "10", "non_conversions": "4"}


def _pulse(dice: random.Random) -> Iterator[Row]:
    for number in range(30):
        answered, person = _moment(dice), _person(dice)
        for question in ("exp_speed", "got_speed", "nps", "unheard_of"):
            yield {
                "respondent": f"r{number}",
                "question_id": question,
                "value": str(dice.randrange(0, 11) if question == "nps" else dice.randrange(1, 7)),
                "answered_at": _text(answered),
                "customer_id": person if number % 5 else "",
                "wave": "1",
            }


def _yearly(dice: random.Random) -> Iterator[Row]:
    for number in range(12):
        yield {"rid": f"y{number}", "overall": str(dice.randrange(1, 6)), "answered_at": _text(_moment(dice))}


def _desk(dice: random.Random) -> Iterator[Row]:
    for number in range(25):
        opened = _moment(dice)
        replied = _after(dice, opened, 3) if number % 4 else None
        solved = _after(dice, replied, 3) if replied and number % 3 else None
        yield {
            "ticket_id": f"t{number}",
            "created_at": _text(opened),
            "customer_id": _person(dice) if number % 5 else "",
            "first_reply_at": _text(replied),
            "solved_at": _text(solved),
            "reopened": dice.choice(["", "0", "1", "true"]),
            "category": dice.choice(["billing", "delivery"]),
            "channel": dice.choice(["phone", "email"]),
            "satisfaction": dice.choice(["", "good", "bad"]),
        }


def _helpdesk(dice: random.Random) -> Iterator[Row]:
    for number in range(20):
        opened, requester = _moment(dice), 500 + dice.randrange(12)
        ticket: dict[str, object] = {
            "id": number,
            "requester_id": requester,
            "via": {"channel": "email", "source": {"from": {"address": f"p{requester - 500}@example.com"}}},
            "type": "question",
            "created_at": _text(opened),
            "updated_at": _text(opened),
            "status": "open",
            "satisfaction_rating": {"score": "unoffered"},
        }
        yield ticket
        replied = _after(dice, opened, 2)
        comments = [
            {"author_id": requester, "public": True, "created_at": _text(opened)},
            {"author_id": 1, "public": False, "created_at": _text(opened)},
            {"author_id": 1, "public": True, "created_at": _text(replied)},
        ]
        if number % 3:
            yield ticket | {
                "updated_at": _text(_after(dice, replied, 5)),
                "status": "deleted" if number % 7 == 0 else "solved",
                "satisfaction_rating": {"score": dice.choice(["good", "bad", "offered"])},
                "comments": comments,
                "metric_set": {"solved_at": _text(_after(dice, replied, 4)), "reopens": number % 2},
            }


def _listening(dice: random.Random) -> Iterator[Row]:
    for number in range(40):
        posted = _moment(dice)
        yield {
            "mention_id": f"n{number}",
            "posted_at": _text(posted) if number % 13 else "yesterday",
            "author": f"user{dice.randrange(15)}" if number % 6 else "",
            "customer_id": _person(dice) if number % 8 == 0 else "",
            "network": dice.choice(["x", "reddit"]),
            "brand": dice.choice(["", "northwind", "Southwind"]),
            "rating": dice.choice(["", "", "4"]),
            "text": "a public text",
            "url": f"https://x.example/{number}",
            "sentiment": dice.choice(["", "positive", "negative", "-1"]),
            "replied_at": _text(_after(dice, posted, 4)) if number % 3 == 0 and number % 13 else "",
            "amplified_at": _text(_after(dice, posted, 4)) if number % 5 == 0 and number % 13 else "",
        }


def _csv(rows: Sequence[Mapping[str, object]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(rows: Sequence[Mapping[str, object]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
