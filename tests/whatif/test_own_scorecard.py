"""A scorecard and a calibration of one's own reach every door that scores."""

import io
import json
import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pypdf
import pytest
from typer.testing import CliRunner

from riskmodel import (
    advise,
    assess,
    best_start,
    best_start_squad,
    compare,
    load_calibration,
    load_scorecard,
    typed_weather,
)
from riskmodel.cli import app
from riskmodel.datasets import data_folder
from riskmodel.inputs.problems import Problem
from riskmodel.reporting.handout import handout_pdf
from riskmodel.reporting.side_by_side import comparison_pdf, parts
from riskmodel.reporting.squad_sheet import expected_text, squad_pdf
from riskmodel.scoring.probability import CalibrationError
from riskmodel.squad.scores import answer_squad, over_plans, score_squad, squad_levers
from riskmodel.whatif.comparison import sweep_grid
from riskmodel.whatif.plans import Scenario
from tests.scoring.test_probability import changed_scorecard

RUN = {
    "sport": "running",
    "duration_min": 120,
    "session_rpe": 7,
    "age_years": 40,
    "air_temperature_c": 26,
    "relative_humidity_pct": 60,
    "cramp_sessions_12mo": "3-5",
    "competition": "yes",
}
DAY = typed_weather(
    date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4, time_zone="Europe/Vienna",
    coolest_c=20, warmest_c=34, relative_humidity_pct=50, wind_speed_m_s=2, cloud_pct=20,
)  # fmt: skip
SQUAD = pd.DataFrame(
    {"athlete": ["Ada", "Ben"], "age_years": [25, 60], "cramp_sessions_12mo": "3-5"}
)
PLAN = {name: value for name, value in RUN.items() if name not in SQUAD}


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    return changed_scorecard(tmp_path_factory.mktemp("card"))


@pytest.fixture(scope="module")
def curves(card):
    """Our own curves, as if they had been made for the other card."""
    return replace(load_calibration(), fingerprint=card.fingerprint)


def card_file(folder):
    changed_scorecard(folder)
    return folder / "mine.toml"


def test_a_comparison_counts_with_it(card, curves):
    hot = {**RUN, "air_temperature_c": 34}
    both = compare([RUN, hot], card, curves)
    for session, answer in zip([RUN, hot], both.assessments, strict=True):
        assert answer.to_dict() == assess(session, card, curves).to_dict()
    assert both.assessments[0].total_points != assess(RUN).total_points


def test_a_sweep_scores_with_it(card, curves):
    grid = sweep_grid(RUN, "duration_min", x=[60, 120], scorecard=card, calibration=curves)
    expected = [
        assess({**RUN, "duration_min": m}, card, curves).probability for m in (60, 120)
    ]
    assert grid.probability[0].tolist() == expected
    assert not np.array_equal(
        grid.probability, sweep_grid(RUN, "duration_min", x=[60, 120]).probability
    )


def test_starts_are_scored_with_it(card, curves):
    own = {"scorecard": card, "calibration": curves}
    one = best_start(RUN, DAY, **own).starts["probability"]
    assert not np.allclose(one, best_start(RUN, DAY).starts["probability"])
    squad = best_start_squad(SQUAD, PLAN, DAY, **own)
    assert not np.allclose(
        squad.probability, best_start_squad(SQUAD, PLAN, DAY).probability
    )
    alone = best_start({**RUN, "age_years": 25}, DAY, **own)
    np.testing.assert_allclose(squad.probability[:, 0], alone.starts["probability"])


def test_a_squad_is_scored_with_it(card, curves):
    scored = score_squad(SQUAD, PLAN, card, curves).set_index("athlete")
    for name, age in (("Ada", 25), ("Ben", 60)):
        answer = assess({**RUN, "age_years": age}, card, curves)
        assert scored.loc[name, "total_points"] == answer.total_points
        assert scored.loc[name, "probability"] == answer.probability
    again, options = answer_squad(SQUAD, PLAN, card, curves)
    assert again["probability"].tolist() == scored["probability"].tolist()
    assert options == squad_levers(SQUAD, PLAN, card, curves)
    many = pd.concat([SQUAD] * 20, ignore_index=True)
    (with_it, *_), (ours, *_) = (
        squad_levers(many, PLAN, card, curves),
        squad_levers(many, PLAN),
    )
    assert with_it.expected_before > ours.expected_before
    (as_planned,) = over_plans(SQUAD, PLAN, [{}], card, curves)
    assert sorted(as_planned) == sorted(scored["probability"])


def test_curves_of_another_card_are_refused_at_every_door(card):
    curves = load_calibration()
    own = {"scorecard": card, "calibration": curves}
    for door in (
        lambda: compare([RUN, RUN], **own),
        lambda: sweep_grid(RUN, "duration_min", **own),
        lambda: best_start(RUN, DAY, **own),
        lambda: best_start_squad(SQUAD, PLAN, DAY, **own),
        lambda: score_squad(SQUAD, PLAN, **own),
        lambda: squad_levers(SQUAD, PLAN, **own),
    ):
        with pytest.raises(CalibrationError):
            door()


def test_without_curves_another_card_gives_points_and_no_number(card):
    assert card.fingerprint != load_scorecard().fingerprint
    both = compare([RUN, {**RUN, "sky": "shade"}], card)
    assert np.isnan(both.assessments[0].probability)
    assert score_squad(SQUAD, PLAN, card)["probability"].isna().all()
    assert squad_levers(SQUAD, PLAN, card) == ()


def test_the_command_scores_starts_with_it(card, curves, tmp_path):
    session = tmp_path / "session.json"
    session.write_text(json.dumps(RUN))
    weather = data_folder("examples_weather") / "open_meteo.json"
    arguments = ["forecast", "--session", str(session), "--weather-file", str(weather)]
    arguments += ["--first", "2026-01-01T00:00", "--scorecard", str(card_file(tmp_path))]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.stderr
    starts = json.loads(done.stdout)["starts"]
    assert {start["probability"] for start in starts} == {None}
    assert str(Problem("", "not_calibrated")) in {start["problem"] for start in starts}


def test_answers_in_another_spelling_do_not_differ():
    written = {**RUN, "sky": "Clear", "session_rpe": "7", "medications": "statin"}
    plain = {**RUN, "sky": "clear", "session_rpe": 7.0, "medications": ["statin"]}
    assert compare([written, plain]).answers == ()


def test_what_cannot_be_read_is_compared_as_it_was_written():
    both = compare([{**RUN, "sky": "green", "age_years": "old"}, RUN])
    assert {row.name: row.values for row in both.answers} == {
        "sky": ("green", None),
        "age_years": ("old", 40.0),
    }


def test_without_curves_pages_say_so(card):
    both = compare([RUN, {**RUN, "sky": "shade"}], card)
    texts = {line.label: line.texts for line in parts(both, {}, private=True)[0].lines}
    assert texts["Risk"] == texts["Range in 100"] == ("not calibrated",) * 2
    scored = score_squad(SQUAD, PLAN, card)
    assert expected_text(scored) == str(Problem("", "not_calibrated"))
    with pytest.raises(ValueError, match="not been calibrated"):
        handout_pdf(RUN, assess(RUN, card), advise(RUN, card), units={}, private=True)


def test_a_printed_page_names_the_card_that_scored(card, curves):
    answer, advice = assess(RUN, card, curves), advise(RUN, card, curves)
    both = compare([RUN, RUN], card, curves)
    two = [Scenario("A", RUN), Scenario("B", RUN)]
    own = {"units": {}, "private": False, "scorecard": card}
    for page in (
        handout_pdf(RUN, answer, advice, **own, calibration=curves),
        comparison_pdf(two, both, **own),
        squad_pdf(score_squad(SQUAD, PLAN, card, curves), PLAN, [], **own),
    ):
        text = pypdf.PdfReader(io.BytesIO(page)).pages[0].extract_text()
        assert card.fingerprint in text.replace("\n", "")


def test_a_plan_without_a_score_is_laid_out_in_a_notebook():
    page = compare([RUN, {**RUN, "age_years": 300}])._repr_html_()
    assert "nan" not in page
    assert "age_years) is 300" in page


def test_frames_of_starts_and_squads_cross_processes(card, curves):
    young = {**RUN, "age_years": 16}
    for frame in (
        best_start(young, DAY).starts,
        score_squad(SQUAD, {**PLAN, "wbgt_c": 33}),
    ):
        again = pickle.loads(pickle.dumps(frame))
        assert list(again["guards"]) == list(frame["guards"])
        assert " at 0x" not in frame.to_csv()
