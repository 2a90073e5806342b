"""Where on the scale of points a session would have another probability."""

from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given, settings

from riskmodel import assess
from riskmodel.datasets import load_examples
from riskmodel.scoring.bands import BANDS
from riskmodel.scoring.points_at import points_at
from tests.strategies import sessions

# Where the shown number, rounded, goes from one band to the next.
LIMITS = [(band.up_to + 0.5) / 100.0 for band in BANDS[:-1]]


@settings(max_examples=60)
@given(sessions())
def test_the_bands_begin_where_the_shown_band_says(session):
    answer = assess(session)
    if answer.problems:
        return
    limits = points_at(LIMITS, answer.total_points, answer.probability)
    assert [*limits] == sorted(limits)
    named = BANDS[bisect_right(limits, answer.total_points)].name
    at_a_limit = min(abs(limit - answer.total_points) for limit in limits) < 1e-6
    assert named == answer.band or at_a_limit


@pytest.mark.parametrize("name", list(load_examples()))
def test_a_session_has_its_own_probability_at_its_own_total(name):
    answer = assess(load_examples()[name])
    (own,) = points_at([answer.probability], answer.total_points, answer.probability)
    assert own == pytest.approx(answer.total_points)
    further = points_at(np.linspace(0.01, 0.99, 9), answer.total_points, answer.probability)
    assert all(np.diff(further) > 0)
