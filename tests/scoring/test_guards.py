"""Guards: what is said before any number."""

import math

import numpy as np
import pytest

from riskmodel.scoring.guards import HEAT_BANDS, heat_band


@pytest.mark.parametrize("unknown", [math.nan, np.float64("nan"), np.float32("nan")])
def test_a_heat_that_is_not_known_is_in_no_band(unknown):
    assert heat_band(unknown) == ""


def test_every_known_heat_is_in_a_band():
    limits = [limit for limit, _ in HEAT_BANDS]
    assert [heat_band(limit) for limit in limits] == [words for _, words in HEAT_BANDS]
    assert heat_band(-math.inf) == HEAT_BANDS[0][1]
    assert all(heat_band(wbgt_c) for wbgt_c in np.linspace(-60.0, 60.0, 500))
