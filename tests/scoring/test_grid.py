"""People under many weathers against the same sessions one by one."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.frames import raw_frame
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import Answers, read_frame
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.engine import Engine, engine
from riskmodel.scoring.grid import OF_THE_PLAN, WEATHER_FIELDS, Cells, People
from riskmodel.scoring.guards import guards_in
from riskmodel.scoring.probability import expit
from tests.strategies import sessions

N_WEATHERS = 24
# Stands in while the rest of the answers is checked.
ANY_WEATHER = {"air_temperature_c": 20.0, "relative_humidity_pct": 50.0}
Columns = Mapping[str, NDArray[Any]]


def people(n: int, seed: int, **fixed: Any) -> pd.DataFrame:
    """Anybody: unanswered and impossible answers, few durations and many sports."""
    random = np.random.default_rng(seed)
    frame = raw_frame(n, seed, categories=True).drop(columns=list(WEATHER_FIELDS))
    durations = [20.0, 95.5, 240.0, *frame["duration_min"][:9]]
    frame["duration_min"] = random.choice(durations, n)
    frame.loc[::17, "age_years"] = 200.0
    frame.loc[::13, "sport"] = "swimming"
    frame.loc[::11, "sky"] = "indoor"
    frame["red_flags"] = random.choice(["none", "swollen_calf"], n, p=[0.9, 0.1])
    return frame.assign(**ANY_WEATHER, **fixed)


def weathers(n_plans: int, seed: int) -> dict[str, NDArray[Any]]:
    """Weather of each plan; some hours are not known."""
    random = np.random.default_rng(seed)
    ranges = {
        "air_temperature_c": (-20, 50),
        "relative_humidity_pct": (1, 100),
        "wind_speed_m_s": (0, 30),
        "solar_radiation_w_m2": (0, 1300),
        "wbgt_c": (-25, 40),
        "latitude_deg": (-90, 90),
        "longitude_deg": (-180, 180),
    }
    shape = n_plans, N_WEATHERS
    columns = {name: random.uniform(*ends, shape) for name, ends in ranges.items()}
    minutes = random.integers(0, 525_600, shape)
    columns["start_time"] = np.datetime64("2026-01-01", "ns") + minutes * np.timedelta64(
        60_000_000_000, "ns"
    )
    columns["solar_radiation_w_m2"][random.random(shape) < 0.3] = 0.0
    unknown = random.random(shape) < 0.1
    for name in ranges:
        if not name.endswith("_deg"):
            columns[name][unknown] = np.nan
    return columns


def of_plans(columns: Columns, key: NDArray[Any]) -> Any:
    """What each plan meets, by its place among all durations."""

    def weather_of(plan: Columns) -> Columns:
        assert set(plan) == set(OF_THE_PLAN)
        which = np.searchsorted(key, plan["duration_min"])
        return {name: column[which] for name, column in columns.items()}

    return weather_of


def flat(used: Engine, answers: Answers, met: Columns, warmer: float = 0.0) -> Any:
    """Everybody under every weather, as sessions on their own."""
    n = answers.n_sessions
    columns = {k: np.repeat(c, N_WEATHERS) for k, c in answers.columns.items()}
    columns |= {name: column.ravel() for name, column in met.items()}
    columns["wbgt_c"] = columns["wbgt_c"] + warmer
    return used.run(Answers(n * N_WEATHERS, columns, ()), detail=False)


def check(used: Engine, frame: pd.DataFrame, seed: int, *, shared: bool) -> None:
    answers = read_frame(frame)
    key = np.unique(answers.columns["duration_min"])
    of_key = weathers(1 if shared else len(key), seed)
    weather_of = (lambda _: of_key) if shared else of_plans(of_key, key)
    plan = {"duration_min": answers.columns["duration_min"], "sky": 0, "sport": 0}
    of_all = {
        n: np.broadcast_to(c, (answers.n_sessions, N_WEATHERS))
        for n, c in weather_of(plan).items()
    }
    by_c = np.full(N_WEATHERS, -2.5), np.linspace(1, 4, N_WEATHERS)
    everybody = People(used, answers)
    blocks = list(everybody.under(weather_of, N_WEATHERS, by_c))
    rows = np.concatenate([cells.rows for cells in blocks])
    assert sorted(rows) == list(np.flatnonzero(answers.usable()))
    unknown = np.isnan(of_all["air_temperature_c"])
    for place, warmer in enumerate((0.0, *by_c)):
        tiled = np.tile(warmer, answers.n_sessions) if place else 0.0
        result = flat(used, answers, of_all, tiled)

        def as_grid(values: NDArray[Any]) -> NDArray[Any]:
            return values.reshape(-1, N_WEATHERS)

        expected = np.where(unknown, np.nan, as_grid(result.total_points))[rows]
        total = np.concatenate([cells.total_points[place] for cells in blocks])
        np.testing.assert_array_equal(total, expected)
        if used.calibration is not None:
            for name, ours in chances(blocks, place).items():
                expected = np.where(unknown, np.nan, as_grid(result.chances[name]))[rows]
                np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)
        if not place:
            assert_guards(blocks, as_grid(result.safety), unknown, everybody)


def chances(blocks: list[Cells], place: int) -> dict[str, NDArray[Any]]:
    both = [cells.logit_ends(place) for cells in blocks]
    logits = {
        "probability": [cells.logit(place) for cells in blocks],
        "probability_low": [low for low, _ in both],
        "probability_high": [high for _, high in both],
    }
    return {name: expit(np.concatenate(values)) for name, values in logits.items()}


def assert_guards(
    blocks: list[Cells],
    safety: NDArray[Any],
    unknown: NDArray[Any],
    everybody: People,
) -> None:
    for cells in blocks:
        known = ~unknown[cells.rows]
        assert (cells.safety()[known] == safety[cells.rows][known]).all()
        pairs = np.bitwise_or.reduce(cells.safety().reshape(len(known), -1, 2), axis=2)
        assert (cells.safety(2) == pairs).all()
    by_weather = {guard.name for guard in guards_in(sum(everybody.guards_of_weather))}
    heat = {"extreme_heat", "high_heat", "high_heat_used_to"}
    assert by_weather == heat | {"over_drinking", "impossible_loss"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shared", [True, False])
def test_points_range_and_guards_are_those_of_single_sessions(
    seed: int, shared: bool
) -> None:
    check(engine(None, None), people(150, seed), seed, shared=shared)


@settings(max_examples=30)
@given(st.lists(sessions(), min_size=1, max_size=5), st.integers(0, 10_000), st.booleans())
def test_any_sessions_are_those_of_single_ones(
    anybody: list[dict[str, Any]], seed: int, shared: bool
) -> None:
    check(engine(None, None), pd.DataFrame(anybody), seed, shared=shared)


def test_everybody_alike_and_nobody_at_all() -> None:
    used = engine(None, None)
    alike = people(40, 5, sport="running", sky="shade", duration_min=90)
    check(used, alike, 5, shared=True)
    check(used, people(40, 6, sport="swimming"), 6, shared=False)
    nobody = People(used, read_frame(people(9, 7, age_years=300)))
    assert not list(nobody.under(lambda _: weathers(1, 7), N_WEATHERS))
    whole = raw_frame(40, 8, categories=True, missing=False)
    check(used, whole, 8, shared=True)


def test_with_a_calibration_and_with_a_scorecard_of_ones_own() -> None:
    rate = load_calibration().with_own_rate(0.3, [60.0, 80.0], [26.0, 44.0])
    check(Engine(load_scorecard(), rate), people(60, 9), 9, shared=True)
    changed = load_scorecard().with_points("heat", at=28, points=12)
    check(Engine(changed, None), people(60, 10), 10, shared=False)


def test_a_scorecard_that_counts_other_things_by_the_weather() -> None:
    """Every quantity of the weather, and a duration that the weather shifts."""
    card = load_scorecard()
    heat = card["heat"]
    odd = [
        dataclasses.replace(heat, name=f"odd_{name}", quantity=name, shift=None)
        for name in ("wind_speed_m_s", "solar_radiation_w_m2", "sweat_rate_l_h")
    ]
    shift = dataclasses.replace(heat.shift, quantity="wbgt_c", limit=40)
    duration = dataclasses.replace(card["duration"], shift=shift)
    rest = tuple(f for f in card.factors if f.name != "duration")
    own = dataclasses.replace(card, factors=(duration, *rest, *odd))
    calibration = dataclasses.replace(
        load_calibration(),
        fingerprint=own.fingerprint,
        typical_points={f.name: 3.0 for f in own.factors},
    )
    check(Engine(own, calibration), people(60, 11), 11, shared=False)


def test_fields_of_the_weather_are_those_that_hours_answer() -> None:
    assert {FIELDS[name].of_the_hours for name in WEATHER_FIELDS} == {True}
