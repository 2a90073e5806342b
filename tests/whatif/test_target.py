"""How hard a target time is."""

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
    # Riegel 1981, the exponent 1.06: from 10 km in 45 minutes.
    [(5.0, 21.58), (21.0975, 99.29), (42.195, 207.01)],
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
def test_without_a_best_the_speeds_of_the_table_count(sport):
    sports = load_sports()
    speeds_m_s = sports.movement_speed_m_s[sports.names.index(sport)]
    for rpe, speed_m_s in zip(RPE_KNOTS, speeds_m_s, strict=True):
        found = effort_of_target(sport, 36.0, 600.0 / speed_m_s)
        assert found.session_rpe == pytest.approx(rpe)
        assert found.speed_km_h == pytest.approx(3.6 * speed_m_s)


def test_faster_than_ones_best_is_told_and_not_beyond_the_scale():
    found = effort_of_target("running", 10.0, 40.0, 10.0, 45.0)
    assert found.session_rpe == 10.0
    assert found.share_of_best == pytest.approx(45.0 / 40.0)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (("tennis", 10.0, 60.0), "not for 'tennis'"),
        (("swimming", 1.5, 30.0), "best of your own"),
        (("running", DISTANCES_KM[0] - 0.01, 60.0), "distance_km is 0.09"),
        (("running", DISTANCES_KM[1] + 1, 60.0), "distance_km is 1001"),
        (("running", 10.0, 0.0), "target_min is 0"),
        (("running", 10.0, float("nan")), "target_min is nan"),
        (("running", 10.0, 60.0, 10.0), "both"),
        (("running", 10.0, 60.0, 10.0, -1.0), "best_min is -1"),
    ],
)
def test_what_is_no_target_is_refused(given_, words):
    with pytest.raises(ValueError, match=words):
        effort_of_target(*given_)
