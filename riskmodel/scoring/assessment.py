"""The whole chain, once: answers in, physiology, points, total and reasons out.

`assess` and `assess_frame` run the same code on arrays; one session is an array
of length one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers, read_frame
from riskmodel.inputs.results import EqualWhereAlike
from riskmodel.inputs.session import Session, read_session
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring import card, pictures
from riskmodel.scoring.bands import band_name, in_100_span, in_100_text, words
from riskmodel.scoring.contributions import Contribution, contributions
from riskmodel.scoring.engine import Engine, Result, engine
from riskmodel.scoring.guards import Guard, guard_texts, guards_in
from riskmodel.scoring.onset import Onset
from riskmodel.scoring.open_questions import unanswered_names, unanswered_texts
from riskmodel.scoring.probability import Calibration
from riskmodel.scoring.worded import Worded

if TYPE_CHECKING:
    import altair as alt

SHOWN_MAXIMUM = 100
"""Totals above this are shown as this, and say so."""


_FACTOR_TYPES = {"label": "str", "points": "float64", "value": "object", "unit": "str"}
_FACTOR_TYPES |= {"answered": "bool", "judgement": "bool"}
_FACTOR_TYPES |= {"grade": "str", "reason": "str", "source": "str"}
_NO_ANSWERS: Mapping[str, Any] = MappingProxyType({})


class UnknownColumnWarning(UserWarning):
    """A frame has columns that are no input and were not used."""


@dataclass(frozen=True, eq=False, repr=False)
class Assessment(EqualWhereAlike):
    """The answer for one planned session.

    Attributes
    ----------
    probability, probability_low, probability_high : float
        Of at least one cramp, and the range that is meant to hold it with 9 chances
        in 10, given the simulators and the doubts about weights and answers.  NaN
        if there are problems, or no calibration for the scorecard.
    open_questions_logit : float
        Log odds that the open questions add, see `riskmodel.scoring.open_questions`.
    probability_ideal : float
        The same session by the same athlete in cool weather, rested and fed with
        fluid and salt.
    band : str
        A name of `riskmodel.scoring.bands.BAND_NAMES`; ``unknown`` without a number.
    in_100 : str
        The probability for people, as in "about 15".
    total_points : float
        Sum of the contributions, exactly; NaN if there are problems.
    contributions : tuple of Contribution
        One per factor in the order of the scorecard; empty if there are problems.
    physiology : mapping of str to float
        The quantities behind the points, units in their names.
    problems : tuple of Problem
        What keeps the session from being scored; as text, a sentence each.
    missing : tuple of str
        Questions left unanswered.
    guards : tuple of Guard
        What to consider before any number; as text, a sentence each.
    spreads : mapping of str to float
        Where the range comes from, see `riskmodel.scoring.engine.SPREADS`: half its width
        in log odds, had it no other source.
    narrowing : mapping of str to float
        For each open question, how much narrower its answer would make the range
        from low to high on average, largest first.
    onset : Onset or None
        When in the session a cramp begins, if one comes; None without a number, or where
        the calibration does not say.
    """

    probability: float
    probability_low: float
    probability_high: float
    probability_ideal: float
    open_questions_logit: float
    band: str
    in_100: str
    total_points: float
    contributions: tuple[Contribution, ...]
    physiology: Mapping[str, float]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...]
    guards: tuple[Guard, ...]
    spreads: Mapping[str, float]
    narrowing: Mapping[str, float]
    onset: Onset | None

    @property
    def heat_is_open(self) -> bool:
        """Whether heat counts as average: in the water the air does not tell it."""
        return not self.problems and math.isnan(self.physiology["wbgt_c"])

    def __repr__(self) -> str:
        return f"<Assessment: {self.summary}>"

    @property
    def summary(self) -> str:
        """The answer on one line."""
        if self.problems:
            return f"no score, {' '.join(map(str, self.problems))}"
        number = "not calibrated"
        if not math.isnan(self.probability):
            span = in_100_span(self.probability_low, self.probability_high)
            number = f"{self.in_100} of 100 ({span}), {self.band}"
        return f"{number}, {self.total_points:g} points"

    def _repr_html_(self) -> str:
        """Lay the answer out for a notebook, as the app's own card."""
        if stop := card.stop_html(self.guards):
            return card.card_html(stop)
        if self.problems:
            return card.card_html(
                card.needed_html(self.problems), card.warnings_html(self.guards)
            )
        number = card.sentences_html(self.summary, ())
        if not math.isnan(self.probability):
            number = card.number_html(
                self.probability,
                self.probability_low,
                self.probability_high,
                self.probability_ideal,
            )
        points = card.points_html(self.contributions, self.total_points)
        return card.card_html(number, card.warnings_html(self.guards), points)

    def to_frame(self) -> pd.DataFrame:
        """Return the points as a frame, one row for each factor.

        Returns
        -------
        pandas.DataFrame
            Index ``factor``, in the order of the scorecard; ``label``, ``points``,
            ``value`` (what was read, missing where that is not known), ``unit``,
            ``answered``, ``judgement``, ``grade``, ``reason`` and ``source``, as in
            `riskmodel.Contribution`.  No row if there are problems.

        Examples
        --------
        >>> factors = assess(sport="running", duration_min=60, session_rpe=4, age_years=30,
        ...                  air_temperature_c=15, relative_humidity_pct=60).to_frame()
        >>> factors.loc["duration", ["label", "value", "unit"]].tolist()
        ['Duration', 60.0, 'min']
        """
        rows = {n: [getattr(c, n) for c in self.contributions] for n in _FACTOR_TYPES}
        factors = pd.Index([c.factor for c in self.contributions], name="factor", dtype=str)
        return pd.DataFrame(rows, index=factors).astype(_FACTOR_TYPES)

    def plot(self) -> alt.Chart:
        """Draw the points of each factor, those with most first.

        Returns
        -------
        altair.Chart

        Raises
        ------
        ModuleNotFoundError
            If Altair is not installed; it comes with the extra ``app``.

        Examples
        --------
        >>> answer = assess(sport="running", duration_min=60, session_rpe=4, age_years=30,
        ...                 air_temperature_c=15, relative_humidity_pct=60)
        >>> answer.plot().to_dict()["mark"]["type"]
        'bar'
        """
        return pictures.points_picture(self.to_frame(), self.summary)

    def to_dict(self) -> dict[str, Any]:
        """Return dictionaries and lists as for JSON, None for NaN and infinity."""
        plain: dict[str, Any] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name == "contributions":
                value = [contribution.to_dict() for contribution in value]
            elif part.name == "onset" and value is not None:
                value = asdict(value)
            elif part.name in ("problems", "guards"):
                value = [str(finding) for finding in value]
            # The name that programs know from before there were guards.
            plain["safety" if part.name == "guards" else part.name] = _finite(value)
        return plain


def assess(
    session: Session | Mapping[str, Any] = _NO_ANSWERS,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    **answers: Any,
) -> Assessment:
    """Score one planned session.

    Parameters
    ----------
    session : Session or mapping of str to answer, optional
        Answers by the names in `riskmodel.inputs.fields.FIELDS`.
    scorecard : Scorecard, optional
        Another scorecard than the one that comes with the package.
    calibration : Calibration, optional
        Made for that scorecard; without one another scorecard gives points only.
    **answers
        Answers by the same names; they go before those of the session, and None leaves
        a question open.

    Returns
    -------
    Assessment

    Raises
    ------
    TypeError
        If the session is no mapping.
    ValueError
        If a name is not in `FIELDS`.  Impossible answers do not raise; they are
        named in `problems`.
    CalibrationError
        If the calibration was made for another scorecard.

    Examples
    --------
    >>> answer = assess(sport="running", duration_min=60, session_rpe=4, age_years=30,
    ...                 air_temperature_c=15, relative_humidity_pct=60)
    >>> answer.total_points == sum(c.points for c in answer.contributions)
    True
    """
    if answers:
        session = Session.of(session).replace(**answers)
    read, used = read_session(session), engine(scorecard, calibration)
    return assessment_of(read, used.run(read, detail=True), used)


def assessment_of(answers: Answers, result: Result, used: Engine) -> Assessment:
    """Tell what came out of a run of one session, with its points per factor."""
    problems = answers.problems
    chances = {name: float(values[0]) for name, values in result.chances.items()}
    return Assessment(
        **chances,
        band=band_name(chances["probability"]),
        in_100=in_100_text(chances["probability"]),
        total_points=float(result.total_points[0]),
        contributions=() if problems else contributions(result, used.scorecard),
        physiology={name: float(v[0]) for name, v in result.physiology.items()},
        problems=problems,
        missing=unanswered_names(int(result.missing[0])),
        guards=guards_in(int(result.safety[0])),
        spreads={name: float(values[0]) for name, values in result.spreads.items()},
        narrowing=used.narrowing(result),
        onset=_onset(used.calibration, answers, chances["probability"]),
    )


def _onset(
    calibration: Calibration | None, answers: Answers, probability: float
) -> Onset | None:
    # Without a number there may be no duration either.
    if math.isnan(probability) or calibration is None or calibration.onset is None:
        return None
    return calibration.onset.of(float(np.asarray(answers.columns["duration_min"])[0]))


def assess_frame(
    frame: pd.DataFrame,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    detail: bool = True,
    threads: int = 1,
) -> pd.DataFrame:
    """Score any number of planned sessions.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per session, columns named as in `riskmodel.inputs.fields.FIELDS`.
    scorecard : Scorecard, optional
        Another scorecard than the one that comes with the package.
    calibration : Calibration, optional
        Made for that scorecard; without one another scorecard gives points only.
    detail : bool, default True
        False leaves out points per factor, where the range comes from and what is missing.
    threads : int, default 1
        How many cores share the rows, which repays itself from some 50,000 of them.

    Returns
    -------
    pandas.DataFrame, index of `frame`
        ``points_<factor>`` for every factor, ``total_points``, ``probability`` with
        ``probability_low`` and ``probability_high``, ``probability_ideal``,
        ``open_questions_logit``, ``band``, ``in_100``, ``problems``, ``safety``, the
        spreads, ``missing`` and the physiology.  A row with problems keeps its place,
        has NaN for every number and the band ``unknown``.  The texts of ``missing`` and
        ``safety`` are made when they are looked at; ``astype(str)`` makes all of them.

    Raises
    ------
    ValueError
        If an input has two columns, or there is no thread.
    CalibrationError
        If the calibration was made for another scorecard.

    Warns
    -----
    UnknownColumnWarning
        If there are columns that are no input; they are named.

    Examples
    --------
    >>> import pandas as pd
    >>> squad = pd.DataFrame({"sport": ["running", "walking"], "duration_min": 60,
    ...     "session_rpe": [6, 2], "age_years": [25, 61], "air_temperature_c": 24,
    ...     "relative_humidity_pct": [50, 500]}, index=["Ada", "Ben"])
    >>> assess_frame(squad)["problems"]["Ben"]
    'Relative humidity (relative_humidity_pct) is 500; allowed is 1 to 100 %.'
    """
    answers = read_frame(frame, threads=threads)
    warn_of_unknown_columns(answers)
    used = engine(scorecard, calibration)
    result = used.run(answers, detail=detail, threads=threads)
    columns = result_columns(answers, result, used, detail=detail)
    return pd.DataFrame(columns, index=frame.index, copy=False)


def warn_of_unknown_columns(answers: Answers) -> None:
    """Name the columns that are no input, to who called the function that calls this."""
    if answers.unknown_columns:
        unknown = (Problem(n, "no_such_input") for n in answers.unknown_columns)
        warnings.warn(" ".join(map(str, unknown)), UnknownColumnWarning, stacklevel=3)


def result_columns(
    answers: Answers, result: Result, used: Engine, *, detail: bool
) -> dict[str, Any]:
    """Columns of `assess_frame` by name, each of shape (n_sessions,)."""
    columns: dict[str, Any] = dict(result.chances)
    columns["band"], columns["in_100"] = words(result.chances["probability"])
    columns["total_points"] = result.total_points
    columns["problems"] = answers.problem_texts()
    columns["safety"] = Worded(result.safety, guard_texts)
    if detail:
        names = (f"points_{factor.name}" for factor in used.scorecard.factors)
        columns.update(zip(names, result.points, strict=True))
        columns |= result.spreads
        columns["missing"] = Worded(result.missing, unanswered_texts)
    return columns | dict(result.physiology)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
