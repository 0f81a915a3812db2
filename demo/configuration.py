"""The demo company's `cx.yml`: the last day of its history in; the file's text out."""

from __future__ import annotations

from datetime import date
from typing import Final

from demo.exports.mentions import OWN_BRAND

COMPANY: Final = "Northwind Retail"
ZONE: Final = "Europe/Berlin"

_HEAD: Final = f"""\
# A demo company. Its files are written by the demo generator; planted_truths.json says what is hidden in them.
company: {COMPANY}
brand: {OWN_BRAND}                  # how people call it in public
timezone: {ZONE}
currency: EUR
as_of: {{end_on}}                 # its history ends here, on purpose; what a wrong clock dates later enters no state
conversion: {{{{event: order, occurrence: first}}}}
revenue_from: [shop_orders]       # the web shop reports orders, too; money counts once
journey: {{{{gap_days: 90, conversion_days: 90, session_minutes: 30, survey_link_days: 30}}}}
customers: {{{{active_days: 365}}}}
value: {{{{unit: week, horizon_months: 12, top_tier: 0.2}}}}
sources:
"""
_TAIL: Final = """\
mappings: mappings/
privacy: {min_cell: 5, min_cell_comments: 10, publish_comments: false}
serving: {port: 8501, keep_releases: 10}
"""
_SOURCES: Final = """\
  - name: shop_orders
    kind: crm
    vendor: csv
    entity: orders
    id_namespace: shop
    path: inbox/orders/*.csv
    columns:
      order_id: Order Number
      customer_id: Customer
      occurred_at: Ordered At
      kind: Type
      amount: Net Amount
      currency: Currency
      cost: Cost
      quantity: Items
      utm_source: Source
      utm_medium: Medium
      campaign: Campaign
  - name: shop_contacts
    kind: crm
    vendor: csv
    entity: contacts
    id_namespace: shop
    path: inbox/contacts/*.csv
    columns:
      customer_id: Customer
      account_id: Account
      email: Email
      phone: Phone
      name: Full Name
      created_at: Created
      updated_at: Last Modified
  - name: shop_interactions
    kind: crm
    vendor: csv
    entity: interactions
    id_namespace: shop
    path: inbox/interactions/*.csv
    delimiter: ";"
    timestamp_format: "%Y-%m-%d %H:%M:%S"
    columns:
      customer_id: Customer
      occurred_at: Happened At
      event: Activity
      reason: Reason
      answered: Answered
      utm_source: Source
      utm_medium: Medium
  - name: web
    kind: web
    vendor: segment
    id_namespace: shop
    path: inbox/web/*.jsonl
  - name: relationship_survey
    kind: survey
    vendor: qualtrics
    id_namespace: shop
    path: inbox/surveys/relationship-*.csv
  - name: outcomes_survey
    kind: survey
    vendor: qualtrics
    id_namespace: shop
    path: inbox/surveys/outcomes-*.csv
  - name: touch_survey
    kind: survey
    vendor: qualtrics
    id_namespace: shop
    path: inbox/surveys/touch-*.csv
  - name: helpdesk
    kind: service
    vendor: zendesk
    id_namespace: shop
    path: inbox/tickets/*.json
  - name: listening
    kind: social
    vendor: csv
    entity: mentions
    id_namespace: shop
    path: inbox/mentions/*.csv
    columns:
      mention_id: Mention
      posted_at: Posted
      author: Author
      customer_id: Customer
      network: Network
      brand: Brand
      rating: Stars
      text: Text
      url: Link
      sentiment: Tone
      replied_at: Answered
      amplified_at: Shared
  - name: ad_costs
    kind: crm
    vendor: csv
    entity: campaigns
    path: inbox/campaigns/*.csv
    columns: {campaign: Campaign, date: Day, utm_source: Source, utm_medium: Medium, cost: Spend}
  - name: shop_accounts
    kind: crm
    vendor: csv
    entity: accounts
    id_namespace: shop
    path: inbox/accounts/*.csv
    columns: {account_id: Account, name: Name, parent_id: Parent}
  - name: shop_contracts
    kind: crm
    vendor: csv
    entity: contracts
    id_namespace: shop
    path: inbox/contracts/*.csv
    columns:
      customer_id: Customer
      started_at: Starts
      ended_at: Ends
      amount_per_month: Monthly Fee
      currency: Currency
      plan: Plan
  - name: shop_deals
    kind: crm
    vendor: csv
    entity: deals
    id_namespace: shop
    path: inbox/deals/*.csv
    columns:
      deal_id: Deal
      customer_id: Customer
      account_id: Account
      created_at: Opened
      closed_at: Closed
      stage: Stage
      amount: Value
      updated_at: Changed
  - name: shop_leads
    kind: crm
    vendor: csv
    entity: leads
    id_namespace: shop
    path: inbox/leads/*.csv
    columns:
      lead_id: Lead
      account_id: Account
      created_at: Created
      closed_at: Closed
      stage: Status
      utm_source: Source
      utm_medium: Medium
      updated_at: Changed
  - name: shop_order_lines
    kind: crm
    vendor: csv
    entity: order_lines
    id_namespace: shop
    path: inbox/order_lines/*.csv
    columns:
      order_id: Order Number
      line_id: Position
      product_id: Article
      product: Article Name
      category: Group
      quantity: Pieces
      amount: Net Amount
"""


def cx_yml(end_on: date) -> str:
    """The text of `cx.yml` for a history that ends on `end_on`."""
    return _HEAD.format(end_on=end_on.isoformat()) + _SOURCES + _TAIL
