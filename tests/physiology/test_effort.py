import re
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.datasets import read_table
from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology.effort import (
    RPE_KNOTS,
    W_PER_KG_PER_MET,
    Sports,
    external_work_w,
    in_water_share,
    met,
    metabolic_rate_w,
    movement_speed_m_s,
)

ROWS = read_table("sports.csv")
SPORTS = Sports.from_rows(ROWS)
CODE = {name: code for code, name in enumerate(SPORTS.names)}

# MET by code in the 2011 Compendium of Physical Activities, typed from its tables.
COMPENDIUM_2011 = {
    "01010": 4.0,
    "01030": 8.0,
    "01040": 10.0,
    "01050": 12.0,
    "02024": 2.8,
    "02035": 4.3,
    "02040": 8.0,
    "02050": 6.0,
    "02052": 5.0,
    "02054": 3.5,
    "02072": 7.0,
    "02073": 8.5,
    "02074": 12.0,
    "03017": 9.5,
    "07040": 1.3,
    "07041": 1.8,
    "11475": 2.8,
    "11476": 4.5,
    "11477": 6.5,
    "11600": 3.0,
    "11630": 4.5,
    "11790": 8.0,
    "12029": 6.0,
    "12030": 8.3,
    "12060": 10.5,
    "12110": 12.8,
    "15040": 8.0,
    "15055": 6.5,
    "15070": 4.5,
    "15072": 9.3,
    "15140": 4.0,
    "15150": 4.8,
    "15210": 8.0,
    "15232": 4.0,
    "15235": 2.5,
    "15350": 7.8,
    "15362": 10.0,
    "15560": 8.3,
    "15562": 6.3,
    "15605": 10.0,
    "15610": 7.0,
    "15640": 6.0,
    "15680": 6.0,
    "15685": 4.5,
    "15690": 8.0,
    "15710": 4.0,
    "15711": 6.0,
    "15720": 3.0,
    "15725": 8.0,
    "17012": 7.8,
    "17060": 9.0,
    "17082": 5.3,
    "17152": 2.8,
    "17190": 3.5,
    "17200": 4.3,
    "17220": 5.0,
    "17230": 7.0,
    "18040": 2.8,
    "18240": 5.8,
    "18255": 4.8,
    "18280": 10.0,
    "18290": 8.3,
}

# "RPE 4: 12030 running, 5 mph, 8.3;" in a source cell: knot, code if any, value.
KNOT = re.compile(r"RPE (\d+): (?:(\d{5}) )?[^;]*?, (\d+\.\d)(?=[;.] )")
BLENDED = ("triathlon", "other")  # computed from the other sports


def test_sports_are_those_of_the_form_in_the_order_of_their_codes():
    assert {row["sport"]: row["label"] for row in ROWS} == FIELDS["sport"].levels
    assert SPORTS.names == tuple(FIELDS["sport"].levels)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row["sport"] not in BLENDED],
    ids=lambda row: row["sport"],
)
def test_every_met_value_is_the_one_its_source_names(row):
    named = {int(rpe): (code, float(value)) for rpe, code, value in named_knots(row)}
    assert tuple(named) == RPE_KNOTS
    for rpe, (code, value) in named.items():
        assert value == float(row[f"met_rpe_{rpe}"])
        assert not code or value == COMPENDIUM_2011[code]


def named_knots(row):
    return KNOT.findall(row["source"])


def test_three_quarters_of_the_met_values_come_from_the_compendium():
    codes = [code for row in ROWS for _, code, _ in named_knots(row)]
    assert sum(map(bool, codes)) / len(codes) > 0.75
    assert set(codes) - {""} == set(COMPENDIUM_2011)


def test_values_that_are_not_from_the_compendium_say_whence():
    for row in ROWS:
        assert "our judgement" in row["source"]
        for sentence in re.findall(r"RPE \d+: (?!\d{5})([^;]*)", row["source"]):
            assert "our judgement" in sentence or "doi:" in sentence


def test_triathlon_is_its_three_sports_by_share_of_race_time():
    # Cejuela 2013, doi:10.2478/hukin-2013-0009: 16.2, 53.07 and 29.5 %.
    share = np.array([16.2, 53.07, 29.5])
    legs = [CODE[name] for name in ("swimming", "cycling", "running")]
    expected = share / share.sum() @ SPORTS.met[legs]
    assert SPORTS.met[CODE["triathlon"]] == pytest.approx(expected, abs=0.06)
    assert SPORTS.in_water_share[CODE["triathlon"]] == pytest.approx(0.16, abs=0.005)


def test_other_sport_is_the_median_of_the_named_ones():
    no_sports = [CODE[name] for name in ("other", "work", "standing")]
    named = np.delete(SPORTS.met, no_sports, axis=0)
    for knot, value in enumerate(SPORTS.met[CODE["other"]]):
        assert value == pytest.approx(median(named[:, knot]), abs=0.051)


def test_met_and_speed_never_fall_as_effort_rises():
    assert (np.diff(SPORTS.met) >= 0).all()
    assert (np.diff(SPORTS.movement_speed_m_s) >= 0).all()


@pytest.mark.parametrize("name", SPORTS.names)
def test_met_and_speed_are_linear_between_the_knots(name):
    row = ROWS[CODE[name]]
    rpe = np.linspace(1, 10, 91)
    for values, column in (
        (met(CODE[name], rpe, SPORTS), "met_rpe_{}"),
        (movement_speed_m_s(CODE[name], rpe, SPORTS), "speed_rpe_{}_m_s"),
    ):
        knots = [float(row[column.format(k)]) for k in RPE_KNOTS]
        assert values == pytest.approx(np.interp(rpe, RPE_KNOTS, knots), abs=1e-12)


def test_exercise_met_of_an_adult_is_44_w_m2_not_58():
    # 1.163 W/kg on the 1.844 m² of Du Bois for 70 kg and 1.75 m.
    watts = metabolic_rate_w(CODE["running"], 4, 70.0, SPORTS)
    assert watts / 1.844 / 8.3 == pytest.approx(44.1, abs=0.05)


@given(
    code=st.integers(0, 17),
    rpe=st.floats(1, 10),
    harder=st.floats(0, 9),
    body_mass_kg=st.floats(25, 250),
)
def test_metabolic_rate_grows_with_effort_and_in_proportion_to_mass(
    code, rpe, harder, body_mass_kg
):
    rate = metabolic_rate_w(code, rpe, body_mass_kg, SPORTS)
    hard = metabolic_rate_w(code, min(rpe + harder, 10), body_mass_kg, SPORTS)
    assert hard >= rate * (1 - 1e-12)
    half = metabolic_rate_w(code, rpe, body_mass_kg / 2, SPORTS)
    assert half * 2 == pytest.approx(rate)


def test_one_session_gives_the_same_as_its_row_of_many():
    rng = np.random.default_rng(1)
    code = rng.integers(0, 18, 200)
    rpe, mass = rng.uniform(1, 10, 200), rng.uniform(25, 250, 200)
    many = metabolic_rate_w(code, rpe, mass, SPORTS)
    one = [metabolic_rate_w(*row, SPORTS) for row in zip(code, rpe, mass, strict=True)]
    assert many.tolist() == one
    assert np.isfinite(many).all()


@pytest.mark.parametrize("code", [-1, -7, len(ROWS), np.nan])
def test_unknown_sport_gives_nan(code):
    codes = np.array([code, CODE["tennis"]])
    for values in (
        metabolic_rate_w(codes, 5, 70.0, SPORTS),
        movement_speed_m_s(codes, 5, SPORTS),
        external_work_w(codes, 600.0, SPORTS),
        in_water_share(codes, SPORTS),
    ):
        assert np.isnan(values).tolist() == [True, False]


def test_unknown_effort_or_mass_gives_nan():
    rpe, mass = np.array([np.nan, 5, 5]), np.array([70, np.nan, 70])
    rate = metabolic_rate_w(CODE["rowing"], rpe, mass, SPORTS)
    assert np.isnan(rate).tolist() == [True, True, False]
    speed = movement_speed_m_s(CODE["rowing"], rpe, SPORTS)
    assert np.isnan(speed).tolist() == [True, False, False]


def test_only_pedals_and_oars_take_work_out_of_the_body():
    working = {
        s for s, w in zip(SPORTS.names, SPORTS.external_work_fraction, strict=True) if w
    }
    assert working == {"cycling", "rowing", "triathlon"}
    # Gross efficiency 19.8 ± 0.6 % (Moseley and Jeukendrup 2001).
    assert external_work_w(CODE["cycling"], 1000.0, SPORTS) == pytest.approx(198, abs=6)
    # Ergometer watts over the Compendium's MET at 70 kg: 100 W/7.0, 200 W/12.0.
    efficiency = np.array([100 / 7.0, 200 / 12.0]) / (70 * W_PER_KG_PER_MET)
    rowing = SPORTS.external_work_fraction[CODE["rowing"]]
    assert efficiency.min() < rowing < efficiency.max()


MPH = 26.8 / 60  # m/s, as ACSM rounds it


def test_acsm_running_agrees_with_the_compendium_where_both_speak():
    # 5 and 6.7 mph; the two sources differ by up to a tenth.
    speed = np.array([5.0, 6.7]) * MPH
    acsm = (3.5 + 0.2 * 60 * speed) / 3.5
    assert met(CODE["running"], [4, 7], SPORTS) == pytest.approx(acsm, rel=0.1)
