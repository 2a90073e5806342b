"""The outcome diary: what came of sessions, beside what the scorecard had said.

For one person to look back.  It is no validation, and nothing here changes a weight.
No database either: `riskmodel.store` keeps the outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.spreadsheet import to_csv

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

LABEL = "Personal, not a validation"
"""Stands beside every comparison."""

FEWEST_SESSIONS = 10
"""Sessions below which nothing is compared (judgement)."""

LEVEL = 0.9
"""Part of the cases that a range holds, as everywhere in this product."""

LONGEST_NOTE = 80
"""Most characters of a program's version or a scorecard's fingerprint."""

_GREATEST = np.finfo(np.float64).max.item()
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


class DiaryError(ValueError):
    """An outcome that makes no sense; the message says what and what is allowed."""


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

    @property
    def pending(self) -> bool:
        """Whether the outcome is not known yet."""
        return self.cramp is None


@dataclass(frozen=True)
class DiaryReport:
    """Sessions with a cramp, beside how many there would be if the numbers were right.

    Pending sessions count nowhere but in ``n_pending``.

    Attributes
    ----------
    n_sessions, n_cramps : int
        Sessions in the diary whose outcome is known, and those with a cramp.
    enough : bool
        Whether there are `FEWEST_SESSIONS`; if not, what follows is NaN or None.
    expected : float
        Sum of the probabilities.
    expected_low, expected_high : int or None
        Central range of the number of cramps, if every probability were right.
    share, share_low, share_high : float
        Observed part of the sessions, and its range.
    verdict : {"too few", "fewer", "within", "more"}
    scorecards : tuple of str
        Fingerprints of the scorecards that gave the probabilities.
    sentences : tuple of str
        The same in words; the last is about what it does not mean.
    label : str
    n_pending : int
        Sessions in the diary whose outcome is not known yet.
    """

    n_sessions: int
    n_cramps: int
    enough: bool
    expected: float
    expected_low: int | None
    expected_high: int | None
    share: float
    share_low: float
    share_high: float
    verdict: str
    scorecards: tuple[str, ...]
    sentences: tuple[str, ...]
    label: str = LABEL
    n_pending: int = 0


def _is_number(value: object) -> bool:
    # No comparison of an int with a float can go wrong, whatever its size.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_GREATEST <= value <= _GREATEST
    )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]}…"


def _chances_problems(outcome: Outcome) -> Iterable[str]:
    chances = (outcome.probability_low, outcome.probability, outcome.probability_high)
    for name, value in zip(("low", "itself", "high"), chances, strict=True):
        if not _is_number(value) or not 0 <= value <= 1:
            yield f"Probability ({name}) is {_short(value)}; allowed is 0 to 1."
            return
    if not chances[0] <= chances[1] <= chances[2]:
        yield (
            f"Probability is {chances[1]:g}; allowed is a number in its range, "
            f"{chances[0]:g} to {chances[2]:g}."
        )


def _cramp_problems(outcome: Outcome) -> Iterable[str]:
    at, muscle = outcome.cramp_at_min, outcome.muscle
    if outcome.cramp is not None and not isinstance(outcome.cramp, bool):
        yield f"Cramp is {_short(outcome.cramp)}; allowed is yes, no or not known yet."
    elif not outcome.cramp and (muscle, at, outcome.after_session) != (None, None, False):
        which = "whose outcome is not known yet" if outcome.pending else "without a cramp"
        yield f"A session {which} has no muscle and no time of a cramp."
    if muscle is not None and (not isinstance(muscle, str) or muscle not in MUSCLES):
        yield f"Muscle is {_short(muscle)}; allowed is one of {', '.join(MUSCLES)}."
    longest = FIELDS["duration_min"].high
    if at is not None and (not _is_number(at) or not 0 <= at <= longest):
        yield f"The cramp came at {_short(at)} min; allowed is 0 to {longest:g} min."
    elif at is not None and outcome.after_session:
        yield "A cramp came during the session or after it, not both."
    elif at is not None and _is_number(outcome.duration_min) and at > outcome.duration_min:
        yield (
            f"The cramp came at {at:g} min, after the session of "
            f"{outcome.duration_min:g} min; say that it came after it."
        )


def check_outcome(outcome: Outcome) -> tuple[str, ...]:
    """Name everything that makes no sense.

    Parameters
    ----------
    outcome : Outcome

    Returns
    -------
    tuple of str
        One sentence per problem.

    Examples
    --------
    >>> run = Outcome(date(2026, 7, 1), 0.1, 0.05, 0.2, "0.1.0", "abc", True,
    ...               "running", 60.0, muscle="ear")
    >>> print(check_outcome(run)[0][:44])
    Muscle is ear; allowed is one of calf, hamst
    """
    problems = [*_chances_problems(outcome), *_cramp_problems(outcome)]
    day = outcome.day
    if isinstance(day, datetime) or not isinstance(day, date):
        problems.append(f"Day is {_short(day)}; allowed is a date.")
    elif not _FIRST_DAY <= day <= _LAST_DAY:
        problems.append(f"Day is {day}; allowed is {_FIRST_DAY} to {_LAST_DAY}.")
    for what, text in (("Version", outcome.program), ("Scorecard", outcome.scorecard)):
        if not isinstance(text, str) or not 0 < len(text) <= LONGEST_NOTE:
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
        given, wrong = _read({name: value})
        problems += wrong
        if not wrong and name not in given:
            problems.append(f"{FIELDS[name].label} ({name}) is missing.")
    if outcome.answers is not None:
        problems += _read(outcome.answers)[1]
    return tuple(problems)


def _read(answers: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Read answers that may be anything, as the row of another program is."""
    try:
        tidied, problems = tidy(answers)
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
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
    outcome : Outcome
        Pending.
    cramp, muscle, cramp_at_min, after_session
        As in `Outcome`.
    duration_min : float, optional
        Minutes that the session took, 5 to 1440; by default as planned.

    Returns
    -------
    Outcome

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


def count_chances(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Chance of each number of cramps: the Poisson binomial distribution.

    Exact, by convolution of one session after the other, see Chen and Liu (1997),
    Statistica Sinica 7, 875-892.

    Parameters
    ----------
    probabilities : array_like of shape (n_sessions,)
        Chance of a cramp in each session, 0 to 1.

    Returns
    -------
    ndarray of shape (n_sessions + 1,)
        Chance of 0, 1, ... sessions with a cramp; they sum to 1.

    Raises
    ------
    DiaryError
        If a probability is not from 0 to 1.

    Examples
    --------
    >>> count_chances([0.5, 0.5]).tolist()
    [0.25, 0.5, 0.25]
    """
    chances = np.atleast_1d(np.asarray(probabilities, dtype=np.float64))
    wrong = chances[~((chances >= 0) & (chances <= 1))]
    if wrong.size:
        raise DiaryError(f"Probability is {wrong[0]:g}; allowed is 0 to 1.")
    counts = np.ones(1)
    for chance in chances:
        counts = np.convolve(counts, (1.0 - chance, chance))
    return counts


def central_range(counts: NDArray[np.float64], level: float = LEVEL) -> tuple[int, int]:
    """Range of numbers that leaves out at most half the rest on either side.

    Parameters
    ----------
    counts : ndarray of shape (n + 1,)
        As from `count_chances`.
    level : float
        0 to 1.

    Returns
    -------
    low, high : int

    Examples
    --------
    >>> central_range(count_chances([0.5] * 20))
    (6, 14)
    """
    below = np.cumsum(counts)
    tail = (1.0 - level) / 2.0
    # Sums of many small terms are right to about 1e-12.
    low = int(np.searchsorted(below, tail - 1e-12))
    high = int(np.searchsorted(below, 1.0 - tail - 1e-12))
    return low, min(high, counts.size - 1)


def wilson_interval(count: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a share, without continuity correction.

    Wilson (1927), J. Am. Stat. Assoc. 22, 209-212,
    doi:10.1080/01621459.1927.10502953.

    Parameters
    ----------
    count : int
        0 to n.
    n : int
        1 or more.
    level : float
        Chance that the interval holds the true share, between 0 and 1.

    Returns
    -------
    low, high : float
        0 to 1.

    Raises
    ------
    DiaryError
        If a number is outside of what is allowed.

    Examples
    --------
    >>> low, high = wilson_interval(81, 263, 0.95)
    >>> f"{low:.4f} {high:.4f}"
    '0.2553 0.3662'
    """
    if n < 1 or not 0 <= count <= n:
        raise DiaryError(f"{count} of {n} is no share; allowed is 0 to n of 1 or more.")
    if not 0 < level < 1:
        raise DiaryError(f"Level is {level:g}; allowed is a number between 0 and 1.")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    centre = (count + z * z / 2.0) / (n + z * z)
    half = z / (n + z * z) * float(np.sqrt(count * (n - count) / n + z * z / 4.0))
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == n else centre + half
    return low, high


def compare_outcomes(outcomes: Sequence[Outcome]) -> DiaryReport:
    """Set the cramps that came beside the cramps that were expected.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Pending ones are left out.

    Returns
    -------
    DiaryReport
        With a comparison once there are `FEWEST_SESSIONS`.

    Raises
    ------
    DiaryError
        If a probability is not from 0 to 1.

    Notes
    -----
    The range of the expected number takes the probabilities as right and the sessions
    as independent; those of one person are not quite.  The range of the share is
    Wilson's.  The first holds 90 % or more, as
    it counts whole cramps, the second about 90 %.

    Examples
    --------
    >>> run = Outcome(date(2026, 7, 1), 0.2, 0.1, 0.4, "0.1.0", "abc", False,
    ...               "running", 60.0)
    >>> print(compare_outcomes([run] * 20).sentences[1].split(", and ")[1])
    at least 9 times in 10 from 1 to 7.
    """
    known = [outcome for outcome in outcomes if not outcome.pending]
    n_pending = len(outcomes) - len(known)
    waiting = [f"{_sessions(n_pending)} to come, or without an outcome yet."]
    chances = np.array([outcome.probability for outcome in known], dtype=np.float64)
    counts = count_chances(chances)
    n, observed = len(known), sum(bool(outcome.cramp) for outcome in known)
    cards = tuple(dict.fromkeys(outcome.scorecard for outcome in known))
    nan = float("nan")
    if n < FEWEST_SESSIONS:
        sentences = (
            f"{_sessions(n)} in the diary, {_with_cramp(observed)}.",
            f"From {FEWEST_SESSIONS} sessions on they are compared with what was "
            "expected; fewer say too little.",
            *(waiting if n_pending else ()),
            f"{LABEL}.",
        )
        return DiaryReport(
            n_sessions=n,
            n_cramps=observed,
            enough=False,
            expected=nan,
            expected_low=None,
            expected_high=None,
            share=nan,
            share_low=nan,
            share_high=nan,
            verdict="too few",
            scorecards=cards,
            sentences=sentences,
            n_pending=n_pending,
        )
    low, high = central_range(counts)
    share_low, share_high = wilson_interval(observed, n)
    verdict = "fewer" if observed < low else "more" if observed > high else "within"
    return DiaryReport(
        n_sessions=n,
        n_cramps=observed,
        enough=True,
        expected=float(chances.sum()),
        expected_low=low,
        expected_high=high,
        share=observed / n,
        share_low=share_low,
        share_high=share_high,
        verdict=verdict,
        scorecards=cards,
        sentences=(
            f"{_sessions(n)} in the diary, {_with_cramp(observed)}: "
            f"{100 * observed / n:.0f} of 100, and anything from {100 * share_low:.0f} "
            f"to {100 * share_high:.0f} of 100 fits that.",
            f"If the probabilities were right, {chances.sum():.1f} would be expected, "
            f"and at least 9 times in 10 from {low} to {high}.",
            _VERDICTS[verdict],
            *(
                [f"The probabilities come from {len(cards)} versions of the scorecard."]
                if len(cards) > 1
                else []
            ),
            *(waiting if n_pending else ()),
            f"{LABEL}: these are one person's sessions, written down by that person, and "
            "no weight is changed for them.",
        ),
        n_pending=n_pending,
    )


_VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        "fewer": "You had fewer cramps than that.",
        "within": "What you had lies within that.",
        "more": "You had more cramps than that.",
    }
)


def _sessions(n: int) -> str:
    return f"{n} session" if n == 1 else f"{n} sessions"


def _with_cramp(n: int) -> str:
    return f"{n or 'none'} with a cramp"


def outcomes_frame(outcomes: Sequence[Outcome], *, private: bool = False) -> pd.DataFrame:
    """Lay out outcomes as a table, in their order.

    Parameters
    ----------
    outcomes : sequence of Outcome
    private : bool
        Whether to put in those answers of the plan that `Field.private` keeps out.

    Returns
    -------
    pandas.DataFrame
        One row for each; answers of the plan in columns ``plan_NAME``.  What is not
        known yet is "".
    """
    rows = []
    for outcome in outcomes:
        row = {name: getattr(outcome, name) for name in _COLUMNS}
        row["day"] = outcome.day.isoformat()
        row["cramp"] = _yes_or_no(outcome.cramp)
        # When a cramp came can be left open; that is not a no.
        unsaid = (
            outcome.cramp and outcome.cramp_at_min is None and not outcome.after_session
        )
        after = None if outcome.pending or unsaid else outcome.after_session
        row["after_session"] = _yes_or_no(after)
        rows.append(
            row
            | {
                f"plan_{name}": ";".join(map(str, value))
                if isinstance(value, list | tuple)
                else value
                for name, value in (outcome.answers or {}).items()
                if private or (name in FIELDS and not FIELDS[name].private)
            }
        )
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(_COLUMNS))


def _yes_or_no(known: bool | None) -> str:
    return "" if known is None else "yes" if known else "no"


_COLUMNS = tuple(name for name in Outcome.__dataclass_fields__ if name != "answers")


def outcomes_csv(outcomes: Sequence[Outcome], *, private: bool = False) -> bytes:
    """Write outcomes as CSV in which no text acts as a formula.

    Parameters
    ----------
    outcomes, private
        As for `outcomes_frame`.

    Examples
    --------
    >>> outcomes_csv([]).decode("utf-8-sig").split(",")[:2]
    ['"day"', '"probability"']
    """
    return to_csv(outcomes_frame(outcomes, private=private))
