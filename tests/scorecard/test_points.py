import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.points import Curve, PointsCounter, to_half_points

CARD = load_scorecard()
COUNTER = PointsCounter(CARD)
CURVES = [factor for factor in CARD.factors if factor.kind == "curve"]
ROW = {factor.name: row for row, factor in enumerate(CARD.factors)}


def curve_of(factor):
    return Curve([(knot.at, knot.points) for knot in factor.knots])


def points_of(name, **given):
    """Points of one factor when all other answers are unknown."""
    n = len(next(iter(given.values())))
    columns = {
        q: np.full(n, np.nan if factor.kind == "curve" else -1)
        for factor in CARD.factors
        for q in (factor.quantity, *([factor.shift.quantity] if factor.shift else ()))
    }
    columns["heat_days_14d"] = np.zeros(n)
    columns |= {q: np.array(values) for q, values in given.items()}
    columns = {
        q: c if q in given or c.dtype.kind == "f" else c.astype(int)
        for q, c in columns.items()
    }
    return COUNTER.count(columns)[ROW[name]].tolist()


@pytest.mark.parametrize("factor", CURVES, ids=lambda f: f.name)
def test_a_curve_equals_numpys_interpolation(factor):
    at = [knot.at for knot in factor.knots]
    x = np.linspace(at[0] - 5, at[-1] + 5, 2001)
    expected = np.interp(x, at, [knot.points for knot in factor.knots])
    np.testing.assert_allclose(curve_of(factor)(x), expected, atol=1e-10)


@pytest.mark.parametrize("factor", CURVES, ids=lambda f: f.name)
def test_both_sides_of_every_knot(factor):
    for knot in factor.knots:
        at, below, above = curve_of(factor)([knot.at, knot.at - 1e-9, knot.at + 1e-9])
        assert at == pytest.approx(knot.points, abs=1e-9)
        assert below == pytest.approx(knot.points, abs=1e-6)
        assert above == pytest.approx(knot.points, abs=1e-6)
    far = curve_of(factor)([-1e6, 1e6, np.inf])
    assert far.tolist() == pytest.approx(
        [factor.knots[0].points, factor.knots[-1].points, factor.knots[-1].points]
    )


def test_unknown_stays_unknown_on_a_curve():
    assert np.isnan(curve_of(CURVES[0])([np.nan])).all()


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
        return points_of("medications", medications=[bits])[0]

    assert points() == 0
    assert points("thiazide_diuretic") == 3
    assert points("thiazide_diuretic", "statin") == 4
    assert points("long_acting_beta_agonist", "thiazide_diuretic") == 7
    assert points(*names) == 7


def test_an_interaction_counts_only_for_those_it_names():
    none, loop, statin, both = 0, 0b10, 0b1000, 0b1010
    assert points_of(
        "diuretic_and_fluid_loss",
        medications=[none, loop, statin, both],
        body_mass_loss_pct=[3.0] * 4,
    ) == [0, 1, 0, 1]


def test_hot_days_soften_the_heat_curve_up_to_their_limit():
    def points(wbgt_c, days):
        return points_of("heat", wbgt_c=[wbgt_c], heat_days_14d=[days])[0]

    # By hand: 30 °C is 9 + 4 * 2 / 4 = 11; ten days read it at 27.8 °C, 8.85 -> 9.
    assert points(30.0, 0.0) == 11
    assert points(30.0, 10.0) == 9
    assert points(30.0, 14.0) == 9


def test_an_unknown_answer_takes_the_average_of_the_population():
    # By hand: 0.1186 * 10 + 0.11 * 14 + 0.05 * 21 + 0.03 * 27 = 4.586, to the nearest
    # half 4.5.
    assert COUNTER.unknown_points["history"] == 4.5
    # By hand: 0.60 * 7 = 4.2, to the nearest half 4.
    assert COUNTER.unknown_points["sex"] == 4
    levels = FIELDS["cramp_sessions_12mo"].codes
    codes = [-1, *(levels[name] for name in ("never", "0", "earlier", "1-2"))]
    assert points_of("history", cramp_sessions_12mo=codes) == [4.5, 0, 1, 10, 14]
    assert points_of("sleep", sleep_h=[np.nan]) == [COUNTER.unknown_points["sleep"]]
