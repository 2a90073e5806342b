"""Two plans for one squad: who changes band, and how many cramps to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import shown_in_100
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.scores import score_squad
from riskmodel.squad.summary import Expected, expected, in_each_band, labels, who_counts


@dataclass(frozen=True)
class BandChange:
    """An athlete who is in another band under the second plan.

    Attributes
    ----------
    row
        Of the list, as its index calls it.
    label : str
        As from `riskmodel.squad.summary.labels`.
    bands : tuple of two str
        Names of `riskmodel.scoring.bands.BANDS`, under the first and the second plan.
    shown_in_100 : tuple of two float
        The numbers that are shown; 0 stands for fewer than 1.
    difference : float
        Probability under the second plan less that under the first.
    """

    row: Any
    label: str
    bands: tuple[str, str]
    shown_in_100: tuple[float, float]
    difference: float


@dataclass(frozen=True, eq=False)
class SquadPlans:
    """What two plans mean for a squad.

    Attributes
    ----------
    scored : mapping of str to pandas.DataFrame
        By the name of the plan, as from `riskmodel.score_squad`.
    expected : mapping of str to Expected
        Athletes to expect with a cramp.
    in_each_band : mapping of str to mapping of str to int
        Athletes in each band, by the name of the plan and of the band.
    changes : tuple of BandChange
        The larger difference first; of who has a number under both.
    """

    scored: Mapping[str, pd.DataFrame]
    expected: Mapping[str, Expected]
    in_each_band: Mapping[str, Mapping[str, int]]
    changes: tuple[BandChange, ...]


def compare_plans(
    athletes: pd.DataFrame,
    plans: Mapping[str, Mapping[str, Any]],
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> SquadPlans:
    """Score everybody under two plans.

    Parameters
    ----------
    athletes : pandas.DataFrame
        As for `riskmodel.score_squad`.
    plans : mapping of str to mapping of str to answer
        Two plans by their names.
    scorecard, calibration : optional
        As for `riskmodel.assess`.

    Raises
    ------
    ValueError
        If there are not two plans.

    Examples
    --------
    >>> squad = pd.DataFrame({"athlete": ["Ada", "Ben"], "age_years": [16, 17]})
    >>> noon = {"sport": "soccer", "duration_min": 120, "session_rpe": 8,
    ...         "air_temperature_c": 33, "relative_humidity_pct": 50}
    >>> evening = {**noon, "duration_min": 60, "air_temperature_c": 22}
    >>> both = compare_plans(squad, {"noon": noon, "evening": evening})
    >>> both.expected["evening"].number < both.expected["noon"].number
    True
    >>> [change.label for change in both.changes]
    ['Ada', 'Ben']
    """
    if len(plans) != 2:
        raise ValueError(f"Compared are two plans; there are {len(plans)}.")
    # By place and not by index, which may name two rows alike.
    numbered = athletes.reset_index(drop=True)
    by_place = {
        name: score_squad(numbered, plan, scorecard, calibration)
        for name, plan in plans.items()
    }
    scored = {
        name: frame.set_axis(athletes.index.take(frame.index.to_numpy()))
        for name, frame in by_place.items()
    }
    first, second = by_place.values()
    names = labels(next(iter(scored.values()))).set_axis(first.index)
    return SquadPlans(
        scored=scored,
        expected={name: expected(frame) for name, frame in scored.items()},
        in_each_band={name: in_each_band(frame) for name, frame in scored.items()},
        changes=_changes(first, second, names, athletes.index),
    )


def _changes(
    first: pd.DataFrame, second: pd.DataFrame, names: pd.Series[str], index: pd.Index[Any]
) -> tuple[BandChange, ...]:
    """Who changes band, of rows that are numbered by their place."""
    places = who_counts(first).index.intersection(who_counts(second).index)
    frames = [frame.loc[places] for frame in (first, second)]
    chances = np.array([frame["probability"] for frame in frames])
    bands = np.array([frame["band"].astype(str) for frame in frames], dtype=object)
    difference, shown = chances[1] - chances[0], shown_in_100(chances)
    changed = np.flatnonzero(bands[0] != bands[1])
    order = changed[np.argsort(-np.abs(difference[changed]), kind="stable")]
    labelled = names.loc[places].tolist()
    return tuple(
        BandChange(
            row=index[int(places[at])],
            label=labelled[at],
            bands=(bands[0, at], bands[1, at]),
            shown_in_100=(float(shown[0, at]), float(shown[1, at])),
            difference=float(difference[at]),
        )
        for at in order.tolist()
    )
