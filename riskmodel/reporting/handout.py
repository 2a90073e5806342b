"""One page to print: the same numbers as on the screen, and a drinking plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.reporting.words import (
    BAND_LABELS,
    HEAT_IN_WATER,
    SYNTHETIC,
    points_text,
    quantity_rows,
    total_text,
    value_text,
    weather_text,
)
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment, assess
from riskmodel.scoring.bands import in_100_span, in_100_text
from riskmodel.scoring.contributions import FROM_BODY_SIZE, Contribution
from riskmodel.scoring.guards import Guard
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.advice import Advice, Option, advise
from riskmodel.whatif.drinking import LOSS_TO_STAY_BELOW_PCT
from riskmodel.whatif.vetoes import FLUID_LEVERS

_MOST_LEVERS = 6
_SIP_MIN = 15
_MOST_SIPS = 16
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
    of_drinking = answer
    if not private:
        # What is advised, and what is not, would tell of health and of body size.
        public = {n: v for n, v in answers.items() if not FIELDS[n].private}
        advice = advise(public, scorecard, calibration)
        of_drinking = assess(public, scorecard, calibration)
    sport = FIELDS["sport"].levels[answers["sport"]]
    name = _short_name(answers.get("athlete") or "") if private else ""
    words, rows = drinking_plan(answers, of_drinking, advice, units, private=private)
    effort = f"effort {answers['session_rpe']:g} of 10"
    measured = "measured_sweat_rate_l_h" in answers
    planned = "fluid_intake_l_h" in answers
    physiology = {
        key: math.nan if key in FROM_BODY_SIZE and not private else value
        for key, value in answer.physiology.items()
    }
    return {
        "title": f"{sport}, {answers['duration_min']:g} min{', ' * bool(name)}{name}",
        "subtitle": ", ".join(filter(None, (weather_text(answers, units), effort))),
        "safety": [str(guard) for guard in answer.guards]
        if private
        else _public_warnings(answer.guards),
        "answer": f"{answer.in_100.capitalize()} of 100 sessions like this one would "
        "bring a cramp",
        "lines": list(_lines(answer)),
        "change_heading": "What would change it" + ", health answers apart" * (not private),
        "why_heading": f"Why: {total_text(answer.total_points)}",
        "why": _why(answer.contributions, units, private=private),
        "physiology": quantity_rows(
            physiology, units, sweat_measured=measured, drinking_planned=planned
        ),
        "change": [
            (option.label, _amount(option, units) + change_text(option))
            for option in advice.now
            if private or not _tells(option)
        ][:_MOST_LEVERS],
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


def _public_warnings(guards: tuple[Guard, ...]) -> list[str]:
    """Warnings that tell no health answer, and that there are others."""
    sentences = [str(guard) for guard in guards if not guard.private]
    return sentences + [LEFT_OUT] * (len(sentences) < len(guards))


def _amount(option: Option, units: unit_table.Chosen) -> str:
    drink = option.changes.get("fluid_intake_l_h")
    return "" if drink is None else f"{unit_table.text(drink, 'l/h', units)}, "


def change_text(option: Option) -> str:
    """Say what a lever does: points, and how many fewer of 100."""
    saved = option.points_saved
    points = f"\u2212{points_text(saved)} points" if saved > 0 else "no points"
    if math.isnan(option.saved_in_100) or saved <= 0:
        return points
    # Not the number afterwards: rounded, it would make half a point look like five.
    fewer = option.saved_in_100
    if fewer < 0.1:
        return f"{points}, less than 0.1 fewer of 100"
    return f"{points}, {fewer:.{1 if fewer < 10 else 0}f} fewer of 100"


def _tells(option: Option) -> bool:
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


def drinking_plan(
    answers: Mapping[str, Any],
    answer: Assessment,
    advice: Advice,
    units: unit_table.Chosen,
    *,
    private: bool,
) -> tuple[str, list[list[str]]]:
    """Say what to drink every 15 minutes, and how much that makes.

    Parameters
    ----------
    answers, answer, advice, units, private
        As for `handout_pdf`; the sweat is that of ``answer``.

    Returns
    -------
    words : str
    rows : list of two times (minute, amount so far)
        For sessions of up to four hours.
    """
    advised = next(
        (o for o in advice.now if o.levers[0].name in ("drink", "drink_less")), None
    )
    if advised is not None and private:
        rate_l_h = float(advised.changes["fluid_intake_l_h"])
        source = "As advised"
    elif "fluid_intake_l_h" in answers:
        rate_l_h, source = float(answers["fluid_intake_l_h"]), "As planned"
        if rate_l_h > answer.physiology["sweat_rate_l_h"]:
            # No timetable for more than is sweated.
            return "This plan is more than you are likely to sweat: drink to thirst.", []
    elif advice.drink_l_h is not None and private:
        rate_l_h = advice.drink_l_h
        source = f"To lose at most {LOSS_TO_STAY_BELOW_PCT:g} % of body mass"
        if not rate_l_h:
            return f"{source} you need no plan: drink to thirst.", []
    else:
        return "No plan was given. Thirst is a good guide.", []
    sip_ml = rate_l_h * 1000.0 * _SIP_MIN / 60.0
    ounces = unit_table.unit_of("l", units).label == "oz"
    sip = unit_table.text(sip_ml / 1000.0, "l", units) if ounces else f"{sip_ml:.0f} ml"
    rate = unit_table.text(rate_l_h, "l/h", units)
    sweat = unit_table.text(answer.physiology["sweat_rate_l_h"], "l/h", units, 2)
    words = f"{source}: about {sip} every {_SIP_MIN} minutes ({rate}). "
    measured = "measured_sweat_rate_l_h" in answers
    words += f"{'Measured' if measured else 'Predicted'} sweat: {sweat}. " * private
    words += "Drink to thirst, up to the end, and never more than you sweat."
    steps = math.floor(answers["duration_min"] / _SIP_MIN)
    if not rate_l_h or steps > _MOST_SIPS:
        return words, []
    cells = [
        [f"{step * _SIP_MIN} min", unit_table.text(step * sip_ml / 1000.0, "l", units, 2)]
        for step in range(1, steps + 1)
    ]
    cells += [["", ""]] * (len(cells) % 2)
    half = len(cells) // 2
    return words, [
        [*left, *right] for left, right in zip(cells[:half], cells[half:], strict=True)
    ]
