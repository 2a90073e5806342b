"""Changing points in the text of a scorecard, whose comments and layout stay."""

from __future__ import annotations

from typing import Any

from riskmodel.scorecard.factors import POINTS_PER_DOUBLING
from riskmodel.scorecard.parts import ScorecardError

MOST_POINTS = 100
"""Points that a person can give by hand: odds a thousand times as high, by judgement."""


def change_points(
    toml: str, factor: str, *, points: int, at: float | None, level: str | None
) -> str:
    """Text of a scorecard with other points at one place, see `Scorecard.with_points`."""
    whole = isinstance(points, int) and not isinstance(points, bool)
    if not (whole and 0 <= points <= MOST_POINTS):
        raise ScorecardError(
            f"Points must be a whole number from 0 to {MOST_POINTS}, not {points!r}."
        )
    import tomlkit  # takes longer to load than everything else here

    document: Any = tomlkit.parse(toml)
    row = _row(document["factor"], factor)
    entry, place = _entry(row, at, level)
    if points == entry["points"]:
        return toml
    told = f"By hand: {points} points at {place} instead of {entry['points']}."
    # A level says for itself why it departs; a knot has its row to say so.
    says = entry if "level" in entry else row
    says["judgement"] = True
    says["departure"] = " ".join(filter(None, (says.get("departure"), told)))
    entry["points"] = points
    entry["ratio"] = float(f"{2.0 ** (points / POINTS_PER_DOUBLING):.4g}")
    mark = "," if " + " in document["version"] else " +"
    document["version"] = f"{document['version']}{mark} {factor} at {place}: {points}"
    return tomlkit.dumps(document)


def _row(rows: Any, factor: str) -> Any:
    counting = {str(row["name"]): row for row in rows if row["kind"] != "named"}
    if factor not in counting:
        raise ScorecardError(
            f"The scorecard has no factor {factor!r} that counts points; it has "
            f"{', '.join(counting)}."
        )
    return counting[factor]


def _entry(row: Any, at: float | None, level: str | None) -> tuple[Any, str]:
    """The knot or level of a row, and what a person calls it."""
    curve = row["kind"] == "curve"
    wanted, name = (at, "at") if curve else (level, "level")
    entries = {entry[name]: entry for entry in row["knots" if curve else "levels"]}
    if wanted not in entries or (level if curve else at) is not None:
        places = ", ".join(f"{place:g}" if curve else str(place) for place in entries)
        raise ScorecardError(f"Factor {str(row['name'])!r} needs one {name} of {places}.")
    return entries[wanted], f"{wanted:g}" if curve else str(wanted)
