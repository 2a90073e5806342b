"""The documents that the SQL is made of, read anew and kept as exact decimals.

Nothing here or beside it imports the scorecard, the physiology or the engine: what the
SQL counts follows from the files in ``data/`` and the table of fields alone.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cache
from itertools import pairwise
from math import log
from typing import Any

from riskmodel.datasets import data_file, read_table

Row = Mapping[str, Any]
"""A row of the scorecard, as its file has it."""


@dataclass(frozen=True)
class Sources:
    """What the files say.

    Attributes
    ----------
    factors : tuple of mapping
        Rows of the scorecard that count points, as the file has them.
    doubt : mapping of str to Decimal
        By grade: one standard deviation of a weight, as a share of its points.
    calibration : mapping
        ``calibration.json``, as it is.
    shares : mapping of str to mapping of str to Decimal
        The reference population: how often each value of a quantity occurs.
    studies : mapping of str to mapping of str to str
        Rows of ``evidence.csv`` by their id.
    version, fingerprint : str
        Of the scorecard that the calibration was made for.
    """

    factors: tuple[Row, ...]
    doubt: Mapping[str, Decimal]
    calibration: Mapping[str, Any]
    shares: Mapping[str, Mapping[str, Decimal]]
    studies: Mapping[str, Mapping[str, str]]
    version: str
    fingerprint: str


@cache
def read_sources() -> Sources:
    """Read the scorecard, its calibration, the reference population and the studies.

    Examples
    --------
    >>> len(read_sources().factors)
    34
    """
    toml = data_file("scorecard.toml").read_text(encoding="utf-8")
    card = tomllib.loads(toml, parse_float=Decimal)
    calibration = json.loads(
        data_file("calibration.json").read_text(encoding="utf-8"), parse_float=Decimal
    )
    shares: dict[str, dict[str, Decimal]] = {}
    for row in read_table("reference_population.csv"):
        shares.setdefault(row["quantity"], {})[row["value"]] = Decimal(row["share"])
    return Sources(
        factors=tuple(row for row in card["factor"] if row["kind"] != "named"),
        doubt=card["doubt"],
        calibration=calibration,
        shares=shares,
        studies={row["id"]: row for row in read_table("evidence.csv")},
        version=card["version"],
        fingerprint=calibration["made"]["scorecard_fingerprint"],
    )


def nearest_half(points: Decimal) -> Decimal:
    """To the nearest half point, a tie upwards.

    Examples
    --------
    >>> nearest_half(Decimal("1.25"))
    Decimal('1.5')
    """
    return (points * 2 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 2


def average_points(row: Row) -> Decimal | None:
    """Points of a factor whose answer is open; None where there is no average.

    The average over the reference population, to the nearest half point.
    """
    likely = _likely_points(row)
    return (
        nearest_half(sum((p * share for p, share in likely), Decimal())) if likely else None
    )


def spread_of_open_answer(row: Row) -> Decimal:
    """How far the likely points lie around the average, in points squared."""
    average = average_points(row) or Decimal()
    likely = _likely_points(row)
    return sum((share * (points - average) ** 2 for points, share in likely), Decimal())


def mean_value(quantity: str) -> Decimal:
    """Average value of a number in the reference population."""
    shares = read_sources().shares[quantity]
    return sum((Decimal(value) * share for value, share in shares.items()), Decimal())


def doubt_of(row: Row) -> Decimal:
    """One standard deviation of a factor's weight, as a share of its points.

    That of its grade, or of the published interval of one of its answers where this is
    wider.  The curve of the duration is fitted anew and has none.
    """
    if row["quantity"] == "duration_min":
        return Decimal()
    widths = [read_sources().doubt[row["grade"]]]
    for level in row.get("levels", ()):
        published = level.get("published")
        if published is None or level["points"] == 0:
            continue
        for study in (*level.get("evidence", ()), *row["evidence"]):
            widths.append(_width_of_interval(read_sources().studies[study], published))
    return max(widths)


def _width_of_interval(study: Mapping[str, str], published: Decimal) -> Decimal:
    """Of a printed ratio: a quarter of its interval over the ratio, both as logarithms."""
    try:
        ratio, low, high = (float(study[n]) for n in ("estimate", "ci_low", "ci_high"))
    except ValueError:  # words instead of a figure
        return Decimal()
    if ratio != float(published) or ratio == 1.0 or not (low > 0.0 and high > 0.0):
        return Decimal()
    return Decimal(log(high / low) / (2 * 1.96 * abs(log(ratio))))


def _likely_points(row: Row) -> list[tuple[Decimal, Decimal]]:
    """Points of each value that the reference population has, with its share."""
    shares = read_sources().shares.get(row["quantity"], {})
    if row["kind"] == "curve":
        return [(nearest_half(_on_curve(row, Decimal(at))), p) for at, p in shares.items()]
    points = {level["level"]: Decimal(level["points"]) for level in row["levels"]}
    return [(points[value], share) for value, share in shares.items()]


def _on_curve(row: Row, at: Decimal) -> Decimal:
    """Points of a curve, before they are rounded."""
    knots = [(Decimal(knot["at"]), Decimal(knot["points"])) for knot in row["knots"]]
    if at <= knots[0][0]:
        return knots[0][1]
    for (a, low), (b, high) in pairwise(knots):
        if at <= b:
            return low + (high - low) * (at - a) / (b - a)
    return knots[-1][1]
