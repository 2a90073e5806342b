"""A squad in words: the table that a coach reads, exports and prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.inputs import units as unit_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem, public_sentences
from riskmodel.reporting.levers import lever_label
from riskmodel.reporting.pdf import footer, pdf
from riskmodel.reporting.squad_print import (
    conditions_text,
    squad_sheet,
    title_text,
    when_and_where,
)
from riskmodel.reporting.squad_warnings import (
    NOBODY_STANDS_OUT,
    apart_text,
    are_alike,
    left_open_texts,
)
from riskmodel.reporting.words import BAND_LABELS, HEAT_IN_WATER, SYNTHETIC, weather_text
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import in_100_span, shown_in_100
from riskmodel.scoring.guards import Guard
from riskmodel.squad.scores import SquadOption, attention_order
from riskmodel.squad.summary import expected, labels

_OWN: unit_table.Chosen = {}

_NO_SCORE = "No score"
_MUST_NOT_START = "Must not start"
_PRINTED_LEVERS = 3
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
    stopped = scored["must_not_start"].to_numpy()
    known = scored["probability"].notna().to_numpy() & ~stopped
    risk = scored["band"].cat.rename_categories(BAND_LABELS).to_numpy(object)
    # That somebody must not start tells a health answer.
    without = np.where(stopped & private, _MUST_NOT_START, _NO_SCORE)
    columns = {
        "Athlete": labels(scored).array,
        "In 100": np.where(known, scored["in_100"].to_numpy(object), ""),
        "Risk": np.where(known, risk, without),
        "Range in 100": np.where(known, _spans(scored), ""),
    }
    if private:
        columns["Sets apart"] = [
            *map(apart_text, scored["sets_apart"], scored["sets_apart_points"])
        ]
        columns["Problems and warnings"] = [
            _in_one([p.sentence(names=False) for p in problems], guards)
            for problems, guards in _findings(scored)
        ]
        # Worded once each, as most athletes leave the same questions open.
        open_texts = {names: _missing(names) for names in scored["missing"].unique()}
        columns["Not answered"] = [open_texts[names] for names in scored["missing"]]
    else:
        columns["Problems and warnings"] = [
            _in_one([public_sentences(problems)], _public(guards))
            for problems, guards in _public_findings(scored)
        ]
    return pd.DataFrame(columns, scored.index, dtype="str")


def _in_one(problems: Sequence[str], guards: Sequence[Guard]) -> str:
    """Sentences about problems and of guards as one text."""
    return " ".join(filter(None, (*problems, *(guard.to_coach for guard in guards))))


def squad_export(
    scored: pd.DataFrame,
    plan: Mapping[str, Any],
    *,
    units: unit_table.Chosen,
    private: bool,
) -> pd.DataFrame:
    """Table of `squad_table` that says in every row which session it is about."""
    return squad_table(scored, private=private).assign(Session=plan_text(plan, units))


def _spans(scored: pd.DataFrame) -> list[str]:
    """Ranges in words, each written once, as many athletes are shown the same one."""
    ends = scored[["probability_low", "probability_high"]].to_numpy()
    shown = np.nan_to_num(shown_in_100(ends), nan=-1.0)
    _, first, which = np.unique(shown, axis=0, return_index=True, return_inverse=True)
    texts = ["" if np.isnan(ends[i, 0]) else in_100_span(*ends[i]) for i in first]
    return [texts[place] for place in which]


def _findings(
    scored: pd.DataFrame,
) -> Iterator[tuple[tuple[Problem, ...], tuple[Guard, ...]]]:
    """Problems of each row, with the answers left open, and its guards."""
    for problems, left_open, guards in zip(
        scored["answer_problems"], scored["left_open"], scored["guards"], strict=True
    ):
        yield (*problems, *left_open), guards


def _public_findings(
    scored: pd.DataFrame,
) -> Iterator[tuple[tuple[Problem, ...], tuple[Guard, ...]]]:
    """As `_findings`, where who must not start has a problem as any other."""
    for (problems, guards), stopped in zip(
        _findings(scored), scored["must_not_start"], strict=True
    ):
        hidden = (Problem("illness_24h", "not_allowed"),) * bool(stopped)
        yield (*problems, *hidden), guards


def _in_public_order(scored: pd.DataFrame) -> pd.DataFrame:
    """Urgent warnings that tell no private answer, then no score, then probability."""
    listed = scored.sort_index(kind="stable")
    urgent = [any(g.urgent for g in _public(guards)) for guards in listed["guards"]]
    shown = listed["probability"].where(~listed["must_not_start"])
    return listed.iloc[attention_order(shown.to_numpy(), np.array(urgent, bool))]


def _public(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    return tuple(guard for guard in guards if not guard.private)


def _missing(names: str) -> str:
    listed = [name for name in names.split(";") if name]
    first = ", ".join(FIELDS[name].label for name in listed[:3])
    return first if len(listed) <= 3 else f"{first} and {len(listed) - 3} more"


def amount_text(expected: float) -> str:
    """Write a number of athletes: tenths below 10, whole numbers from there up."""
    if expected < _LEAST:
        return "fewer than 0.1"
    return f"{expected:.1f}" if expected < 9.95 else f"{expected:.0f}"


def expected_text(scored: pd.DataFrame) -> str:
    """Say how many athletes of a squad to expect with a cramp.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.squad.scores.score_squad`.  Who must not start is not counted.

    Examples
    --------
    >>> two = pd.DataFrame({"probability": [0.1, 0.3], "probability_low": [0.04, 0.1],
    ...                     "probability_high": [0.2, 0.5], "total_points": 30,
    ...                     "must_not_start": False})
    >>> expected_text(two)
    'about 0.4 of 2 athletes with a cramp (range 0.1 to 0.7)'
    """
    count = expected(scored)
    number, low, high = map(amount_text, (count.number, count.low, count.high))
    about = number if count.number < _LEAST else f"about {number}"
    n = count.n_scored
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
    return (
        f"{option_label(option, units)}: from {amount_text(option.expected_before)} to "
        f"{amount_text(option.expected_after)} of {option.n_scored} "
        f"athlete{'s' * (option.n_scored != 1)} with a cramp"
    )


def plan_text(plan: Mapping[str, Any], units: unit_table.Chosen) -> str:
    """Say what is planned, in one line."""
    return ", ".join(filter(None, (title_text(plan), weather_text(plan, units))))


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
    place: str = "",
    name: str = "",
    warnings: Sequence[str] = (),
) -> bytes:
    """Lay out a squad for printing: on one page for about 40 athletes.

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
    place, name : str, optional
        Where the session is, and what the plan is called.
    warnings : sequence of str, optional
        From `name_warnings`, with the same ``private``.

    Returns
    -------
    bytes
        A PDF file.
    """
    card = scorecard or load_scorecard()
    if not private:
        scored = _in_public_order(scored)
    sheet = squad_sheet(scored, card, private=private)
    alike = private and are_alike(scored)
    where = when_and_where(plan, place)
    content = {
        "title": ": ".join(filter(None, (name, title_text(plan)))),
        "lines": [
            *filter(None, [where, conditions_text(scored, plan, units), heat_text(plan)]),
            f"To expect: {expected_text(scored)}. {SYNTHETIC}",
            *[NOBODY_STANDS_OUT] * alike,
        ],
        "for-all": [*sheet.for_all, *warnings],
        "reasons": private and not alike,
        "groups": [
            {"heading": heading, "rows": [asdict(row) for row in rows]}
            for heading, rows in sheet.groups.items()
        ],
        "left-open": "; ".join(left_open_texts(scored, private=private)),
        "footnotes": sheet.footnotes,
        "levers": _options_in_brief(options[:_PRINTED_LEVERS], units),
        "footer": footer(card),
    }
    return pdf("squad_sheet", content)


def option_label(option: SquadOption, units: unit_table.Chosen) -> str:
    """What to change for everybody, in the chosen units."""
    return option.label if option.lever is None else lever_label(option.lever, units)


def _options_in_brief(options: Sequence[SquadOption], units: unit_table.Chosen) -> str:
    return "; ".join(
        f"{option_label(option, units)} ({amount_text(option.expected_before)} to "
        f"{amount_text(option.expected_after)})"
        for option in options
    )
