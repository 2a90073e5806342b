"""The planned session put before a squad: what it says for all, and what each says.

A cell that cannot be read costs nobody the score here: the question is left open, and
the cell is named; `cramprisk batch` reads its rows alike.  A single session and
`riskmodel.assess_frame` stay strict.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import (
    Answers,
    Findings,
    read_frame,
    read_one,
    refuse_others,
    refuse_repeated,
)
from riskmodel.inputs.told import as_text
from riskmodel.squad.items import is_known_and_open

PLAN_FIELDS = tuple(f.name for f in FIELDS.values() if f.of_the_plan)
"""What one plan says for all."""
SESSION_FIELDS = tuple(f.name for f in FIELDS.values() if f.same_for_squad)
"""What is the same for all who are there: the plan goes before an athlete's own answer.

To the others in `PLAN_FIELDS`, such as the warm-up, an own answer goes before the plan.
"""
ATHLETE_FIELDS = tuple(name for name in FIELDS if name not in PLAN_FIELDS)
"""What every athlete answers."""


def with_plan(athletes: pd.DataFrame, plan: Mapping[str, Any]) -> pd.DataFrame:
    """Give every athlete the planned session.

    Parameters
    ----------
    athletes : pandas.DataFrame
        One row for each; columns named as in `FIELDS`.
    plan : mapping of str to answer
        Answers to `PLAN_FIELDS`; others are not used.

    Returns
    -------
    pandas.DataFrame
        With a column for every answer; to `SESSION_FIELDS` that of the plan, if it has
        one, to the others an athlete's own, if there is one.

    Raises
    ------
    ValueError
        If an input has two columns.
    """
    refuse_others(athletes)
    refuse_repeated(athletes.columns[athletes.columns.isin(FIELDS.keys())])
    columns = {name: athletes[name] for name in athletes.columns if name in FIELDS}
    for name in PLAN_FIELDS:
        if (value := plan.get(name)) is None:
            continue
        own = columns.get(name)
        if isinstance(value, str):  # a frame holds no halves of a pair of code units
            answer: Any = as_text(value)
        elif pd.api.types.is_scalar(value):
            answer = value
        else:  # a list is one answer, the same for each
            answer = pd.Series([value] * len(athletes), athletes.index, dtype=object)
        if own is not None and name not in SESSION_FIELDS:
            columns[name] = own.astype(object).where(given(own), answer)
        else:
            columns[name] = answer
    return pd.DataFrame(columns, index=athletes.index)


def given(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Whether something stands in each cell, understood or not."""
    if cells.dtype.kind in "biuf":
        return cells.notna()
    answered: pd.Series[Any] = ~cells.map(is_blank).astype(bool)
    return answered


def set_aside(athletes: pd.DataFrame, plan: Mapping[str, Any]) -> str:
    """Say which own answers about the session the plan replaces.

    Parameters
    ----------
    athletes, plan
        As for `with_plan`.

    Returns
    -------
    str
        One sentence, empty if there are none.

    Examples
    --------
    >>> set_aside(pd.DataFrame({"sport": ["rugby", None]}), {"sport": "running"})
    'Of 1 athlete own answers to Sport were set aside: the session is the same for all.'
    """
    names = [n for n in SESSION_FIELDS if n in athletes and plan.get(n) is not None]
    own = pd.DataFrame({name: given(athletes[name]) for name in names}, athletes.index)
    names = [name for name in names if own[name].any()]
    if not names:
        return ""
    count = int(own.any(axis=1).sum())
    labels = ", ".join(FIELDS[name].label for name in names)
    return (
        f"Of {count} athlete{'s' * (count != 1)} own answers to {labels} were set aside: "
        "the session is the same for all."
    )


@dataclass(frozen=True)
class SquadAnswers:
    """Everybody's answers to one plan.

    Attributes
    ----------
    answers : Answers
        With what keeps somebody from being scored.
    left_open : ndarray of tuples of Problem, shape (n_athletes,)
        The answers of each that could not be read, of the kind ``left_open``.
    """

    answers: Answers
    left_open: NDArray[np.object_]


def read_athletes(athletes: pd.DataFrame, plan: Mapping[str, Any]) -> SquadAnswers:
    """Read everybody with the plan; what cannot be read is left open.

    What somebody must answer for a score, and warning signs, are not: a sign that is not
    understood may be one.  Nor is what the plan itself says.

    Parameters
    ----------
    athletes, plan
        As for `with_plan`.

    Examples
    --------
    >>> squad = pd.DataFrame({"age_years": [25, 31], "sleep_h": [8, "n.a.?"]})
    >>> [str(problem) for problem in read_athletes(squad, {}).left_open[1]]
    ['Sleep last night (sleep_h) is n.a.?; allowed is 0 to 14 h. It is left open.']
    """
    answers = read_frame(with_plan(athletes, plan))
    said = read_one({name: plan[name] for name in PLAN_FIELDS if name in plan})
    wrong = {problem.field for problem in said.problems if problem.kind == "not_allowed"}
    kept, opened = unread_left_open(answers, wrong)
    return SquadAnswers(kept, without_known_words(opened).problems_of_each())


def unread_left_open(
    answers: Answers, wrong: Container[str] = ()
) -> tuple[Answers, Answers]:
    """Open every question whose answer cannot be read, where that may be left open.

    Parameters
    ----------
    answers : Answers
    wrong : container of str
        Questions that are not opened.

    Returns
    -------
    kept : Answers
        With what still keeps a row from being scored.
    opened : Answers
        With what was left open, as problems of the kind ``left_open``.
    """
    kept: list[Findings] = []
    opened: list[Findings] = []
    for rows, problems in answers.findings:
        # Each finding is of one question and of one kind.
        field, kind = problems[0].field, problems[0].kind
        if kind != "not_allowed" or field in wrong or not may_be_left_open(field):
            kept.append((rows, problems))
            continue
        as_open = {problem: replace(problem, kind="left_open") for problem in set(problems)}
        opened.append((rows, np.array([as_open[p] for p in problems], object)))
    return (
        replace(answers, findings=tuple(kept)),
        replace(answers, findings=tuple(opened)),
    )


def without_known_words(opened: Answers) -> Answers:
    """Leave out words that no question is about: they need nobody to look at them."""
    told: list[Findings] = []
    for rows, problems in opened.findings:
        asked = np.array([not is_known_and_open(p.field, str(p.value)) for p in problems])
        told.append((rows[asked], problems[asked]))
    return replace(opened, findings=tuple(told))


def may_be_left_open(name: str) -> bool:
    """Whether a cell that cannot be read leaves a question open and no more."""
    return not FIELDS[name].required and FIELDS[name].group != "before"
