"""How well the product agrees with the simulators, and both with published figures.

Nothing here says that the product is right about athletes: the simulators are made
up.  It says whether the curves do what they were fitted for, where they do not, and
which published figures come out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from riskmodel.calibration.anchors import (
    MONTH,
    Model,
    load_anchors,
    measure,
    row_of,
    simulator_model,
    tune,
)
from riskmodel.calibration.assumptions import Assumptions, median_assumptions, structures
from riskmodel.calibration.curves import logistic, piecewise
from riskmodel.calibration.fit import draw_ensemble, duration_knots, label
from riskmodel.calibration.people import People, draw_people
from riskmodel.calibration.questions import Labelled
from riskmodel.calibration.simulators import probability, read_people, read_sessions
from riskmodel.calibration.strata import by_strata
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import Engine
from riskmodel.scoring.probability import Calibration, expit

Array = NDArray[np.float64]

N_SCENARIOS = 120_000
_BINS = 50
_ORACLE_SCENARIOS = 6_000
# Remembered cramps behind an answer about past ones, for how much it tells: judgement.
_CRAMPS = {"never": 0.0, "earlier": 1.0, "0": 0.0, "1-2": 1.5, "3-5": 4.0, "6+": 8.0}


def published_checks(
    scorecard: Scorecard,
    calibration: Calibration,
    seed: int = 5,
    *,
    with_simulators: bool = True,
) -> pd.DataFrame:
    """Compare the simulators and the product with every published figure.

    One row per figure and model: ``id``, ``topic``, ``tier``, ``model``, ``published``
    with its limits, ``ours`` and its Monte Carlo ``error``, ``passes``, ``role`` and a
    note.  The seed is that of the people.  The simulators read no scorecard: without
    them only the product is computed, in a third of the time.
    """
    simulators = tuned_simulators()
    models = [simulator_model(p) for p in simulators if with_simulators]
    models.append(product_model(scorecard, calibration, simulators))
    anchors = load_anchors()
    # Figures of one population after each other: its people are drawn once.
    order = sorted(range(len(anchors)), key=lambda place: anchors[place].population)
    rows = {
        (place, i): row_of(anchors[place], measure(anchors[place], model, seed))
        for place in order
        for i, model in enumerate(models)
    }
    return pd.DataFrame({"model": models[key[1]].name} | rows[key] for key in sorted(rows))


@cache
def tuned_simulators() -> tuple[Assumptions, ...]:
    """The simulators at the medians of what they assume."""
    return tuple(tune(median_assumptions(n), seed=1, noise=False) for n in structures())


def product_model(
    scorecard: Scorecard, calibration: Calibration, simulators: tuple[Assumptions, ...]
) -> Model:
    """The scorecard with its calibration, as a model to check.

    What its people answer about past cramps comes from the simulators.  For the year of
    one person it sums the sessions' chances; what the answer leaves open of how prone
    somebody is, is gamma distributed.
    """
    engine = Engine(scorecard, calibration)

    def one(frame: pd.DataFrame) -> Array:
        return engine.run(read_frame(frame), detail=False).chances["probability"]

    def period(people: People, share: float) -> Array:
        answer = people.frame["cramp_sessions_12mo"].to_numpy()
        cramps = share * sum(
            times * one(frame.assign(cramp_sessions_12mo=answer))
            for frame, times in people.year
        )
        p = simulators[-1]
        if share > MONTH:
            cramps = cramps * p["proneness.recall"]
        # The gamma distribution after so many cramps, by Bayes' rule.
        shape = 1.0 / p["proneness.variance"] + np.vectorize(_CRAMPS.__getitem__)(answer)
        chance: Array = 1.0 - (shape / (shape + cramps)) ** shape
        return chance

    def by(people: People, fractions: ArrayLike) -> Array:
        curve = calibration.onset
        begun = np.asarray(fractions) if curve is None else curve.by(fractions)
        return np.outer(begun, one(people.frame))

    return Model("product", lambda people: one(people.frame), period, by, simulators)


def calibration_checks(
    scorecard: Scorecard,
    calibration: Calibration,
    n_scenarios: int = N_SCENARIOS,
    draws_per_structure: int | None = None,
    *,
    with_rivals: bool = True,
) -> dict[str, Any]:
    """Compare the product with the ensemble of simulators on fresh scenarios.

    Parameters
    ----------
    scorecard : Scorecard
    calibration : Calibration
    n_scenarios : int, default 120,000
        Fresh ones; the ensemble is the one the calibration was made with.
    draws_per_structure : int, optional
        Of the ensemble; as many as the calibration had by default.
    with_rivals : bool, default True
        False leaves ``benchmarks`` empty, and takes a sixth of the time.

    Returns
    -------
    dict
        ``summary`` (ICI, Emax, slope, intercept and what is left of noise),
        ``reliability`` (bins), ``strata``, ``strata_six`` (by what is always
        answered, with nothing else answered) and ``benchmarks``, as lists of rows.
    """
    made_seed = int(calibration.made["seed"])
    seed = made_seed + 100  # of scenarios that the calibration has not seen
    if draws_per_structure is None:
        draws_per_structure = int(calibration.made["draws"]) // len(structures())
    ensemble = draw_ensemble(made_seed, draws_per_structure)
    fresh = label(n_scenarios, seed, ensemble, scorecard)
    rivals = []
    if with_rivals:
        train = label(n_scenarios, seed + 1, ensemble, scorecard)
        rivals = _benchmarks(train, ensemble, scorecard, calibration, seed + 2)
    engine = Engine(scorecard, calibration)
    p, held = _answered(fresh.frame, fresh, engine)
    six, held_six = _answered(fresh.frame[_required()], fresh, engine)
    bins = _reliability(p, fresh.p)
    # Who left the past open may be asked how often the range holds, by what it was.
    of_six = [*_required(), "cramp_sessions_12mo"]
    return {
        "summary": _summary(p, fresh.p, bins)
        | {
            "coverage_all": float(held.mean()),
            "coverage_six": float(held_six.mean()),
            "observed_over_expected_six": float(fresh.p.sum() / six.sum()),
            "slope_six": _slope(six, fresh.p),
        },
        "reliability": bins.to_dict("records"),
        "strata": by_strata(fresh, p, held),
        "strata_six": [r for r in by_strata(fresh, six, held_six) if r["by"] in of_six],
        "benchmarks": rivals,
    }


def _reliability(p: Array, observed: Array) -> pd.DataFrame:
    """Mean probability, mean label and its standard error in bins of equal size."""
    table = pd.DataFrame({"expected": p, "observed": observed})
    groups = table.groupby(
        pd.qcut(table["expected"], _BINS, labels=False, duplicates="drop")
    )
    bins = groups.mean()
    bins["error"] = groups["observed"].sem()
    bins["n"] = groups.size()
    return bins.reset_index(drop=True)


def _summary(p: Array, observed: Array, bins: pd.DataFrame) -> dict[str, float]:
    off = (bins["observed"] - bins["expected"]).abs()
    logit = np.log(p / (1 - p))[:, None]
    line = logistic(logit, observed, 1.0 - observed)
    return {
        "ici": float(np.average(off, weights=bins["n"])),
        # What a perfect curve would show: the mean size of a normal error.
        "ici_noise": float(
            np.average(bins["error"] * np.sqrt(2 / np.pi), weights=bins["n"])
        ),
        "emax": float(off.max()),
        "slope": float(line.coef_[0, 0]),
        "intercept": float(line.intercept_[0]),
        "observed_over_expected": float(observed.sum() / p.sum()),
        "mean_probability": float(observed.mean()),
        "scenarios": len(p),
    }


def _required() -> list[str]:
    return [name for name, field in FIELDS.items() if field.required]


def _answered(
    frame: pd.DataFrame, fresh: Labelled, engine: Engine
) -> tuple[Array, NDArray[np.bool_]]:
    """Probability, and whether the range holds the label."""
    chances = engine.run(read_frame(frame), detail=False).chances
    p, low, high = (chances[f"probability{end}"] for end in ("", "_low", "_high"))
    return p, (fresh.p >= low) & (fresh.p <= high)


def _benchmarks(
    train: Labelled,
    ensemble: list[Assumptions],
    scorecard: Scorecard,
    calibration: Calibration,
    seed: int,
) -> list[dict[str, Any]]:
    """Hand points against simpler, fitted and all-knowing rivals."""
    everybody = product_model(scorecard, calibration, tuned_simulators())
    people = everybody.with_past(draw_people(_ORACLE_SCENARIOS, seed), None, seed)
    frame, athletes = people.frame, read_people(people)
    each = [
        probability(athletes, a.take(np.full(len(frame), draw)))
        for a in ensemble
        for draw in range(len(a.log_hazard))
    ]
    oracle = np.mean(each, axis=0)
    run = Engine(scorecard, calibration).run(read_frame(frame), detail=True)
    place = scorecard.duration_place
    duration = np.zeros(len(frame)) if place is None else run.points[place]
    largest = np.array([max(factor.largest, 1.0) for factor in scorecard.factors])[:, None]
    equal_train, equal = (
        100.0 * (x / largest).mean(0) for x in (train.factor_points, run.points)
    )
    # Caffeine carries no points, so that no weight can be fitted to it.
    differ = np.ptp(train.factor_points, axis=1) > 0
    refit = logistic(train.factor_points[differ].T / 10.0, train.p, 1.0 - train.p)
    boosted = _boosted(train)
    knots = duration_knots(scorecard)
    guesses = {
        "Hand points, with the curve for duration (the product)": run.chances[
            "probability"
        ],
        "Hand points, one curve": _curve(train.points, run.total_points, train),
        "Duration alone": _curve(train.duration_points, duration, train, knots, flat=True),
        "Equal weights, one curve": _curve(
            equal_train, equal, train, _quantiles(equal_train)
        ),
        "The same factors, weights refitted": expit(
            refit.decision_function(run.points[differ].T / 10.0)
        ),
        "Gradient boosting on all answers": boosted.predict_proba(_features(frame))[:, 1],
        "The simulators themselves": oracle,
        "One number for everybody": np.full(len(oracle), float(train.p.mean())),
    }
    top = _auc(oracle, oracle)
    return [
        {
            "method": method,
            "auc": _auc(p, oracle),
            "share_of_best": (_auc(p, oracle) - 0.5) / (top - 0.5),
            "brier": float(np.mean(oracle * (1 - oracle) + (p - oracle) ** 2)),
            "slope": _slope(p, oracle),
            "observed_over_expected": float(oracle.sum() / p.sum()),
        }
        for method, p in guesses.items()
    ]


def _curve(
    x_train: Array,
    x: Array,
    train: Labelled,
    at: Array | None = None,
    *,
    flat: bool = False,
) -> Array:
    """Fit one curve in one number and read it."""
    knots = _quantiles(x_train) if at is None else at
    model = logistic(piecewise(x_train, knots, flat=flat), train.p, 1.0 - train.p)
    return expit(model.decision_function(piecewise(x, knots, flat=flat)))


def _quantiles(x: Array) -> Array:
    return np.unique(np.quantile(x, np.linspace(0.01, 0.99, 9)))


def _features(frame: pd.DataFrame) -> Array:
    columns = read_sessions(frame).columns
    # What the scenarios leave open, such as a measured sweat rate, has no value at all.
    kinds = (
        (name, values) for name, values in columns.items() if values.dtype.kind in "fi"
    )
    names = [name for name, values in kinds if np.isfinite(values).any()]
    return np.stack([columns[name].astype(np.float64) for name in names], axis=1)


def _boosted(train: Labelled) -> HistGradientBoostingClassifier:
    x = _features(train.frame)
    model = HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.1, random_state=0, early_stopping=False
    )
    outcome = np.repeat([1, 0], len(x))
    weights = np.concatenate([train.p, 1.0 - train.p])
    return model.fit(np.concatenate([x, x]), outcome, sample_weight=weights)


def _auc(score: Array, p: Array) -> float:
    """Chance that a cramp has the higher score, where p is the chance of a cramp."""
    table = pd.DataFrame({"score": score, "cramps": p, "others": 1.0 - p})
    by = table.groupby("score", sort=True).sum()
    below = by["others"].cumsum() - by["others"]
    won = (by["cramps"] * (below + by["others"] / 2.0)).sum()
    return float(won / (by["cramps"].sum() * by["others"].sum()))


def _slope(p: Array, observed: Array) -> float:
    if np.ptp(p) == 0:
        return float("nan")
    logit = np.log(p / (1 - p))[:, None]
    return float(logistic(logit, observed, 1.0 - observed).coef_[0, 0])


def as_text(
    published: pd.DataFrame, calibration: Mapping[str, Any], fingerprint: str
) -> str:
    """Write both reports as JSON, for the app to show."""
    rows = published.copy()
    rows["ours"] = rows["ours"].map(lambda x: float(f"{x:.4g}"))
    whole = {
        "scorecard_fingerprint": fingerprint,
        "published": rows.to_dict("records"),
        **{
            key: _short(value) if isinstance(value, Mapping) else [_short(v) for v in value]
            for key, value in calibration.items()
        },
    }
    return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    """Four significant digits are enough to show; NaN is null in JSON."""

    def cell(x: Any) -> Any:
        if not isinstance(x, float):
            return x
        return float(f"{x:.4g}") if np.isfinite(x) else None

    return {key: cell(value) for key, value in row.items()}
