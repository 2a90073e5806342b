"""One page to print: the same numbers as on the screen, and a drinking plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.drinking import drinking_lines
from riskmodel.reporting.levers import (
    amounts_text,
    change_text,
    lever_label,
    no_change_text,
)
from riskmodel.reporting.lines import points_text
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.reporting.words import (
    BAND_LABELS,
    HEAT_IN_WATER,
    SYNTHETIC,
    quantity_rows,
    total_text,
    value_text,
    weather_text,
)
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_span, in_100_text
from riskmodel.scoring.contributions import FROM_BODY_SIZE, Contribution
from riskmodel.scoring.guards import Guard
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.advice import Advice, Option, assess_and_advise
from riskmodel.whatif.drinking_plan import drinking_plan
from riskmodel.whatif.vetoes import FLUID_LEVERS

_MOST_LEVERS = 6
_LONGEST_NAME = 60  # characters
LEFT_OUT = (
    "The screen shows a warning about health that is left out here. Do not start before "
    "you have read it."
)


def handout_pdf(
    answers: Mapping[str, Any],
    answer: Assessment,
    advice: Advice,
    *,
    units: unit_table.Chosen,
    private: bool,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> bytes:
    """Lay out a scored session on one page.

    Parameters
    ----------
    answers : mapping of str to answer
    answer : Assessment
        Of these answers, without problems.
    advice : Advice
    units : mapping of str to str
        Units to show, see `riskmodel.inputs.units`.
    private : bool
        Whether health and personal answers are named; otherwise their points stand
        in one row and the total stays the same.
    scorecard, calibration : optional
        Those that gave the answer, if they are not those that come along.

    Returns
    -------
    bytes
        A PDF file.

    Raises
    ------
    ValueError
        If the session has problems, or no probability.
    """
    if answer.problems:
        raise ValueError("A session that cannot be scored has no page to print.")
    if math.isnan(answer.probability):
        raise ValueError(str(Problem("", "not_calibrated")))
    content = _content(
        answers, answer, advice, units, scorecard, calibration, private=private
    )
    return pdf("handout", content)


def _content(
    answers: Mapping[str, Any],
    answer: Assessment,
    advice: Advice,
    units: unit_table.Chosen,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    private: bool,
) -> dict[str, Any]:
    shown, of_drinking = answers, answer
    if not private:
        # What is advised, and what is not, would tell of health and of body size.
        shown = {n: v for n, v in answers.items() if not FIELDS[n].private}
        of_drinking, advice = assess_and_advise(shown, scorecard, calibration)
    sport = FIELDS["sport"].levels[answers["sport"]]
    name = _short_name(answers.get("athlete") or "") if private else ""
    # Nor is an amount advised on a page that anybody may see: it shows the plan alone.
    drinks = drinking_plan(shown, of_drinking.physiology, advice if private else Advice())
    words, rows = drinking_lines(drinks, units)
    lasting = duration_text(answers["duration_min"])
    effort = f"effort {answers['session_rpe']:g} of 10"
    measured = "measured_sweat_rate_l_h" in answers
    planned = "fluid_intake_l_h" in answers
    physiology = {
        key: math.nan if key in FROM_BODY_SIZE and not private else value
        for key, value in answer.physiology.items()
    }
    return {
        "title": ", ".join(filter(None, (sport, lasting, name))),
        "subtitle": ", ".join(filter(None, (weather_text(answers, units), effort))),
        "safety": [str(guard) for guard in answer.guards]
        if private
        else public_warnings(answer.guards),
        "answer": f"{answer.in_100.capitalize()} of 100 sessions like this one would "
        "bring a cramp",
        "lines": list(_lines(answer)),
        "change_heading": "What would change it" + ", health answers apart" * (not private),
        "why_heading": f"Why: {total_text(answer.total_points)}",
        "why": _why(answer.contributions, units, private=private),
        "physiology": quantity_rows(
            physiology, units, sweat_measured=measured, drinking_planned=planned
        ),
        "change": list(_change_rows(advice, answers, units, private=private)),
        "no_change": no_change_text(answer, advice),
        # The notes tell what was answered about health.
        "notes": list(advice.notes) if private else [],
        "drinking": words,
        "drinks": rows,
        "footer": footer(scorecard or load_scorecard()),
    }


def _lines(answer: Assessment) -> Iterator[str]:
    """Say what stands under the number."""
    yield (
        f"{BAND_LABELS[answer.band]} risk of a cramp. Range "
        f"{in_100_span(answer.probability_low, answer.probability_high)}, depending on "
        f"assumptions. In ideal conditions: {in_100_text(answer.probability_ideal)} of 100."
    )
    yield SYNTHETIC
    if answer.onset is not None:
        yield onset_text(answer.onset)
    if answer.heat_is_open:
        yield HEAT_IN_WATER


def _short_name(athlete: str) -> str:
    if len(athlete) <= _LONGEST_NAME:
        return athlete
    return athlete[: _LONGEST_NAME - 1] + "\N{HORIZONTAL ELLIPSIS}"


def public_warnings(guards: tuple[Guard, ...]) -> list[str]:
    """Warnings that tell no health answer, and that there are others."""
    sentences = [str(guard) for guard in guards if not guard.private]
    return sentences + [LEFT_OUT] * (len(sentences) < len(guards))


def _change_rows(
    advice: Advice, answers: Mapping[str, Any], units: unit_table.Chosen, *, private: bool
) -> Iterator[tuple[str, str]]:
    """What to do, and what comes of it."""
    told = (
        option
        for option in advice.now
        if private or not lever_tells_private_answers(option)
    )
    for option in islice(told, _MOST_LEVERS):
        words = amounts_text(option, answers, units), change_text(option)
        yield lever_label(option, units), ", ".join(filter(None, words))


def lever_tells_private_answers(option: Option) -> bool:
    """Whether a lever, or that it is there, tells a health or personal answer."""
    drinking = not FLUID_LEVERS.isdisjoint(lever.name for lever in option.levers)
    return drinking or any(FIELDS[name].private for name in option.changes)


def _why(
    contributions: tuple[Contribution, ...], units: unit_table.Chosen, *, private: bool
) -> list[tuple[str, str]]:
    hidden = [c for c in contributions if c.private and not private]
    rows = [
        (c.points, f"{c.label}: {value_text(c, units)}" + " (average)" * (not c.answered))
        for c in contributions
        if c.points and c not in hidden
    ]
    if hidden:
        points = sum(c.points for c in hidden)
        rows.append((points, "Health and personal answers, together"))
    rows.sort(key=lambda row: -row[0])
    return [(text, f"+{points_text(points)}") for points, text in rows]
