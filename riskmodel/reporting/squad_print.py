"""What stands on the sheet of a squad that is printed: groups, rows and footnotes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem, public_sentences
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.words import BAND_LABELS, answer_text, weather_text
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import in_100_number
from riskmodel.scoring.guards import GUARDS, heat_band
from riskmodel.squad.summary import labels

# Bands whose athletes are looked after.
_LOOKED_AFTER = ("high", "very_high")
# Factors in at most three words, where their label has more.
_IN_BRIEF = {
    "relative_effort": "Harder than usual",
    "competition": "Race or match",
    "novelty": "New to it",
    "heat": "Heat",
    "fluid_loss": "Fluid loss",
    "start_hydration": "Urine colour",
    "sodium_deficit": "Salt loss",
    "soreness": "Sore muscles",
    "hard_sessions": "Hard sessions before",
    "rest_days": "Rest days",
    "alcohol": "Alcohol",
    "preparedness": "Longer than trained",
    "training_frequency": "Sessions a week",
    "family": "Family cramps",
    "bmi": "Body-mass index",
    "injury": "Muscle injury",
    "diuretic_and_fluid_loss": "Diuretic and sweat",
}


@dataclass(frozen=True)
class SheetRow:
    """One athlete on the sheet.

    Attributes
    ----------
    name : str
    marks : tuple of int
        Numbers of footnotes.
    in_100, band : str
        Empty without a number.
    reason : str
        What sets the athlete apart in a few words, with ? where that is not answered;
        without a number, why there is none.
    """

    name: str
    marks: tuple[int, ...]
    in_100: str = ""
    band: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SquadSheet:
    """Groups of athletes by their heading, and the warnings that they share.

    Attributes
    ----------
    groups : dict of str to list of SheetRow
        Only those with somebody in it; each in the order of the squad.
    for_all : list of str
        Warnings about the heat that hold for all who have a number.
    footnotes : list of str
        The first has the mark 1.
    """

    groups: dict[str, list[SheetRow]]
    for_all: list[str]
    footnotes: list[str]


STOP, LOOK_AFTER, USUAL, WITHOUT = HEADINGS = (
    "Must not start",
    "Look after",
    "Usual",
    "No score, and why",
)


def squad_sheet(scored: pd.DataFrame, scorecard: Scorecard, *, private: bool) -> SquadSheet:
    """Put everybody into a group, and every warning to the foot once.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.score_squad`.
    scorecard : Scorecard
    private : bool
        Whether to show what health answers tell.  If not, whoever must not start stands
        with those who have no score.
    """
    shown = [
        tuple(guard for guard in guards if private or not guard.private)
        for guards in scored["guards"]
    ]
    counted = (scored["probability"].notna() & ~scored["must_not_start"]).tolist()
    numbered = [guards for guards, number in zip(shown, counted, strict=True) if number]
    of_all = [
        guard
        for guard in GUARDS
        if guard.about_heat and numbered and all(guard in guards for guards in numbered)
    ]
    footed = [
        guard
        for guard in sorted(GUARDS, key=lambda guard: not guard.urgent)
        if guard not in of_all and any(guard in guards for guards in shown)
    ]
    groups: dict[str, list[SheetRow]] = {heading: [] for heading in HEADINGS}
    brief = {f.label: _IN_BRIEF.get(f.name, f.label) for f in scorecard.factors}
    people = zip(scored.to_dict("records"), labels(scored), shown, counted, strict=True)
    for row, name, guards, has_number in people:
        marks = tuple(i for i, guard in enumerate(footed, 1) if guard in guards)
        if row["must_not_start"] and private:
            heading, made = STOP, SheetRow(name, marks)
        elif not has_number:
            why = _why_not(row, private=private)
            heading, made = WITHOUT, SheetRow(name, marks, reason=why)
        else:
            band = str(row["band"])
            urgent = any(guard.urgent for guard in guards if guard not in of_all)
            heading = LOOK_AFTER if urgent or band in _LOOKED_AFTER else USUAL
            number = in_100_number(row["probability"])
            reason = brief.get(row["sets_apart"], "") if private else ""
            if reason and math.isnan(row["sets_apart_points"]):
                reason += "?"  # not answered: an average was taken
            made = SheetRow(name, marks, number, BAND_LABELS[band], reason)
        groups[heading].append(made)
    return SquadSheet(
        groups={heading: made for heading, made in groups.items() if made},
        for_all=[guard.to_coach for guard in of_all],
        footnotes=[guard.to_coach for guard in footed],
    )


def _why_not(row: Mapping[Any, Any], *, private: bool) -> str:
    """Say why somebody has no number."""
    problems: Sequence[Problem] = row["answer_problems"]
    if not private:
        stopped = "Answers need a look." if row["must_not_start"] else ""
        return public_sentences(problems) or stopped
    return " ".join(problem.sentence(names=False) for problem in problems)


def title_text(plan: Mapping[str, Any]) -> str:
    """Name a session: its sport, how long it takes and how hard it is.

    Examples
    --------
    >>> title_text({"sport": "rugby", "duration_min": 90.0, "session_rpe": 7.0})
    'Rugby, 1 h 30, effort 7 of 10'
    """
    sport = FIELDS["sport"].levels[plan["sport"]]
    lasting = duration_text(plan["duration_min"])
    return f"{sport}, {lasting}, effort {plan['session_rpe']:g} of 10"


def when_and_where(plan: Mapping[str, Any], place: str = "") -> str:
    """Say where a session is and when it starts, as far as that is known.

    Examples
    --------
    >>> when_and_where({"start_time": "2027-07-01T18:30+02:00"}, "Linz")
    'Linz, Thu 01 Jul 2027, 18:30'
    """
    start = plan.get("start_time")
    when = "" if start is None else answer_text("start_time", start)
    return ", ".join(filter(None, (place, when)))


def conditions_text(
    scored: pd.DataFrame, plan: Mapping[str, Any], units: unit_table.Chosen
) -> str:
    """Say the weather of a session, its WBGT and what that means for training."""
    wbgt_c = scored["wbgt_c"].dropna()
    clothing = plan.get("clothing")
    wear = "" if clothing is None else answer_text("clothing", clothing)
    parts = [wear, weather_text(plan, units)]
    if len(wbgt_c):
        heat_c = float(wbgt_c.median())
        shown = unit_table.text(heat_c, "°C", units, 1)
        parts.append(f"WBGT {shown}, {heat_band(heat_c)}")
    return "; ".join(filter(None, parts))
