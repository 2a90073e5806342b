"""An answer as a card for notebooks: HTML that needs no stylesheet.

It is laid out as the app's own card, and what people wrote is escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise

from riskmodel.inputs.problems import Problem
from riskmodel.scoring.bands import (
    BANDS,
    band_name,
    in_100_brief,
    in_100_span_brief,
    shown_in_100,
)
from riskmodel.scoring.contributions import Contribution
from riskmodel.scoring.guards import Guard

SYNTHETIC = "A synthetic estimate, not validated on athletes, and not medical advice."

BAND_FILLS: Mapping[str, str] = {
    "low": "#16a394",
    "moderate": "#f0a500",
    "high": "#f26b21",
    "very_high": "#c2185b",
    "unknown": "#d5dbe4",
}
"""Colours of the bands, those of the app by daylight."""

_LABELS = {band.name: band.label for band in BANDS}
_SHOWN_FIRST = 6  # factors; the smaller ones stand in one row
_FRAME = "max-width:34em;border:1px solid #8886;border-radius:10px;padding:0.9em 1.1em"
_QUIET = "opacity:0.75;font-size:0.9em"


def card_html(*parts: str) -> str:
    """Put the parts of a card into its frame, and say what kind of number it is."""
    last = f'<p style="{_QUIET}">{SYNTHETIC}</p>'
    return f'<div style="{_FRAME}">{"".join(parts)}{last}</div>'


def sentences_html(title: str, sentences: Iterable[object]) -> str:
    """Say something in the place of a number, or before it."""
    lines = "".join(f"<p>{escape(str(sentence))}</p>" for sentence in sentences)
    return f"<p><b>{escape(title)}</b></p>{lines}" if title else lines


def needed_html(problems: Sequence[Problem]) -> str:
    """Say why there is no number."""
    return sentences_html("No number yet", problems)


def stop_html(guards: Sequence[Guard]) -> str:
    """Say what speaks against any training, then the rest; empty if nothing does."""
    sentences = [guard.sentence for guard in guards if guard.urgent and guard.private]
    others = [guard for guard in guards if not (guard.urgent and guard.private)]
    stop = sentences_html("Do not start yet", sentences)
    return stop + warnings_html(others) if sentences else ""


def warnings_html(guards: Sequence[Guard]) -> str:
    """Say what to consider before any number."""
    return "".join(f"<p><b>{escape(str(guard))}</b></p>" for guard in guards)


def number_html(probability: float, low: float, high: float, ideal: float) -> str:
    """How many of 100, the word of the band, the range, and their place on the bands."""
    band = band_name(probability)
    side = f"range {in_100_span_brief(low, high)}"
    if shown_in_100(ideal) < shown_in_100(probability):
        side += f" · ideally {in_100_brief(ideal)}"
    return (
        f'<p style="margin:0"><span style="font-size:2.6em;font-weight:700">'
        f"{escape(in_100_brief(probability))}</span> "
        "of 100 sessions like this would bring a cramp</p>"
        f'<p style="margin:0.2em 0">{chip_html(band)} '
        f'<span style="{_QUIET}">{escape(side)}</span></p>'
        f"{scale_html(probability, low, high)}"
    )


def chip_html(band: str) -> str:
    """The word of a band on its colour."""
    ink = "#ffffff" if band == "very_high" else "#101828"
    style = f"background:{BAND_FILLS[band]};color:{ink};border-radius:1em"
    return f'<span style="{style};padding:0.1em 0.7em">{_LABELS.get(band, band)}</span>'


def scale_html(probability: float, low: float, high: float) -> str:
    """A number with its range on the bands, along the square root as in the app."""
    limits = (math.sqrt((band.up_to + 0.5) / 100.0) for band in BANDS[:-1])
    grounds = "".join(
        f'<b style="display:block;width:{100.0 * (b - a):.2f}%;opacity:0.45;'
        f'background:{BAND_FILLS[band.name]}"></b>'
        for band, (a, b) in zip(BANDS, pairwise((0.0, *limits, 1.0)), strict=True)
    )
    left, at, right = (100.0 * math.sqrt(p) for p in (low, probability, high))
    ink = "position:absolute;background:currentColor"
    return (
        '<div aria-hidden="true" style="position:relative;display:flex;height:0.9em;'
        f'margin:0.5em 0">{grounds}<i style="{ink};top:0.4em;height:2px;'
        f'left:{left:.1f}%;width:{right - left:.1f}%"></i><i style="{ink};top:0;'
        f'height:0.9em;width:4px;left:{at:.1f}%"></i></div>'
    )


def points_html(contributions: Sequence[Contribution], total_points: float) -> str:
    """Where the points come from: what was answered first, then what is open."""
    counted = sorted((c for c in contributions if c.points), key=lambda c: -c.points)
    answered = [c for c in counted if c.answered]
    shown, smaller = answered[:_SHOWN_FIRST], answered[_SHOWN_FIRST:]
    rows = [(c.label, c.points) for c in shown]
    for words, together in (
        (f"{len(smaller)} smaller", smaller),
        ("Averages, where questions are open", [c for c in counted if not c.answered]),
    ):
        if together:
            rows.append((words, sum(c.points for c in together)))
    lines = "".join(
        f'<tr><td style="text-align:left">{escape(label)}</td>'
        f'<td style="text-align:right">+{points:g}</td></tr>'
        for label, points in rows
    )
    total = f'<td style="text-align:right"><b>{total_points:g} points</b></td>'
    return f'<table>{lines}<tr><td style="text-align:left">Total</td>{total}</tr></table>'
