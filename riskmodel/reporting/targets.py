"""What the product is meant to reach, and whether it does.

The limits stand in ``data/targets.csv``; what is measured is what ``cramprisk check``
computes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from riskmodel.datasets import read_table
from riskmodel.inputs.fields import FIELDS

Row = Mapping[str, Any]
PRODUCT = "product"
_HISTORY = "cramp_sessions_12mo"
_SINGLE = ("marathon", "ironman", "easy-hour", "onset-mean")
_DURATION_ALONE = "Duration alone"
# By the end of the name under which the product stands among its rivals.
_THE_PRODUCT = "(the product)"


@dataclass(frozen=True)
class Target:
    """Limits of one measure, infinite where there is none, and where they come from."""

    id: str
    what: str
    low: float
    high: float
    source: str


@dataclass(frozen=True)
class TargetRow:
    """One target beside what was measured.

    Attributes
    ----------
    id, what : str
    value : float
        Of the worst group, where a target holds for every group; of figures the share met.
    low, high : float
        Limits; infinite where there is none.
    met : bool
    of : int or None
        How many figures were counted.
    by, group : str
        Field and name of the worst group; empty if the target is about no groups.
    """

    id: str
    what: str
    value: float
    low: float
    high: float
    met: bool
    of: int | None = None
    by: str = ""
    group: str = ""


@dataclass(frozen=True)
class _Value:
    value: float
    of: int | None = None
    by: str = ""
    group: str = ""


@cache
def load_targets() -> tuple[Target, ...]:
    """Read the targets.

    Examples
    --------
    >>> slope = next(target for target in load_targets() if target.id == "slope")
    >>> slope.low, slope.high
    (0.98, 1.02)
    """
    return tuple(
        Target(
            row["id"],
            row["what"],
            float(row["low"] or -math.inf),
            float(row["high"] or math.inf),
            row["source"],
        )
        for row in read_table("targets.csv")
    )


def target_rows(
    published: Iterable[Row] | None, calibration: Mapping[str, Any] | None
) -> list[TargetRow]:
    """Compare what was measured with the targets, as far as it was measured.

    Parameters
    ----------
    published : iterable of mapping, optional
        Rows of the comparison with published figures.
    calibration : mapping, optional
        The comparison with the simulators: ``summary``, ``strata``, ``strata_six`` and
        ``benchmarks``.

    Returns
    -------
    list of TargetRow
        In the order of the table; a target whose measure is in neither is left out.
    """
    values: dict[str, _Value | None] = {}
    if published is not None:
        values |= _of_published([row for row in published if row["model"] == PRODUCT])
    if calibration is not None:
        values |= _of_calibration(calibration)
    measured = ((target, values.get(target.id)) for target in load_targets())
    return [_row(target, found) for target, found in measured if found is not None]


def _row(target: Target, found: _Value) -> TargetRow:
    return TargetRow(
        id=target.id,
        what=target.what,
        value=found.value,
        low=target.low,
        high=target.high,
        met=target.low <= found.value <= target.high,
        of=found.of,
        by=found.by,
        group=found.group,
    )


def is_none(row: Row) -> bool:
    """Whether the published figure is none: no cramp, or no difference, was found."""
    return bool(row["published"] == 0)


def counted(rows: Iterable[Row], tier: str) -> list[Row]:
    """Figures of a tier that neither simulators nor base rate were set by."""
    return [row for row in rows if row["tier"] == tier and row["role"] == "test"]


def _of_published(rows: Sequence[Row]) -> dict[str, _Value | None]:
    tier_a, tier_b = (counted(rows, tier) for tier in "AB")
    found = [row for row in tier_a if not is_none(row)]
    ours = {row["id"]: _Value(row["ours"]) for row in rows}
    return {
        "tier-a": _share_met(tier_a),
        "tier-b": _share_met(tier_b),
        "tier-a-found": _share_met(found),
        **{name: ours.get(name) for name in _SINGLE},
    }


def met_count(rows: Iterable[Row]) -> int:
    """How many of the figures lie within their intervals."""
    return sum(bool(row["passes"]) for row in rows)


def _share_met(rows: Sequence[Row]) -> _Value | None:
    return _Value(met_count(rows) / len(rows), len(rows)) if rows else None


def _of_calibration(report: Mapping[str, Any]) -> dict[str, _Value | None]:
    names = {"ici": "ici", "slope": "slope", "slope-six": "slope_six"}
    names |= {"coverage-all": "coverage_all", "coverage-six": "coverage_six"}
    values: dict[str, _Value | None] = {
        target: _Value(report["summary"][name]) for target, name in names.items()
    }
    six = of_required(report["strata_six"])
    values["ratio-all"] = _worst(report["strata"], "ratio", _away_from_one)
    values["ratio-six"] = _worst(six, "ratio", _away_from_one)
    for target, part in (
        ("coverage-history-all", "strata"),
        ("coverage-history-six", "strata_six"),
    ):
        groups = [row for row in report[part] if row["by"] == _HISTORY]
        values[target] = _worst(groups, "coverage", lambda share: -share)
    rivals = {row["method"]: row for row in report["benchmarks"]}
    if not rivals:
        return values
    product = next(row for name, row in rivals.items() if name.endswith(_THE_PRODUCT))
    values["auc-gain"] = _Value(product["auc"] - rivals[_DURATION_ALONE]["auc"])
    values["share-of-best"] = _Value(product["share_of_best"])
    return values


def of_required(groups: Iterable[Row]) -> list[Row]:
    """Groups by what is always answered: others cannot be told apart with six answers."""
    return [row for row in groups if FIELDS[row["by"]].required]


def outside(groups: Iterable[Row]) -> list[Row]:
    """Groups whose observed over expected lies outside the limits of that target."""
    target = next(target for target in load_targets() if target.id == "ratio-all")
    return [row for row in groups if not target.low <= row["ratio"] <= target.high]


def _away_from_one(ratio: float) -> float:
    return abs(math.log(ratio))


def _worst(
    groups: Sequence[Row], name: str, badness: Callable[[float], float]
) -> _Value | None:
    if not groups:
        return None
    row = max(groups, key=lambda row: badness(row[name]))
    return _Value(row[name], by=row["by"], group=row["stratum"])


# -------------------------------------------------------------------------- in words


def limits_text(low: float, high: float) -> str:
    """Write limits, either of which may be infinite.

    Examples
    --------
    >>> limits_text(0.98, 1.02), limits_text(4, math.inf), limits_text(-math.inf, 0.003)
    ('0.98 to 1.02', 'at least 4', 'at most 0.003')
    """
    if math.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"


def beside_limit(value: float, low: float, high: float, digits: int = 3) -> str:
    """Write a value with enough digits to tell a near miss from its limit.

    Examples
    --------
    >>> beside_limit(0.2801, 0.114, 0.28), beside_limit(0.2, 0.114, 0.28)
    ('0.2801', '0.2')
    """
    if not low <= value <= high:
        near = low if value < low else high
        while f"{value:.{digits}g}" == f"{near:.{digits}g}" and digits < 6:
            digits += 1
    return f"{value:.{digits}g}"


def value_text(row: TargetRow) -> str:
    """Write what was measured, with the worst group or how many figures were counted."""
    if row.of is not None:
        return f"{row.value * row.of:.0f} of {row.of}"
    text = beside_limit(row.value, row.low, row.high)
    return f"{text} ({FIELDS[row.by].label}, {row.group.lower()})" if row.by else text


def goal_text(row: TargetRow) -> str:
    """Write the limits of a target; of a share of figures how many have to be met."""
    if row.of is not None:
        return f"at least {math.ceil(row.low * row.of)} of {row.of}"
    return limits_text(row.low, row.high)


def target_lines(rows: Sequence[TargetRow]) -> Iterator[str]:
    """Lay out the targets for a terminal, and name those that were not measured."""
    yield "Targets"
    for row in rows:
        verdict = "" if row.met else "  MISS"
        yield f"  {row.what:62}{goal_text(row):>16}  {value_text(row)}{verdict}"
    measured = {row.id for row in rows}
    missing = [target.what for target in load_targets() if target.id not in measured]
    if missing:
        yield f"Not measured here, or not all of it: {len(missing)} targets"
        yield from (f"  {what}" for what in missing)


def targets_text(rows: Sequence[TargetRow]) -> str:
    """Say how many targets are met."""
    missed = [row for row in rows if not row.met]
    return f"{len(rows) - len(missed)} of {len(rows)} targets are met"
