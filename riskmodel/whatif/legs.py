"""A day of several legs: a triathlon, practice and match, two sessions a day.

Nothing was found on cramps in a day of several sessions; the rules here are our
judgement, made so that the chain that scores one session scores a day of them:

* Legs with less than `SHORT_PAUSE_MIN` between them are one *block*, where exposure goes
  on: the chance by the end of a leg is that of one session with the time, the mean
  effort, the mean heat, the sweat and the drink so far.  A pause is no exposure.
* What a leg sweats is what its own conditions give from its start to its end, counted
  from the start of the block, so that nobody has to warm up twice.  One session cut into
  legs without a pause has the number of the whole.
* An easy leg does not thin a hard one: counted is the likeliest stretch of legs within
  the block so far, with its range, so that no further leg ever lowers the chance; an end
  of its range can lie lower, as of a longer session.
* A longer pause ends the block.  What was sweated and not drunk back is carried over,
  water and salt; only what is said to be drunk in the pause replaces it, at the sodium
  of the next leg's drink.  After a hard block (mean effort `HARD_RPE` or more) there is
  one hard session more in the last 3 days, if their number is known, and soreness is
  open, but counts no less than what was answered.
* Blocks join as if a cramp in one told nothing about the next, the range end by end.  At
  the limit between a short and a long pause the day's chance can so step up: the curve of
  duration, of people who train for what they do, grows slower than two chances join.
* Of legs on land and in the water heat is that on land, as of a triathlon, and the sport
  is the one on land with the most time.  Effort against usual, novelty and "race or
  match" are the highest so far, warm-up and stretching, as other levels, those of the
  first leg of the stretch.  What one leg leaves open is open.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby
from operator import or_
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers
from riskmodel.inputs.results import EqualWhereAlike, ShortRepr
from riskmodel.inputs.session import read_session
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import band_name, in_100_text
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.guards import GUARDS, Guard, guards_in
from riskmodel.scoring.open_questions import unanswered_names
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.leg_states import (
    Deficit,
    LegRead,
    Stretch,
    all_columns,
    stretches,
)

Array = NDArray[np.float64]

SHORT_PAUSE_MIN = 60.0
"""Pauses shorter than this belong to the block: a change of clothes, half-time, a meeting
between practice and match; our judgement. [min]"""
HARD_RPE = 7.0
"""From this mean effort on a block is a hard session, as in a training log. [CR-10]"""
LONGEST_PAUSE_MIN = 1440.0
MOST_DRUNK_L = 10.0

_DECIMALS = 12  # beyond which chances count as equal
_ENDS = ("probability", "probability_low", "probability_high")
_HEAT_BITS = sum(1 << i for i, guard in enumerate(GUARDS) if guard.about_heat)


@dataclass(frozen=True)
class Leg:
    """A part of a day of exercise.

    Parameters
    ----------
    answers : mapping of str to answer
        What differs from the athlete's answers, of the groups "plan" and "weather" of
        `FIELDS`: sport, duration, effort, weather, drinking.  When it starts follows
        from the legs before it.
    pause_min : float
        Between the leg before and this one; of the first leg 0. [min], 0 to 1440
    drunk_in_pause_l : float
        What is drunk meanwhile. [l], 0 to 10

    Raises
    ------
    ValueError
        If a number is outside its range, or an answer is not of a leg.
    """

    answers: Mapping[str, Any]
    pause_min: float = 0.0
    drunk_in_pause_l: float = 0.0

    def __post_init__(self) -> None:
        for name, value, most in (
            ("pause_min", self.pause_min, LONGEST_PAUSE_MIN),
            ("drunk_in_pause_l", self.drunk_in_pause_l, MOST_DRUNK_L),
        ):
            if not 0.0 <= value <= most:
                raise ValueError(f"{name} is {value:g}; allowed is 0 to {most:g}.")
        for name in self.answers:
            if name in FIELDS and (not FIELDS[name].of_the_plan or name == "start_time"):
                raise ValueError(f"{name} belongs to the athlete's answers, not to a leg.")


@dataclass(frozen=True, eq=False)
class LegChance(EqualWhereAlike):
    """What came out for one leg.

    Attributes
    ----------
    block : int
        Legs of one number have short pauses between them; from 0.
    begins_min, duration_min : float
        Since the start of the day, pauses counted, and how long it lasts. [min], NaN
        where that is not known
    probability : float
        That the first cramp of the day begins in this leg.
    by_end, by_end_low, by_end_high : float
        That one has begun by its end, with the range.
    sweat_loss_l, fluid_intake_l : float
        In this leg. [l]
    carried_fluid_l, carried_sodium_mg : float
        Lost and not replaced before it; below 0 more was drunk. [l] and [mg]
    after_hard_block : bool
        Whether a hard block of the same day lies before its block.
    problems : tuple of Problem
        What keeps it from being scored.
    """

    block: int
    begins_min: float
    duration_min: float
    probability: float = math.nan
    by_end: float = math.nan
    by_end_low: float = math.nan
    by_end_high: float = math.nan
    sweat_loss_l: float = math.nan
    fluid_intake_l: float = math.nan
    carried_fluid_l: float = math.nan
    carried_sodium_mg: float = math.nan
    after_hard_block: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class LegsAssessment(ShortRepr, EqualWhereAlike):
    """The answer for a day of legs.

    Attributes
    ----------
    probability, probability_low, probability_high : float
        Of at least one cramp in the day, and the range; NaN if a leg has a problem, or
        without a calibration for the scorecard.
    band, in_100 : str
        As of `riskmodel.Assessment`.
    legs : tuple of LegChance
        In their order.
    problems : tuple of Problem
        Of all legs, each once.
    missing : tuple of str
        Questions that are open in a leg.
    guards : tuple of Guard
        Of all legs, each once.
    """

    probability: float
    probability_low: float
    probability_high: float
    band: str
    in_100: str
    legs: tuple[LegChance, ...]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]
    guards: tuple[Guard, ...]


def assess_legs(
    athlete: Mapping[str, Any],
    legs: Sequence[Leg],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> LegsAssessment:
    """Score a day of several legs, each in the state that those before it leave.

    Parameters
    ----------
    athlete : Session or mapping of str to answer
        What all legs share; a start time is that of the first leg.
    legs : sequence of Leg
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    LegsAssessment

    Raises
    ------
    ValueError
        If there is no leg, the first one has a pause before it, or a name is not in
        `FIELDS`.  Impossible answers do not raise; they are named in `problems`.
    CalibrationError
        If the calibration was made for another scorecard.

    Examples
    --------
    >>> athlete = {"age_years": 35, "air_temperature_c": 24, "relative_humidity_pct": 60}
    >>> day = assess_legs(athlete, [
    ...     Leg({"sport": "swimming", "duration_min": 30, "session_rpe": 6}),
    ...     Leg({"sport": "cycling", "duration_min": 75, "session_rpe": 6}),
    ...     Leg({"sport": "running", "duration_min": 50, "session_rpe": 8})])
    >>> ends = [leg.by_end for leg in day.legs]
    >>> ends == sorted(ends) and ends[-1] == day.probability
    True
    """
    if not legs:
        raise ValueError("A day needs at least one leg.")
    if legs[0].pause_min or legs[0].drunk_in_pause_l:
        raise ValueError("Before the first leg there is no pause.")
    read = [read_session({**athlete, **leg.answers}) for leg in legs]
    return _assessed(engine(scorecard, calibration), _placed(legs, read), read)


def _assessed(
    used: Engine, parts: Sequence[LegRead], read: Sequence[Answers]
) -> LegsAssessment:
    blocks = [list(block) for _, block in groupby(parts, lambda part: part.block)]
    chances = [
        LegChance(
            part.block,
            part.begins_min,
            part.minutes,
            problems=answers.problems or _too_long(blocks[part.block], part),
        )
        for answers, part in zip(read, parts, strict=True)
    ]
    problems = tuple(dict.fromkeys(p for leg in chances for p in leg.problems))
    alone = [used.run(answers, detail=False) for answers in read]
    guards = reduce(or_, (int(result.safety[0]) for result in alone))
    if not problems:
        chances, of_blocks = _scored(used, blocks, chances)
        # Too little or too much drink shows in the block; heat of a leg is no mean.
        guards = guards & _HEAT_BITS | of_blocks
    last = chances[-1]
    return LegsAssessment(
        probability=last.by_end,
        probability_low=last.by_end_low,
        probability_high=last.by_end_high,
        band=band_name(last.by_end),
        in_100=in_100_text(last.by_end),
        legs=tuple(chances),
        problems=problems,
        missing=unanswered_names(reduce(or_, (int(r.missing[0]) for r in alone))),
        guards=guards_in(guards),
    )


def as_one_session(legs: Sequence[LegChance], efforts: Sequence[float]) -> dict[str, float]:
    """Total time and mean effort of legs, as answers of one session.

    Examples
    --------
    >>> as_one_session([LegChance(0, 0.0, 30.0), LegChance(0, 30.0, 90.0)], [8.0, 4.0])
    {'duration_min': 120.0, 'session_rpe': 5.0}
    """
    lasting = np.array([leg.duration_min for leg in legs])
    return {
        "duration_min": float(lasting.sum()),
        "session_rpe": float(np.average(efforts, weights=lasting)),
    }


TRIATHLON_SHARES: Mapping[str, float] = MappingProxyType(
    {"swimming": 0.16, "cycling": 0.54, "running": 0.30}
)
"""Of the time of an Olympic distance (doi:10.2478/hukin-2013-0009), as the sports table
has it for a triathlon in one piece."""


def usual_legs(sport: str, duration_min: float) -> tuple[tuple[str, float], ...]:
    """Legs of one session, to be changed: of a triathlon its three, else two halves.

    Examples
    --------
    >>> usual_legs("triathlon", 150.0)
    (('swimming', 24), ('cycling', 81), ('running', 45.0))
    >>> usual_legs("tennis", 45.0)
    (('tennis', 22), ('tennis', 23.0))
    """
    shares = [*TRIATHLON_SHARES.items()] if sport == "triathlon" else [(sport, 0.5)] * 2
    legs = [(name, round(share * duration_min)) for name, share in shares[:-1]]
    # The last takes what rounding leaves, so that the whole stays what it is.
    rest_min = duration_min - sum(minutes for _, minutes in legs)
    return (*legs, (shares[-1][0], rest_min))


def _placed(legs: Sequence[Leg], read: Sequence[Answers]) -> list[LegRead]:
    """Legs with their block and their place in the day."""
    parts: list[LegRead] = []
    block, clock_min = 0, 0.0
    for leg, answers in zip(legs, read, strict=True):
        block += leg.pause_min >= SHORT_PAUSE_MIN
        clock_min += leg.pause_min
        columns = all_columns(answers)
        parts.append(
            LegRead(columns, block, clock_min, leg.pause_min, leg.drunk_in_pause_l)
        )
        clock_min += parts[-1].minutes
    return parts


def _too_long(block: Sequence[LegRead], leg: LegRead) -> tuple[Problem, ...]:
    """The problem with a block that has become longer than a session may be."""
    longest = FIELDS["duration_min"].high
    so_far = sum(part.minutes for part in block[: block.index(leg) + 1])
    if not so_far > longest:
        return ()
    return (Problem("duration_min", "not_allowed", f"{so_far:g}"),)


def _scored(
    used: Engine, blocks: Sequence[Sequence[LegRead]], chances: Sequence[LegChance]
) -> tuple[list[LegChance], int]:
    """Chances of all legs, and the guards of all blocks as a set of bits."""
    done, deficit, hard, guards = np.zeros(3), Deficit(), 0, 0
    scored: list[LegChance] = []
    for number, block in enumerate(blocks):
        if number:
            deficit = block[0].after(deficit).at_least_none()
        legs = [leg.after_hard_blocks(hard) for leg in block]
        by_end, whole, bits = _block(used, legs, deficit, after_hard=hard > 0)
        guards |= bits
        for leg, ends, stretch in zip(block, by_end, whole, strict=True):
            if stretch.end:
                deficit = leg.after(deficit)
            before = scored[-1].by_end if scored else 0.0
            joined = done + (1.0 - done) * ends
            scored.append(
                replace(
                    chances[len(scored)],
                    probability=float(joined[0]) - before,
                    by_end=float(joined[0]),
                    by_end_low=float(joined[1]),
                    by_end_high=float(joined[2]),
                    sweat_loss_l=stretch.sweat_loss_l,
                    fluid_intake_l=stretch.fluid_intake_l,
                    carried_fluid_l=deficit.fluid_l,
                    carried_sodium_mg=deficit.sodium_mg,
                    after_hard_block=hard > 0,
                )
            )
            deficit = stretch.deficit
        done = done + (1.0 - done) * by_end[-1]
        hard += whole[-1].columns["session_rpe"][0] >= HARD_RPE
    return scored, guards


def _block(
    used: Engine, legs: Sequence[LegRead], deficit: Deficit, *, after_hard: bool
) -> tuple[list[Array], list[Stretch], int]:
    """The chance by the end of each leg, never falling, with its range.

    Beside it the stretches from the first leg on, and the guards of the whole block.
    """
    whole = stretches(legs, deficit)
    counted = whole[::-1]
    for start in range(1, len(legs)):
        before = legs[start].after(whole[start - 1].deficit).at_least_none()
        later = stretches(legs[start:], before)
        counted += [replace(part, end=part.end + start) for part in later]
    if after_hard:
        open_soreness = {"soreness_0_10": np.array([np.nan])}
        counted += [
            replace(part, columns={**part.columns, **open_soreness}) for part in counted
        ]
    columns, quantities = (
        {name: np.concatenate([each[name] for each in parts]) for name in parts[0]}
        for parts in ([p.columns for p in counted], [p.quantities for p in counted])
    )
    answers = Answers(len(counted), columns, ())
    result = used.run(answers, detail=False, instead=quantities)
    chances = np.array([result.chances[name] for name in _ENDS])
    # The likeliest, of equals the longest from the first leg on, with its own range.
    order = np.argsort(-chances[0].round(_DECIMALS), kind="stable")
    by_end = []
    for leg in range(len(legs)):
        ended = [i for i in order if counted[i].end <= leg]
        by_end.append(chances[:, ended[0]])
    return by_end, whole, int(result.safety[0])
