"""The record of an outcome: what the scorecard had said of a session, and what came.

No database: `riskmodel.store` keeps the outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.inputs.spelling import spelling
from riskmodel.inputs.told import ToldError, as_text, quoted
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.scorecard.file import version_of

MUSCLES: Mapping[str, str] = MappingProxyType(
    {
        "calf": "Calf",
        "hamstring": "Hamstring (back of the thigh)",
        "quadriceps": "Quadriceps (front of the thigh)",
        "foot": "Foot or toes",
        "groin": "Groin (inside of the thigh)",
        "buttock": "Buttock",
        "abdomen": "Abdomen",
        "arm_hand": "Arm or hand",
        "several": "Several at once",
        "other": "Other",
    }
)
"""Where a cramp was, with labels."""

LONGEST_NOTE = 80
"""Most characters of a program's version or a scorecard's fingerprint."""

UNREADABLE = (
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)
"""What reading some other object than answers can raise."""

_GREATEST = np.finfo(np.float64).max.item()
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class DiaryError(ToldError, ValueError):
    """An outcome that makes no sense; the message says what and what is allowed."""


DECIMALS = {
    **dict.fromkeys(("probability", "probability_low", "probability_high"), 4),
    **dict.fromkeys(("duration_min", "cramp_at_min"), 1),
}
"""Of what a diary gives out: more is nobody's to know."""


@dataclass(frozen=True)
class Outcome:
    """What was expected of one session, and what came of it.

    Written down before the session it is pending, without an outcome; `complete_outcome`
    adds that afterwards and leaves the expectation as it was.

    Only `check_outcome` says whether it makes sense, so that an outcome written by
    another version of the program can still be read.

    Attributes
    ----------
    day : datetime.date
        Of the session.
    probability, probability_low, probability_high : float
        As they stood when the expectation was written down, 0 to 1.
    program, scorecard : str
        Version of the program, and fingerprint of its scorecard.
    cramp : bool or None
        Whether there was one, during the session or within an hour after it; None as
        long as that is not known.
    sport : str
        A level of the field ``sport``.
    duration_min : float
        Minutes that the session takes or took, 5 to 1440.
    muscle : str, optional
        One of `MUSCLES`.
    cramp_at_min : float, optional
        Minutes into the session.
    after_session : bool
        Whether the cramp came when the session was over.
    answers : mapping of str to answer, optional
        The plan, if the person wants to keep it.
    scorecard_version : str
        Version of the scorecard.  Where only its fingerprint was noted it is found by
        that; empty if no scorecard that is known has it.
    """

    day: date
    probability: float
    probability_low: float
    probability_high: float
    program: str
    scorecard: str
    cramp: bool | None
    sport: str
    duration_min: float
    muscle: str | None = None
    cramp_at_min: float | None = None
    after_session: bool = False
    answers: Mapping[str, Any] | None = None
    scorecard_version: str = ""

    def __post_init__(self) -> None:
        noted = self.scorecard_version
        if isinstance(self.scorecard, str) and isinstance(noted, str) and not noted:
            object.__setattr__(self, "scorecard_version", version_of(self.scorecard))

    @property
    def pending(self) -> bool:
        """Whether the outcome is not known yet."""
        return self.cramp is None


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number that is finite; yes and no are none."""
    # No comparison of an int with a float can go wrong, whatever its size.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_GREATEST <= value <= _GREATEST
    )


def _short(value: object) -> str:
    return quoted(spelling(value), LONGEST_NOTE)


def chances_problems(outcome: Outcome) -> Iterable[str]:
    """What is wrong with the numbers that were expected."""
    chances = (outcome.probability_low, outcome.probability, outcome.probability_high)
    for name, value in zip(("low", "itself", "high"), chances, strict=True):
        if not is_number(value) or not 0 <= value <= 1:
            yield f"Probability ({name}) is {_short(value)}; allowed is 0 to 1."
            return
    if not chances[0] <= chances[1] <= chances[2]:
        yield (
            f"Probability is {chances[1]:g}; allowed is a number in its range, "
            f"{chances[0]:g} to {chances[2]:g}."
        )


def cramp_problems(outcome: Outcome) -> Iterable[str]:
    """What is wrong with what is said of a cramp."""
    at, muscle = outcome.cramp_at_min, outcome.muscle
    if outcome.cramp is not None and not isinstance(outcome.cramp, bool):
        yield f"Cramp is {_short(outcome.cramp)}; allowed is yes, no or not known yet."
    elif not outcome.cramp and not (
        muscle is None and at is None and outcome.after_session is False
    ):
        which = "whose outcome is not known yet" if outcome.pending else "without a cramp"
        yield f"A session {which} has no muscle and no time of a cramp."
    if muscle is not None and (not isinstance(muscle, str) or muscle not in MUSCLES):
        yield f"Muscle is {_short(muscle)}; allowed is one of {', '.join(MUSCLES)}."
    longest = FIELDS["duration_min"].high
    if at is not None and (not is_number(at) or not 0 <= at <= longest):
        yield f"The cramp came at {_short(at)} min; allowed is 0 to {longest:g} min."
    elif at is not None and outcome.after_session:
        yield "A cramp came during the session or after it, not both."
    elif at is not None and is_number(outcome.duration_min) and at > outcome.duration_min:
        yield (
            "The cramp came later than the session lasted, "
            f"{duration_text(outcome.duration_min)}; say that it came after it."
        )


def check_outcome(outcome: Outcome) -> tuple[str, ...]:
    """Name everything that makes no sense, with one sentence per problem.

    Examples
    --------
    >>> run = Outcome(date(2026, 7, 1), 0.1, 0.05, 0.2, "0.1.0", "abc", True,
    ...               "running", 60.0, muscle="ear")
    >>> print(check_outcome(run)[0][:44])
    Muscle is ear; allowed is one of calf, hamst
    """
    problems = [*chances_problems(outcome), *cramp_problems(outcome)]
    day = outcome.day
    if isinstance(day, datetime) or not isinstance(day, date):
        problems.append(f"Day is {_short(day)}; allowed is a date.")
    elif not _FIRST_DAY <= day <= _LAST_DAY:
        problems.append(f"Day is {day}; allowed is {_FIRST_DAY} to {_LAST_DAY}.")
    for what, text, least in (
        ("Version", outcome.program, 1),
        ("Scorecard", outcome.scorecard, 1),
        ("Version of the scorecard", outcome.scorecard_version, 0),
    ):
        if not isinstance(text, str) or not least <= len(text) <= LONGEST_NOTE:
            problems.append(
                f"{what} is {_short(text)}; allowed is a text of up to "
                f"{LONGEST_NOTE} characters."
            )
    if not isinstance(outcome.after_session, bool):
        after = _short(outcome.after_session)
        problems.append(f"After is {after}; allowed is yes or no.")
    # Blank or missing is as wrong here as impossible: a diary is about a real session.
    asked = {"sport": outcome.sport, "duration_min": outcome.duration_min}
    for name, value in asked.items():
        answers, wrong = _read({name: value})
        problems += wrong
        if not wrong and name not in answers:
            problems.append(f"{FIELDS[name].label} ({name}) is missing.")
    if outcome.answers is not None:
        problems += _read(outcome.answers)[1]
    return tuple(problems)


def _read(answers: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read answers that may be anything, as the row of another program is."""
    try:
        if not isinstance(answers, Mapping):
            raise TypeError
        tidied, problems = tidy(answers)
    except UNREADABLE:
        return {}, (f"The answers of this session cannot be read ({_short(answers)}).",)
    return tidied, tuple(map(str, problems))


def complete_outcome(
    outcome: Outcome,
    *,
    cramp: bool,
    muscle: str | None = None,
    cramp_at_min: float | None = None,
    after_session: bool = False,
    duration_min: float | None = None,
) -> Outcome:
    """Add to a pending outcome what came of the session.

    What was expected stays as it was written down beforehand.

    Parameters
    ----------
    outcome, cramp, muscle, cramp_at_min, after_session
        As in `Outcome`, which is pending.
    duration_min : float, optional
        Minutes that the session took, 5 to 1440; by default as planned.

    Raises
    ------
    DiaryError
        If the outcome is known already, or `check_outcome` finds a problem.

    Examples
    --------
    >>> planned = Outcome(date(2026, 7, 1), 0.1, 0.05, 0.2, "0.1.0", "abc", None,
    ...                   "running", 60.0)
    >>> done = complete_outcome(planned, cramp=True, muscle="calf", duration_min=55)
    >>> planned.pending, done.pending, done.probability
    (True, False, 0.1)
    """
    if not outcome.pending:
        raise DiaryError("The outcome of this session is written down already.")
    if not isinstance(cramp, bool):
        raise DiaryError(f"Cramp is {_short(cramp)}; allowed is yes or no.")
    done = replace(
        outcome,
        cramp=cramp,
        muscle=muscle,
        cramp_at_min=cramp_at_min,
        after_session=after_session,
        duration_min=outcome.duration_min if duration_min is None else duration_min,
    )
    if problems := check_outcome(done):
        raise DiaryError(" ".join(problems))
    return done


def outcomes_frame(outcomes: Sequence[Outcome], *, private: bool = False) -> pd.DataFrame:
    """Lay out outcomes as a table, one row for each.

    Parameters
    ----------
    outcomes : sequence of Outcome
    private : bool
        Whether to put in those answers of the plan that `Field.private` keeps out.

    Returns
    -------
    pandas.DataFrame
        Answers of the plan in columns ``plan_NAME``.  What is not known yet is "".
    """
    columns = [name for name in Outcome.__dataclass_fields__ if name != "answers"]
    rows = []
    for outcome in outcomes:
        row = {name: _cell(getattr(outcome, name)) for name in columns}
        row["day"] = outcome.day.isoformat()
        row["cramp"] = yes_or_no(outcome.cramp)
        # When a cramp came can be left open; that is not a no.
        at, after = outcome.cramp_at_min, outcome.after_session
        open_ = outcome.pending or (outcome.cramp and at is None and not after)
        row["after_session"] = yes_or_no(None if open_ else after)
        for name, answer in (outcome.answers or {}).items():
            if private or (name in FIELDS and not FIELDS[name].private):
                if isinstance(answer, list | tuple):
                    answer = ";".join(map(spelling, answer))
                row[f"plan_{name}"] = _cell(answer)
        rows.append(row)
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)


def _cell(value: Any) -> Any:
    """A value as every table can hold it."""
    return as_text(value) if isinstance(value, str) else value


def yes_or_no(known: bool | None) -> str:
    """A cell: empty as long as it is not known."""
    return "" if known is None else "yes" if known else "no"


def outcomes_csv(outcomes: Sequence[Outcome], *, private: bool = False) -> bytes:
    """Write `outcomes_frame` as CSV for a spreadsheet, in which no text acts as a formula.

    Examples
    --------
    >>> outcomes_csv([]).decode("utf-8-sig").split(",")[:2]
    ['"day"', '"probability"']
    """
    return to_csv(outcomes_frame(outcomes, private=private).round(DECIMALS))
