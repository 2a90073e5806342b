"""The whole chain, once: answers in, physiology, points, total and reasons out.

`assess` and `assess_frame` run the same code on arrays; one session is an array
of length one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import UNKNOWN, Answers, read_frame
from riskmodel.inputs.session import Session, read_session
from riskmodel.scorecard.evidence import cited
from riskmodel.scorecard.rows import Factor, Level, Scorecard
from riskmodel.scoring.bands import band_name, in_100_text, words
from riskmodel.scoring.engine import Engine, Result, engine
from riskmodel.scoring.guards import Guard, guards_in, joined
from riskmodel.scoring.open_questions import unanswered_names, unanswered_texts
from riskmodel.scoring.probability import Calibration

# Fewer sets of open questions than this are faster named one by one.
_FEW = 64

# Body size is private, and so is what can be reckoned back to it.
FROM_BODY_SIZE = frozenset(
    {
        "bmi_kg_m2",
        "metabolic_rate_w",
        "sweat_rate_l_h",
        "sweat_loss_l",
        "body_mass_loss_pct",
        "sodium_loss_mg",
        "sodium_deficit_mg",
    }
)
"""Quantities that tell how large somebody is."""
SHOWN_MAXIMUM = 100
"""Totals above this are shown as this, and say so."""


class UnknownColumnWarning(UserWarning):
    """A frame has columns that are no input and were not used."""


@dataclass(frozen=True)
class Contribution:
    """What one factor adds to the total, and why.

    Attributes
    ----------
    factor, label : str
    points : float
        In half points, 0 or more.
    value : float, str or None
        What was read: a finite number in `unit`, a level, a list; None if unknown, or
        if a ratio has nothing to be a multiple of (`answered` is then True).
    unit : str
    answered : bool
        False if the points are the average of the reference population.
    reason, grade, source : str
        The scorecard's sentence, the evidence grade and the studies; of a list,
        those of the items that were named.
    judgement : bool
        True if the size of the points is ours and the studies support the
        direction only.
    departure : str
        Why the points depart from what is published; empty if they do not.
    private : bool
        Whether the points would tell a health or personal answer.
    """

    factor: str
    label: str
    points: float
    value: float | str | None
    unit: str
    answered: bool
    reason: str
    grade: str
    source: str
    judgement: bool
    departure: str
    private: bool


@dataclass(frozen=True)
class Assessment:
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

    @property
    def shown_points(self) -> float:
        """Total on the scale of 0 to 100; larger sums are shown as 100."""
        return min(self.total_points, SHOWN_MAXIMUM)

    def to_dict(self) -> dict[str, Any]:
        """Return dictionaries and lists as for JSON, None for NaN and infinity."""
        plain: dict[str, Any] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name == "contributions":
                value = [_plain(contribution) for contribution in value]
            elif part.name in ("problems", "guards"):
                value = [str(finding) for finding in value]
            # The name that programs know from before there were guards.
            plain["safety" if part.name == "guards" else part.name] = _finite(value)
        return plain


def assess(
    session: Session | Mapping[str, Any],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Assessment:
    """Score one planned session.

    Parameters
    ----------
    session : Session or mapping of str to answer
        Answers by the names in `riskmodel.inputs.fields.FIELDS`.
    scorecard : Scorecard, optional
        Another scorecard than the one that comes with the package.
    calibration : Calibration, optional
        Made for that scorecard; without one another scorecard gives points only.

    Returns
    -------
    Assessment

    Raises
    ------
    ValueError
        If a name is not in `FIELDS`.  Impossible answers do not raise; they are
        named in `problems`.
    CalibrationError
        If the calibration was made for another scorecard.

    Examples
    --------
    >>> answer = assess({"sport": "running", "duration_min": 60, "session_rpe": 4,
    ...                  "age_years": 30, "air_temperature_c": 15,
    ...                  "relative_humidity_pct": 60})
    >>> answer.total_points == sum(c.points for c in answer.contributions)
    True
    """
    answers = read_session(session)
    used = engine(scorecard, calibration)
    result = used.run(answers, detail=True)
    problems = answers.problems
    chances = {name: float(values[0]) for name, values in result.chances.items()}
    return Assessment(
        **chances,
        band=band_name(chances["probability"]),
        in_100=in_100_text(chances["probability"]),
        total_points=float(result.total_points[0]),
        contributions=() if problems else _contributions(result, used.scorecard),
        physiology={name: float(v[0]) for name, v in result.physiology.items()},
        problems=problems,
        missing=unanswered_names(int(result.missing[0])),
        guards=guards_in(int(result.safety[0])),
        spreads={name: float(values[0]) for name, values in result.spreads.items()},
        narrowing=used.narrowing(result),
    )


def assess_frame(
    frame: pd.DataFrame,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
    *,
    detail: bool = True,
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
        False leaves out the points per factor, where the range comes from and what
        is missing.

    Returns
    -------
    pandas.DataFrame, index of `frame`
        ``points_<factor>`` for every factor, ``total_points``, ``probability`` with
        ``probability_low`` and ``probability_high``, ``probability_ideal``,
        ``band``, ``in_100``, ``problems``, ``safety``, the spreads, ``missing`` and
        the physiology.  A row with problems keeps its place, has NaN for every
        number and the band ``unknown``.

    Raises
    ------
    ValueError
        If an input has two columns.
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
    answers = read_frame(frame)
    if answers.unknown_columns:
        unknown = (Problem(n, "no_such_input") for n in answers.unknown_columns)
        warnings.warn(" ".join(map(str, unknown)), UnknownColumnWarning, stacklevel=2)
    used = engine(scorecard, calibration)
    result = used.run(answers, detail=detail)
    columns = result_columns(answers, result, used, detail=detail)
    return pd.DataFrame(columns, index=frame.index, copy=False)


def result_columns(
    answers: Answers, result: Result, used: Engine, *, detail: bool
) -> dict[str, Any]:
    """Columns of `assess_frame` by name, each of shape (n_sessions,)."""
    columns: dict[str, Any] = dict(result.chances)
    columns["band"], columns["in_100"] = words(result.chances["probability"])
    columns["total_points"] = result.total_points
    columns["problems"] = answers.problem_texts()
    columns["safety"] = _safety_texts(result.safety)
    if detail:
        names = (f"points_{factor.name}" for factor in used.scorecard.factors)
        columns.update(zip(names, result.points, strict=True))
        columns |= result.spreads
        columns["missing"] = _missing_texts(result.missing)
    return columns | dict(result.physiology)


def _contributions(result: Result, scorecard: Scorecard) -> tuple[Contribution, ...]:
    made = []
    for factor, points in zip(scorecard.factors, result.points, strict=True):
        code = result.columns[factor.quantity][0]
        # A ratio to nothing is an answer, and no number.
        infinite = factor.kind == "curve" and bool(np.isinf(code))
        value = None if infinite else _value(factor, code)
        row = Contribution(
            factor=factor.name,
            label=factor.label,
            points=float(points[0]),
            value=value,
            unit=_unit(factor),
            answered=infinite or value is not None,
            reason=factor.reason,
            grade=factor.grade,
            source=cited(factor.all_evidence),
            judgement=factor.judgement,
            departure=factor.departure,
            private=tells_private_answers(factor),
        )
        named = _named(factor, code)
        made.append(_of_items(row, factor, named) if named else row)
    return tuple(made)


def tells_private_answers(factor: Factor) -> bool:
    """Whether a factor's points would tell a health or personal answer."""
    read = [factor.quantity, *([factor.only_if.quantity] if factor.only_if else [])]
    return any(
        FIELDS[name].private if name in FIELDS else name in FROM_BODY_SIZE for name in read
    )


def _named(factor: Factor, code: Any) -> list[Level]:
    """Items of a list that were named."""
    if factor.kind != "list" or code == UNKNOWN:
        return []
    return [level for bit, level in enumerate(factor.levels) if code >> bit & 1]


def _of_items(row: Contribution, factor: Factor, named: list[Level]) -> Contribution:
    """Grade, studies and departures of the items that were named, not of the block."""
    labels = FIELDS[factor.quantity].levels
    grades = {labels[item.level]: item.grade or factor.grade for item in named}
    texts = [f"{labels[item.level]}: {item.departure}" for item in named if item.departure]
    return replace(
        row,
        grade=", ".join(f"{label} {grade}" for label, grade in grades.items()),
        source=cited(study for item in named for study in item.evidence),
        judgement=any(item.judgement for item in named),
        departure=" ".join((factor.departure, *texts)).strip(),
    )


def _value(factor: Factor, code: Any) -> float | str | None:
    """What was read for a factor, as a person would say it."""
    if factor.kind == "curve":
        return None if math.isnan(code) else float(code)
    if code == UNKNOWN:
        return None
    labels = FIELDS[factor.quantity].levels
    if factor.kind == "levels":
        return labels[factor.levels[code].level]
    return ", ".join(labels[item.level] for item in _named(factor, code)) or "None"


def _unit(factor: Factor) -> str:
    if factor.kind != "curve":
        return ""
    if factor.quantity in FIELDS:
        return FIELDS[factor.quantity].unit
    return DERIVED[factor.quantity]


def _missing_texts(bits: NDArray[np.int64]) -> ExtensionArray:
    """Names of open questions, by themselves where few sets of them are left open."""
    which, patterns = pd.factorize(bits)
    if len(patterns) > _FEW:
        return unanswered_texts(bits)
    texts = [";".join(unanswered_names(int(pattern))) for pattern in patterns]
    return pd.array(texts, dtype="str").take(which)


def _safety_texts(bits: NDArray[np.int64]) -> ExtensionArray:
    """Sentences of the guards of each session as one text."""
    which, patterns = pd.factorize(bits)
    texts = [joined(guards_in(int(pattern))) for pattern in patterns]
    return pd.array(texts, dtype="str").take(which)


def _plain(contribution: Contribution) -> dict[str, Any]:
    plain = asdict(contribution)
    del plain["private"]  # a fact about the scorecard, not about this session
    return plain


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
