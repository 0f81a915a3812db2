"""The brief as a PDF. In: a `Brief`. Out: the bytes of an A4 page, drawn without a browser, its text selectable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from font_source_sans_pro import SourceSansPro, SourceSansProSemibold
from font_source_serif_pro import SourceSerifProSemibold
from fpdf import FPDF, XPos, YPos
from fpdf.enums import MethodReturnValue
from fpdf.fonts import FontFace

from app.brief.model import Answer, Brief

INK, GREY, LINE, ALARM = (29, 39, 51), (91, 102, 117), (216, 222, 230), (200, 85, 61)
MARGIN, GAP, PAD = 13.0, 4.0, 3.0  # millimetres
SANS, SERIF = "sans", "serif"


def pdf_of(page: Brief) -> bytes:
    """Draw the whole page. What does not fit on one flows on to a second one; nothing is cut."""
    sheet = _sheet(page)
    _head(sheet, page)
    _heading(sheet, "Four answers")
    _small(sheet, page.scope)
    for left, right in zip(page.answers[::2], page.answers[1::2], strict=True):
        _pair(sheet, left, right)
    _heading(sheet, "What changed")
    _small(sheet, page.months_scope)
    _table(
        sheet,
        ("Metric", page.month, page.month_before, "Change", ""),
        [
            (
                change.now.label,
                change.now.text,
                change.before.text,
                change.moved,
                change.said,
            )
            for change in page.changes
        ],
        widths=(34, 17, 17, 16, 16),
    )
    _heading(sheet, page.stake)
    _small(sheet, page.stake_scope)
    _table(
        sheet,
        ("Interaction", "Value at stake", "95% interval", "Below tolerance", ""),
        [(line.figure.label, line.figure.text, line.interval, line.below, line.status) for line in page.stakes],
        widths=(28, 17, 25, 14, 16),
    )
    sheet.ln(1)
    _small(sheet, page.stake_overturn)
    _small(sheet, page.method)
    return bytes(sheet.output())


def _sheet(page: Brief) -> FPDF:
    sheet = FPDF(format="A4")
    sheet.set_margins(MARGIN, MARGIN)
    sheet.set_auto_page_break(auto=True, margin=MARGIN)
    sheet.add_font(SANS, fname=SourceSansPro)
    sheet.add_font(SANS, style="B", fname=SourceSansProSemibold)
    sheet.add_font(SERIF, fname=SourceSerifProSemibold)
    sheet.set_title(page.title)
    sheet.set_subject(f"Release {page.run_id}")
    sheet.set_lang("en")
    # The same release gives the same file, whenever it is written.
    sheet.set_creation_date(page.published_at)
    sheet.add_page()
    return sheet


def _head(sheet: FPDF, page: Brief) -> None:
    sheet.set_text_color(*INK)
    sheet.set_font(SERIF, size=18)
    _write(sheet, 8, page.title)
    _small(sheet, page.origin)
    for notice in page.notices:
        sheet.set_text_color(*ALARM)
        sheet.set_font(SANS, size=9)
        _write(sheet, 4.2, notice)


def _heading(sheet: FPDF, text: str) -> None:
    sheet.ln(3)
    sheet.set_text_color(*INK)
    sheet.set_font(SERIF, size=12)
    _write(sheet, 5.4, text)


def _small(sheet: FPDF, text: str) -> None:
    sheet.set_text_color(*GREY)
    sheet.set_font(SANS, size=8.5)
    _write(sheet, 4, text)


def _write(sheet: FPDF, height: float, text: str, *, width: float = 0) -> None:
    sheet.multi_cell(width, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _pair(sheet: FPDF, left: Answer, right: Answer) -> None:
    """Two cards side by side, as tall as the taller one."""
    sheet.ln(1.5)
    width = (sheet.epw - GAP) / 2
    top = sheet.get_y()
    needed = max(_card(sheet, answer, x=0, y=top, width=width, dry=True) for answer in (left, right))
    if top + needed > sheet.page_break_trigger:
        sheet.add_page()
        top = sheet.get_y()
    for at, answer in enumerate((left, right)):
        x = sheet.l_margin + at * (width + GAP)
        sheet.set_draw_color(*LINE)
        sheet.rect(x, top, width, needed, round_corners=True, corner_radius=1.5)
        _card(sheet, answer, x=x, y=top, width=width, dry=False)
    sheet.set_xy(sheet.l_margin, top + needed)
    sheet.ln(1)


def _card(sheet: FPDF, answer: Answer, *, x: float, y: float, width: float, dry: bool) -> float:
    """Draw a card's text, or only measure it; returns its height."""
    figure = answer.figure
    interval = "" if figure.badge == "certified" else f" ({figure.badge})"
    parts = (
        (SANS, 8.5, 4.0, GREY, answer.question),
        (SERIF, 11.0, 4.9, INK, answer.text),
        (SANS, 8.5, 4.0, GREY, f"{figure.label}: {figure.text}{interval}"),
        (SANS, 8.5, 4.0, GREY, answer.overturn),
    )
    height = PAD
    for family, size, line, color, text in parts:
        sheet.set_font(family, size=size)
        sheet.set_text_color(*color)
        sheet.set_xy(x + PAD, y + height)
        drawn = sheet.multi_cell(width - 2 * PAD, line, text, align="L", dry_run=dry, output=MethodReturnValue.HEIGHT)
        height += cast("float", drawn) + 0.7
    return height + PAD - 0.7


def _table(sheet: FPDF, header: Sequence[str], rows: Sequence[Sequence[str]], *, widths: tuple[int, ...]) -> None:
    sheet.ln(1)
    sheet.set_font(SANS, size=9.5)
    sheet.set_text_color(*INK)
    sheet.set_draw_color(*LINE)
    with sheet.table(
        borders_layout="HORIZONTAL_LINES",
        col_widths=widths,
        text_align=("LEFT", *("RIGHT",) * (len(header) - 1)),
        line_height=4.8,
        headings_style=FontFace(emphasis="", color=GREY, size_pt=8.5),
    ) as table:
        table.row(header)
        for row in rows:
            table.row(row)
