"""Answers in a notebook: a card, a picture and a frame."""

import re
import sys
from html import unescape

import pandas as pd
import pytest

from riskmodel import assess, assess_frame, compare, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs.installing import how_to_install
from riskmodel.scoring.bands import BANDS
from riskmodel.scoring.card import BAND_FILLS, SYNTHETIC
from tests import CHECKOUT

RUN = {
    "sport": "running",
    "duration_min": 90,
    "session_rpe": 6,
    "age_years": 30,
    "air_temperature_c": 31,
    "relative_humidity_pct": 60,
}
EXAMPLES = load_examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_card_says_the_number_its_band_and_every_point(name):
    answer = assess(EXAMPLES[name])
    card = unescape(answer._repr_html_())
    assert answer.in_100.removeprefix("about ").replace("fewer than ", "<") in card
    assert {band.name: band.label for band in BANDS}[answer.band] in card
    added = sum(float(points) for points in re.findall(r">\+([\d.]+)<", card))
    assert added == answer.total_points
    assert all(guard.sentence in card for guard in answer.guards)
    assert card.endswith(f"{SYNTHETIC}</p></div>")


def test_who_must_not_start_sees_that_in_the_place_of_a_number():
    card = assess(RUN, illness_24h="yes")._repr_html_()
    assert "Do not start yet" in card
    assert "of 100" not in card


def test_a_card_without_a_number_says_what_is_needed():
    card = assess(RUN, age_years=None, sky="<b>x</b>")._repr_html_()
    assert "No number yet" in card
    assert "age_years" in card
    assert "<b>x" not in card
    bare = load_scorecard().with_points("heat", at=28, points=12)
    assert "not calibrated" in assess(RUN, scorecard=bare)._repr_html_()


def test_a_card_has_the_colours_of_the_pages():
    sheet = (CHECKOUT / "riskmodel" / "views" / "look.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--(\w+)-fill: light-dark\((#\w+),", sheet))
    line = re.search(r"--cr-line: light-dark\((#\w+),", sheet)
    assert {**light, "unknown": line[1]} == BAND_FILLS


def test_the_frame_of_an_answer_has_its_points():
    answer = assess(RUN)
    frame = answer.to_frame()
    assert frame["points"].sum() == answer.total_points
    assert frame.index.tolist() == [factor.name for factor in load_scorecard().factors]
    empty = assess(RUN, age_years=None).to_frame()
    assert empty.empty
    assert empty.dtypes.equals(frame.dtypes)


def test_the_frame_of_a_comparison_is_that_of_many_sessions():
    plans = [RUN, {**RUN, "air_temperature_c": "18"}, {**RUN, "age_years": 300}]
    frame = compare(plans).to_frame()
    assert frame.index.name == "scenario"
    assert frame["age_years"].tolist() == [30.0, 30.0, 300]
    whole = assess_frame(pd.DataFrame(plans))
    shared = [name for name in frame.columns if name in whole]
    assert len(shared) == frame.shape[1] - 2
    for name in shared:
        assert frame[name].astype(str).tolist() == whole[name].astype(str).tolist()


def test_pictures_show_every_point_and_every_scenario():
    altair = pytest.importorskip("altair")
    answer = assess(RUN)
    picture = answer.plot()
    assert isinstance(picture, altair.Chart)
    (rows,) = picture.to_dict()["datasets"].values()
    assert sum(row["points"] for row in rows) == answer.total_points
    both = compare([RUN, {**RUN, "air_temperature_c": 18}, {**RUN, "age_years": 300}])
    (rows,) = both.plot().to_dict()["datasets"].values()
    assert [row["scenario"] for row in rows] == ["Scenario 0", "Scenario 1"]
    assert rows[0]["probability"] == 100 * both.assessments[0].probability


def test_a_picture_without_altair_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ModuleNotFoundError) as told:
        assess(RUN).plot()
    assert str(told.value).endswith(how_to_install("app"))
    assert "\n" not in str(told.value)
