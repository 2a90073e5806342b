"""Two plans for one squad."""

import numpy as np
import pandas as pd
import pytest

from riskmodel.squad.scores import score_squad
from riskmodel.squad.summary import expected
from riskmodel.squad.two_plans import compare_plans

NOON = {
    "sport": "american_football",
    "duration_min": 120.0,
    "session_rpe": 8.0,
    "clothing": "heavy",
    "air_temperature_c": 33.0,
    "relative_humidity_pct": 50.0,
}
EVENING = {**NOON, "duration_min": 90.0, "clothing": "light", "air_temperature_c": 24.0}


def squad():
    return pd.DataFrame(
        {
            "athlete": ["Ada", "Ben", "Cy", "Di", "Ada", "Ed"],
            "age_years": [16, 17, 17, None, 18, 17],
            "cramp_sessions_12mo": ["never", "6+", "1-2", "0", "dunno", "0"],
            "illness_24h": [None, None, None, None, None, "yes"],
        },
        index=[2, 3, 4, 5, 6, 6],
    )


def test_each_plan_is_scored_as_by_itself():
    both = compare_plans(squad(), {"A": NOON, "B": EVENING})
    for name, plan in (("A", NOON), ("B", EVENING)):
        alone = score_squad(squad(), plan)
        pd.testing.assert_frame_equal(both.scored[name], alone)
        assert both.expected[name] == expected(alone)
        assert sum(both.in_each_band[name].values()) == both.expected[name].n_scored == 4


def test_who_changes_band_is_named_with_both_numbers_the_most_first():
    both = compare_plans(squad(), {"A": NOON, "B": EVENING})
    assert both.changes
    sizes = [abs(change.difference) for change in both.changes]
    assert sizes == sorted(sizes, reverse=True)
    for change in both.changes:
        assert change.bands[0] != change.bands[1]
        assert change.shown_in_100[0] > change.shown_in_100[1]
        assert change.label not in ("Di", "Ed")
    assert not compare_plans(squad(), {"A": NOON, "B": NOON}).changes
    back = compare_plans(squad(), {"B": EVENING, "A": NOON}).changes
    assert {c.label: c.bands[::-1] for c in back} == {
        c.label: c.bands for c in both.changes
    }
    np.testing.assert_allclose(
        sorted(c.difference for c in back), sorted(-c.difference for c in both.changes)
    )


@pytest.mark.parametrize("plans", [{}, {"A": NOON}, {"A": NOON, "B": NOON, "C": NOON}])
def test_other_than_two_plans_are_refused(plans):
    with pytest.raises(ValueError, match="two plans"):
        compare_plans(squad(), plans)


def test_nobody_is_compared_with_nobody():
    empty = compare_plans(squad()[:0], {"A": NOON, "B": EVENING})
    assert empty.expected["A"].n_scored == 0
    assert empty.changes == ()
    assert compare_plans(squad(), {"A": NOON, "B": {}}).changes == ()
