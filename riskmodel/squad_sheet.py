"""A squad in words: the table that a coach reads, exports and prints."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

import riskmodel
from riskmodel import units as unit_table
from riskmodel.fields import FIELDS
from riskmodel.report import BAND_LABELS, SYNTHETIC, in_100_span
from riskmodel.safety import PRIVATE_SENTENCES
from riskmodel.scorecard_file import load_scorecard
from riskmodel.squad import SquadOption

_TEMPLATE = Path(__file__).with_suffix(".typ")
_NO_SCORE = "No score"


def squad_table(scored: pd.DataFrame, *, private: bool) -> pd.DataFrame:
    """Say of everybody what a coach needs, in the order of `riskmodel.squad`.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `score_squad`.
    private : bool
        Whether to show what health answers tell: factors, warnings, what is missing.

    Returns
    -------
    pandas.DataFrame
        Texts; the index is that of ``scored``.
    """
    known = scored["probability"].notna()
    spans = [
        in_100_span(low, high) if not math.isnan(low) else ""
        for low, high in zip(
            scored["probability_low"], scored["probability_high"], strict=True
        )
    ]
    shown = pd.DataFrame(
        {
            "Athlete": scored["athlete"].where(
                scored["athlete"] != "", [f"Row {row}" for row in scored.index]
            ),
            "In 100": scored["in_100"].astype(str).where(known, ""),
            "Risk": scored["band"].astype(str).map(BAND_LABELS).where(known, _NO_SCORE),
            "Range in 100": spans,
        },
        index=scored.index,
    )
    if private:
        shown["Most points"] = scored["top_factors"]
        # Without the names for programs.
        problems = scored["problems"].str.replace(r" \(\w+\)", "", regex=True)
        both = problems.str.cat(scored["safety"], sep=" ")
        shown["Problems and warnings"] = both.str.strip()
        shown["Not answered"] = scored["missing"].map(_missing)
        return shown
    warned = scored["safety"].map(_public)
    shown["Problems and warnings"] = [
        " ".join(filter(None, ["Answers need a look." * bool(problems), safety]))
        for problems, safety in zip(scored["problems"], warned, strict=True)
    ]
    return shown


def _public(safety: str) -> str:
    for sentence in PRIVATE_SENTENCES:
        safety = safety.replace(sentence, "")
    return " ".join(safety.split())


def _missing(names: str) -> str:
    labels = [FIELDS[name].label for name in names.split(";") if name]
    if len(labels) <= 3:
        return ", ".join(labels)
    return f"{', '.join(labels[:3])} and {len(labels) - 3} more"


def expected_text(expected: float, n_scored: int) -> str:
    """Say how many athletes of a squad to expect with a cramp.

    Examples
    --------
    >>> expected_text(3.14, 28)
    'about 3.1 of 28 athletes with a cramp'
    """
    amount = "fewer than 0.1" if expected < 0.05 else f"about {expected:.1f}"
    return f"{amount} of {n_scored} athlete{'s' * (n_scored != 1)} with a cramp"


def option_text(option: SquadOption) -> str:
    """Say what a change of the plan does to the squad.

    Examples
    --------
    >>> option_text(SquadOption("Stay in the shade", {}, 3.14, 1.62, 28))
    'Stay in the shade: from 3.1 to 1.6 of 28 athletes with a cramp'
    """
    return (
        f"{option.label}: from {option.expected_before:.1f} to "
        f"{option.expected_after:.1f} of {option.n_scored} "
        f"athlete{'s' * (option.n_scored != 1)} with a cramp"
    )


def plan_text(plan: Mapping[str, Any], units: unit_table.Chosen) -> str:
    """Say what is planned, in one line."""
    sport = FIELDS["sport"].levels[plan["sport"]]
    weather = unit_table.text(plan["air_temperature_c"], "°C", units)
    return (
        f"{sport}, {plan['duration_min']:g} min, effort {plan['session_rpe']:g} of 10, "
        f"{weather}, {plan['relative_humidity_pct']:g} % humidity"
    )


def squad_pdf(
    scored: pd.DataFrame,
    plan: Mapping[str, Any],
    options: Sequence[SquadOption],
    *,
    units: unit_table.Chosen,
    private: bool,
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

    Returns
    -------
    bytes
        A PDF file.
    """
    import typst  # comes with the app, not with the base install

    table = squad_table(scored, private=private)
    if not private:
        table.insert(4, "Most points", "")
    card = load_scorecard()
    known = scored["probability"].dropna()
    content = {
        "title": "Squad sheet",
        "lines": [
            plan_text(plan, units),
            f"To expect: {expected_text(float(known.sum()), len(known))}. {SYNTHETIC}",
        ],
        "headers": list(table.columns[:6]),
        "rows": table.iloc[:, :6].to_numpy().tolist(),
        "levers": [option_text(option) for option in options[:5]],
        "footer": f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}), {date.today().isoformat()}. Not a medical device.",
    }
    plan_json = json.dumps(content, ensure_ascii=False)
    return bytes(typst.compile(_TEMPLATE, sys_inputs={"plan": plan_json}))
