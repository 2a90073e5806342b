"""From points to the probability and its range: totals, doubt, log odds."""

from __future__ import annotations

from itertools import pairwise

from riskmodel.sql.open_questions import open_question_steps
from riskmodel.sql.pieces import case, line, number, step, straight, summed
from riskmodel.sql.points import points_column
from riskmodel.sql.sources import doubt_of, read_sources, spread_of_open_answer

_NINE_IN_TEN_SD = "1.6449"
"""Standard deviations to each side between which 9 of 10 of a normal quantity lie."""

_AROUND_POINTS = 5
"""How far to each side of the total the slope of the curve is taken. [points]"""

PROBABILITIES = {
    "probability": "logit",
    "probability_low": "least(low_logit, logit)",
    "probability_high": "greatest(high_logit, logit)",
    "probability_ideal": "least(ideal_logit, logit)",
}
"""Columns of the result, and the log odds of each; the range holds the number itself."""


def chance_steps(source: str) -> list[str]:
    """Steps from the points of all factors to the probability and its range."""
    return [
        _total_step(source),
        *open_question_steps("total"),
        _curve_step(),
        _log_odds_step(),
        _range_step(),
    ]


def _total_step(source: str) -> str:
    factors = read_sources().factors
    of_the_day = [points_column(row) for row in factors if row.get("of_the_day")]
    # The heat of a session is open in the water alone.
    heat = sum(spread_of_open_answer(row) for row in factors if row["quantity"] == "wbgt_c")
    return step(
        "total",
        [
            "*",
            f"{summed(map(points_column, factors))} AS total_points",
            f"{summed(of_the_day)} AS points_of_the_day",
            f"{summed(_squared_doubts())} AS doubt_of_weights",
            f"CASE WHEN wbgt_c_used IS NULL THEN {number(heat)} ELSE 0 END AS open_heat",
        ],
        source,
        "The total; what a better day would take from it; how far the weights may be off, "
        "each by a share of what lies beyond its typical points, in points squared; and "
        "the spread of the heat where it is open.",
    )


def _squared_doubts() -> list[str]:
    typical = read_sources().calibration["typical_points"]
    terms = []
    for row in read_sources().factors:
        if doubt := doubt_of(row):
            off = f"({points_column(row)} - {number(typical[row['name']])})"
            terms.append(f"{number(doubt * doubt)} * {off} * {off}")
    return terms


def _curve_step() -> str:
    totals = {
        "by_points": "total_points",
        "by_points_ideal": "(total_points - points_of_the_day)",
        "by_points_less": f"(total_points - {_AROUND_POINTS})",
        "by_points_more": f"(total_points + {_AROUND_POINTS})",
    }
    calibration = read_sources().calibration
    spreads = calibration["assumptions"]
    by_duration = {
        "exposure": calibration["duration"]["logit"],
        "assumed_below": spreads["low_logit"],
        "assumed_above": spreads["high_logit"],
    }
    at = calibration["duration"]["at_points"]
    of_duration = [
        f"{straight('points_duration', list(zip(at, logits, strict=True)))} AS {name}"
        for name, logits in by_duration.items()
    ]
    return step(
        "curves",
        [
            "*",
            *(f"{_by_points(points)} AS {name}" for name, points in totals.items()),
            *of_duration,
        ],
        "changes",
        "Log odds by the total, there and a few points to each side, for the slope; what "
        "the duration adds as exposure, and how far the simulators lie below and above it.",
    )


def _by_points(points: str) -> str:
    """The curve of the total: straight between its knots, and on beyond them."""
    curve = read_sources().calibration["points"]
    *inner, last = pairwise(zip(curve["at"], curve["logit"], strict=True))
    beyond = line(points, *last)
    if not inner:
        return beyond
    lines = [f"WHEN {points} <= {number(b[0])} THEN {line(points, a, b)}" for a, b in inner]
    return case([*lines, f"ELSE {beyond}"])


def _log_odds_step() -> str:
    slope = f"(by_points_more - by_points_less) / {2 * _AROUND_POINTS}"
    return step(
        "log_odds",
        [
            "*",
            "by_points + exposure AS usual_logit",
            "by_points + exposure + open_logit_of_the_day + open_logit_lasting AS logit",
            "by_points_ideal + exposure + open_logit_lasting AS ideal_logit",
            f"{_NINE_IN_TEN_SD} * {slope} AS logit_per_sd",
        ],
        "curves",
        "Log odds with the usual answers, with what open questions add, and on an ideal "
        "day; and how far one point more of standard deviation widens the range.",
    )


def _range_step() -> str:
    def end(side: str, sign: str, square: str) -> str:
        points = f"(doubt_of_weights + {square} + open_heat)"
        simulators = f"assumed_{side} * assumed_{side}"
        whole = f"sqrt({simulators} + logit_per_sd * logit_per_sd * {points})"
        return f"usual_logit {sign} {whole}"

    return step(
        "ranges",
        [
            "*",
            f"{end('below', '-', 'open_square')} AS low_logit",
            f"{end('above', '+', 'open_upward')} AS high_logit",
        ],
        "log_odds",
        "The range around the usual answers, from the simulators, the weights and the open "
        "questions as if they were independent.",
    )
