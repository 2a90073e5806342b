"""The record of a squad's session: what was expected of each, and what came of it.

No database: `riskmodel.store` keeps the sessions, as `as_content` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, get_type_hints

import pandas as pd

from riskmodel.diary.outcomes import (
    DiaryError,
    Outcome,
    chances_problems,
    check_outcome,
    cramp_problems,
    is_number,
)
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.told import quoted
from riskmodel.inputs.units import UNITS, duration_text
from riskmodel.squad.limits import MOST_ROWS

LONGEST_ATHLETE = 1000
"""Most characters of a name, as in a list."""

LONGEST_LIST = 80
"""Most characters of the name of a list: judgement."""

DRUNK = Field("fluid_drunk_l", "plan", "Drunk", "number", unit="l", low=0, high=20)
"""What was drunk between two weighings; that nobody drinks more is judgement."""

AFTERWARDS_MIN = 60.0
"""How long after a session a cramp counts as one of it, as the question says. [min]"""


@dataclass(frozen=True)
class AthleteRecord:
    """What was expected of one athlete, and what came.

    Attributes
    ----------
    athlete : str
        Nobody else in the session has this name.
    probability, probability_low, probability_high : float or None
        As they stood when they were written down, 0 to 1; None where there was no number.
    cramp : bool or None
        Whether there was one, in the session or within an hour after; None as long as
        nobody has said.
    muscle : str, optional
        One of `riskmodel.diary.outcomes.MUSCLES`.
    cramp_at_min : float, optional
        Minutes from the start, up to `AFTERWARDS_MIN` after the planned end.
    mass_before_kg, mass_after_kg : float, optional
        Weighed, 25 to 250. [kg]
    fluid_drunk_l : float, optional
        Between the weighings, 0 to 20. [l]
    absent : bool
        Whether somebody was not there: nothing can have come then.
    has_own_name : bool
        Whether the name stands once in the list; a name by the row, as of
        `riskmodel.squad.summary.labels`, means somebody else in another list.
    """

    athlete: str
    probability: float | None
    probability_low: float | None
    probability_high: float | None
    cramp: bool | None = None
    muscle: str | None = None
    cramp_at_min: float | None = None
    mass_before_kg: float | None = None
    mass_after_kg: float | None = None
    fluid_drunk_l: float | None = None
    absent: bool = False
    has_own_name: bool = True


CHANCES = ("probability", "probability_low", "probability_high")
"""Of each athlete, the number that was expected."""

EXPECTED = ("athlete", *CHANCES, "has_own_name")
"""Of each athlete, what is written down before and stays."""


@dataclass(frozen=True)
class SquadSession:
    """One session of a squad.

    Attributes
    ----------
    day : datetime.date
    program, scorecard, scorecard_version : str
        What the numbers come from, as in `riskmodel.diary.outcomes.Outcome`.
    sport : str
        A level of the field ``sport``.
    duration_min : float
        Planned, 5 to 1440. [min]
    athletes : tuple of AthleteRecord
    wbgt_c : float, optional
        Measured during the session, -10 to 45. [°C]
    between_weighings_min : float, optional
        From weighing before to weighing after, 5 to 1440; without, no sweat rate. [min]
    list_name : str, optional
        Of the list that it was written from; "" where nobody said.
    mass_unit : str, optional
        In which that list gives weights, "kg" or "lb"; "" where nobody knows.
    """

    day: date
    program: str
    scorecard: str
    scorecard_version: str
    sport: str
    duration_min: float
    athletes: tuple[AthleteRecord, ...]
    wbgt_c: float | None = None
    between_weighings_min: float | None = None
    list_name: str = ""
    mass_unit: str = ""

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was noted of it yet."""
        of_all = (self.wbgt_c, self.between_weighings_min)
        as_written = (
            AthleteRecord(**{name: getattr(record, name) for name in EXPECTED})
            for record in self.athletes
        )
        return of_all == (None, None) and self.athletes == tuple(as_written)

    @property
    def present(self) -> tuple[AthleteRecord, ...]:
        """Everybody of whom nobody has said that they were not there."""
        return tuple(record for record in self.athletes if not record.absent)

    @property
    def n_known(self) -> int:
        """Of how many athletes it is known whether there was a cramp."""
        return sum(record.cramp is not None for record in self.athletes)

    @property
    def n_cramps(self) -> int:
        """How many athletes had a cramp."""
        return sum(record.cramp is True for record in self.athletes)


def expected_of(scored: pd.DataFrame, names: pd.Series[str]) -> tuple[AthleteRecord, ...]:
    """What a scored squad is expected to bring, for each athlete with a name of its own.

    Whoever has no number, or must not start, has none here either.

    Parameters
    ----------
    scored : pandas.DataFrame
        From `riskmodel.score_squad`, with `riskmodel.squad.summary.labels` as names.
    names : pandas.Series of str
        As they stand in the list, by the same index.
    """
    counted = scored["probability"].notna() & ~scored["must_not_start"]
    numbers = scored[list(CHANCES)].astype(object).where(counted, None)
    own = scored["athlete"] == names.astype(str).str.strip()
    return tuple(
        AthleteRecord(str(name), middle, low, high, has_own_name=has_own_name)
        for name, (middle, low, high), has_own_name in zip(
            scored["athlete"], numbers.to_numpy().tolist(), own.tolist(), strict=True
        )
    )


def with_outcomes(
    session: SquadSession,
    outcomes: Mapping[str, Mapping[str, Any]],
    wbgt_c: float | None = None,
    between_weighings_min: float | None = None,
) -> SquadSession:
    """Put what came of a session to it; what was expected stays as it was written.

    Parameters
    ----------
    session : SquadSession
    outcomes : mapping of str to mapping
        By the name of an athlete, fields of `AthleteRecord` that are not in `EXPECTED`;
        whoever is not in it stays as before.
    wbgt_c : float, optional
        Measured. [°C]
    between_weighings_min : float, optional
        [min]

    Raises
    ------
    DiaryError
        If there is no such athlete or field, or `check_session` finds a problem.

    Examples
    --------
    >>> before = SquadSession(date(2026, 7, 1), "0.1.0", "abc", "2026.1", "soccer", 90.0,
    ...                       (AthleteRecord("Ada", 0.1, 0.05, 0.2),))
    >>> after = with_outcomes(before, {"Ada": {"cramp": True, "muscle": "calf"}})
    >>> after.athletes[0].cramp, after.athletes[0].probability, before.n_known
    (True, 0.1, 0)
    """
    names = {record.athlete for record in session.athletes}
    allowed = {f.name for f in fields(AthleteRecord)} - set(EXPECTED)
    for name, came in outcomes.items():
        if name not in names:
            raise DiaryError(f"{quoted(name, 40)} is not in this session.")
        if wrong := [what for what in came if what not in allowed]:
            raise DiaryError(f"{quoted(wrong[0], 40)} is not what can come of a session.")
    done = replace(
        session,
        wbgt_c=wbgt_c,
        between_weighings_min=between_weighings_min,
        athletes=tuple(
            replace(record, **outcomes.get(record.athlete, {}))
            for record in session.athletes
        ),
    )
    if problems := check_session(done):
        raise DiaryError(" ".join(problems))
    return done


def same_expectation(one: SquadSession, other: SquadSession) -> bool:
    """Whether two records expect the same of the same people, whatever came."""
    written = ("day", "program", "scorecard", "scorecard_version", "sport", "duration_min",
               "list_name")  # fmt: skip
    return all(getattr(one, name) == getattr(other, name) for name in written) and [
        [getattr(record, name) for name in EXPECTED] for record in one.athletes
    ] == [[getattr(record, name) for name in EXPECTED] for record in other.athletes]


# ------------------------------------------------------------------------ what is wrong


def check_session(session: SquadSession) -> tuple[str, ...]:
    """Name everything that makes no sense, with one sentence per problem."""
    problems: list[str] = []
    n, names = len(session.athletes), [record.athlete for record in session.athletes]
    if not 1 <= n <= MOST_ROWS:
        problems.append(f"There are {n} athletes; allowed is 1 to {MOST_ROWS}.")
    if len(set(names)) < n:
        problems.append("Two athletes have the same name.")
    problems += _number_problems("Measured WBGT", session.wbgt_c, *_limits("wbgt_c"), "°C")
    problems += _number_problems(
        "Between the weighings",
        session.between_weighings_min,
        *_limits("duration_min"),
        "min",
    )
    if len(session.list_name) > LONGEST_LIST:
        problems.append(
            f"The name of the list has {len(session.list_name)} characters; allowed is up "
            f"to {LONGEST_LIST}."
        )
    if session.mass_unit not in ("", *UNITS["kg"]):
        problems.append(
            f"Weights are in {quoted(session.mass_unit, 40)}; allowed is "
            f"{' or '.join(UNITS['kg'])}."
        )
    if not is_number(session.duration_min):
        problems.append("The planned minutes are no number.")
    problems += check_outcome(_as_outcome(session, None))
    for record in session.athletes:
        problems += [
            f"{quoted(record.athlete, 40)}: {problem}"
            for problem in record_problems(session, record)
        ]
        if not 1 <= len(record.athlete) <= LONGEST_ATHLETE:
            problems.append(
                f"A name has {len(record.athlete)} characters; allowed is 1 to "
                f"{LONGEST_ATHLETE}."
            )
    return tuple(problems)


def record_problems(session: SquadSession, record: AthleteRecord) -> tuple[str, ...]:
    """Name what makes no sense of one athlete, who may be changed since."""
    as_outcome = _as_outcome(session, record)
    at, duration_min = record.cramp_at_min, session.duration_min
    problems = list(_weighing_problems(record))
    if any(getattr(record, name) is not None for name in CHANCES):
        problems += chances_problems(as_outcome)
    problems += cramp_problems(as_outcome)
    if is_number(at) and is_number(duration_min) and at > duration_min + AFTERWARDS_MIN:
        problems.append(
            f"The cramp came at {duration_text(at)}; allowed is up to an hour after the "
            f"planned end, {duration_text(duration_min + AFTERWARDS_MIN)}."
        )
    if record.absent and record.cramp is not None:
        problems.append("Who was not there has no outcome.")
    return tuple(problems)


def _limits(name: str) -> tuple[float, float]:
    return FIELDS[name].low, FIELDS[name].high


def _as_outcome(session: SquadSession, record: AthleteRecord | None) -> Outcome:
    """The session as one athlete's diary has it; without anybody, only the session."""
    own = record or AthleteRecord("", 0.0, 0.0, 0.0)
    at, is_after = own.cramp_at_min, False
    if is_number(at) and is_number(session.duration_min):
        is_after = at > session.duration_min
    return Outcome(
        day=session.day,
        # `chances_problems` says what is no number.
        probability=own.probability,  # type: ignore[arg-type]
        probability_low=own.probability_low,  # type: ignore[arg-type]
        probability_high=own.probability_high,  # type: ignore[arg-type]
        program=session.program,
        scorecard=session.scorecard,
        scorecard_version=session.scorecard_version,
        cramp=own.cramp,
        sport=session.sport,
        duration_min=session.duration_min,
        muscle=own.muscle,
        cramp_at_min=None if is_after else at,
        after_session=is_after,
    )


def _weighing_problems(record: AthleteRecord) -> Iterable[str]:
    low, high = _limits("body_mass_kg")
    yield from _number_problems("Weight before", record.mass_before_kg, low, high, "kg")
    yield from _number_problems("Weight after", record.mass_after_kg, low, high, "kg")
    yield from _number_problems("Drunk", record.fluid_drunk_l, DRUNK.low, DRUNK.high, "l")


def _number_problems(
    what: str, value: Any, low: float, high: float, unit: str
) -> Iterable[str]:
    if value is None:
        return
    if not is_number(value) or not low <= value <= high:
        yield (
            f"{what} is {quoted(str(value), 40)}; allowed is {low:g} to {high:g} {unit}."
        )


# ---------------------------------------------------------------------------- as content


def as_content(session: SquadSession) -> dict[str, Any]:
    """The session as JSON holds it."""
    return {
        **asdict(session),
        "day": session.day.isoformat(),
        "athletes": [asdict(record) for record in session.athletes],
    }


def of_content(content: Any) -> SquadSession:
    """Read what `as_content` wrote, also with more that another version knows.

    Raises
    ------
    DiaryError
        If something is missing, or is of another kind.
    """
    try:
        own = {f.name: content[f.name] for f in fields(SquadSession) if f.name in content}
        known = [f.name for f in fields(AthleteRecord)]
        athletes = tuple(
            AthleteRecord(**{name: row[name] for name in known if name in row})
            for row in own["athletes"]
        )
        day = date.fromisoformat(own["day"])
        session = SquadSession(**{**own, "day": day, "athletes": athletes})
        if not all([_is_of_its_kinds(session), *map(_is_of_its_kinds, athletes)]):
            raise TypeError
    except (TypeError, ValueError, KeyError, AttributeError):
        raise DiaryError("The session of this squad cannot be read.") from None
    return session


_MORE_THAN_NOTHING = ("duration_min", "between_weighings_min")


def _is_of_its_kinds(one: SquadSession | AthleteRecord) -> bool:
    """Whether every field holds what its annotation says, numbers finite."""
    kinds = get_type_hints(type(one))
    for name in kinds.keys() - {"day", "athletes"}:
        value = getattr(one, name)
        if isinstance(value, float) and not is_number(value):
            return False
        # A whole number stands for a float too.
        if not isinstance(0.0 if is_number(value) else value, kinds[name]):
            return False
        if name in _MORE_THAN_NOTHING and value is not None and value <= 0:
            return False
    return True
