"""What of My session goes into a link or a file, and what comes out of one."""

import json
from datetime import datetime
from html import escape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from typer.testing import CliRunner

from riskmodel import check, load_scorecard
from riskmodel.cli import app as cli
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.differences import difference_sentences
from riskmodel.views.share import _plain, as_json
from tests.views.pages import (
    SIX,
    address_of,
    fill,
    group,
    html_of,
    number_of,
    opened,
    own_answers,
    press,
    steps_of,
    told,
)

TEXTS = {name: str(value) for name, value in SIX.items()}
HEALTH = {"medications": ["loop_diuretic", "statin"], "athlete": "Ada & Co"}
HISTORY = "cramp_sessions_12mo"
FIVE = ["Never", "Not in the last 12 months", "1 or 2", "3 to 5", "6 or more"]
WITH_OLD = [*FIVE[:2], "None in the last 12 months", *FIVE[2:]]


def link_of(page, *, private=False):
    fill(page, {"box_share": True, "link_private": private})
    (code,) = page.code
    return code.value


def private_part(link):
    name, _, text = urlsplit(link).fragment.partition("=")
    assert name == "private"
    return {k: v[0] for k, v in parse_qs(unquote(text)).items()}


def test_a_link_restores_the_plan_and_leaves_health_out_unless_asked():
    page = opened(**SIX, **HEALTH, sex="female", sky="clear")
    query = {k: v[0] for k, v in parse_qs(urlsplit(link_of(page)).query).items()}
    assert query == address_of(page)
    assert not any(FIELDS[name].private for name in query.keys() & FIELDS)
    assert query.keys() == {*SIX, "sex", "sky", "scorecard_version"}
    plan = own_answers(opened(query))
    assert plan == {n: v for n, v in own_answers(page).items() if not FIELDS[n].private}
    private = private_part(link_of(page, private=True))
    assert private.keys() == HEALTH.keys()
    # A browser alone sees what follows the #; this stands in for it.
    whole = opened({**query, **private})
    assert own_answers(whole) == own_answers(page)
    assert steps_of(whole) == steps_of(page)


def test_a_link_cannot_say_that_nothing_is_wrong():
    page = opened(**SIX, red_flags=["none"], illness_24h="no")
    private = private_part(link_of(page, private=True))
    there = own_answers(opened({"sport": "running", **private}))
    assert there == {"sport": "running"}
    warned = opened({"sport": "running", "red_flags": "lasting_days", "illness_24h": "yes"})
    assert own_answers(warned)["red_flags"] == ["lasting_days"]
    assert own_answers(warned)["illness_24h"] == "yes"


def test_health_answers_leave_the_address_and_campaign_names_are_no_plan():
    page = opened({"sport": "running", "medications": "statin", "utm_source": "mail"})
    assert address_of(page).keys() == {"sport", "scorecard_version"}
    assert page.session_state["MySessionState"].from_link
    assert page.session_state["MySessionState"].link_problems == []
    assert not opened({"utm_source": "mail"}).session_state["MySessionState"].from_link


def test_clearing_empties_the_address_and_forgets_the_link():
    page = opened({"sport": "running", "sports": "x"}, box_options=True)
    assert "There is no input" in told(page)
    press(page, "clear")
    assert not address_of(page)
    assert "There is no input" not in told(page)


@pytest.mark.parametrize("value", [71.3, 150.2 * 0.45359237, 1 / 3, 60.0, 1e-5])
def test_a_number_in_a_link_is_exactly_that_number(value):
    assert float(_plain(value)) == value


def test_a_start_time_in_a_link_stays_the_same_moment():
    zoned = "2026-07-01T18:30:00+09:30"
    there = opened({**TEXTS, "start_time": zoned})
    said = own_answers(there)["start_time"]
    assert datetime.fromisoformat(said) == datetime.fromisoformat(zoned)
    # As the clock there shows it.
    assert there.session_state["start_time"].isoformat() == "2026-07-01T18:30:00"
    assert there.session_state["start_offset_min"] == 570


def test_a_broader_answer_of_an_old_plan_is_shown_and_otherwise_not_offered():
    def history():
        return group(page, HISTORY)

    part = {"all_questions": True, "group": "athlete", "box_options": True}
    page = opened(**SIX, **part)
    assert history().options == FIVE
    page = opened({**TEXTS, HISTORY: "0"}, **part)
    assert history().options == WITH_OLD
    assert (history().value, own_answers(page)[HISTORY]) == ("0", "0")
    page.selectbox(key="example").select("Easy evening run").run()
    assert (history().value, history().options) == ("never", FIVE)
    press(page, "go_back")
    assert (history().value, history().options) == ("0", WITH_OLD)
    history().set_value("earlier").run()
    page.run()
    assert (history().value, history().options) == ("earlier", FIVE)
    assert own_answers(page)[HISTORY] == "earlier"


@pytest.mark.parametrize("text", ["www.example.com", "<b>", "", "9" * 99])
def test_a_link_says_that_another_scorecard_scored_it_and_nothing_of_its_own(text):
    now = load_scorecard().version
    (sentence,) = difference_sentences("1999.1", now)
    for noted, is_told in (("1999.1", True), (now, False)):
        page = opened({**TEXTS, "scorecard_version": noted})
        assert (sentence in told(page)) == is_told
    odd, without = opened({**TEXTS, "scorecard_version": text}), opened(TEXTS)
    (unknown,) = difference_sentences("", now)
    assert unknown not in told(without)
    assert told(odd) == told(without)
    assert own_answers(odd) == own_answers(without)
    assert address_of(odd)["scorecard_version"] == now


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"air_temperature_c": "300"}, "Air temperature is 300; allowed is -20 to 55"),
        ({"air_temperature_c": "<b>x"}, "Air temperature is <b>x; allowed"),
        ({"sport": "[win](http://x.invalid)"}, "Sport is [win](http://x.invalid)"),
        ({"sports": "x"}, "There is no input 'sports'. Did you mean 'sport'?"),
        ({"sport": "www.evil.invalid/a"}, "Sport is www.evil.invalid/a"),
        ({"start_time": "tomorrow"}, "Start time is tomorrow"),
        ({"medications": "none;statin"}, "Regular medicines is none;statin"),
    ],
)
def test_a_spoilt_link_is_told_and_the_rest_of_it_used(query, words):
    page = opened({"duration_min": "45", "session_rpe": "5.5", **query})
    # Nothing that a link holds becomes formatting: it is told as plain HTML text.
    assert escape(words) in html_of(page)
    assert not page.markdown
    held = own_answers(page)
    assert held.keys() == {"duration_min", "session_rpe"}
    assert (held["duration_min"], held["session_rpe"]) == (45.0, 5.5)
    assert not any(" is missing; " not in problem for problem in check(held))


def test_the_file_gives_the_command_line_the_same_answer(tmp_path):
    page = opened(**SIX, medications=["statin"], sleep_h=6.5)
    path = tmp_path / "session.json"
    path.write_text(as_json(own_answers(page)), encoding="utf-8")
    said = json.loads(CliRunner().invoke(cli, ["assess", str(path), "--json"]).stdout)
    assert said["total_points"] == steps_of(page)[1]
    assert said["in_100"] == f"about {number_of(page)}"


def test_private_is_all_of_health_and_today():
    private = {f.name for f in FIELDS.values() if f.private}
    assert {"medications", "conditions", "pregnancy_trimester", "red_flags"} <= private
    assert {"athlete", "body_mass_kg", "urine_colour", "stress"} <= private
    assert not {"age_years", "sex", "sport", "heat_days_14d"} & private
