"""The look of all pages: one stylesheet, and the pictures that are drawn as HTML.

A band is always told four ways: by its word, by the number, by the place on the axis and
by its colour.  Every function gives back HTML; what people wrote is escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from riskmodel.reporting.lines import points_text
from riskmodel.reporting.words import BAND_LABELS
from riskmodel.scoring.bands import (
    BANDS,
    band_name,
    in_100_number,
    in_100_span,
    shown_in_100,
)

_HERE = Path(__file__).parent
MARK = _HERE / "mark.svg"
# Where the shown number, rounded, goes from one band to the next.
LIMITS = tuple((band.up_to + 0.5) / 100.0 for band in BANDS[:-1])

SPORT_ICONS = {
    "running": "directions_run",
    "cycling": "directions_bike",
    "walking": "directions_walk",
    "hiking": "hiking",
    "swimming": "pool",
    "rowing": "rowing",
    "triathlon": "flag",
    "soccer": "sports_soccer",
    "rugby": "sports_rugby",
    "american_football": "sports_football",
    "basketball": "sports_basketball",
    "tennis": "sports_tennis",
    "hockey": "sports_hockey",
    "volleyball": "sports_volleyball",
    "cricket_baseball": "sports_cricket",
    "gym_strength": "fitness_center",
    "circuit_hiit": "timer",
    "work": "construction",
    "standing": "man",
    "other": "sports",
}
"""Symbol of each sport, by its name in `FIELDS`."""


@cache
def _style(scheme: str, page: str) -> str:
    # A page's own rules come with that page only: each costs time whenever one is drawn.
    # Two pages may share some: squad_diary.css is of Squad and of Diary.
    sheets = [_HERE / "look.css", *_HERE.glob(f"*{page}*.css")]
    sheet = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    # In the sheet, as Streamlit lets no picture through in HTML.
    mark = f"--cr-mark: url('data:image/svg+xml,{quote(MARK.read_text())}')"
    # What opens over the page stands beside it, where its scheme does not reach.
    root = f":root {{ color-scheme: {scheme}; {mark} }}"
    return f"<style>\n{root}\n{sheet}</style>"


def dress(page: str) -> None:
    """Draw the mark and the name, and with them the stylesheets of a page.

    HTML that is nothing but a sheet Streamlit draws apart, at times after the page, whose
    numbers would be seen before the rule that hides them.
    """
    sheet = _style(st.context.theme.type or "light dark", page)
    st.html(f'{sheet}<span class="cr-brand">Cramp risk</span>', width="content")


VEILED = 'style="visibility: var(--cr-known, hidden)"'
"""Of a number that the browser may change: hidden until it has spoken, also where the
stylesheets, which hide the rest of the page, come later than the number."""

# ------------------------------------------------------------------------ small things


def heading(title: str, promise: str) -> None:
    """Say what the page answers, and what it is."""
    st.title(title, anchor=False)
    st.html(f'<p class="cr-sub">{escape(promise)}</p>')


def note(*lines: str) -> None:
    """Say quietly what may hold text of somebody else: none of it becomes formatting."""
    if lines:
        st.html("".join(f'<p class="cr-note">{escape(line)}</p>' for line in lines))


def fault(sentence: str) -> None:
    """Say at a field what is wrong with it."""
    st.html(f'<p class="cr-fault" role="alert">{escape(sentence)}</p>')


def warn(sentence: str) -> None:
    """Say what to consider before the start."""
    st.html(f'<p class="cr-warn" role="status">{escape(sentence)}</p>')


def chip(band: str) -> str:
    """Draw the word of a band on its colour."""
    return f'<span class="cr-chip b-{band}">{BAND_LABELS[band]}</span>'


def tag(text: str, anchor: str = "") -> str:
    """Draw the dashed mark of what is not the reader's yet, as a link if it leads on."""
    if anchor:
        return f'<a class="cr-tag" href="#{anchor}" target="_self">{escape(text)}</a>'
    return f'<span class="cr-tag">{escape(text)}</span>'


def stop(title: str, sentences: Iterable[str]) -> str:
    """Draw what stands in the place of a number where somebody must not start."""
    lines = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f'<section class="cr-stop"><h2>{escape(title)}</h2>{lines}</section>'


def facts(rows: Sequence[tuple[str, str]], label: str) -> str:
    """Draw names and values as a small table."""
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f'<table class="cr-facts" aria-label="{escape(label)}">{lines}</table>'


# ----------------------------------------------------------------------------- the axis


def place_pct(probability: float) -> float:
    """Place on the axis of all pages, the square root of the probability. [%]."""
    return 100.0 * math.sqrt(min(max(probability, 0.0), 1.0))


def scale(probability: float, low: float, high: float, was: float | None = None) -> str:
    """Draw a number with its range on the bands, and where it was before."""
    ends = [0.0, *map(place_pct, LIMITS), 100.0]
    grounds = "".join(
        f'<b class="b-{band.name}" style="width:{b - a:.2f}%"></b>'
        for band, (a, b) in zip(BANDS, pairwise(ends), strict=True)
    )
    before = (
        ""
        if was is None
        else f'<i class="cr-bead was" style="left:{place_pct(was):.1f}%"></i>'
    )
    left, width = place_pct(low), place_pct(high) - place_pct(low)
    return (
        f'<div class="cr-scale" aria-hidden="true">{grounds}'
        f'<i class="cr-span" style="left:{left:.1f}%;width:{width:.1f}%"></i>{before}'
        f'<i class="cr-bead b-{band_name(probability)}" '
        f'style="left:{place_pct(probability):.1f}%"></i></div>'
    )


def band_words(band: str = "") -> str:
    """Write the names of the bands under the axis, that of this band bold."""
    starts = [0.0, *map(place_pct, LIMITS)]
    return (
        '<div class="cr-bands" aria-hidden="true">'
        + "".join(
            f'<span class="b-{b.name}{" here" * (b.name == band)}" style="left:{at:.1f}%">'
            f"{b.label}</span>"
            for b, at in zip(BANDS, starts, strict=True)
        )
        + "</div>"
    )


def dots(probability: float, high: float) -> str:
    """Draw a hundred sessions: with a cramp, with one at the top of the range, without."""
    on, up_to = int(shown_in_100(probability)), int(shown_in_100(high))
    words = (
        f"A hundred dots, one for each session: {in_100_number(probability)} with a cramp, "
        f"up to {in_100_number(high)} at the top of the range"
    )
    marks = ['<i class="on"></i>'] * on + ['<i class="may"></i>'] * (up_to - on)
    marks += ["<i></i>"] * (100 - len(marks))
    return f'<div class="cr-dots" role="img" aria-label="{words}">{"".join(marks)}</div>'


@dataclass(frozen=True)
class Ranked:
    """A row of a ranking; without a number it says why in ``note``."""

    name: str
    probability: float
    low: float
    high: float
    note: str = ""
    was: float | None = None


def ranking(rows: Sequence[Ranked], label: str, first: str, last: str = "") -> str:
    """Draw plans or athletes on one axis, each with number, range and band.

    ``first`` and ``last`` head the names and the notes.
    """
    head = f"""<thead><tr><th scope="col">{escape(first)}</th>
        <th scope="col" class="of">of 100</th>
        <th scope="col" class="at"><span class="cr-hidden">Place among the bands</span>
        {band_words()}</th><th scope="col" class="span">range</th>
        <th scope="col">risk</th><th scope="col" class="why">{escape(last)}
        <span class="cr-hidden">notes</span></th></tr></thead>"""
    body = "".join(map(_ranked_row, rows))
    name = escape(label)
    return f'<table class="cr-rank" aria-label="{name}">{head}<tbody>{body}</tbody></table>'


def _ranked_row(row: Ranked) -> str:
    band = band_name(row.probability)
    name = f'<th scope="row" class="name">{escape(row.name)}</th>'
    why = f'<td class="why">{escape(row.note)}</td>'
    if math.isnan(row.probability):
        return f'<tr class="b-unknown">{name}<td colspan="5">{escape(row.note)}</td></tr>'
    number = in_100_number(row.probability, "under")
    place = scale(row.probability, row.low, row.high, row.was)
    span = in_100_span(row.low, row.high, "under")
    return (
        f'<tr class="b-{band}">{name}<td class="of">{number}</td>'
        f'<td class="at">{place}</td><td class="span">{span}</td>'
        f'<td class="word">{BAND_LABELS[band]}</td>{why}</tr>'
    )


def key(dot: str, ring: str) -> str:
    """Say what the dot and the ring on an axis stand for."""
    return (
        f'<p class="cr-key b-high"><span><i class="on"></i>{escape(dot)}</span>'
        f'<span><i class="ring"></i>{escape(ring)}</span></p>'
    )


def stack(counts: Mapping[str, int]) -> str:
    """Draw how many stand in each band, as one bar and in words."""
    some = {band: n for band, n in counts.items() if n}
    parts = "".join(
        f'<span class="b-{band}" style="flex:{n} 1 0">{n}</span>'
        for band, n in some.items()
    )
    said = "".join(
        f'<span class="b-{band}">{n} {BAND_LABELS.get(band, band).lower()}</span>'
        for band, n in some.items()
    )
    return (
        f'<div class="cr-stack" aria-hidden="true">{parts}</div>'
        f'<p class="cr-counts">{said}</p>'
    )


def diverging(differences: Sequence[tuple[str, float]], label: str) -> str:
    """Draw what differs between two plans: fewer points to the left, more to the right."""
    most = max((abs(points) for _, points in differences), default=1.0) or 1.0
    rows = []
    for name, points in differences:
        width = 50.0 * abs(points) / most
        left = 50.0 if points > 0 else 50.0 - width
        sign = "+" if points > 0 else "\N{MINUS SIGN}"
        rows.append(
            f'<li><div class="row"><span class="what">{escape(name)}</span>'
            f'<span class="run"><i class="{"up" * (points > 0)}" '
            f'style="left:{left:.1f}%;width:{width:.1f}%"></i></span>'
            f'<span class="num">{sign}{points_text(abs(points))}</span></div></li>'
        )
    return (
        f'<ul class="cr-steps cr-diverge" aria-label="{escape(label)}">{"".join(rows)}</ul>'
    )
