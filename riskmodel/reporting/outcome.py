"""Words about a session that brought a cramp: what stood out, and a page to print.

They say what stood out and how likely a cramp was, and never what it came from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.handout import lever_tells_private_answers, public_warnings
from riskmodel.reporting.levers import lever_label
from riskmodel.reporting.lines import points_text, wrapped
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.reporting.words import (
    SYNTHETIC,
    value_text,
    weather_text,
)
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.points import to_half_points
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import in_100_span, in_100_text
from riskmodel.scoring.guards import Guard
from riskmodel.whatif.outcome import LEAST_ODDS_RATIO, Explanation, FactorDifference

Beside = Literal["sessions", "plan", "everybody"]
"""What a session is laid beside: others without a cramp, the next plan, or the average."""

NOTHING_STOOD_OUT = "Too little stood out to tell"
_POINTS_NOTE = "Points: to the right more than there, to the left fewer."
_NO_DIFFERENCE = "Nothing that is known of both differs in points."
_MOST_ROWS, _LEAST_POINTS, _LEAST_TOGETHER = 7, 1.0, 3
_MOST_NAMED = 2  # of what stood out
_MOST_OPEN = 2  # of what was not said
_TOGETHER = "Health and personal answers, together"


def beside_text(explanation: Explanation, beside: Beside) -> str:
    """Name what a session is laid beside."""
    if beside == "plan":
        return "the next plan"
    if beside == "everybody":
        return "an average session"
    n = explanation.n_reference
    return f"your {n} sessions without a cramp" if n > 1 else "your session without a cramp"


def headline(explanation: Explanation, *, private: bool) -> str:
    """Say in a few words what stood out, or that nothing did.

    Examples
    --------
    >>> from riskmodel import explain_outcome
    >>> cool = {"sport": "running", "duration_min": 60, "session_rpe": 5, "age_years": 30,
    ...         "air_temperature_c": 15, "relative_humidity_pct": 60}
    >>> hot = explain_outcome({**cool, "air_temperature_c": 36}, cool)
    >>> headline(hot, private=False), headline(explain_outcome(cool, cool), private=False)
    ('What stood out: heat (WBGT)', 'Too little stood out to tell')
    """
    if explanation.cannot_tell:
        return NOTHING_STOOD_OUT
    named = [
        _inside(d.contribution.label)
        for d in explanation.stood_out
        if d.points >= _LEAST_POINTS and (private or not d.contribution.private)
    ]
    return f"What stood out: {', '.join(named[:_MOST_NAMED]) or 'what is not shown here'}"


def _inside(label: str) -> str:
    """Write a label inside a sentence."""
    return label[:1].lower() + label[1:]


def difference_rows(
    explanation: Explanation, chosen: unit_table.Chosen, *, private: bool
) -> list[tuple[str, float]]:
    """Label with value, and half points above what the session is laid beside.

    The small ones stand in one row if they are several, and without ``private`` those
    that tell health and personal answers too.
    """
    told = [d for d in explanation.differences if private or not d.contribution.private]
    rows = [(_row_text(d, chosen), _half(d.points)) for d in told]
    rows.sort(key=lambda row: -abs(row[1]))
    large = [row for row in rows if abs(row[1]) >= _LEAST_POINTS][:_MOST_ROWS]
    small = [row for row in rows[len(large) :] if row[1]]
    if len(small) >= _LEAST_TOGETHER:
        small = [(f"{len(small)} smaller ones", sum(points for _, points in small))]
    hidden = _half(sum(d.points for d in explanation.differences if d not in told))
    together = [(_TOGETHER, hidden)] if hidden else []
    return sorted([*large, *small, *together], key=lambda row: -row[1])


def picture_note(explanation: Explanation, beside: Beside) -> str:
    """Say what the picture lays beside what."""
    note = _POINTS_NOTE if explanation.differences else _NO_DIFFERENCE
    return f"Beside {beside_text(explanation, beside)}. {note}"


def _row_text(difference: FactorDifference, chosen: unit_table.Chosen) -> str:
    contribution = difference.contribution
    return f"{contribution.label}: {value_text(contribution, chosen)}"


def _half(points: float) -> float:
    return float(to_half_points(points))


def surprise_text(explanation: Explanation, beside: Beside) -> str:
    """Say how surprising the cramp was."""
    answer = explanation.assessment
    number, usual = (
        in_100_text(p) for p in (answer.probability, explanation.reference_probability)
    )
    span = in_100_span(answer.probability_low, answer.probability_high)
    most = ", and most pass without one" if answer.probability < 0.5 else ""
    like = "about the same" if number == usual else f"{usual} of 100"
    return (
        f"{number.capitalize()} of 100 such sessions bring a cramp{most} (range {span}). "
        f"Like {beside_text(explanation, beside)}, it would be {like}."
    )


def ratio_text(explanation: Explanation) -> str:
    """Say how many times the odds were, and when that is too little."""
    ratio, low = explanation.odds_ratio, explanation.odds_ratio_low
    if ratio <= 1.0:
        return "The odds of a cramp were no higher than there, so nothing points at it."
    doubted = ""
    if ratio >= LEAST_ODDS_RATIO:
        doubted = f", {max(low, 1.0):.1f} if our weights are too high"
    longer = any(
        d.contribution.quantity == "duration_min" and d.points >= _LEAST_POINTS
        for d in explanation.stood_out
    )
    less = " Duration counts for less in the odds than its points say." if longer else ""
    return (
        f"The odds of a cramp were {ratio:.1f} times those there{doubted}; below "
        f"{LEAST_ODDS_RATIO:g} we do not tell.{less}"
    )


def halved_text(
    explanation: Explanation, chosen: unit_table.Chosen, beside: Beside, *, private: bool
) -> str:
    """Say which single change would have halved the chance, if one would."""
    lever, factor = explanation.halved_by, explanation.halved_as_reference
    if lever is not None and (private or not lever_tells_private_answers(lever)):
        change = _inside(lever_label(lever, chosen))
        chance = _lowered(explanation, lever.probability)
        return f"One change would have halved the chance: {change}{chance}."
    if factor is not None and (private or not factor.contribution.private):
        chance = _lowered(explanation, factor.probability_as_reference)
        return (
            f"{factor.contribution.label} as in {beside_text(explanation, beside)} would "
            f"alone have halved the chance{chance}."
        )
    if lever is not None or factor is not None:
        return (
            "What would have halved the chance is left out, as it tells personal answers."
        )
    return "No single change that we know of would have halved the chance."


def _lowered(explanation: Explanation, probability: float) -> str:
    """Number after a change; nothing where rounding would make it look like none."""
    chance = in_100_text(probability)
    same = chance == explanation.assessment.in_100
    return "" if same else f" ({chance} of 100)"


def unknown_text(explanation: Explanation, beside: Beside, *, private: bool) -> str:
    """Say what cannot be known, and what was not said of the session or of the others."""
    names = explanation.open_questions
    labels = [
        FIELDS[n].label.rstrip("?") for n in names if private or not FIELDS[n].private
    ]
    not_compared = [
        c.label
        for c in explanation.assessment.contributions
        if c.factor in explanation.not_compared and (private or not c.private)
    ]
    parts = [
        "Which of it the cramp came from, if any, nobody can know.",
        f"Open: {_listed(labels)}." if labels else "",
        f"Not said of {beside_text(explanation, beside)}: {_listed(not_compared)}."
        if not_compared and explanation.n_reference
        else "",
    ]
    return " ".join(filter(None, parts))


def _listed(labels: Sequence[str]) -> str:
    """Name the first few of several, and how many more there are."""
    named = ", ".join(f"\u201c{label}\u201d" for label in labels[:_MOST_OPEN])
    more = len(labels) - _MOST_OPEN
    return f"{named} and {more} more" if more > 0 else named


def warning_signs(explanation: Explanation) -> tuple[Guard, ...]:
    """Signs and illness that need care now; what is about a start is over."""
    guards = explanation.assessment.guards
    return tuple(guard for guard in guards if guard.urgent and guard.private)


def sentences(
    explanation: Explanation, chosen: unit_table.Chosen, beside: Beside, *, private: bool
) -> tuple[str, ...]:
    """Say how surprising it was, what would have halved it, and what is not known."""
    return (
        surprise_text(explanation, beside),
        *((ratio_text(explanation),) if explanation.cannot_tell else ()),
        halved_text(explanation, chosen, beside, private=private),
        unknown_text(explanation, beside, private=private),
    )


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Say it all in a terminal, in the project's units."""
    beside: Beside = "sessions" if explanation.n_reference else "everybody"
    yield headline(explanation, private=True)
    yield picture_note(explanation, beside)
    for text, points in difference_rows(explanation, {}, private=True):
        yield f"  {signed_text(points):>6}  {text}"
    for guard in warning_signs(explanation):
        yield from wrapped(str(guard))
    if not math.isnan(explanation.odds_ratio):
        for sentence in sentences(explanation, {}, beside, private=True):
            yield from wrapped(sentence)
    yield from wrapped(SYNTHETIC)


def outcome_pdf(
    explanation: Explanation,
    answers: Mapping[str, Any],
    *,
    day: date | None,
    beside: Beside,
    units: unit_table.Chosen,
    private: bool,
    scorecard: Scorecard | None = None,
) -> bytes:
    """Lay out on a page what stood out in a session that brought a cramp.

    Parameters
    ----------
    explanation : Explanation
    answers : mapping of str to answer
        Of the session.
    day : datetime.date or None
        Of the session, if it is known.
    beside : {"sessions", "plan", "everybody"}
        What it is laid beside.
    units : mapping of str to str
        Units to show, see `riskmodel.inputs.units`.
    private : bool
        Whether health and personal answers are named; otherwise their points stand in
        one row.
    scorecard : Scorecard, optional
        The one that scored it, if it is not the one that comes along.

    Returns
    -------
    bytes
        A PDF file.
    """
    guards = warning_signs(explanation)
    what = (
        FIELDS["sport"].levels[answers["sport"]],
        duration_text(float(answers["duration_min"])),
        f"effort {float(answers['session_rpe']):g} of 10",
        weather_text(answers, units),
        "" if day is None else f"{day:%d %b %Y}",
    )
    rows = difference_rows(explanation, units, private=private)
    most = max((abs(points) for _, points in rows), default=1.0)
    content = {
        "title": "Why did I cramp?",
        "subtitle": ", ".join(filter(None, what)),
        "safety": [*map(str, guards)] if private else public_warnings(guards),
        "headline": headline(explanation, private=private),
        "beside": picture_note(explanation, beside),
        "rows": [[text, signed_text(points), points / most] for text, points in rows],
        "lines": [*sentences(explanation, units, beside, private=private), SYNTHETIC],
        "footer": footer(scorecard or load_scorecard()),
    }
    return pdf("outcome", content)


def signed_text(points: float) -> str:
    """Write points with their sign."""
    sign = "+" if points > 0 else "\N{MINUS SIGN}"
    return f"{sign}{points_text(abs(points))}"
