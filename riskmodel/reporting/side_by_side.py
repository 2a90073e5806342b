"""Scenarios side by side in words: the rows of a table, and a page to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

import riskmodel
from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.handout import is_private
from riskmodel.reporting.words import (
    BAND_LABELS,
    SYNTHETIC,
    in_100_span,
    points_text,
    total_text,
)
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.guards import PRIVATE_SENTENCES
from riskmodel.whatif.comparison import Comparison, Row
from riskmodel.whatif.plans import Scenario

_TEMPLATE = Path(__file__).with_suffix(".typ")
_NO_SCORE = "no score"
_TOGETHER = "Health and personal answers, together"


@dataclass(frozen=True)
class Line:
    """One row of the table: its label, and a text for each scenario.

    Attributes
    ----------
    label : str
    texts : tuple of str
    compared : bool
        Whether to point at what differs from the first scenario.
    """

    label: str
    texts: tuple[str, ...]
    compared: bool = True

    @property
    def differs(self) -> tuple[bool, ...]:
        """Which texts are not that of the first scenario."""
        return tuple(self.compared and text != self.texts[0] for text in self.texts)


@dataclass(frozen=True)
class Part:
    """Rows under one heading."""

    heading: str
    lines: tuple[Line, ...]


def parts(
    found: Comparison, units: unit_table.Chosen, *, private: bool
) -> tuple[Part, ...]:
    """Lay out a comparison as rows of words.

    Parameters
    ----------
    found : Comparison
    units : mapping of str to str
        Units to show, see `riskmodel.inputs.units`.
    private : bool
        Whether to name health and personal answers; otherwise their points stand in
        one row and the totals stay the same.

    Returns
    -------
    tuple of Part
        Without those that have no rows.
    """
    answers = tuple(
        Line(row.label, tuple(_answer_text(row, v, units) for v in row.values))
        for row in found.answers
        if private or not FIELDS[row.name].private
    )
    made = (
        Part("The answer", _results(found.assessments)),
        Part("What differs", answers),
        Part("Points per factor", _factors(found, private=private)),
        Part("Before you start", _safety(found.assessments, private=private)),
    )
    return tuple(part for part in made if part.lines)


def _answer_text(row: Row, value: Any, units: unit_table.Chosen) -> str:
    if value is None:
        return "open"
    field = FIELDS[row.name]
    if field.kind == "number":
        return unit_table.text(value, field.unit, units)
    if field.kind == "level":
        return field.levels[value]
    if field.kind == "levels":
        return ", ".join(field.levels.get(item, "None") for item in value)
    return str(value)


def _results(made: Sequence[Assessment]) -> tuple[Line, ...]:
    first = made[0]

    def against(other: Assessment) -> str:
        if first.problems or other.problems:
            return _NO_SCORE
        more = 100.0 * (other.probability - first.probability)
        if abs(more) < 0.05:
            return "the same"
        return f"{abs(more):.1f} {'more' if more > 0 else 'fewer'}"

    def line(label: str, text: Callable[[Assessment], str]) -> Line:
        texts = tuple(_NO_SCORE if answer.problems else text(answer) for answer in made)
        return Line(label, texts)

    def span(answer: Assessment) -> str:
        return in_100_span(answer.probability_low, answer.probability_high)

    return (
        line("Sessions of 100 with a cramp", lambda a: a.in_100),
        Line("Against the first", ("", *map(against, made[1:])), False),
        line("Range in 100", span),
        line("Risk", lambda a: BAND_LABELS[a.band]),
        line("Points", lambda a: total_text(a.total_points).removesuffix(" points")),
    )


def _factors(found: Comparison, *, private: bool) -> tuple[Line, ...]:
    factors = {factor.name: factor for factor in load_scorecard().factors}
    hidden = [r for r in found.factors if not private and is_private(factors[r.name])]

    def line(label: str, values: Sequence[float]) -> Line:
        texts = tuple("" if np.isnan(v) else f"+{points_text(v)}" for v in values)
        return Line(label, texts)

    lines = [
        line(row.label, row.values)
        for row in found.factors
        if row not in hidden and any(value > 0 for value in row.values)
    ]
    if hidden:
        together = np.sum([row.values for row in hidden], axis=0)
        lines.append(line(_TOGETHER, together.tolist()))
    return tuple(lines)


def _safety(made: Sequence[Assessment], *, private: bool) -> tuple[Line, ...]:
    texts = [
        " ".join(s for s in answer.safety if private or s not in PRIVATE_SENTENCES)
        for answer in made
    ]
    return (Line("Warnings", tuple(texts), False),) if any(texts) else ()


def comparison_pdf(
    scenarios: Sequence[Scenario],
    found: Comparison,
    *,
    units: unit_table.Chosen,
    private: bool,
) -> bytes:
    """Lay out a comparison on a page.

    Parameters
    ----------
    scenarios : sequence of Scenario
    found : Comparison
        Of these scenarios, in their order.
    units, private
        As for `parts`.

    Returns
    -------
    bytes
        A PDF file.
    """
    import typst  # comes with the app, not with the base install

    card = load_scorecard()
    content = {
        "title": "Plans side by side",
        "line": SYNTHETIC,
        "names": [scenario.name for scenario in scenarios],
        "parts": [
            {
                "heading": part.heading,
                "rows": [[line.label, line.texts, line.differs] for line in part.lines],
            }
            for part in parts(found, units, private=private)
        ],
        "footer": f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}), {date.today().isoformat()}. Not a medical device. "
        "What differs from the first is bold.",
    }
    return bytes(
        typst.compile(
            _TEMPLATE, sys_inputs={"plan": json.dumps(content, ensure_ascii=False)}
        )
    )
