"""How hard a target time is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.physiology.effort import RPE_KNOTS
from riskmodel.physiology.plan import load_sports
from riskmodel.whatif.target import DISTANCES_KM, TARGET_SPORTS, effort_of_target

BEST = {
    "running": (10.0, 45.0),
    "cycling": (40.0, 70.0),
    "swimming": (1.5, 27.0),
    "triathlon": (51.5, 160.0),
}


@pytest.mark.parametrize(
    ("distance_km", "minutes"),
    # Riegel 1981, the exponent 1.077 rounded: from 10 km in 45 minutes.
    [(5.0, 21.29), (21.0975, 100.78), (42.195, 213.05)],
)
def test_a_best_goes_to_other_distances_as_published(distance_km, minutes):
    found = effort_of_target("running", distance_km, minutes, 10.0, 45.0)
    assert found.best_min == pytest.approx(minutes, rel=1e-3)
    assert found.session_rpe == pytest.approx(10.0, abs=0.02)


@pytest.mark.parametrize("sport", TARGET_SPORTS)
@given(st.floats(1.0, 3.0), st.floats(1.01, 1.5))
def test_slower_is_never_harder(sport, slower, step):
    distance_km, best_min = BEST[sport]
    at = [
        effort_of_target(sport, distance_km, best_min * factor, distance_km, best_min)
        for factor in (slower, slower * step)
    ]
    assert at[0].session_rpe >= at[1].session_rpe
    assert at[0].share_of_best == pytest.approx(1.0 / slower)
    assert 1.0 <= at[1].session_rpe <= 10.0


@pytest.mark.parametrize("sport", ["running", "cycling", "triathlon"])
def test_the_share_of_a_best_is_read_on_the_speeds_of_the_table(sport):
    sports = load_sports()
    speeds_m_s = sports.movement_speed_m_s[sports.names.index(sport)]
    for rpe, speed_m_s in zip(RPE_KNOTS, speeds_m_s, strict=True):
        minutes = 60.0 * speeds_m_s[-1] / speed_m_s
        found = effort_of_target(sport, 10.0, minutes, 10.0, 60.0)
        assert found.session_rpe == pytest.approx(rpe)


def test_in_the_water_energy_grows_with_the_third_power_of_the_speed():
    # Half the net energy of the hardest swim: 2 ** (1/3) of its speed.
    sports = load_sports()
    met = sports.met[sports.names.index("swimming")]
    half = 1.0 + (met[-1] - 1.0) / 2.0
    rpe = np.interp(half, met, RPE_KNOTS)
    found = effort_of_target("swimming", 1.5, 30.0 * 2.0 ** (1 / 3), 1.5, 30.0)
    assert found.session_rpe == pytest.approx(rpe, abs=0.2)


def test_faster_than_ones_best_is_told_and_not_beyond_the_scale():
    found = effort_of_target("running", 10.0, 40.0, 10.0, 45.0)
    assert found.session_rpe == 10.0
    assert found.share_of_best == pytest.approx(45.0 / 40.0)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (("tennis", 10.0, 60.0, 10.0, 45.0), "not for 'tennis'"),
        (("running", DISTANCES_KM[0] - 0.01, 60.0, 10.0, 45.0), "distance_km is 0.09"),
        (("running", DISTANCES_KM[1] + 1, 60.0, 10.0, 45.0), "distance_km is 1000"),
        (("running", 10.0, 4.9, 10.0, 45.0), "target_min is 4.9"),
        (("running", 10.0, float("nan"), 10.0, 45.0), "target_min is nan"),
        (("running", 10.0, 60.0, 0.0, 45.0), "best_distance_km is 0"),
        (("running", 10.0, 60.0, 10.0, 0.4), "best_min is 0.4"),
        (("running", 10.0, 60.0, 10.0, 10_001.0), "best_min is 10001"),
    ],
)
def test_what_is_no_target_is_refused(given_, words):
    with pytest.raises(ValueError, match=words):
        effort_of_target(*given_)
