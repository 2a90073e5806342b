"""What to change: levers that apply to a session, and what each does to the answer.

A lever changes answers, and the changed session runs through the same chain as any.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import Answers, unknown_column
from riskmodel.inputs.results import EqualWhereAlike, ShortRepr
from riskmodel.inputs.session import Session, read_session, spelt
from riskmodel.inputs.units import Chosen
from riskmodel.physiology.plan import LITTLE_L
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment, assessment_of
from riskmodel.scoring.bands import band_name, in_100_text
from riskmodel.scoring.engine import Engine, Result, engine
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.drinking import enough_to_drink_l_h, most_to_drink_l_h
from riskmodel.whatif.levers import LEVERS, Lever
from riskmodel.whatif.seen import Plan
from riskmodel.whatif.vetoes import vetoed_levers, vetoes_for

LEAST_POINTS = 0.5
"""A lever that saves fewer points is not worth a line: judgement."""
LEAST_SAVED_IN_100 = 0.5
"""Nor is one that saves fewer of 100 sessions: judgement."""
LEAST_SAVED_SHARE = 0.1
"""Nor one that saves a smaller share of the plan's own chance: judgement."""

DRINKS_LESS = ", and drink less then"
"""What a label adds where the planned drink goes down too."""

MOST_SESSIONS = 200.0
"""Where one cramp fewer takes more sessions, no number of them is told: judgement."""

MEDICINES_NOTE = (
    "Some medicines go with cramps. Ask your doctor or pharmacist about yours before you "
    "change anything."
)


@dataclass(frozen=True, eq=False, repr=False)
class Option(ShortRepr, EqualWhereAlike):
    """One lever, or two together, and the answer that the changed session gets.

    Attributes
    ----------
    levers : tuple of Lever
    changes : mapping of str to answer
        What to set in the session; None leaves a question open.
    points_saved : float
        Total points now less those afterwards.
    saved_in_100 : float
        How many fewer of 100 sessions would bring a cramp.
    total_points, probability : float
        Of the changed session.
    saved_span_in_100 : tuple of float
        The least and the most that it saves, of the sessions as they are and at both
        ends of their ranges: what lies low lies low with the lever, too (judgement).
    drinks_less : bool
        Whether the planned drink goes down too, as less is sweated.
    """

    levers: tuple[Lever, ...]
    changes: Mapping[str, Any]
    points_saved: float
    saved_in_100: float
    total_points: float
    probability: float
    saved_span_in_100: tuple[float, float]
    drinks_less: bool = False

    @property
    def sessions_for_one_cramp_fewer(self) -> tuple[float, float, float] | None:
        """About how many such sessions spare one cramp, and from how many to how many.

        None beyond `MOST_SESSIONS`; an end of the range beyond it is infinite.
        """
        saved = (self.saved_in_100, *reversed(self.saved_span_in_100))
        about, fewest, most = (
            100.0 / each if MOST_SESSIONS * each > 100.0 else math.inf for each in saved
        )
        return (about, fewest, most) if about < math.inf else None

    @property
    def in_100(self) -> str:
        """How many of 100 changed sessions, as in `riskmodel.Assessment`."""
        return in_100_text(self.probability)

    @property
    def band(self) -> str:
        """Band of the changed session, as in `riskmodel.Assessment`."""
        return band_name(self.probability)

    @property
    def label(self) -> str:
        """What to do, in a few words and the project's units."""
        return self.label_in({})

    def label_in(self, chosen: Chosen) -> str:
        """What to do, in a few words and the chosen units."""
        labels = [lever.worded(lever.label_template, chosen) for lever in self.levers]
        labels[1:] = [label[0].lower() + label[1:] for label in labels[1:]]
        return " and ".join(labels) + DRINKS_LESS * self.drinks_less


@dataclass(frozen=True, eq=False, repr=False)
class Advice(ShortRepr, EqualWhereAlike):
    """Levers that apply, those that help most first.

    Attributes
    ----------
    now, weeks : tuple of Option
        For this session, and for the weeks before a session like it; each saves
        `LEAST_SAVED_IN_100` and `LEAST_SAVED_SHARE` at least, or is there for safety.
    pair : Option or None
        The best two for this session together, if they save as much over the best one.
    vetoes : tuple of str
        Name of each `Veto` for which levers were left out.
    notes : tuple of str
        What carries no number.
    drink_l_h : float or None
        Fluid that keeps the loss of body mass near 2 %, and never more than people
        sweat who sweat little; None where no amount may be named. [l/h]
    """

    now: tuple[Option, ...] = ()
    weeks: tuple[Option, ...] = ()
    pair: Option | None = None
    vetoes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    drink_l_h: float | None = None


def advise(
    session: Session | Mapping[str, Any],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Advice:
    """Find what would lower the answer of one session.

    Parameters
    ----------
    session : Session or mapping of str to answer
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    Advice
        Empty if the session cannot be scored.

    Raises
    ------
    ValueError
        If a name is not in `FIELDS`.

    Examples
    --------
    >>> advice = advise({"sport": "running", "duration_min": 90, "session_rpe": 6,
    ...                  "age_years": 30, "air_temperature_c": 31,
    ...                  "relative_humidity_pct": 60, "sky": "clear"})
    >>> [option.label for option in advice.now][:1]
    ['Go two steps easier']
    """
    return assess_and_advise(session, scorecard, calibration)[1]


def assess_and_advise(
    session: Session | Mapping[str, Any],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> tuple[Assessment, Advice]:
    """Score one session and find what would lower its answer, reading it once.

    Parameters, errors and both values are those of `riskmodel.assess` and `advise`.
    """
    answers, used = read_session(session), engine(scorecard, calibration)
    base = used.run(answers, detail=True)
    assessment = assessment_of(answers, base, used)
    return assessment, Advice() if answers.findings else _advice(answers, base, used)


def _advice(answers: Answers, base: Result, used: Engine) -> Advice:
    plan = plan_of(answers, base, used)
    vetoes, vetoed = vetoes_for(plan), vetoed_levers(plan)
    notes = tuple(veto.note for veto in vetoes if veto.note)
    notes += _notes(plan, used.scorecard)
    drink_l_h = None if "drink" in vetoed else enough_to_drink_l_h(plan)
    options = _options(used, answers, base, plan, vetoed)
    now = tuple(o for o in options if len(o.levers) == 1 and o.levers[0].when == "now")
    weeks = tuple(o for o in options if o.levers[0].when == "weeks")
    pair = _best_pair(options, now, calibrated=used.calibration is not None)
    return Advice(now, weeks, pair, tuple(veto.name for veto in vetoes), notes, drink_l_h)


def _options(
    used: Engine, answers: Answers, base: Result, plan: Plan, vetoed: set[str]
) -> list[Option]:
    """Levers and pairs of them that help, or that safety asks for, the best first."""
    tried = _worth_trying(plan, vetoed)
    if not tried:
        return []
    after = try_changes(
        used, answers, base, plan, [c for _, c in tried], may_lower="drink" not in vetoed
    )
    calibrated = used.calibration is not None
    before = float(base.total_points[0]), float(base.chances["probability"][0])
    options = [
        option
        for i, (levers, _) in enumerate(tried)
        if not after.too_much[i]
        if (option := _option(levers, after, i, base))
        and (
            _noticeable(before, (option.total_points, option.probability), calibrated)
            or (levers[0].for_safety and len(levers) == 1)
        )
    ]
    # Without a calibration there is no probability to sort by.
    options.sort(key=lambda o: (o.probability if calibrated else 0.0, o.total_points))
    return options


def least_saved(chance: float) -> float:
    """How much of a session's chance a lever must save to be worth a line."""
    return max(LEAST_SAVED_IN_100 / 100.0, LEAST_SAVED_SHARE * chance)


def _noticeable(
    before: tuple[float, float], after: tuple[float, float], calibrated: bool
) -> bool:
    """Whether points, and the probability if there is one, go down by enough."""
    (points, chance), (points_after, chance_after) = before, after
    saves_chance = chance - chance_after >= least_saved(chance) or not calibrated
    return saves_chance and points - points_after >= LEAST_POINTS


@dataclass(frozen=True)
class Tried:
    """Several changes of one session, each with what the chain makes of it.

    Attributes
    ----------
    changes : list of mapping of str to answer
    result : Result
    drinks_less : set of int
        Where the drink that is named was lowered, as less is sweated.
    too_much : ndarray of bool
        Where more would be drunk than is sweated all the same; never where no amount
        is named.
    """

    changes: list[Mapping[str, Any]]
    result: Result
    drinks_less: set[int]
    too_much: NDArray[np.bool_]


def try_changes(
    used: Engine,
    answers: Answers,
    base: Result,
    plan: Plan,
    changes: list[Mapping[str, Any]],
    *,
    may_lower: bool,
) -> Tried:
    """Run changed sessions, and lower the drink where it would be too much then.

    ``may_lower`` is False for those to whom no amount of drink may be named.
    """
    result = used.run(changed(answers, changes), detail=False)
    too_much = _drinks_too_much(base, result, plan, changes)
    less = set(np.flatnonzero(too_much).tolist()) if may_lower else set()
    if less:
        # Cooler or easier, people sweat less: the drink goes down with it.
        sweat_l_h = result.physiology["sweat_rate_l_h"]
        changes = [
            {**change, "fluid_intake_l_h": most_to_drink_l_h(plan, float(sweat_l_h[i]))}
            if i in less
            else change
            for i, change in enumerate(changes)
        ]
        result = used.run(changed(answers, changes), detail=False)
        too_much = _drinks_too_much(base, result, plan, changes)
    return Tried(changes, result, less, too_much)


_Tried = list[tuple[tuple[Lever, ...], Mapping[str, Any]]]


def _worth_trying(plan: Plan, vetoed: set[str]) -> _Tried:
    """Levers that apply, one by one and two by two, with what they change."""
    applied = {
        lever: changes
        for lever in LEVERS
        if lever.name not in vetoed and (changes := lever.change(plan)) is not None
    }
    singles: _Tried = [((lever,), changes) for lever, changes in applied.items()]
    pairs: _Tried = [
        ((a, b), {**applied[a], **applied[b]})
        for a, b in combinations([lever for lever in applied if lever.when == "now"], 2)
        if not set(applied[a]) & set(applied[b])
    ]
    return singles + pairs


def _best_pair(
    options: list[Option], now: tuple[Option, ...], *, calibrated: bool
) -> Option | None:
    kept = {option.levers[0] for option in now}
    pairs = (o for o in options if len(o.levers) == 2 and kept >= {*o.levers})
    if (best := next(pairs, None)) is None:
        return None
    one, two = ((o.total_points, o.probability) for o in (now[0], best))
    return best if _noticeable(one, two, calibrated) else None


def _drinks_too_much(
    base: Result, after: Result, plan: Plan, tried: list[Mapping[str, Any]]
) -> NDArray[np.bool_]:
    """Find changes after which somebody would drink more than before beyond the sweat."""

    def beyond_l(result: Result) -> NDArray[np.float64]:
        litres: NDArray[np.float64] = (
            result.physiology["fluid_intake_l"] - result.physiology["sweat_loss_l"]
        )
        return litres

    advised = np.array(["fluid_intake_l_h" in changes for changes in tried])
    # What is only an average nobody drinks.
    named = advised | ("fluid_intake_l_h" in plan.given)
    beyond, before = beyond_l(after), beyond_l(base)
    # An amount that is advised has no slack.
    return named & (beyond > np.where(advised, 0.0, LITTLE_L)) & (beyond > before)


def _option(levers: tuple[Lever, ...], after: Tried, i: int, base: Result) -> Option:
    total = float(after.result.total_points[i])
    saved, *ends = (
        100.0 * float(base.chances[name][0] - after.result.chances[name][i])
        for name in ("probability", "probability_low", "probability_high")
    )
    return Option(
        levers=levers,
        changes=after.changes[i],
        points_saved=float(base.total_points[0]) - total,
        saved_in_100=saved,
        total_points=total,
        probability=float(after.result.chances["probability"][i]),
        saved_span_in_100=(min(saved, *ends), max(saved, *ends)),
        drinks_less=i in after.drinks_less,
    )


def changed(answers: Answers, changes: list[Mapping[str, Any]]) -> Answers:
    """One session once for each set of changes, as arrays."""
    n = len(changes)
    columns: dict[str, NDArray[Any]] = {
        name: np.repeat(column, n) for name, column in answers.columns.items()
    }
    for row, change in enumerate(changes):
        for name, value in change.items():
            field = FIELDS[name]
            if name not in columns:
                columns[name] = unknown_column(field, n)
            if value is None:
                columns[name][row] = unknown_column(field, 1)[0]
            else:
                # Levers set numbers and levels, all of them allowed (tested).
                columns[name][row] = field.codes[value] if field.levels else value
    return Answers(n, columns, ())


def plan_of(answers: Answers, base: Result, used: Engine) -> Plan:
    """Answers, and what the chain made of them."""
    points = {
        factor.name: float(counted[0])
        for factor, counted in zip(used.scorecard.factors, base.points, strict=True)
    }
    physiology = {name: float(values[0]) for name, values in base.physiology.items()}
    return Plan(spelt(answers), points, physiology)


def _notes(plan: Plan, scorecard: Scorecard) -> tuple[str, ...]:
    notes = []
    if plan.given.get("medications", ["none"]) != ["none"]:
        notes.append(MEDICINES_NOTE)
    notes += [f"{f.label}: {f.reason}" for f in scorecard.named if f.name == "diet"]
    return tuple(notes)
