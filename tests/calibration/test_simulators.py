"""The synthetic athletes and the three simulators."""

import ast
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskmodel import assess_frame
from riskmodel.calibration import simulators
from riskmodel.calibration.assumptions import (
    Assumptions,
    draw_assumptions,
    median_assumptions,
    structures,
)
from riskmodel.calibration.people import draw_scenarios, stream, yearly_exposure
from riskmodel.calibration.simulators import (
    cumulative_hazard,
    get_through,
    log_hazard_of_person,
    onset_distribution,
    probability,
    read_people,
)
from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS

PACKAGE = Path(simulators.__file__).parents[1]
EVERYBODY = draw_scenarios(4000, seed=11)


def with_base(structure, log_hazard=-6.0):
    p = median_assumptions(structure)
    return Assumptions(structure, p.values, np.array(log_hazard))


def p_of(frame, structure, **assumptions):
    p = with_base(structure)
    values = {**p.values, **{k: np.array(v) for k, v in assumptions.items()}}
    return probability(read_people(frame), Assumptions(structure, values, p.log_hazard))


# ------------------------------------------------------------------------- scenarios


def test_one_seed_draws_the_same_people_and_another_does_not():
    pd.testing.assert_frame_equal(EVERYBODY, draw_scenarios(4000, seed=11))
    assert not EVERYBODY.equals(draw_scenarios(4000, seed=12))


@pytest.mark.parametrize("population", [None, *read_toml("scenarios.toml")["population"]])
def test_everybody_can_be_scored_with_every_question_answered(population):
    frame = draw_scenarios(300, 3, population)
    results = assess_frame(frame)
    assert (results["problems"] == "").all()
    assert not results["missing"].str.contains("sky|sex|fluid|cramp").any()


def test_what_belongs_together_goes_together():
    frame = draw_scenarios(40_000, 5)
    statin = frame["medications"].str.contains("statin")
    assert frame["age_years"][statin].mean() > frame["age_years"][~statin].mean() + 8
    indoor = frame["sky"] == "indoor"
    assert frame["air_temperature_c"][indoor].std() < 4
    assert frame.loc[frame["sport"] == "basketball", "sky"].eq("indoor").mean() > 0.4
    men, women = (frame[frame["sex"] == s] for s in ("male", "female"))
    assert men["body_mass_kg"].mean() > women["body_mass_kg"].mean() + 5
    assert (men["pregnancy_trimester"] == "0").all()
    summer = frame["start_time"].dt.month.isin([6, 7, 8])
    north = frame["latitude_deg"] > 30
    air = frame["air_temperature_c"][~indoor]
    assert air[summer & north].mean() > air[~summer & north].mean() + 5
    ever = (frame["cramp_sessions_12mo"] != "0").mean()
    assert abs(ever - 0.19) < 0.01  # pohl-2020-annual


def test_an_unknown_population_is_named():
    with pytest.raises(ValueError, match=r"'moon'.*marathon"):
        draw_scenarios(10, 1, "moon")


# ------------------------------------------------------------------------ simulators


def imports_of(module):
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("riskmodel"):
            for name in (node.module, *(f"{node.module}.{a.name}" for a in node.names)):
                path = "/".join(name.split(".")[1:]) + ".py"
                if (PACKAGE / path).is_file():
                    yield path


def test_the_simulators_know_nothing_of_the_scorecard():
    seen, todo = set(), ["calibration/simulators.py", "calibration/people.py"]
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += imports_of(module)
    assert "physiology/plan.py" in seen
    of_the_card = {f"scorecard/{name}.py" for name in ("rows", "file", "points")}
    assert not seen & of_the_card
    assert not [module for module in seen if module.startswith("scoring/")]


def test_without_states_the_hazard_is_that_of_an_hour_times_the_hours():
    # By hand: a woman of 30, nothing else, 100 minutes at exp(-3) an hour.
    frame = draw_scenarios(1, 1).assign(
        sex="female", age_years=30.0, medications="none", conditions="none",
        muscle_injury_12mo="none", pregnancy_trimester="0", strength_training="yes",
        body_mass_kg=60.0, height_cm=170.0, competition="no", novelty="usual",
        duration_min=100.0,
    )  # fmt: skip
    p = with_base("mixed", -3.0)
    flat = Assumptions(
        "mixed",
        {
            **p.values,
            **dict.fromkeys(
                ("by.fatigue", "by.loss_per_pct", "by.sodium_per_g"), np.array(0.0)
            ),
        },
        p.log_hazard,
    )
    zero = np.zeros((1, 1))
    hazard = cumulative_hazard(read_people(frame), flat, (zero, zero), 7)
    steps_h = [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 100 / 60]
    assert hazard[:, 0, 0] == pytest.approx(np.exp(-3.0) * np.array(steps_h))


@pytest.mark.parametrize("structure", structures())
def test_states_move_as_the_equations_say(structure):
    """One person, one number at a time, from the description of the model."""
    frame = draw_scenarios(1, 8, "marathon").assign(urine_colour="dark", duration_min=70.0)
    people, p = read_people(frame), with_base(structure)
    c = {name: float(v[0]) for name, v in people.columns.items() if v.dtype.kind in "fi"}
    a = {name: float(v) for name, v in p.values.items()}
    stands, sweats, hours = 0.7, -0.4, 70 / 60
    step = c["relative_effort"] - 1
    heat = a["fatigue.heat_per_10_degrees"] * max(c["wbgt_c"] - 15, 0) / 10
    heat += a["fatigue.heat_beyond_28"] * max(c["wbgt_c"] - 28, 0) / 10
    heat *= 1 - a["fatigue.heat_less_if_used"] * min(c["heat_days_14d"], 10) / 10
    power = a["fatigue.capacity_by_longest"]
    capacity_h = (max(c["longest_recent_min"], 20) / 60) ** power * 1.5 ** (1 - power)
    rate = (c["session_rpe"] / 5) ** a["fatigue.intensity_power"] * (1 + heat) / capacity_h
    rate *= math.exp(a["fatigue.relative_effort_step"] * step)
    rate *= math.exp(-a["fatigue.person_sd"] * stands)
    start = a["fatigue.start_soreness"] * c["soreness_0_10"] / 10
    start += a["fatigue.start_hard_session"] * min(c["hard_sessions_3d"], 3)
    start += a["fatigue.start_short_sleep"] * max(7 - c["sleep_h"], 0)
    base = float(log_hazard_of_person(people, p)[0]) - 6.0
    sweat = math.exp(a["fluid.sweat_sd"] * sweats)
    salt = sweat * math.exp(a["fluid.sodium_sd"] * 0.5 * sweats)
    loss_h = (c["sweat_rate_l_h"] * sweat - c["fluid_intake_l"] / hours) / c["body_mass_kg"]
    drunk_mg = c["sodium_loss_mg"] - c["sodium_deficit_mg"]
    sodium_h = (c["sodium_loss_mg"] * salt - drunk_mg) / 1000 / hours
    tau, total, by_hand = a["fatigue.recovery_h"], 0.0, []
    for k in range(5):
        length = min(0.25, hours - k * 0.25)
        t = k * 0.25 + length / 2
        # The balance of rise and recovery, solved over the time since the start.
        since = k * 0.25 + 0.125
        fatigue = rate * tau + (start - rate * tau) * math.exp(-since / tau)
        loss = a["fluid.dark_urine_pct"] + 100 * loss_h * t - a["fluid.free_loss_pct"]
        eta = base + a["by.fatigue"] * fatigue + a["by.loss_per_pct"] * max(loss, 0)
        total += math.exp(eta + a["by.sodium_per_g"] * max(sodium_h * t, 0)) * length
        by_hand.append(total)
    deviations = np.array([[stands]]), np.array([[sweats]])
    ours = cumulative_hazard(people, p, deviations, 5)[:, 0, 0]
    assert ours == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("hazard", [0.01, 0.3, 2.0])
@pytest.mark.parametrize(("variance", "mean"), [(0.5, 0.3), (2.0, 0.3), (2.0, 3.0)])
def test_getting_through_agrees_with_a_sum_over_a_fine_grid(hazard, variance, mean):
    # Proneness on its quantiles, counts from SciPy's Poisson distribution.
    u = stats.gamma(1 / variance, scale=variance).ppf((np.arange(200_000) + 0.5) / 200_000)
    for code, counts in enumerate([range(1), range(1, 3), range(3, 6), range(6, 400)]):
        low, high = counts[0] - 1, counts[-1]
        chance = stats.poisson.cdf(high, u * mean) - stats.poisson.cdf(low, u * mean)
        expected = (chance * np.exp(-u * hazard)).sum() / chance.sum()
        ours = get_through([hazard], np.array([code]), np.array(mean), np.array(variance))
        assert ours[0] == pytest.approx(expected, rel=2e-3)


def draw_proneness(people, p, random):
    """Draw proneness until last year's count fits the answer given."""
    codes, mean, variance = simulators._history(people, p)
    mean = np.broadcast_to(mean, people.n)
    drawn, left = np.empty(people.n), np.arange(people.n)
    while left.size:
        proneness = random.gamma(1.0 / variance, variance, left.size)
        counts = random.poisson(proneness * mean[left])
        fits = np.searchsorted([1, 3, 6], counts, side="right") == codes[left]
        drawn[left[fits]] = proneness[fits]
        left = left[~fits]
    return drawn


def draw_cramps(people, p, seed):
    """Draw who cramps, and how many hours after the start; NaN without a cramp."""
    random = stream(seed, "cramps")
    hours = people.columns["duration_min"] / 60.0
    stands, sweats = random.standard_normal((2, people.n, 1))
    n_steps = int(np.ceil(hours.max() / 0.25))
    hazard = cumulative_hazard(people, p, (stands, sweats), n_steps)[:, :, 0]
    hazard = np.concatenate([np.zeros((1, people.n)), hazard])
    threshold = random.exponential(size=people.n) / draw_proneness(people, p, random)
    cramped = hazard[-1] >= threshold
    step = np.maximum((hazard >= threshold).argmax(axis=0), 1)
    everyone = np.arange(people.n)
    before, after = hazard[step - 1, everyone], hazard[step, everyone]
    share = (threshold - before) / np.maximum(after - before, 1e-300)
    length_h = np.clip(hours - (step - 1) * 0.25, 0.0, 0.25)
    return cramped, np.where(cramped, (step - 1) * 0.25 + share * length_h, np.nan)


@pytest.mark.parametrize("structure", structures())
def test_drawn_cramps_are_as_common_and_as_late_as_computed(structure):
    people, p = read_people(draw_scenarios(60_000, 21, "marathon")), with_base(structure)
    cramped, onset_h = draw_cramps(people, p, seed=4)
    expected = probability(people, p)
    error = np.sqrt((expected * (1 - expected)).sum()) / people.n
    assert abs(cramped.mean() - expected.mean()) < 4 * error
    hours = people.columns["duration_min"] / 60
    assert np.isnan(onset_h[~cramped]).all()
    assert ((onset_h[cramped] > 0) & (onset_h[cramped] <= hours[cramped])).all()
    by_half = onset_distribution(people, p, [0.5, 1.0]).mean(axis=1)
    share = (onset_h[cramped] <= hours[cramped] / 2).mean()
    assert share == pytest.approx(by_half[0] / by_half[1], abs=0.02)


@pytest.mark.parametrize("structure", structures())
def test_what_ought_to_raise_the_probability_does(structure):
    base = EVERYBODY.assign(sky="shade", start_time=pd.NaT)

    def never_falls(name, *levels):
        chances = [p_of(base.assign(**{name: level}), structure) for level in levels]
        for lower, higher in pairwise(chances):
            assert (higher >= lower - 1e-12).all()
            assert higher.mean() > lower.mean()

    never_falls("cramp_sessions_12mo", "0", "1-2", "3-5", "6+")
    never_falls("session_rpe", 2.0, 5.0, 9.0)
    never_falls("conditions", "none", "diabetes", "diabetes;liver")
    never_falls("age_years", 30.0, 50.0, 70.0)
    more_min = np.minimum(base["duration_min"] + 60, 1440.0)
    longer = p_of(base.assign(duration_min=more_min), structure)
    assert (longer > p_of(base, structure)).mean() > 0.99


def test_only_the_structures_with_fluid_ask_what_was_drunk():
    hot = draw_scenarios(500, 3, "kona").assign(drink_sodium_mg_l=0.0)
    dry, wet = hot.assign(fluid_intake_l_h=0.1), hot.assign(fluid_intake_l_h=0.8)
    assert np.array_equal(p_of(dry, "fatigue_led"), p_of(wet, "fatigue_led"))
    for structure in ("fluid_and_salt_led", "mixed"):
        assert (p_of(wet, structure) < p_of(dry, structure)).all()


def test_every_draw_of_the_assumptions_differs_and_none_is_negative():
    p = draw_assumptions("mixed", 50, seed=2)
    spread = [name for name, values in p.values.items() if np.ptp(values) > 0]
    assert len(spread) > 20
    assert all((values >= 0).all() for values in p.values.values())
    again = draw_assumptions("mixed", 50, seed=2)
    assert all(np.array_equal(p[name], again[name]) for name in p.values)


def test_the_rate_of_last_year_is_that_of_the_synthetic_population():
    frame = draw_scenarios(50_000, 1)
    exposure_h = yearly_exposure(
        frame["sessions_per_week"].to_numpy(),
        frame["duration_min"].to_numpy(),
        frame["competition"].to_numpy(),
    )
    p = median_assumptions("mixed")
    rate, variance = p["proneness.cramps_per_hour"], p["proneness.variance"]
    some = 1 - (1 + variance * rate * exposure_h) ** (-1 / variance)
    assert some.mean() == pytest.approx(0.19, abs=0.005)


def test_probability_does_not_depend_on_the_order_of_the_sessions():
    people = read_people(EVERYBODY)
    order = np.random.default_rng(1).permutation(people.n)
    p = with_base("mixed")
    assert np.array_equal(probability(people.take(order), p), probability(people, p)[order])
    assert simulators.STEP_H == 0.25


def test_who_never_cramped_counts_as_none_in_the_last_12_months():
    levels = list(FIELDS["cramp_sessions_12mo"].levels)
    assert levels == ["never", "earlier", "0", "1-2", "3-5", "6+"]
    none = EVERYBODY.assign(cramp_sessions_12mo="0")
    for level in ("never", "earlier"):
        same = EVERYBODY.assign(cramp_sessions_12mo=level)
        assert np.array_equal(p_of(same, "mixed"), p_of(none, "mixed"))
