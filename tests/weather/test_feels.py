"""How air feels, in place of its humidity."""

from itertools import pairwise

import numpy as np
import pytest

from riskmodel.inputs.fields import FIELDS
from riskmodel.weather.feels import FEELS_C, humidity_pct

AIR = FIELDS["air_temperature_c"]


@pytest.mark.parametrize("air_c", np.arange(AIR.low, AIR.high + 1.0, 1.0))
def test_each_word_is_a_humidity_that_may_be_answered_and_more_than_the_last(air_c):
    shares = [humidity_pct(word, air_c) for word in FEELS_C]
    humidity = FIELDS["relative_humidity_pct"]
    assert all(humidity.low <= share <= humidity.high for share in shares)
    assert all(one < next_one for one, next_one in pairwise(shares))
    assert all(share == round(share) for share in shares)


def test_the_same_word_is_a_smaller_share_in_warmer_air():
    for word in FEELS_C:
        shares = [humidity_pct(word, air_c) for air_c in (22.0, 28.0, 34.0, 40.0)]
        assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("word", "dew_point_f"), [("Dry", 55), ("Pleasant", 55), ("Muggy", 65)]
)
def test_warm_air_agrees_with_what_the_weather_service_calls_it(word, dew_point_f):
    """National Weather Service: up to 55 °F comfortable, from 65 °F oppressive."""
    warmest_c = FEELS_C[word][0]
    limit_c = (dew_point_f - 32) / 1.8
    assert (warmest_c >= limit_c) if word == "Muggy" else (warmest_c <= limit_c)
