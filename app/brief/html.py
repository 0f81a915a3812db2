"""The brief as a page. In: a `Brief`. Out: one self-contained HTML document that prints on one sheet."""

from __future__ import annotations

from html import escape

from app.brief.model import Brief, Change, Figure, StakeLine

# The page is plain text: opening it runs no code and loads nothing from other machines.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
@page { size: A4; margin: 12mm }
* { box-sizing: border-box }
body { font: 10pt/1.35 "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; color: #1d2733; background: #fff;
  max-width: 186mm; margin: 8mm auto; padding: 0 4mm }
h1 { font: 600 19pt/1.15 "Source Serif 4", "Source Serif Pro", Georgia, serif; margin: 0 0 1mm }
h2 { font: 600 12pt/1.2 "Source Serif 4", "Source Serif Pro", Georgia, serif; margin: 5mm 0 1.5mm }
h3 { font-size: 9pt; font-weight: 400; color: #5b6675; margin: 0 }
.meta, .note { color: #5b6675; font-size: 8.5pt; margin: 0 }
.notice { border-left: 3px solid #c8553d; padding-left: 2mm; margin: 2mm 0 0 }
.answers { display: grid; grid-template-columns: 1fr 1fr; gap: 3mm }
article { border: 1px solid #d8dee6; border-radius: 6px; padding: 2.5mm 3mm }
article p.said { font: 600 11pt/1.25 "Source Serif 4", "Source Serif Pro", Georgia, serif; margin: .5mm 0 1mm }
table { border-collapse: collapse; width: 100% }
th, td { text-align: right; padding: .8mm 1.5mm; border-bottom: 1px solid #e6eaf0; font-variant-numeric: tabular-nums }
th { font-weight: 400; color: #5b6675; font-size: 8.5pt }
th:first-child, td:first-child { text-align: left }
.quiet { color: #5b6675 }
@media (max-width: 560px) { .answers { grid-template-columns: 1fr } body { margin: 0 } }
"""


def html_of(page: Brief) -> str:
    """The whole document; every number carries its metric, so that a reader of the source finds its question."""
    answers = "".join(
        f"<article><h3>{escape(answer.question)}</h3><p class=said>{escape(answer.text)}</p>"
        f"<p class=note>{escape(answer.figure.label)}: {_data(answer.figure)}{_trust(answer.figure)}</p>"
        f"<p class=note>{escape(answer.overturn)}</p></article>"
        for answer in page.answers
    )
    notices = "".join(f"<p class=notice>{escape(notice)}</p>" for notice in page.notices)
    changes = "".join(_change(change) for change in page.changes)
    stakes = "".join(_stake(line) for line in page.stakes)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(page.title)}</title><style>{STYLE}</style></head><body>
<header><h1>{escape(page.title)}</h1><p class=meta>{escape(page.origin)}</p>{notices}</header>
<main><h2>Four answers</h2><p class=note>{escape(page.scope)}</p><div class=answers>{answers}</div>
<h2>What changed</h2><p class=note>{escape(page.months_scope)}</p>
<table><thead><tr><th>Metric</th><th>{escape(page.month)}</th><th>{escape(page.month_before)}</th><th>Change</th>
<th></th></tr></thead><tbody>{changes}</tbody></table>
<h2>{escape(page.stake)}</h2><p class=note>{escape(page.stake_scope)}</p>
<table><thead><tr><th>Interaction</th><th>Value at stake</th><th>95% interval</th><th>Below tolerance</th><th></th></tr>
</thead><tbody>{stakes}</tbody></table>
<p class=note>{escape(page.stake_overturn)}</p><p class=note>{escape(page.method)}</p></main>
</body></html>
"""


def _data(figure: Figure) -> str:
    value = "" if figure.row.value is None else f"{figure.row.value!r}"
    where = " ".join(f"{name}={value}" for name, values in figure.where.items() for value in values)
    return (
        f'<data value="{escape(value)}" data-metric="{escape(figure.metric)}" data-where="{escape(where)}" '
        f'title="{escape(figure.query)}">{escape(figure.text)}</data>'
    )


def _trust(figure: Figure) -> str:
    return "" if figure.badge == "certified" else f" <span class=quiet>({escape(figure.badge)})</span>"


def _change(change: Change) -> str:
    return (
        f"<tr><td>{escape(change.now.label)}{_trust(change.now)}</td><td>{_data(change.now)}</td>"
        f"<td>{_data(change.before)}</td><td>{escape(change.moved)}</td><td class=quiet>{escape(change.said)}</td></tr>"
    )


def _stake(line: StakeLine) -> str:
    return (
        f"<tr><td>{escape(line.figure.label)}</td><td>{_data(line.figure)}</td><td>{escape(line.interval)}</td>"
        f"<td>{escape(line.below)}</td><td class=quiet>{escape(line.status)}</td></tr>"
    )
