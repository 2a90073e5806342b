"""Scenarios side by side, and what one or two answers do to a plan.

Every number comes from the same chain as a single answer; nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS, Field, outdated
from riskmodel.inputs.problems import AnswerError
from riskmodel.inputs.reading import Answers
from riskmodel.inputs.results import EqualWhereAlike
from riskmodel.inputs.session import Session, coded, read_session, spelt, tidy
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment, assess
from riskmodel.scoring.bands import words
from riskmodel.scoring.card import card_html
from riskmodel.scoring.engine import engine
from riskmodel.scoring.pictures import ranges_picture
from riskmodel.scoring.probability import Calibration

if TYPE_CHECKING:
    import altair as alt

Array = NDArray[np.float64]

MOST_SCENARIOS = 6
"""More columns than this no screen shows side by side: our judgement."""

AXES = tuple(
    f.name for f in FIELDS.values() if f.scored and f.axis and f.kind in ("number", "level")
)
"""Inputs that can be swept: numbers, and questions with one answer of a few."""


@dataclass(frozen=True, eq=False)
class Row(EqualWhereAlike):
    """One line of a comparison: a label and what stands in each column.

    Attributes
    ----------
    name : str
        Field or factor.
    label : str
    values : tuple
        One for each scenario.
    private : bool
        Whether it tells a health or personal answer.
    """

    name: str
    label: str
    values: tuple[Any, ...]
    private: bool = False

    @property
    def differs(self) -> bool:
        """Whether the scenarios disagree."""
        return not all(_equal(value, self.values[0]) for value in self.values)


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except (ArithmeticError, TypeError, ValueError):  # of what is no answer at all
        return one is other


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(EqualWhereAlike):
    """Scenarios of one athlete side by side.

    Attributes
    ----------
    assessments : tuple of Assessment
        One for each scenario, in their order.
    answers : tuple of Row
        Answers on which the scenarios differ; None where a question is open.
    factors : tuple of Row
        Points of each factor, aligned, NaN where a scenario cannot be scored; those
        with most points in any scenario first.
    """

    assessments: tuple[Assessment, ...]
    answers: tuple[Row, ...]
    factors: tuple[Row, ...]

    def __repr__(self) -> str:
        """Say each answer on one line, and what they differ in."""
        differs = ", ".join(row.label for row in self.answers) or "nothing"
        return f"<Comparison of {[*self.assessments]}, differing in: {differs}>"

    def _repr_html_(self) -> str:
        """Lay the scenarios out for a notebook: answers that differ, points, number."""
        rows = [
            (row.label, *("open" if v is None else str(v) for v in row.values))
            for row in self.answers
        ]
        rows += [
            (row.label, *("" if np.isnan(v) else f"+{v:g}" for v in row.values))
            for row in self.factors
            if any(points > 0 for points in row.values)
        ]
        rows.append(("In 100", *(answer.summary for answer in self.assessments)))
        cells = ("".join(f"<td>{escape(text)}</td>" for text in row) for row in rows)
        return card_html(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")

    def to_frame(self) -> pd.DataFrame:
        """Return the scenarios as a frame, one row for each.

        Returns
        -------
        pandas.DataFrame
            Index ``scenario``, from 0; the answers that differ, then ``probability``,
            ``probability_low``, ``probability_high``, ``band``, ``in_100``,
            ``total_points``, ``problems`` and ``points_<factor>``, as from
            `riskmodel.assess_frame`.

        Examples
        --------
        >>> base = {"sport": "running", "duration_min": 90, "session_rpe": 6,
        ...         "age_years": 30, "air_temperature_c": 31, "relative_humidity_pct": 60}
        >>> frame = compare([base, {**base, "air_temperature_c": 18}]).to_frame()
        >>> frame[["air_temperature_c", "points_heat"]].to_numpy().tolist()
        [[31.0, 10.5], [18.0, 3.0]]
        """
        columns: dict[str, Any] = {row.name: row.values for row in self.answers}
        chances = ("probability", "probability_low", "probability_high")
        for name in chances:
            columns[name] = [getattr(answer, name) for answer in self.assessments]
        columns["band"], columns["in_100"] = words(columns["probability"])
        columns["total_points"] = [answer.total_points for answer in self.assessments]
        columns["problems"] = [
            " ".join(map(str, answer.problems)) for answer in self.assessments
        ]
        points = {row.name: row.values for row in self.factors}
        ordered = next((a.contributions for a in self.assessments if a.contributions), ())
        columns |= {f"points_{c.factor}": points[c.factor] for c in ordered}
        scenarios = pd.RangeIndex(len(self.assessments), name="scenario")
        return pd.DataFrame(columns, index=scenarios)

    def plot(self) -> alt.LayerChart:
        """Draw the number of each scenario with its range, in the colour of its band.

        Returns
        -------
        altair.LayerChart

        Raises
        ------
        ModuleNotFoundError
            If Altair is not installed; it comes with the extra ``app``.
        """
        names = [f"Scenario {number}" for number in range(len(self.assessments))]
        return ranges_picture(self.to_frame().assign(scenario=names))


def compare(
    sessions: Sequence[Session | Mapping[str, Any]],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Comparison:
    """Score scenarios and line them up.

    Parameters
    ----------
    sessions : sequence of Session or mapping of str to answer
        Two to six.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If there are fewer than two or more than six, or a name is not in `FIELDS`.

    Examples
    --------
    >>> base = {"sport": "running", "duration_min": 90, "session_rpe": 6, "age_years": 30,
    ...         "air_temperature_c": 31, "relative_humidity_pct": 60}
    >>> both = compare([base, {**base, "air_temperature_c": 18}])
    >>> [(row.name, row.values) for row in both.answers]
    [('air_temperature_c', (31.0, 18.0))]
    """
    if not 2 <= len(sessions) <= MOST_SCENARIOS:
        raise ValueError(
            f"The number of plans is {len(sessions)}; allowed is 2 to {MOST_SCENARIOS}."
        )
    assessments = tuple(assess(session, scorecard, calibration) for session in sessions)
    read = [_as_read(session) for session in sessions]
    answers = [
        Row(name, field.label, tuple(plan.get(name) for plan in read), field.private)
        for name, field in FIELDS.items()
    ]
    points = [{c.factor: c.points for c in a.contributions} for a in assessments]
    factors = [
        Row(c.factor, c.label, tuple(p.get(c.factor, np.nan) for p in points), c.private)
        for c in next((a.contributions for a in assessments if a.contributions), ())
    ]
    factors.sort(key=lambda row: -np.nanmax(row.values))
    return Comparison(assessments, tuple(r for r in answers if r.differs), tuple(factors))


def _as_read(session: Mapping[str, Any]) -> dict[str, Any]:
    """Answers in one spelling, so that 8 and "8" are the same; the rest as written."""
    answers, problems = tidy(session)
    return answers | {p.field: session[p.field] for p in problems}


@dataclass(frozen=True)
class Sweep:
    """What the answers to one or two questions make of a plan.

    Attributes
    ----------
    across, down : Field
        The question along x, and the one along y, None for a curve.
    x, y : tuple of answer
        Numbers or level names.
    probability, probability_low, probability_high : ndarray of shape (len(y), len(x))
        One row for a curve; NaN where a value asks for an answer that the plan lacks, as
        another sport than swimming asks for the air.
    left_out : tuple of str
        Measured answers that were left out, as they belong to one weather only.
    """

    across: Field
    down: Field | None
    x: tuple[Any, ...]
    y: tuple[Any, ...]
    probability: Array
    probability_low: Array
    probability_high: Array
    left_out: tuple[str, ...]


def usual_values(name: str, planned: Any = None, steps: int = 40) -> tuple[Any, ...]:
    """Values of one input worth looking at, the planned one among their range.

    Parameters
    ----------
    name : str
        One of `AXES`.
    planned : answer, optional
    steps : int
        How many numbers to return at most; whole numbers where only those are asked.

    Examples
    --------
    >>> usual_values("session_rpe")
    (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)
    """
    field = FIELDS[name]
    if field.kind == "level":
        return tuple(field.offered(planned))
    low, high = field.usual or (field.low, field.high)
    if planned is not None:
        low, high = min(low, float(planned)), max(high, float(planned))
    if field.unit in ("of 10", "days", "sessions"):
        return tuple(map(float, range(int(np.floor(low)), int(np.ceil(high)) + 1)))
    return tuple(np.linspace(low, high, steps).tolist())


def sweep_grid(
    session: Session | Mapping[str, Any],
    across: str,
    down: str | None = None,
    *,
    x: Sequence[Any] | None = None,
    y: Sequence[Any] | None = None,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Sweep:
    """As `riskmodel.sweep`, with one row and one column for each answer.

    Parameters
    ----------
    session : Session or mapping of str to answer
        One that can be scored.
    across, down : str
        Names in `AXES`.
    x, y : sequence of answer, optional
        `usual_values` by default.  None or a blank leaves the question open.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError
        If the session cannot be scored or swept so, or a value is not allowed.

    Examples
    --------
    >>> run = {"sport": "running", "duration_min": 90, "session_rpe": 6, "age_years": 30,
    ...        "air_temperature_c": 31, "relative_humidity_pct": 60}
    >>> cool, hot = sweep_grid(run, "air_temperature_c", x=[15, 35]).probability[0]
    >>> bool(cool < hot)
    True
    """
    names = _axes(across, down)
    plan = dict(session)
    left_out = tuple(n for n in outdated(names) if plan.pop(n, None) is not None)
    answers = read_session(plan)
    if answers.findings:
        raise AnswerError(answers.problems)
    x = _values(answers, across, x)
    y = (None,) if down is None else _values(answers, down, y)
    every = _over_grid(answers, across, x, down, y)
    chances = engine(scorecard, calibration).run(every, detail=False).chances
    shape = len(y), len(x)
    ranges = ("probability", "probability_low", "probability_high")
    return Sweep(
        across=FIELDS[across],
        down=None if down is None else FIELDS[down],
        x=x,
        y=y,
        left_out=left_out,
        **{name: chances[name].reshape(shape) for name in ranges},
    )


def _values(answers: Answers, name: str, values: Sequence[Any] | None) -> tuple[Any, ...]:
    if values is not None:
        return tuple(values)
    return usual_values(name, spelt(answers).get(name))


def _axes(across: str, down: str | None) -> list[str]:
    names = [across] if down is None else [across, down]
    for name in names:
        if name not in AXES:
            raise ValueError(f"{name!r} cannot be swept; choose one of {', '.join(AXES)}.")
    if len(set(names)) < len(names):
        raise ValueError("The two inputs of a sweep must differ.")
    return names


def _over_grid(
    answers: Answers, across: str, x: Sequence[Any], down: str | None, y: Sequence[Any]
) -> Answers:
    """One session once for each cell, row by row."""
    n = len(x) * len(y)
    columns = {name: np.repeat(column, n) for name, column in answers.columns.items()}
    columns[across] = np.tile(coded(across, x), len(y))
    if down is not None:
        columns[down] = np.repeat(coded(down, y), len(x))
    return Answers(n, columns, ())
