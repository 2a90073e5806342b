"""A validation as one HTML page and as pages to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from html import escape

from riskmodel.reporting.pdf import footer, pdf, svg
from riskmodel.reporting.validation import TITLE, Section, validation_sections
from riskmodel.scorecard.rows import Scorecard
from riskmodel.validation.report import Validation


def validation_pdf(told: Validation, card: Scorecard) -> bytes:
    """As pages to print."""
    sections = [asdict(section) for section in validation_sections(told)]
    return pdf("validation", {"title": TITLE, "sections": sections, "footer": footer(card)})


_STYLE = """body { font: 16px/1.5 system-ui, sans-serif; color: #101828; max-width: 50rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 0.3rem; }
p { margin: 0.3rem 0; } .first p:nth-of-type(-n+2) { font-size: 1.15rem; }
table { border-collapse: collapse; width: 100%; line-height: 1.35; margin: 0.5rem 0; }
td, th { padding: 0.3rem 0.8rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid #d5dbe4; overflow-wrap: normal; }
td + td { white-space: nowrap; } th:first-child, td:first-child { text-align: left;
  padding-left: 0; overflow-wrap: break-word; }
.wide { overflow-x: auto; }
small { display: block; color: #56616f; }
.pictures { display: flex; flex-wrap: wrap; gap: 1.5rem; }
figure { flex: 1 1 20rem; min-width: 0; margin: 0.5rem 0; }
figcaption { color: #56616f; font-size: 0.85rem; }
svg { width: 100%; height: auto; }
footer { color: #56616f; font-size: 0.8rem; margin-top: 2rem; }
@media (max-width: 40rem) { td, th { padding: 0.3rem 0.2rem; font-size: 0.8rem; }
  td + td { white-space: normal; } }"""


def validation_html(told: Validation, card: Scorecard) -> str:
    """As one page that loads nothing."""
    parts = [f"<h1>{escape(TITLE)}</h1>"]
    for section in validation_sections(told):
        kind = ' class="first"' if section.is_abstract else ""
        parts.append(f"<section{kind}>{''.join(_section(section))}</section>")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(TITLE)}</title>"
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"{''.join(parts)}<footer>{escape(footer(card))}</footer></html>"
    )


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.heading)}</h2>"
    yield from (f"<p>{escape(line)}</p>" for line in section.lines)
    if section.rows:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in section.head)
        body = "".join(_rows(section))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        yield f'<div class="wide" tabindex="0">{table}</div>'  # keys can scroll it too
    if section.pictures:
        yield '<div class="pictures">'
        for picture in section.pictures:
            label = escape(f"{picture['y-label']} against {picture['x-label']}")
            yield f'<figure><div role="img" aria-label="{label}">'
            yield svg("validation", {"only": picture})
            yield f"</div><figcaption>{escape(picture['caption'])}</figcaption></figure>"
        yield "</div>"


def _rows(section: Section) -> Iterator[str]:
    notes = section.notes or [""] * len(section.rows)
    for (name, *cells), note in zip(section.rows, notes, strict=True):
        beneath = f"<small>{escape(note)}</small>" if note else ""
        others = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        yield f"<tr><td>{escape(name)}{beneath}</td>{others}</tr>"
