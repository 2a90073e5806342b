import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.points import PointsCounter, curve_points, to_half_points
from riskmodel.scorecard import Knot, load_scorecard

CARD = load_scorecard()
COUNTER = PointsCounter(CARD)
CURVES = [factor for factor in CARD.factors if factor.kind == "curve"]


@pytest.mark.parametrize("factor", CURVES, ids=lambda f: f.name)
def test_a_curve_equals_numpys_interpolation(factor):
    at = [knot.at for knot in factor.knots]
    x = np.linspace(at[0] - 5, at[-1] + 5, 2001)
    expected = np.interp(x, at, [knot.points for knot in factor.knots])
    np.testing.assert_allclose(curve_points(factor.knots, x), expected, atol=1e-10)


@pytest.mark.parametrize("factor", CURVES, ids=lambda f: f.name)
def test_both_sides_of_every_knot(factor):
    for knot in factor.knots:
        at, below, above = curve_points(
            factor.knots, [knot.at, knot.at - 1e-9, knot.at + 1e-9]
        )
        assert at == pytest.approx(knot.points, abs=1e-9)
        assert below == pytest.approx(knot.points, abs=1e-6)
        assert above == pytest.approx(knot.points, abs=1e-6)
    far = curve_points(factor.knots, [-1e6, 1e6, np.inf])
    assert far.tolist() == pytest.approx(
        [factor.knots[0].points, factor.knots[-1].points, factor.knots[-1].points]
    )


def test_unknown_stays_unknown_on_any_curve():
    one = (Knot(at=1, ratio=1, points=0),)
    for knots in (one, CURVES[0].knots):
        assert np.isnan(curve_points(knots, [np.nan])).all()


@given(st.integers(0, 10_000), st.floats(-0.24, 0.24))
def test_rounding_goes_to_the_nearest_half(halves, off):
    assert to_half_points(halves / 2 + off) == halves / 2


def test_a_tie_goes_up_even_when_arithmetic_falls_just_short():
    assert to_half_points([0.25, 0.25 - 1e-13, 7.75]).tolist() == [0.5, 0.5, 8.0]


def test_a_list_adds_its_items_up_to_the_cap():
    medicines = CARD["medications"]
    names = [level.level for level in medicines.levels]

    def points(*items):
        bits = sum(1 << names.index(item) for item in items)
        return COUNTER.count_one(medicines, {"medications": np.array([bits])})[0]

    assert points() == 0
    assert points("thiazide_diuretic") == 3
    assert points("thiazide_diuretic", "statin") == 4
    assert points("long_acting_beta_agonist", "thiazide_diuretic") == 9
    assert points(*names) == 9


def test_an_interaction_counts_only_for_those_it_names():
    rule = CARD["diuretic_and_fluid_loss"]
    bits = {"none": 0, "loop": 0b10, "statin": 0b1000, "both": 0b1010}
    columns = {
        "medications": np.array(list(bits.values())),
        "body_mass_loss_pct": np.full(4, 3.0),
    }
    assert COUNTER.count_one(rule, columns).tolist() == [0, 3, 0, 3]


def test_hot_days_soften_the_heat_curve_up_to_their_limit():
    heat = CARD["heat"]

    def points(wbgt_c, days):
        columns = {"wbgt_c": np.array([wbgt_c]), "heat_days_14d": np.array([days])}
        return COUNTER.count_one(heat, columns)[0]

    # By hand: 30 °C is 9 + 4 * 2 / 4 = 11; ten days read it at 27.8 °C, 8.85 -> 9.
    assert points(30.0, 0.0) == 11
    assert points(30.0, 10.0) == 9
    assert points(30.0, 14.0) == 9


def test_an_unknown_answer_takes_the_average_of_the_population():
    # By hand: 0.11 * 13 + 0.05 * 20 + 0.03 * 26 = 3.21, to the nearest half 3.
    assert COUNTER.unknown_points["history"] == 3
    # By hand: 0.60 * 4 = 2.4, to the nearest half 2.5.
    assert COUNTER.unknown_points["sex"] == 2.5
    history = CARD["history"]
    unknown = {"cramp_sessions_12mo": np.array([-1])}
    assert COUNTER.count_one(history, unknown).tolist() == [3]
    sleep = COUNTER.count_one(CARD["sleep"], {"sleep_h": np.array([np.nan])})
    assert sleep.tolist() == [COUNTER.unknown_points["sleep"]]
