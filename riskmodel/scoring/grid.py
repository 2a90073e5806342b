"""Many people under many weathers: what no weather can change is counted once for each.

The functions are those of `riskmodel.scoring.engine`, on arrays of people, of weathers
and, only where both matter, of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import Answers, unknown_column
from riskmodel.inputs.settled import is_settled
from riskmodel.physiology.plan import (
    complete_answers,
    counted_weather,
    fluid_quantities,
    weather_quantities,
)
from riskmodel.scorecard.factors import Factor
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.guards import CONDITIONS, Condition
from riskmodel.scoring.open_questions import unanswered_bits
from riskmodel.scoring.probability import half_points

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

WEATHER_FIELDS = tuple(f.name for f in FIELDS.values() if f.of_the_hours)
"""What the hours answer; of the sky only shade and walls are the session's own."""

OF_THE_PLAN = ("duration_min", "sky", "sport")
"""Who shares these answers meets the same sun, wind and walls in the same weather."""

WeatherOf = Callable[[Columns], Columns]
"""From `OF_THE_PLAN` of n plans to what they meet: all of `WEATHER_FIELDS`, each of a
shape that broadcasts to (n, n_weathers); where it is not known, all numbers are NaN."""

# Cells worked on at once stay in the processor's cache, the weather of plans in memory.
_CELLS = 32_768
_WEATHER_ROWS = 131_072


@dataclass(frozen=True)
class Cells:
    """Some people, each under every weather.

    Attributes
    ----------
    rows : ndarray of int, shape (n_rows,)
        Who of all people they are.
    total_points : ndarray of shape (n_warmer, n_rows, n_weathers)
        NaN where the weather is not known.
    """

    rows: NDArray[np.intp]
    total_points: Array
    _people: People
    _block: slice
    _columns: Columns
    _counted: Mapping[int, Array]
    _of_weights: Array

    def logit(self, warmer: int = 0) -> Array:
        """Log odds of a cramp in the warmer weather of this place: (n_rows, n_weathers)."""
        at, own = self._half_points(warmer)
        return self._people.used.logit(at, own, self._people.shift[self._block])

    def logit_ends(self, warmer: int = 0) -> tuple[Array, Array]:
        """Log odds of the low and of the high end of the range, of the same shape."""
        used, shift = self._people.used, self._people.shift[self._block]
        at, own = self._half_points(warmer)
        variance = self._of_weights[min(warmer, len(self._of_weights) - 1)]
        variance = variance + used.variance_of_open_heat(self._columns)
        of_answers, upward = used.open_questions.at_air(
            self._people.by_air[:, self._block], self._columns["air_temperature_c"]
        )
        of_answers, upward = variance + of_answers, variance + upward
        logit = used.logit(at, own, shift)
        return used.range_logits(logit, shift, at, own, of_answers, upward)

    def safety(self, n_members: int = 1) -> NDArray[np.int64]:
        """Guards as sets of bits, of so many neighbouring weathers together.

        Returns
        -------
        ndarray of shape (n_rows, n_weathers / n_members)
            A guard that applies in one of the weathers applies.
        """
        bits = self._people.safety[self._block]
        shape = self.total_points.shape[1:]
        for bit, applies in self._people.guards_of_weather.items():
            found = np.broadcast_to(applies(self._columns), shape)
            together = found.reshape(len(found), shape[1] // n_members, n_members)
            bits = bits | together.any(axis=2) * bit
        return bits

    def _half_points(self, warmer: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Half points in all, and of the duration."""
        place = self._people.used.scorecard.duration_place
        # A scorecard of one's own may shift it by the weather.
        if place is not None and place in self._counted:
            counted = np.broadcast_to(self._counted[place], self.total_points.shape)
            own = half_points(counted[warmer])
        else:
            own = self._people.own[self._block]
        return half_points(self.total_points[warmer]), own


class People:
    """People who can be scored, with all that no weather can change.

    Parameters
    ----------
    used : Engine
    answers : Answers
        Of anybody; the weather in them is not read.
    rows : ndarray of int, optional
        Who of them is meant, by default who can be scored.

    Attributes
    ----------
    rows : ndarray of int
        The same, those with the same plan together.
    total, of_weights : ndarray of shape (n_rows, 1)
        Points that no weather changes, and their part of the range.
    own, shift : ndarray of shape (n_rows, 1)
        Half points of the duration, and what open questions add to the log odds.
    by_air : ndarray of shape (2, n_rows, n_temperatures)
        From `OpenQuestions.variance_by_air`.
    safety : ndarray of int of shape (n_rows, 1)
        Guards that hold in any weather, as sets of bits.
    guards_of_weather : mapping of int to condition
        The others, by their bits.
    """

    def __init__(
        self, used: Engine, answers: Answers, rows: NDArray[np.intp] | None = None
    ) -> None:
        if rows is None:
            rows = np.flatnonzero(answers.usable())
        told = {n: c for n, c in answers.columns.items() if n not in WEATHER_FIELDS}
        plans = [
            told.get(name, unknown_column(FIELDS[name], answers.n_sessions))[rows]
            for name in OF_THE_PLAN
        ]
        order = np.lexsort(plans)
        changes = np.zeros(len(order), dtype=bool)
        for column in plans:
            changes[1:] |= np.diff(column[order]) != 0
        changes[:1] = True
        self._plan = np.cumsum(changes) - 1
        self._plans = np.append(np.flatnonzero(changes), len(order))
        self.used, self.rows = used, rows[order]
        told = {name: column[self.rows] for name, column in told.items()}
        columns = complete_answers(told, len(order))
        for name in WEATHER_FIELDS:
            del columns[name]
        self._ask(told, columns)
        # A person is a row of every array from here on.
        self._columns = {name: column[:, None] for name, column in columns.items()}
        self._count()
        self._guard()

    def _ask(self, told: Columns, columns: Columns) -> None:
        """What stays open in known weather."""
        if self.used.calibration is None:
            return
        n = len(self.rows)
        known = {
            name: np.zeros(n, unknown_column(FIELDS[name], 0).dtype)
            for name in WEATHER_FIELDS
        }
        bits = unanswered_bits({**told, **known}, n)
        asked = self.used.open_questions
        of_plan = (columns[name] for name in ("duration_min", "session_rpe", "sport"))
        self.shift = asked.shifts(bits, *of_plan)[0][:, None]
        self.by_air = asked.variance_by_air(bits, columns["duration_min"])

    def _count(self) -> None:
        """Points of every factor that reads nothing of the weather."""
        self.total, self.of_weights = np.zeros((2, len(self.rows), 1))
        self.own = half_points(self.total)
        self._factors_of_weather: dict[int, Factor] = {}
        for place, factor in enumerate(self.used.scorecard.factors):
            if not {*factor.quantities} <= {*self._columns}:
                self._factors_of_weather[place] = factor
                continue
            points = self.used.counter.count_broadcast(factor, self._columns)
            self.total += points
            if self.used.calibration is not None:
                self.of_weights += self.used.variance_of_weight(place, points)
            if place == self.used.scorecard.duration_place:
                self.own = half_points(points)

    def _guard(self) -> None:
        """Guards of everybody in any weather, and those that the weather may bring."""
        self.safety = np.zeros((len(self.rows), 1), dtype=np.int64)
        self.guards_of_weather: dict[int, Condition] = {}
        for place, applies in enumerate(CONDITIONS):
            try:
                self.safety |= applies(self._columns) * (1 << place)
            except KeyError:  # it reads what no answer of theirs tells
                self.guards_of_weather[1 << place] = applies

    def under(
        self, weather_of: WeatherOf, n_weathers: int, warmer_c: Sequence[Array] = ()
    ) -> Iterator[Cells]:
        """Count everybody under every weather.

        Parameters
        ----------
        weather_of : WeatherOf
        n_weathers : int
        warmer_c : sequence of ndarray of shape (n_weathers,), optional
            By how much warmer WBGT may be too: further places of `Cells`. [°C]

        Yields
        ------
        Cells
        """
        n_plans = max(1, _WEATHER_ROWS // max(n_weathers, 1))
        n_rows = max(1, _CELLS // max(n_weathers * (1 + len(warmer_c)), 1))
        for first in range(0, len(self._plans) - 1, n_plans):
            group = self._plans[first : first + n_plans + 1]
            met = self._met(weather_of, group[:-1], n_weathers)
            for start in range(group[0], group[-1], n_rows):
                block = slice(start, min(start + n_rows, group[-1]))
                plan = self._plan[block] - first
                # Weather that all of a block share is one row.
                which = plan[:1] if plan[0] == plan[-1] else plan
                answers, weather = ({n: c[which] for n, c in m.items()} for m in met)
                yield self._cells(block, answers, weather, warmer_c)

    def _met(
        self, weather_of: WeatherOf, people: NDArray[np.intp], n_weathers: int
    ) -> tuple[Columns, Columns]:
        """Answers about the weather and what follows, of one person for each plan."""
        plan = {name: self._columns[name][people] for name in OF_THE_PLAN}
        n, shape = len(people), (len(people), n_weathers)
        met = weather_of({name: column[:, 0] for name, column in plan.items()})
        known = np.broadcast_to(~np.isnan(met["air_temperature_c"]), shape)
        answers = {}
        for name, column in met.items():
            settled = is_settled(FIELDS[name], plan, n).reshape(-1, 1)
            answers[name] = np.where(settled, unknown_column(FIELDS[name], 1), column)
        everything = {
            name: np.broadcast_to(column, shape).ravel()
            for name, column in {**plan, **answers}.items()
        }
        weather = weather_quantities(everything)
        answers = everything | counted_weather(everything, weather)
        return (
            {name: answers[name].reshape(shape) for name in WEATHER_FIELDS},
            {name: column.reshape(shape) for name, column in weather.items()}
            | {"known": known},
        )

    def _cells(
        self, block: slice, answers: Columns, weather: Columns, warmer_c: Sequence[Array]
    ) -> Cells:
        """Points of some people who share the weather, or each with their own."""
        own = {name: column[block] for name, column in self._columns.items()}
        columns = {**own, **answers}
        columns |= fluid_quantities(columns, weather)
        warmed = columns
        if warmer_c:
            by_c = np.array([np.zeros_like(warmer_c[0]), *warmer_c])[:, None]
            warmed = columns | {"wbgt_c": columns["wbgt_c"] + by_c}
        total, of_weights = self.total[None, block], self.of_weights[None, block]
        counted = {}
        for place, factor in self._factors_of_weather.items():
            points = self.used.counter.count_broadcast(factor, warmed)
            counted[place] = points
            total = total + points
            if self.used.calibration is not None:
                of_weights = of_weights + self.used.variance_of_weight(place, points)
        shape = 1 + len(warmer_c), block.stop - block.start, answers["wbgt_c"].shape[1]
        total = np.where(weather["known"], np.broadcast_to(total, shape), np.nan)
        rows = self.rows[block]
        return Cells(rows, total, self, block, columns, counted, of_weights)
