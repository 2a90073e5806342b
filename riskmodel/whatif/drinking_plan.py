"""What to drink in a session, or why no amount is named: data, without words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from riskmodel.whatif.advice import Advice
from riskmodel.whatif.drinking import rounded_down_l_h, sure_sweat_l_h
from riskmodel.whatif.seen import Plan

SIP_EVERY_MIN = 15.0
Source = Literal["advised", "planned", "needed"]
WhyNone = Literal[
    "more_than_sweated", "none_needed", "ask_doctor", "young", "not_now", "no_body_mass"
]
_WHY_BY_VETO: Mapping[str, WhyNone] = {
    "illness": "not_now",
    "fluid": "ask_doctor",
    "young": "young",
    "extreme_heat": "not_now",
}


@dataclass(frozen=True)
class DrinkingPlan:
    """How much to drink in a session.

    Attributes
    ----------
    sweat_rate_l_h : float
        Measured or predicted. [l/h]
    sweat_measured : bool
    duration_min : float
    source : {"advised", "planned", "needed"} or None
        From a lever, the person's own plan, or what keeps the loss of body mass
        near 2 %, as far as those sweat who sweat little;
        None where no amount is named.
    rate_l_h : float or None
        [l/h]
    why_none : str or None
        Why no amount is named: ``"more_than_sweated"`` (their own plan is),
        ``"none_needed"``, ``"ask_doctor"``, ``"young"`` (under 18), ``"not_now"`` (in
        illness or extreme heat) or ``"no_body_mass"``.
    """

    sweat_rate_l_h: float
    sweat_measured: bool
    duration_min: float
    source: Source | None = None
    rate_l_h: float | None = None
    why_none: WhyNone | None = None

    @property
    def per_sip_l(self) -> float | None:
        """Each 15 minutes. [l]."""
        return None if self.rate_l_h is None else self.rate_l_h * SIP_EVERY_MIN / 60.0

    @property
    def total_l(self) -> float | None:
        """In the whole session. [l]."""
        return None if self.rate_l_h is None else self.rate_l_h * self.duration_min / 60.0


def drinking_plan(
    answers: Mapping[str, Any], physiology: Mapping[str, float], advice: Advice
) -> DrinkingPlan:
    """Find what to drink: as advised, else as planned, else as needed.

    Nothing is named beyond the sweat, nor advised beyond what those sweat who sweat
    little, nor to those who should ask a doctor, are under 18, or gave no body mass.

    Parameters
    ----------
    answers : mapping of str to answer
        Of a session that can be scored.
    physiology : mapping of str to float
        Of the same session, as in `riskmodel.Assessment`.
    advice : Advice
        Of the same session; an empty one leaves the person's own plan alone.

    Returns
    -------
    DrinkingPlan

    Examples
    --------
    >>> from riskmodel import advise, assess
    >>> run = {"sport": "running", "duration_min": 90, "session_rpe": 6, "age_years": 30,
    ...        "air_temperature_c": 31, "relative_humidity_pct": 60,
    ...        "fluid_intake_l_h": 0.4}
    >>> plan = drinking_plan(run, assess(run).physiology, advise(run))
    >>> plan.source, plan.per_sip_l, round(plan.total_l, 2)
    ('planned', 0.1, 0.6)
    """
    sweat_l_h = float(physiology["sweat_rate_l_h"])
    sure_l_h = sure_sweat_l_h(Plan(answers, {}, physiology), sweat_l_h)
    most_l_h = rounded_down_l_h(sure_l_h)
    source, rate_l_h, why_none = _amount(
        answers.get("fluid_intake_l_h"), sweat_l_h, most_l_h, advice
    )
    return DrinkingPlan(
        sweat_rate_l_h=sweat_l_h,
        sweat_measured=answers.get("measured_sweat_rate_l_h") is not None,
        duration_min=float(answers["duration_min"]),
        source=source,
        rate_l_h=rate_l_h,
        why_none=why_none,
    )


def _amount(
    planned_l_h: float | None, sweat_l_h: float, most_l_h: float, advice: Advice
) -> tuple[Source | None, float | None, WhyNone | None]:
    """Source and rate, or why there is none; nothing above the most is advised."""
    drink = (o for o in advice.now if o.levers[0].name in ("drink", "drink_less"))
    if (advised := next(drink, None)) is not None:
        return "advised", min(float(advised.changes["fluid_intake_l_h"]), most_l_h), None
    if planned_l_h is not None:
        if planned_l_h > sweat_l_h:
            return None, None, "more_than_sweated"
        return "planned", float(planned_l_h), None
    if advice.drink_l_h:
        return "needed", min(advice.drink_l_h, most_l_h), None
    if advice.drink_l_h is not None:
        return None, None, "none_needed"
    reasons = (_WHY_BY_VETO[name] for name in advice.vetoes if name in _WHY_BY_VETO)
    return None, None, next(reasons, "no_body_mass")
