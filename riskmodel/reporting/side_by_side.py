"""Scenarios side by side in words: the rows of a table, and a page to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from riskmodel.inputs import units as unit_table
from riskmodel.reporting.lines import points_text
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.reporting.words import (
    BAND_LABELS,
    SYNTHETIC,
    answer_text,
)
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_span
from riskmodel.scoring.guards import joined
from riskmodel.whatif.comparison import Comparison
from riskmodel.whatif.plans import Scenario

_NO_SCORE = "no score"
_NO_CURVES = "not calibrated"
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
    comparison: Comparison, units: unit_table.Chosen, *, private: bool
) -> tuple[Part, ...]:
    """Lay out a comparison as rows of words.

    Parameters
    ----------
    comparison : Comparison
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
        Line(row.label, tuple(answer_text(row.name, v, units) for v in row.values))
        for row in comparison.answers
        if private or not row.private
    )
    every = (
        Part("The answer", _results(comparison.assessments)),
        Part("What differs", answers),
        Part("Points per factor", _factors(comparison, private=private)),
        Part("Before you start", _safety(comparison.assessments, private=private)),
    )
    return tuple(part for part in every if part.lines)


def _results(assessments: Sequence[Assessment]) -> tuple[Line, ...]:
    first = assessments[0]

    def against(other: Assessment) -> str:
        if first.problems or other.problems:
            return _NO_SCORE
        if np.isnan(first.probability):
            return _NO_CURVES
        more = 100.0 * (other.probability - first.probability)
        if abs(more) < 0.05:
            return "the same"
        return f"{abs(more):.1f} {'more' if more > 0 else 'fewer'}"

    def line(label: str, text: Callable[[Assessment], str]) -> Line:
        texts = (_NO_SCORE if a.problems else text(a) for a in assessments)
        return Line(label, tuple(texts))

    def chance(label: str, text: Callable[[Assessment], str]) -> Line:
        return line(label, lambda a: _NO_CURVES if np.isnan(a.probability) else text(a))

    def span(answer: Assessment) -> str:
        return in_100_span(answer.probability_low, answer.probability_high)

    return (
        chance("Sessions of 100 with a cramp", lambda a: a.in_100),
        Line("Against the first", ("", *map(against, assessments[1:])), False),
        chance("Range in 100", span),
        chance("Risk", lambda a: BAND_LABELS[a.band]),
        line("Points", lambda a: points_text(a.total_points)),
    )


def _factors(comparison: Comparison, *, private: bool) -> tuple[Line, ...]:
    hidden = [row for row in comparison.factors if row.private and not private]

    def line(label: str, values: Sequence[float]) -> Line:
        texts = tuple("" if np.isnan(v) else f"+{points_text(v)}" for v in values)
        return Line(label, texts)

    lines = [
        line(row.label, row.values)
        for row in comparison.factors
        if row not in hidden and any(value > 0 for value in row.values)
    ]
    if hidden:
        together = np.sum([row.values for row in hidden], axis=0)
        lines.append(line(_TOGETHER, together.tolist()))
    return tuple(lines)


def _safety(assessments: Sequence[Assessment], *, private: bool) -> tuple[Line, ...]:
    texts = [
        joined(guard for guard in answer.guards if private or not guard.private)
        for answer in assessments
    ]
    return (Line("Warnings", tuple(texts), False),) if any(texts) else ()


def comparison_pdf(
    scenarios: Sequence[Scenario],
    comparison: Comparison,
    *,
    units: unit_table.Chosen,
    private: bool,
    scorecard: Scorecard | None = None,
) -> bytes:
    """Lay out a comparison on a page.

    Parameters
    ----------
    scenarios : sequence of Scenario
    comparison : Comparison
        Of these scenarios, in their order.
    units, private
        As for `parts`.
    scorecard : Scorecard, optional
        The one that scored them, if it is not the one that comes along.

    Returns
    -------
    bytes
        A PDF file.
    """
    content = {
        "title": "Plans side by side",
        "line": SYNTHETIC,
        "names": [scenario.name for scenario in scenarios],
        "parts": [
            {
                "heading": part.heading,
                "rows": [[line.label, line.texts, line.differs] for line in part.lines],
            }
            for part in parts(comparison, units, private=private)
        ],
        "footer": f"{footer(scorecard or load_scorecard())} "
        "What differs from the first is bold.",
    }
    return pdf("side_by_side", content)
