"""Open questions: which they are, and what they may change, by the calibration's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import log
from typing import Any

from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.sql.answers import asked
from riskmodel.sql.pieces import case, number, step, straight, summed, text, weighted
from riskmodel.sql.sources import read_sources

_MILD_AIR_C = "18"
"""Air whose tables hold in the water, where no air is read. [°C]"""

_PLACE = ("latitude_deg", "longitude_deg", "start_time")
"""Where and when, which tell the height of the sun: one question together."""

_SWEAT_OPEN = ["measured_sweat_rate_l_h IS NULL"]
_HEAT_OPEN = [
    "(measured_sweat_rate_l_h IS NULL OR wbgt_c IS NULL)",
    asked(FIELDS["wbgt_c"]),
]
_SUN_OPEN = [*_HEAT_OPEN, "solar_radiation_w_m2 IS NULL"]
_ONLY_IF = {"clothing": _SWEAT_OPEN, "wind_speed_m_s": _HEAT_OPEN, "sky": _SUN_OPEN}
"""When an answer to these questions could matter; to all others it always could."""

_AXES = {
    "air": ("air_temperature_c", f"coalesce(air_temperature_c, {_MILD_AIR_C})"),
    "min": ("duration_min", "ln(duration_min)"),
    "rpe": ("session_rpe", "session_rpe"),
}
"""Axes of the tables: the list of its knots there, and what is read along it."""


def open_question_steps(source: str) -> list[str]:
    """Steps from the answers to what the open questions may add."""
    return [_open_step(source), _place_step(), _nearness_step(), _change_step()]


def _open_step(source: str) -> str:
    alone = [
        field
        for field in FIELDS.values()
        if field.scored
        and not (field.required or field.measured)
        and field.name not in _PLACE
    ]
    place = " OR ".join(f"{name} IS NULL" for name in _PLACE)
    some_sun = "(sky IN ('night', 'indoor')) IS NOT TRUE"
    conditions = {field.name: _when_open(field) for field in alone}
    conditions["start_time"] = [f"({place})", *_SUN_OPEN, some_sun]
    columns = [
        f"CAST({' AND '.join(each)} AS integer) AS open_{name}"
        for name, each in conditions.items()
    ]
    return step(
        "open_questions",
        ["*", *columns],
        source,
        "Questions that are open (1), of those whose answer could matter: no clothes where "
        "the sweat was measured, no wind where the WBGT was too, no sky where the sun was, "
        "no place and time where no sun comes in.",
    )


def _when_open(field: Field) -> list[str]:
    conditions = [f"{field.name} IS NULL", *_ONLY_IF.get(field.name, [])]
    if field.settled is not None and field.settled.answer is None:
        conditions.append(asked(field))
    return list(dict.fromkeys(conditions))


def _tables() -> Mapping[str, Any]:
    tables: Mapping[str, Any] = read_sources().calibration["questions"]
    return tables


def _place_step() -> str:
    columns = []
    for axis, (name, reads) in _AXES.items():
        knots = _tables()[name]
        if axis == "min":  # the durations stand apart as their logarithms do
            knots = [Decimal(repr(log(knot))) for knot in knots]
        columns.append(f"{straight(reads, _counted(knots))} AS {axis}_place")
    return step(
        "places",
        ["*", *columns],
        "open_questions",
        "Where each session lies among the knots of the tables: temperature, duration and "
        "effort. 1.3 is three tenths of the way from the second knot to the third.",
    )


def _counted(knots: Sequence[Decimal]) -> list[tuple[Decimal, Decimal]]:
    return [(at, Decimal(place)) for place, at in enumerate(knots)]


def _nearness_step() -> str:
    columns = [
        f"greatest(0, 1 - abs({axis}_place - {place})) AS {weight}"
        for axis in _AXES
        for place, weight in enumerate(_weights(axis))
    ]
    return step(
        "nearness",
        ["*", *columns],
        "places",
        "How much each knot counts for the session; along one axis all sum to 1.",
    )


def _weights(axis: str) -> list[str]:
    """Columns with the weights of an axis' knots, such as air_18 and min_400."""
    name, _ = _AXES[axis]
    return [f"{axis}_{number(knot).replace('-', 'minus_')}" for knot in _tables()[name]]


def _change_step() -> str:
    squares = _tables()["mean_square_points"]
    upward = squares | _tables()["upward_square_points"]
    of_the_day = [name for name in squares if FIELDS[name].of_the_day]
    lasting = [name for name in squares if not FIELDS[name].of_the_day]
    return step(
        "changes",
        [
            "*",
            f"{_sum_of_squares(squares)} AS open_square",
            f"{_sum_of_squares(upward)} AS open_upward",
            f"{_sum_of_logits(of_the_day)} AS open_logit_of_the_day",
            f"{_sum_of_logits(lasting)} AS open_logit_lasting",
        ],
        "nearness",
        "What open questions may change, and what they may add, in points squared, by "
        "temperature and duration. And what they add to the log odds, by duration; of some "
        "also by effort and sport, but no less than the lowest answer would add and no "
        "more than the highest.",
    )


def _sum_of_squares(squares: Mapping[str, Sequence[Sequence[Decimal]]]) -> str:
    minutes, terms = _weights("min"), []
    for name, table in squares.items():
        rows = [
            f"{air} * ({weighted(minutes, row)})"
            for air, row in zip(_weights("air"), table, strict=True)
            if any(row)
        ]
        if rows:
            terms.append(f"open_{name} * (\n    " + "\n    + ".join(rows) + "\n)")
    return summed(terms)


def _sum_of_logits(names: Sequence[str]) -> str:
    told, by_duration = _tables()["told_logit"], _tables()["mean_odds_logit"]
    return summed(
        f"open_{name} * "
        + (
            _told(told[name])
            if name in told
            else f"({weighted(_weights('min'), by_duration[name])})"
        )
        for name in names
    )


def _told(told: Mapping[str, Any]) -> str:
    """What other answers tell of an open one: the sum of three tables."""
    sports = dict(told["sport"])
    otherwise = f"ELSE {number(sports.pop('other'))}"
    by_sport = [f"WHEN {text(name)} THEN {number(v)}" for name, v in sports.items()]
    least, most = map(number, told["ends"])
    parts = [
        weighted(_weights("min"), told["duration_min"]),
        weighted(_weights("rpe"), told["session_rpe"]),
        case([*by_sport, otherwise], of="sport"),
    ]
    total = summed(part for part in parts if part != "0")
    return f"least({most}, greatest({least},\n{total}))"
