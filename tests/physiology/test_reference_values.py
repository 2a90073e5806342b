"""Published worked values, one row each, with source and tolerance."""

import json

import numpy as np
import pytest

from riskmodel.datasets import read_table
from riskmodel.physiology import effort, heat, sun, sweat
from riskmodel.physiology.plan import load_sports

ROWS = read_table("reference_values.csv")


def cos_zenith(time_utc, **place):
    return sun.cos_zenith(np.datetime64(time_utc), **place)


def wbgt_c_from_10m_wind(wind_speed_10m_m_s, **weather):
    wind = heat.wind_speed_2m(
        wind_speed_10m_m_s, weather["solar_radiation_w_m2"], weather["cos_zenith"]
    )
    return heat.wbgt_liljegren(wind_speed_2m_m_s=wind, **weather).wbgt_c


def metabolic_rate_w_of_sport(sport, **athlete):
    sports = load_sports()
    return effort.metabolic_rate_w(sports.names.index(sport), sports=sports, **athlete)


FUNCTIONS = {
    "cos_zenith": cos_zenith,
    "clear_sky_radiation_w_m2": sun.clear_sky_radiation_w_m2,
    "wbgt_c_from_10m_wind": wbgt_c_from_10m_wind,
    "metabolic_rate_w_of_sport": metabolic_rate_w_of_sport,
    "sweat_rate_l_h": sweat.sweat_rate_l_h,
    "sweat_sodium_mmol_l": sweat.sweat_sodium_mmol_l,
    "sodium_loss_mg": sweat.sodium_loss_mg,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_published_value_is_reproduced(row):
    value = FUNCTIONS[row["function"]](**json.loads(row["arguments"]))
    assert float(value) == pytest.approx(
        float(row["expected"]), abs=float(row["tolerance"])
    )
    assert row["source"]
    assert row["published"]


def test_every_branch_of_the_physiology_has_a_published_value():
    assert {row["function"] for row in ROWS} == set(FUNCTIONS)
