"""A squad in words: the table that a coach reads, exports and prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem, public_sentences
from riskmodel.reporting.levers import lever_label
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.reporting.words import BAND_LABELS, HEAT_IN_WATER, SYNTHETIC, weather_text
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import in_100_span, shown_in_100
from riskmodel.scoring.guards import GUARDS, Guard, joined
from riskmodel.squad.scores import SquadOption, attention_order

_OWN: unit_table.Chosen = {}

_NO_SCORE = "No score"
_NAMED = 3
_LEAST = 0.05  # athletes; fewer are not told apart


def squad_table(scored: pd.DataFrame, *, private: bool) -> pd.DataFrame:
    """Say of everybody what a coach needs, in the order of `riskmodel.squad.scores`.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `score_squad`.
    private : bool
        Whether to show what health answers tell: factors, warnings, what is missing.

    Returns
    -------
    pandas.DataFrame
        Texts, in the order of ``scored``; without private answers in one that tells
        nothing of them either.
    """
    if not private:
        scored = _in_public_order(scored)
    known = scored["probability"].notna().to_numpy()
    risk = scored["band"].cat.rename_categories(BAND_LABELS).to_numpy(object)
    columns = {
        "Athlete": labels(scored).array,
        "In 100": np.where(known, scored["in_100"].to_numpy(object), ""),
        "Risk": np.where(known, risk, _NO_SCORE),
        "Range in 100": _spans(scored),
    }
    if private:
        columns["Most points"] = scored["top_factors"].array
        columns["Problems and warnings"] = [
            " ".join([*(p.sentence(names=False) for p in problems), *map(str, guards)])
            for problems, guards in _findings(scored)
        ]
        # Worded once each, as most athletes leave the same questions open.
        open_texts = {names: _missing(names) for names in scored["missing"].unique()}
        columns["Not answered"] = [open_texts[names] for names in scored["missing"]]
    else:
        columns["Problems and warnings"] = [
            " ".join(filter(None, (public_sentences(problems), joined(_public(guards)))))
            for problems, guards in _findings(scored)
        ]
    return pd.DataFrame(columns, scored.index, dtype="str")


def squad_export(
    scored: pd.DataFrame,
    plan: Mapping[str, Any],
    *,
    units: unit_table.Chosen,
    private: bool,
) -> pd.DataFrame:
    """Table of `squad_table` that says in every row which session it is about."""
    return squad_table(scored, private=private).assign(Session=plan_text(plan, units))


def squad_warnings(scored: pd.DataFrame) -> list[str]:
    """Say each warning once, with whom it is for; urgent ones first.

    Heat that holds for all who have a score is told without names; of others three are
    named, and all of whom a health answer keeps from training.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.squad.scores.score_squad`.

    Examples
    --------
    >>> two = pd.DataFrame({"athlete": ["Ada", "Ben"], "probability": 0.1,
    ...                     "guards": [(), GUARDS[-1:]]})
    >>> squad_warnings(two)[0][:30]
    'Ben: Under 18: plan this sessi'
    """
    rows_of: dict[Guard, list[int]] = {}
    for row, guards in enumerate(scored["guards"]):
        for guard in guards:
            rows_of.setdefault(guard, []).append(row)
    n_scored = int(scored["probability"].notna().sum())
    warnings, everybody = [], labels(scored)
    for guard in sorted(GUARDS, key=lambda guard: not guard.urgent):
        rows = rows_of.get(guard, [])
        if not rows:
            continue
        if len(rows) == n_scored and guard.about_heat:
            warnings.append(guard.sentence)
            continue
        names = list(everybody.iloc[rows])
        # A coach must know of everybody who should not train.
        shown = names if guard.urgent and guard.private else names[:_NAMED]
        more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
        warnings.append(f"{', '.join(shown)}{more}: {guard.sentence}")
    return warnings


def _spans(scored: pd.DataFrame) -> list[str]:
    """Ranges in words, each written once, as many athletes are shown the same one."""
    ends = scored[["probability_low", "probability_high"]].to_numpy()
    shown = np.nan_to_num(shown_in_100(ends), nan=-1.0)
    _, first, which = np.unique(shown, axis=0, return_index=True, return_inverse=True)
    texts = ["" if np.isnan(ends[i, 0]) else in_100_span(*ends[i]) for i in first]
    return [texts[place] for place in which]


def labels(scored: pd.DataFrame) -> pd.Series[str]:
    """Name of every athlete, with the row where there is no name or another one like it.

    Examples
    --------
    >>> two = pd.DataFrame({"athlete": ["Anna", "Anna", ""]}, index=[1, 3, 4])
    >>> labels(two).tolist()
    ['Anna (row 1)', 'Anna (row 3)', 'Row 4']
    """
    names = scored["athlete"].astype(str).str.strip()
    if names.is_unique and (names != "").all():
        return names
    rows = scored.index.to_series().astype(str)
    if not rows.is_unique:  # lists put together without a new index: count them through
        rows = pd.Series(range(1, len(scored) + 1), scored.index).astype(str)
    names = names.where(names != "", "Row " + rows)
    while (again := names.duplicated(keep=False)).any():
        names = names.where(~again, names + " (row " + rows + ")")
    return names


def _findings(
    scored: pd.DataFrame,
) -> Iterator[tuple[tuple[Problem, ...], tuple[Guard, ...]]]:
    """Problems and guards of each row."""
    return zip(scored["answer_problems"], scored["guards"], strict=True)


def _in_public_order(scored: pd.DataFrame) -> pd.DataFrame:
    """Urgent warnings that tell no private answer, then no score, then probability."""
    listed = scored.sort_index(kind="stable")
    urgent = [any(g.urgent for g in _public(guards)) for guards in listed["guards"]]
    order = attention_order(listed["probability"].to_numpy(), np.array(urgent, bool))
    return listed.iloc[order]


def _public(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    return tuple(guard for guard in guards if not guard.private)


def _missing(names: str) -> str:
    listed = [name for name in names.split(";") if name]
    first = ", ".join(FIELDS[name].label for name in listed[:3])
    return first if len(listed) <= 3 else f"{first} and {len(listed) - 3} more"


def _amount(expected: float) -> str:
    """Write a number of athletes: tenths below 10, whole numbers from there up."""
    if expected < _LEAST:
        return "fewer than 0.1"
    return f"{expected:.1f}" if expected < 9.95 else f"{expected:.0f}"


def expected_text(scored: pd.DataFrame) -> str:
    """Say how many athletes of a squad to expect with a cramp.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.squad.scores.score_squad`.  The range goes from the sum of the
        lows to the sum of the highs: what makes it moves all athletes the same way.

    Examples
    --------
    >>> two = pd.DataFrame({"probability": [0.1, 0.3], "probability_low": [0.04, 0.1],
    ...                     "probability_high": [0.2, 0.5], "total_points": 30})
    >>> expected_text(two)
    'about 0.4 of 2 athletes with a cramp (range 0.1 to 0.7)'
    """
    columns = ("probability", "probability_low", "probability_high")
    sums = [float(scored[name].sum()) for name in columns]
    number, low, high = map(_amount, sums)
    about = number if sums[0] < _LEAST else f"about {number}"
    n = int(scored["probability"].notna().sum())
    if not n and scored["total_points"].notna().any():
        return str(Problem("", "not_calibrated"))
    if not n:
        return "no number, as nobody in the list can be scored"
    return f"{about} of {n} athlete{'s' * (n != 1)} with a cramp (range {low} to {high})"


def option_text(option: SquadOption, units: unit_table.Chosen = _OWN) -> str:
    """Say what a change of the plan does to the squad.

    Examples
    --------
    >>> option_text(SquadOption("Stay in the shade", {}, 3.14, 1.62, 28))
    'Stay in the shade: from 3.1 to 1.6 of 28 athletes with a cramp'
    """
    label = option.label if option.lever is None else lever_label(option.lever, units)
    return (
        f"{label}: from {_amount(option.expected_before)} to "
        f"{_amount(option.expected_after)} of {option.n_scored} "
        f"athlete{'s' * (option.n_scored != 1)} with a cramp"
    )


def plan_text(plan: Mapping[str, Any], units: unit_table.Chosen) -> str:
    """Say what is planned, in one line."""
    sport = FIELDS["sport"].levels[plan["sport"]]
    words = f"{sport}, {plan['duration_min']:g} min, effort {plan['session_rpe']:g} of 10"
    return ", ".join(filter(None, (words, weather_text(plan, units))))


def heat_text(plan: Mapping[str, Any]) -> str:
    """Say of a plan in the water that its heat is not scored; nothing of another.

    Examples
    --------
    >>> heat_text({"sport": "swimming"})[:17], heat_text({"sport": "rowing"})
    ('Heat in the water', '')
    """
    return "" if FIELDS["wbgt_c"].asked_of(plan) else HEAT_IN_WATER


def squad_pdf(
    scored: pd.DataFrame,
    plan: Mapping[str, Any],
    options: Sequence[SquadOption],
    *,
    units: unit_table.Chosen,
    private: bool,
    scorecard: Scorecard | None = None,
) -> bytes:
    """Lay out a squad for printing.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `score_squad`.
    plan : mapping of str to answer
    options : sequence of SquadOption
    units : mapping of str to str
    private : bool
        As for `squad_table`.
    scorecard : Scorecard, optional
        The one that scored them, if it is not the one that comes along.

    Returns
    -------
    bytes
        A PDF file.
    """
    table = squad_table(scored, private=private)
    content = {
        "title": "Squad sheet",
        "lines": [
            plan_text(plan, units),
            f"To expect: {expected_text(scored)}. {SYNTHETIC}",
            *filter(None, [heat_text(plan)]),
        ],
        "headers": list(table.columns),
        "rows": table.to_numpy().tolist(),
        "levers": [option_text(option, units) for option in options[:5]],
        "footer": footer(scorecard or load_scorecard()),
    }
    return pdf("squad_sheet", content)
