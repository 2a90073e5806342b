"""Guards: what is said before any number."""

import math

import numpy as np
import pytest

from riskmodel import assess, load_scorecard
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.guards import HEAT_BANDS, heat_band

HOT = {
    "duration_min": 240,
    "session_rpe": 4,
    "age_years": 35,
    "air_temperature_c": 32,
    "relative_humidity_pct": 50,
}


@pytest.mark.parametrize("unknown", [math.nan, np.float64("nan"), np.float32("nan")])
def test_a_heat_that_is_not_known_is_in_no_band(unknown):
    assert heat_band(unknown) == ""


def test_every_known_heat_is_in_a_band():
    limits = [limit for limit, _ in HEAT_BANDS]
    assert [heat_band(limit) for limit in limits] == [words for _, words in HEAT_BANDS]
    assert heat_band(-math.inf) == HEAT_BANDS[0][1]
    assert all(heat_band(wbgt_c) for wbgt_c in np.linspace(-60.0, 60.0, 500))


@pytest.mark.parametrize("sport", list(FIELDS["sport"].levels))
def test_work_and_standing_have_no_race_and_are_in_no_study(sport):
    answer, no_sport = assess({**HOT, "sport": sport}), sport in ("work", "standing")
    assert ("no_exercise" in {g.name for g in answer.guards}) == no_sport
    assert ("competition" in answer.missing) == (not no_sport)
    assert FIELDS["competition"].asked_of({"sport": sport}) == (not no_sport)


def test_standing_makes_less_heat_than_work_and_both_sweat_more_in_heat():
    standing, work = (assess({**HOT, "sport": s}).physiology for s in ("standing", "work"))
    # By hand: 1.8 and 4.5 MET at an effort of 4 of 10.
    ratio = work["metabolic_rate_w"] / standing["metabolic_rate_w"]
    assert ratio == pytest.approx(4.5 / 1.8)
    assert work["sweat_rate_l_h"] > standing["sweat_rate_l_h"]
    for sport in ("work", "standing"):
        mild = {**HOT, "sport": sport, "air_temperature_c": 16}
        hot = assess({**HOT, "sport": sport})
        assert hot.physiology["sweat_rate_l_h"] > assess(mild).physiology["sweat_rate_l_h"]
        assert hot.probability > assess(mild).probability


@pytest.mark.parametrize("version", ["2026.1", "2027.1"])
def test_an_earlier_scorecard_scores_an_activity_that_it_did_not_know(version):
    card = load_scorecard(version)
    assert 0 < assess({**HOT, "sport": "work"}, card).probability < 1
