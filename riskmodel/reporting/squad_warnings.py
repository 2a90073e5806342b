"""What a coach must know of athletes by their names: warnings, and what was left open."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.told import names_text
from riskmodel.scoring.guards import GUARDS, Guard
from riskmodel.squad.names import known_word
from riskmodel.squad.summary import labels, who_counts
from riskmodel.squad.unknown import open_words

NOBODY_STANDS_OUT = (
    "Nobody stands out from the others: what counts most is the same for all."
)
"""Of a squad in which nothing sets anybody apart."""
_NAMED = 3
_LONGEST_CELL = 40


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
    ...                     "guards": [(), GUARDS[-2:-1]]})
    >>> squad_warnings(two)[0][:30]
    'Ben: Under 18: hardly any stud'
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
            warnings.append(guard.to_coach)
            continue
        names = list(everybody.iloc[rows])
        # A coach must know of everybody who should not train.
        shown = names if guard.urgent and guard.private else names[:_NAMED]
        more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
        warnings.append(f"{names_text(shown)}{more}: {guard.to_coach}")
    return warnings


def plan_warnings(scored: Mapping[str, pd.DataFrame]) -> list[str]:
    """Warnings of each plan once, those of one plan with its name."""
    of_plan = {
        name: squad_warnings(frame[~frame["must_not_start"]])
        for name, frame in scored.items()
    }
    each = list(dict.fromkeys(w for warnings in of_plan.values() for w in warnings))
    return [
        warning
        if all(warning in warnings for warnings in of_plan.values())
        else f"Plan {next(n for n, w in of_plan.items() if warning in w)}: {warning}"
        for warning in each
    ]


def name_warnings(
    squad: pd.DataFrame, names: pd.Series[str], *, private: bool = True
) -> list[str]:
    """Say of names in a list, such as sickle cell disease, what a coach must know.

    Parameters
    ----------
    squad : pandas.DataFrame
        As from `riskmodel.squad.cells.squad_frame`.
    names : pandas.Series of str, index of ``squad``
        What to call each athlete.
    private : bool, optional
        Whether to tell what stands under private questions.

    Examples
    --------
    >>> squad = pd.DataFrame({"conditions": ["sickle cell disease", "none"]})
    >>> name_warnings(squad, pd.Series(["Ada", "Ben"]))[0][:25]
    'Ada: Sickle cell disease:'
    """
    warnings: dict[str, list[str]] = {}
    for word in open_words(squad):
        known = known_word(word.field, word.word)
        if known is None or not known.warning:
            continue
        if private or not FIELDS[word.field].private:
            warnings.setdefault(known.warning, []).extend(names.loc[list(word.rows)])
    return [f"{names_text(who)}: {sentence}" for sentence, who in warnings.items()]


def are_alike(scored: pd.DataFrame) -> bool:
    """Whether nothing sets anybody apart of two athletes or more who have a number."""
    counted = who_counts(scored)
    return len(counted) > 1 and not counted["sets_apart"].any()


def apart_text(label: str, points: float) -> str:
    """Say what sets an athlete apart, "" if nothing does.

    Examples
    --------
    >>> apart_text("Past cramps", 13.0), apart_text("Past cramps", float("nan"))
    ('Past cramps +13', 'Past cramps not answered')
    """
    if not label:
        return ""
    return f"{label} not answered" if math.isnan(points) else f"{label} +{points:g}"


def left_open_texts(scored: pd.DataFrame, *, private: bool) -> list[str]:
    """Say which cells could not be read and under which questions, and whose they are.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.score_squad`.
    private : bool
        Whether to tell what was written, and private questions.

    Examples
    --------
    >>> from riskmodel.inputs.problems import Problem
    >>> one = pd.DataFrame({"athlete": ["Ada"],
    ...     "left_open": [(Problem("sleep_h", "left_open", "well"),)]})
    >>> left_open_texts(one, private=True)
    ['Ada: "well" in Sleep last night']
    """
    names_of: dict[str, list[str]] = {}
    for name, problems in zip(labels(scored), scored["left_open"], strict=True):
        if private:
            cells = [f'"{_cut(str(p.value))}" in {p.label}' for p in problems]
        else:
            told = ("an answer" if p.private else p.label for p in problems)
            cells = list(dict.fromkeys(told))
        if cells:
            names_of.setdefault(", ".join(cells), []).append(name)
    return [f"{names_text(names)}: {cells}" for cells, names in names_of.items()]


def _cut(cell: str) -> str:
    """A cell in one line, and of a long one its beginning."""
    line = " ".join(cell.split())
    return line if len(line) <= _LONGEST_CELL else f"{line[: _LONGEST_CELL - 1]}…"
