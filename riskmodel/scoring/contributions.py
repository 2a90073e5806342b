"""What each factor adds to the total, and why."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.inputs.reading import UNKNOWN
from riskmodel.inputs.results import ShortRepr
from riskmodel.scorecard.evidence import cited
from riskmodel.scorecard.factors import Factor, Level
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import Result

# Body size is private, and so is what can be reckoned back to it.
FROM_BODY_SIZE = frozenset(
    {
        "bmi_kg_m2",
        "metabolic_rate_w",
        "sweat_rate_l_h",
        "sweat_loss_l",
        "body_mass_loss_pct",
        "sodium_loss_mg",
        "sodium_deficit_mg",
    }
)
"""Quantities that tell how large somebody is."""


@dataclass(frozen=True, repr=False)
class Contribution(ShortRepr):
    """What one factor adds to the total, and why.

    Attributes
    ----------
    factor, label : str
    quantity : str
        What was read: a name in `FIELDS` or `DERIVED`, whatever the factor is called.
    points : float
        In half points, 0 or more.
    value : float, str or None
        Its value: a finite number in `unit`, a level, a list; None if unknown, or
        if a ratio has nothing to be a multiple of (`answered` is then True).
    unit : str
    answered : bool
        False if the points are the average of the reference population.
    reason, grade, source : str
        The scorecard's sentence, the evidence grade and the studies; of a list,
        those of the items that were named.
    judgement : bool
        True if the size of the points is ours and the studies support the
        direction only.
    departure : str
        Why the points depart from what is published; empty if they do not.
    private : bool
        Whether the points would tell a health or personal answer.
    """

    factor: str
    label: str
    quantity: str
    points: float
    value: float | str | None
    unit: str
    answered: bool
    reason: str
    grade: str
    source: str
    judgement: bool
    departure: str
    private: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain values as for JSON."""
        plain = asdict(self)
        del plain["private"], plain["quantity"]  # the scorecard's, not this session's
        return plain


def contributions(result: Result, scorecard: Scorecard) -> tuple[Contribution, ...]:
    """What every factor adds to one session, in the order of the scorecard."""
    rows = []
    for factor, points in zip(scorecard.factors, result.points, strict=True):
        code = result.columns[factor.quantity][0]
        # A ratio to nothing is an answer, and no number.
        infinite = factor.kind == "curve" and bool(np.isinf(code))
        value = None if infinite else _value(factor, code)
        row = Contribution(
            factor=factor.name,
            label=factor.label,
            quantity=factor.quantity,
            points=float(points[0]),
            value=value,
            unit=_unit(factor),
            answered=infinite or value is not None,
            reason=factor.reason,
            grade=factor.grade,
            source=cited(factor.all_evidence),
            judgement=factor.judgement,
            departure=factor.departure,
            private=tells_private_answers(factor),
        )
        named = _named(factor, code)
        rows.append(_of_items(row, factor, named) if named else row)
    return tuple(rows)


def tells_private_answers(factor: Factor) -> bool:
    """Whether a factor's points would tell a health or personal answer."""
    read = [factor.quantity, *([factor.only_if.quantity] if factor.only_if else [])]
    return any(
        FIELDS[name].private if name in FIELDS else name in FROM_BODY_SIZE for name in read
    )


def _named(factor: Factor, code: Any) -> list[Level]:
    """Items of a list that were named."""
    if factor.kind != "list" or code == UNKNOWN:
        return []
    return [level for bit, level in enumerate(factor.levels) if code >> bit & 1]


def _of_items(row: Contribution, factor: Factor, named: list[Level]) -> Contribution:
    """Grade, studies and departures of the items that were named, not of the block."""
    labels = FIELDS[factor.quantity].levels
    grades = {labels[item.level]: item.grade or factor.grade for item in named}
    texts = [f"{labels[item.level]}: {item.departure}" for item in named if item.departure]
    return replace(
        row,
        grade=", ".join(f"{label} {grade}" for label, grade in grades.items()),
        source=cited(tuple(study for item in named for study in item.evidence)),
        judgement=any(item.judgement for item in named),
        departure=" ".join((factor.departure, *texts)).strip(),
    )


def _value(factor: Factor, code: Any) -> float | str | None:
    """What was read for a factor, as a person would say it."""
    if factor.kind == "curve":
        return None if math.isnan(code) else float(code)
    if code == UNKNOWN:
        return None
    labels = FIELDS[factor.quantity].levels
    if factor.kind == "levels":
        return labels[factor.levels[code].level]
    return ", ".join(labels[item.level] for item in _named(factor, code)) or "None"


def _unit(factor: Factor) -> str:
    if factor.kind != "curve":
        return ""
    if factor.quantity in FIELDS:
        return FIELDS[factor.quantity].unit
    return DERIVED[factor.quantity]
