"""The synthetic athletes, their past, and the three simulators."""

import ast
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from riskmodel import assess_frame, load_calibration, load_scorecard
from riskmodel.calibration import simulators
from riskmodel.calibration.anchors import simulator_model
from riskmodel.calibration.assumptions import (
    draw_assumptions,
    median_assumptions,
    structures,
)
from riskmodel.calibration.checks import product_model, tuned_simulators
from riskmodel.calibration.histories import LEVELS, Past
from riskmodel.calibration.people import draw_people, stream
from riskmodel.calibration.simulators import (
    N_STEPS,
    NODE_WEIGHTS,
    cumulative_hazard,
    log_hazard_of_person,
    onset_distribution,
    probability,
    read_people,
    read_sessions,
    year_hazard,
)
from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS

PACKAGE = Path(simulators.__file__).parents[1]
EVERYBODY = draw_people(2000, seed=11)


@cache
def model_of(structure):
    return simulator_model(tuned_simulators()[structures().index(structure)])


@cache
def known(structure, population=None, n=2000, seed=11):
    """People of a population with the past that a simulator gives them."""
    return model_of(structure).with_past(draw_people(n, seed, population), population, seed)


# ------------------------------------------------------------------------- scenarios


def test_one_seed_draws_the_same_people_and_another_does_not():
    same, other = draw_people(2000, seed=11), draw_people(2000, seed=12)
    pd.testing.assert_frame_equal(EVERYBODY.frame, same.frame)
    for (ours, times), (again, times_again) in zip(EVERYBODY.year, same.year, strict=True):
        pd.testing.assert_frame_equal(ours, again)
        assert np.array_equal(times, times_again)
    assert not EVERYBODY.frame.equals(other.frame)


@pytest.mark.parametrize("population", [None, *read_toml("scenarios.toml")["population"]])
def test_everybody_can_be_scored_with_every_question_answered(population):
    people = known("mixed", population, 300, 3)
    for frame in (people.frame, *(frame for frame, _ in people.year)):
        results = assess_frame(frame)
        assert (results["problems"] == "").all()
        assert not results["missing"].str.contains("sky|sex|fluid_intake").any()
    assert not assess_frame(people.frame)["missing"].str.contains("cramp").any()


def test_what_belongs_together_goes_together():
    frame = draw_people(20_000, 5).frame
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


def test_races_are_as_hard_as_races_are():
    frame = draw_people(40_000, 5).frame
    race = frame["competition"] == "yes"
    hours = pd.cut(frame["duration_min"] / 60, [0.75, 1.5, 3, 5, 10])
    rpe = frame.groupby([hours, race], observed=True)["session_rpe"].mean().unstack()
    assert (rpe[True] - rpe[False] > 1.5).all()
    # As in the populations of a marathon and an Ironman.
    running = frame[race & (frame["sport"] == "running")]
    like_a_marathon = running["duration_min"].between(180, 270)
    assert running["session_rpe"][like_a_marathon].mean() == pytest.approx(7.3, abs=0.4)


def test_a_year_is_easy_hard_long_and_race_sessions_of_one_person():
    (easy, n_easy), (hard, n_hard), (long, n_long), (races, n_races) = EVERYBODY.year
    weekly = EVERYBODY.frame["sessions_per_week"].to_numpy()
    assert n_easy + n_hard + n_long + n_races == pytest.approx(52 * weekly)
    assert (n_races <= 26 * weekly).all()
    assert (races["competition"] == "yes").all()
    assert (long["duration_min"] >= easy["duration_min"]).all()
    assert hard["session_rpe"].mean() > easy["session_rpe"].mean() + 1.5
    for frame, _ in EVERYBODY.year:
        for name in ("sex", "sport", "medications", "body_mass_kg"):
            assert (frame[name] == EVERYBODY.frame[name]).all()
    others = EVERYBODY.assign(sex="male", air_temperature_c=30.0)
    assert (others.year[0][0]["sex"] == "male").all()
    assert not (others.year[0][0]["air_temperature_c"] == 30.0).all()


def test_an_unknown_population_is_named():
    with pytest.raises(ValueError, match=r"'moon'.*marathon"):
        draw_people(10, 1, "moon")


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
    seen, todo = set(), ["calibration/answers.py"]
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += imports_of(module)
    assert "physiology/plan.py" in seen
    of_the_card = {f"scorecard/{name}.py" for name in ("rows", "file", "points")}
    assert not seen & of_the_card
    assert not [module for module in seen if module.startswith("scoring/")]


@pytest.mark.parametrize("structure", structures())
def test_the_hazard_is_what_the_equations_say(structure):
    """One person, one number at a time, from the description of the model."""
    frame = draw_people(1, 8, "marathon").frame
    frame = frame.assign(urine_colour="dark", duration_min=70.0, cramp_sessions_12mo="0")
    sessions, p = read_sessions(frame), median_assumptions(structure)
    c = {n: float(v[0]) for n, v in sessions.columns.items() if v.dtype.kind in "fi"}
    a = {name: float(v) for name, v in p.values.items()}
    stands, sweats, hours = 0.7, -0.4, 70 / 60
    heat = a["share.heat_per_10_degrees"] * max(c["wbgt_c"] - 15, 0) / 10
    heat += a["share.heat_beyond_28"] * max(c["wbgt_c"] - 28, 0) / 10
    heat *= 1 - a["share.heat_less_if_used"] * min(c["heat_days_14d"], 10) / 10
    share = (70 / 90) / (max(c["longest_recent_min"], 20) / 90) ** a["share.by_longest"]
    share *= math.exp(a["share.per_step_of_effort"] * (c["session_rpe"] - 5))
    share *= math.exp(a["share.per_step_against_usual"] * (c["relative_effort"] - 1))
    share *= 1 + heat
    share *= math.exp(a["share.soreness_of_10"] * c["soreness_0_10"] / 10)
    share *= math.exp(a["share.hard_session"] * min(c["hard_sessions_3d"], 3))
    share *= math.exp(a["share.hour_short_of_sleep"] * max(7 - c["sleep_h"], 0))
    share *= math.exp(-a["share.person_sd"] * stands)
    person = math.exp(float(log_hazard_of_person(sessions, p)[0]))
    sweat = math.exp(a["fluid.sweat_sd"] * sweats)
    salt = sweat * math.exp(a["fluid.sodium_sd"] * 0.5 * sweats)
    loss_h = (c["sweat_rate_l_h"] * sweat - c["fluid_intake_l"] / hours) / c["body_mass_kg"]
    drunk_mg = c["sodium_loss_mg"] - c["sodium_deficit_mg"]
    sodium_h = (c["sodium_loss_mg"] * salt - drunk_mg) / 1000 / hours
    early, power = a["share.early"], a["share.late_power"]
    total, by_hand = 0.0, []
    for step in range(12):
        start, end, hour = step / 12, (step + 1) / 12, hours * (step + 0.5) / 12
        loss = max(
            a["fluid.dark_urine_pct"] + 100 * loss_h * hour - a["fluid.free_loss_pct"], 0
        )
        eta = a["by.loss_per_pct"] * loss + a["by.sodium_per_g"] * max(sodium_h * hour, 0)
        rise = early / 12 + (1 - early) * (end**power - start**power)
        total += person * share ** a["by.share"] * math.exp(eta) * rise
        by_hand.append(total)
    ours = cumulative_hazard(sessions, p, (np.array([[stands]]), np.array([[sweats]])))
    assert ours[:, 0, 0] == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("hazard", [0.01, 0.3, 2.0])
@pytest.mark.parametrize(("variance", "mean"), [(0.5, 0.3), (2.0, 0.3), (2.0, 3.0)])
def test_what_an_answer_tells_agrees_with_a_sum_over_a_fine_grid(hazard, variance, mean):
    # Proneness on its quantiles, counts from SciPy's Poisson distribution.
    u = stats.gamma(1 / variance, scale=variance).ppf((np.arange(200_000) + 0.5) / 200_000)
    past = Past(np.array([[mean]]), np.array(1.1), np.array(variance))
    none, never = np.exp(-u * mean), np.exp(-u * mean * 2.1)
    count = stats.poisson(u * mean)
    chances = {
        "never": never,
        "earlier": none - never,
        "0": none,
        "1-2": count.cdf(2) - count.cdf(0),
        "3-5": count.cdf(5) - count.cdf(2),
        "6+": 1 - count.cdf(5),
    }
    assert tuple(chances) == LEVELS == tuple(FIELDS["cramp_sessions_12mo"].levels)
    for level, chance in chances.items():
        expected = (chance * np.exp(-u * hazard)).mean()
        assert past.joint(level, hazard)[0, 0] == pytest.approx(expected, rel=2e-3)
    whole = sum(past.joint(level) for level in LEVELS if level != "0")
    assert whole[0, 0] == pytest.approx(1)


@pytest.mark.parametrize("structure", structures())
def test_next_year_brings_cramps_to_as_many_as_last_year_did(structure):
    """What people answer and what is expected of them are one thing."""
    p = tuned_simulators()[structures().index(structure)]
    people = known(structure, None, 9000, 5)
    past = simulators.past(year_hazard(read_people(people), p), p)
    answered = 1.0 - past.joint("0") @ NODE_WEIGHTS
    expected = model_of(structure).period(people, 1.0)
    weekly = pd.cut(people.frame["sessions_per_week"], [0, 3, 5, 20]).astype(str)
    for groups in (people.frame["sport"], weekly):
        for group in groups.unique():
            rows = (groups == group).to_numpy()
            assert expected[rows].mean() == pytest.approx(answered[rows].mean(), rel=0.2), (
                group
            )


def test_the_product_expects_of_next_year_what_was_answered_for_the_last():
    product = product_model(load_scorecard(), load_calibration(), tuned_simulators())
    people = product.with_past(draw_people(9000, 5), None, 5)
    answered = ~people.frame["cramp_sessions_12mo"].isin(["never", "earlier"])
    expected = product.period(people, 1.0)
    assert expected.mean() == pytest.approx(answered.mean(), rel=0.2)
    for sport in ("running", "cycling", "triathlon", "soccer", "swimming", "gym_strength"):
        rows = (people.frame["sport"] == sport).to_numpy()
        assert expected[rows].mean() == pytest.approx(answered[rows].mean(), rel=0.3), sport


@pytest.mark.parametrize("structure", structures())
def test_drawn_cramps_are_as_common_and_as_late_as_computed(structure):
    """Proneness, the past and the cramp drawn one after the other, in plain steps."""
    p = tuned_simulators()[structures().index(structure)]
    n, random = 60_000, stream(4, "cramps")
    athletes = read_people(draw_people(n, 21, "marathon"))
    node = random.choice(NODE_WEIGHTS.size, n, p=NODE_WEIGHTS)
    variance = float(p["proneness.variance"])
    proneness = random.gamma(1 / variance, variance, n)
    year = year_hazard(athletes, p)[np.arange(n), node] * float(p["proneness.recall"])
    count = random.poisson(proneness * year)
    before = random.poisson(proneness * year * float(p["proneness.earlier_years"]))
    level = np.select(
        [count >= 6, count >= 3, count >= 1, before > 0],
        ["6+", "3-5", "1-2", "earlier"],
        "never",
    )
    codes = FIELDS["cramp_sessions_12mo"].codes
    athletes.planned.columns["cramp_sessions_12mo"][:] = [codes[name] for name in level]
    deviations = simulators._nodes(n)
    hazard = cumulative_hazard(athletes.planned, p, deviations)[:, np.arange(n), node]
    begins = random.exponential(size=n) / proneness
    expected = probability(athletes, p)
    for name in ("never", "earlier", "1-2", "3-5", "6+"):
        rows = level == name
        error = math.sqrt((expected[rows] * (1 - expected[rows])).sum()) / rows.sum()
        assert abs((hazard[-1] >= begins)[rows].mean() - expected[rows].mean()) < 4 * error
    by_half = onset_distribution(athletes, p, [0.5, 1.0]).mean(axis=1)
    share = (hazard[5] >= begins).sum() / (hazard[-1] >= begins).sum()
    assert share == pytest.approx(by_half[0] / by_half[1], abs=0.02)


def chances(people, structure):
    return model_of(structure).session(people)


@pytest.mark.parametrize("structure", structures())
def test_what_ought_to_raise_the_probability_does(structure):
    base = known(structure).assign(sky="shade", start_time=pd.NaT)

    def never_falls(name, *levels):
        steps = [chances(base.assign(**{name: level}), structure) for level in levels]
        for lower, higher in pairwise(steps):
            assert (higher >= lower - 1e-12).all()
            assert higher.mean() > lower.mean()

    never_falls("cramp_sessions_12mo", "never", "0", "1-2", "3-5", "6+")
    never_falls("cramp_sessions_12mo", "0", "earlier", "3-5")
    never_falls("session_rpe", 2.0, 5.0, 9.0)


@pytest.mark.parametrize("structure", structures())
def test_a_longer_session_at_the_same_effort_never_lowers_the_risk(structure):
    base = known(structure).assign(sky="shade", start_time=pd.NaT)
    minutes = base.frame["duration_min"]
    for more in (5.0, 60.0, 600.0):
        longer = base.assign(duration_min=np.minimum(minutes + more, 1440.0))
        assert (chances(longer, structure) >= chances(base, structure)).all()


@pytest.mark.parametrize("structure", structures())
def test_a_race_is_never_safer_than_the_same_session_in_training(structure):
    base = known(structure)
    race, training = (base.assign(competition=answer) for answer in ("yes", "no"))
    assert (chances(race, structure) > chances(training, structure)).all()


@pytest.mark.parametrize("structure", structures())
def test_an_easy_long_day_is_no_race_and_cramps_come_late(structure):
    race = known(structure, "ultra_56_volunteers")
    easy = race.assign(competition="no", session_rpe=3.0, relative_effort="easier")
    assert chances(easy, structure).mean() < chances(race, structure).mean() / 3
    by = model_of(structure).by(race, [1 / 3, 2 / 3, 1.0]).mean(axis=1)
    assert by[0] < 0.1 * by[2]
    assert by[1] < 0.5 * by[2]


def test_only_the_structures_with_fluid_ask_what_was_drunk():
    hot = known("mixed", "kona", 500, 3).assign(drink_sodium_mg_l=0.0)
    dry, wet = hot.assign(fluid_intake_l_h=0.1), hot.assign(fluid_intake_l_h=0.8)
    assert np.array_equal(chances(dry, "fatigue_led"), chances(wet, "fatigue_led"))
    for structure in ("fluid_and_salt_led", "mixed"):
        assert (chances(wet, structure) < chances(dry, structure)).all()


def test_every_draw_of_the_assumptions_differs_and_none_is_negative():
    p = draw_assumptions("mixed", 50, seed=2)
    spread = [name for name, values in p.values.items() if np.ptp(values) > 0]
    assert len(spread) > 20
    assert {"proneness.recall", "proneness.variance", "proneness.earlier_years"} < set(
        spread
    )
    assert all((values >= 0).all() for values in p.values.values())
    again = draw_assumptions("mixed", 50, seed=2)
    assert all(np.array_equal(p[name], again[name]) for name in p.values)


def test_a_population_has_cramped_as_often_as_its_study_says():
    volunteers = known("mixed", "ultra_56_volunteers", 4000, 5).frame
    ever = (volunteers["cramp_sessions_12mo"] != "never").mean()
    assert ever == pytest.approx(34 / 49, abs=0.02)


def test_somebody_with_another_answer_has_the_past_that_goes_with_it():
    model = model_of("mixed")
    women, men = (
        model.with_past(draw_people(4000, 5).assign(sex=sex), None, 5).frame
        for sex in ("female", "male")
    )
    order = FIELDS["cramp_sessions_12mo"].codes
    past = [frame["cramp_sessions_12mo"].map(order).to_numpy() for frame in (women, men)]
    assert (past[1] >= past[0]).all()
    assert (past[1] > past[0]).mean() > 0.02


def test_probability_does_not_depend_on_the_order_of_the_sessions():
    athletes = read_people(known("mixed"))
    order = np.random.default_rng(1).permutation(athletes.planned.n)
    p = tuned_simulators()[2]
    assert np.allclose(
        probability(athletes.take(order), p), probability(athletes, p)[order], rtol=1e-12
    )
    assert N_STEPS == 12
