"""What an athlete does with an answer: change, take along, keep, be warned."""

import json
import re
from bisect import bisect_left
from dataclasses import replace
from datetime import datetime
from html import escape
from io import BytesIO
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import pypdf
import pytest
import streamlit
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from riskmodel import advise, assess, check, load_scorecard
from riskmodel.cli import app as cli
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import UNITS
from riskmodel.reporting.differences import difference_sentences
from riskmodel.reporting.handout import LEFT_OUT, _content, handout_pdf
from riskmodel.reporting.levers import change_text
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.guards import GUARDS, RED_FLAGS
from riskmodel.views.result import dots_html, total_html
from riskmodel.views.share import _plain, as_json
from tests import CHECKOUT
from tests.browser import axe, choose, download, noted_requests, ready, settled
from tests.strategies import sessions, values
from tests.views.test_my_session import SIX, fill, html_of, page, total_of

__all__ = ["page"]  # the fixture

APP = CHECKOUT / "app.py"
MARATHON = load_examples()["Marathon"]
ILL = {
    **MARATHON,
    "medications": ["statin"],
    "conditions": ["diabetes"],
    "athlete": "Łukasz Ñ",
}


def opened(query):
    page = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def answers_of(page):
    return page.session_state["MySessionState"].scored.answers


def warnings_of(page):
    return " ".join(w.value for w in [*page.warning, *page.error])


# ------------------------------------------------------------------------- red flags


@pytest.mark.parametrize("flag", list(RED_FLAGS))
def test_a_red_flag_is_told_before_any_number_and_waits(page, flag):
    fill(page, {**SIX, "red_flags": [flag]})
    assert total_of(page) is None
    assert 'class="cr-total"' not in html_of(page)
    assert RED_FLAGS[flag] in warnings_of(page)
    assert "(red_flags" not in warnings_of(page)
    fill(page, {"red_flags_seen": "no"})
    assert total_of(page) is None
    fill(page, {"red_flags_seen": "yes"})
    assert total_of(page) == assess(SIX).total_points
    fill(page, {"red_flags": ["none"]})
    assert total_of(page) == assess(SIX).total_points


# ---------------------------------------------------------------------- units


CONVERTED = [f for f in FIELDS.values() if f.unit in UNITS]
VALUES = {
    "water_temperature_c": 26.3,
    "air_temperature_c": 20.3,
    "wbgt_c": 19.7,
    "body_mass_kg": 71.3,
    "height_cm": 178.4,
    "fluid_intake_l_h": 0.47,
    "measured_sweat_rate_l_h": 1.13,
    "wind_speed_m_s": 3.3,
}


@pytest.mark.parametrize("field", CONVERTED, ids=lambda f: f.name)
def test_switching_units_there_and_back_never_changes_an_answer_or_the_score(page, field):
    sport = "swimming" if field.name == "water_temperature_c" else SIX["sport"]
    given = {**SIX, "sport": sport, field.name: VALUES[field.name]}
    fill(page, given)
    total = total_of(page)
    (control,) = (w for w in page.get("button_group") if w.key == f"unit_{field.unit}")
    for label in [*reversed(UNITS[field.unit]), *UNITS[field.unit]]:
        control.set_value(label).run()
        assert not page.exception
        assert page.session_state["FormState"].units[field.unit] == label
        assert answers_of(page)[field.name] == VALUES[field.name]
        assert total_of(page) == total
    assert {f.name for f in CONVERTED} == set(VALUES)


def switch(page, own, label):
    (control,) = (w for w in page.get("button_group") if w.key == f"unit_{own}")
    control.set_value(label).run()
    assert not page.exception


def test_numbers_are_entered_and_refused_in_the_chosen_unit(page):
    fill(page, SIX)
    switch(page, "°C", "°F")
    fill(page, {"air_temperature_c": 86.0})
    assert answers_of(page)["air_temperature_c"] == pytest.approx(30.0)
    fill(page, {"air_temperature_c": 300.0})
    assert warnings_of(page) == "Air temperature is 300 °F; allowed is -4 to 131 °F."
    assert answers_of(page)["duration_min"] == 60.0


@pytest.mark.parametrize("name", ["air_temperature_c", "body_mass_kg", "wind_speed_m_s"])
def test_a_number_typed_after_switching_back_is_that_number(page, name):
    own = FIELDS[name].unit
    other = list(UNITS[own])[-1]
    fill(page, {**SIX, name: 30.0})
    switch(page, own, other)
    shown = page.session_state[name]
    switch(page, own, own)
    # The very number that stood for 30 in the other unit.
    fill(page, {name: shown})
    assert answers_of(page)[name] == shown


def test_inches_alone_are_a_height(page):
    fill(page, SIX)
    switch(page, "cm", "ft in")
    fill(page, {"height_cm_in": 70.0})
    assert answers_of(page)["height_cm"] == pytest.approx(177.8)


def test_a_height_is_entered_in_feet_and_inches(page):
    fill(page, SIX)
    switch(page, "cm", "ft in")
    fill(page, {"height_cm": 5.0, "height_cm_in": 10.0})
    assert answers_of(page)["height_cm"] == pytest.approx(177.8)
    switch(page, "cm", "cm")
    assert page.session_state["height_cm"] == pytest.approx(177.8)


# ------------------------------------------------------------- the answer and levers


@pytest.mark.parametrize("name", list(load_examples()))
def test_dots_number_and_band_agree(name):
    answer = assess(load_examples()[name])
    html = dots_html(answer)
    assert html.count("<span") == 100
    digits = re.search(r"\d+", answer.in_100)[0]
    filled = 0 if answer.in_100.startswith("fewer") else int(digits)
    assert html.count('class="on"') == filled
    # The limits of the bands, as the README's model card tells them: up to 1, 7 and 19.
    named = ["Low", "Moderate", "High", "Very high"][bisect_left([1, 7, 19], filled)]
    total = total_html(answer)
    assert f">{named}</span>" in total
    assert f">{answer.in_100.capitalize()} of 100<" in total


def test_points_of_a_change_are_told_unless_an_answer_takes_the_place_of_an_average():
    race = load_examples()["Marathon"]
    open_race = {name: answer for name, answer in race.items() if name != "competition"}
    harder = total_html(assess({**race, "session_rpe": 9.0}), assess(race))
    assert "points)" in harder
    answered = total_html(assess(race), assess(open_race))
    assert "(with an average in place of the answer)" in answered
    assert "points)" not in answered


@pytest.mark.parametrize("name", list(load_examples()))
def test_one_click_tries_a_lever_and_one_click_brings_the_answers_back(page, name):
    page.selectbox(key="example").select(name).run()
    before = dict(answers_of(page))
    advice = advise(load_examples()[name])
    for option in [*advice.now[:1], *([advice.pair] if advice.pair else [])]:
        key = "_".join(lever.name for lever in option.levers)
        words = " ".join(m.value for m in page.markdown)
        assert change_text(option) in words
        page.button(key=f"try_{key}").click().run()
        assert not page.exception
        assert f"{option.in_100.capitalize()} of 100" in html_of(page)
        assert total_of(page) == min(option.total_points, 100)
        assert ("Before the last change" in html_of(page)) == (option.points_saved > 0)
        page.button(key="go_back").click().run()
        assert answers_of(page) == before


def test_what_is_answered_while_a_lever_is_tried_stays_when_it_is_taken_back(page):
    page.selectbox(key="example").select("Marathon").run()
    page.button(key="try_pace").click().run()
    fill(page, {"family_cramps": "yes"})
    page.button(key="go_back").click().run()
    assert page.session_state["session_rpe"] == MARATHON["session_rpe"]
    assert page.session_state["family_cramps"] == "yes"


def test_the_warning_signs_stay_open_until_they_are_answered(page):
    def opened():
        (part,) = (e for e in page.expander if "warning signs" in e.label)
        return part.proto.expanded

    assert opened()
    fill(page, {**SIX, "red_flags": ["lasting_days"]})
    assert opened()
    fill(page, {"red_flags_seen": "yes"})
    assert opened()
    fill(page, {"illness_24h": "no"})
    assert not opened()


def test_the_question_that_narrows_most_is_asked_next(page):
    fill(page, SIX)
    name = next(iter(assess(SIX).narrowing))
    assert any("narrow the range most" in m.value for m in page.markdown)
    field = FIELDS[name]
    fill(page, {name: next(iter(field.levels)) if field.levels else field.low})
    answer = assess(answers_of(page))
    assert name not in answer.missing
    assert answer.spreads["spread_unanswered"] < assess(SIX).spreads["spread_unanswered"]


def test_how_the_air_feels_stands_in_for_a_number(page):
    fill(page, {k: v for k, v in SIX.items() if k != "relative_humidity_pct"})
    assert total_of(page) is None
    (feels,) = (w for w in page.get("button_group") if w.key == "air_feels")
    feels.set_value("Humid").run()
    assert page.session_state["relative_humidity_pct"] == 70.0
    assert total_of(page) is not None


# ------------------------------------------------------------------------ take along


def link_of(page):
    (code,) = page.code
    return code.value


def test_a_link_restores_the_plan_and_leaves_health_out_unless_asked(page):
    page.selectbox(key="example").select("Marathon").run()
    fill(page, {"medications": ["statin", "loop_diuretic"], "athlete": "Ada & Co"})
    query = {k: v[0] for k, v in parse_qs(urlsplit(link_of(page)).query).items()}
    assert not any(FIELDS[name].private for name in query.keys() & FIELDS)
    assert {"sport", "duration_min", "age_years", "sex", "sky"} <= set(query)
    plan = opened(query)
    kept = {k: v for k, v in answers_of(page).items() if not FIELDS[k].private}
    assert answers_of(plan) == kept
    page.toggle(key="link_private").set_value(True).run()
    private = private_part(link_of(page))
    assert all(FIELDS[name].private for name in private)
    # A browser alone sees what follows the #; this stands in for it.
    whole = opened({**query, **private})
    as_sets = [
        {
            k: set(v) if isinstance(v, list) else v
            for k, v in answers_of(p).items()
            if FIELDS[k].group != "before"
        }
        for p in (whole, page)
    ]
    assert as_sets[0] == as_sets[1]
    assert total_of(whole) == total_of(page)


def private_part(link):
    name, _, text = urlsplit(link).fragment.partition("=")
    assert name == "private"
    return {k: v[0] for k, v in parse_qs(unquote(text)).items()}


def test_a_link_or_an_example_cannot_say_that_nothing_is_wrong(page):
    page.selectbox(key="example").select("Marathon").run()
    fill(page, {"red_flags": ["none"], "illness_24h": "no"})
    page.toggle(key="link_private").set_value(True).run()
    private = private_part(link_of(page))
    there = opened({"sport": "running", **private})
    assert not {"red_flags", "illness_24h"} & set(answers_of(there))
    warned = opened({"sport": "running", "red_flags": "lasting_days", "illness_24h": "yes"})
    assert answers_of(warned)["red_flags"] == ["lasting_days"]
    assert answers_of(warned)["illness_24h"] == "yes"
    page.button(key="clear").click().run()
    page.selectbox(key="example").select("Long ride").run()
    (part,) = (e for e in page.expander if "warning signs" in e.label)
    assert part.proto.expanded


def test_a_doctor_has_looked_at_one_sign_and_not_at_the_next(page):
    fill(page, {**SIX, "red_flags": ["lasting_days"]})
    fill(page, {"red_flags_seen": "yes"})
    assert total_of(page) is not None
    fill(page, {"red_flags": ["lasting_days", "swollen_calf"]})
    assert total_of(page) is None
    assert RED_FLAGS["swollen_calf"] in warnings_of(page)
    fill(page, {"red_flags_seen": "yes"})
    fill(page, {"red_flags": ["none"]})
    fill(page, {"red_flags": ["swollen_calf"]})
    assert total_of(page) is None
    assert RED_FLAGS["swollen_calf"] in warnings_of(page)


@pytest.mark.parametrize("value", [71.3, 150.2 * 0.45359237, 1 / 3, 60.0, 1e-5])
def test_a_number_in_a_link_is_exactly_that_number(value):
    assert float(_plain(value)) == value


def test_a_start_time_in_a_link_stays_the_same_moment(page):
    fill(page, SIX)
    zoned = "2026-07-01T18:30:00+09:30"
    there = opened({**{k: str(v) for k, v in SIX.items()}, "start_time": zoned})
    said = answers_of(there)["start_time"]
    assert datetime.fromisoformat(said) == datetime.fromisoformat(zoned)
    # As the clock there shows it.
    assert there.session_state["start_time"].isoformat() == "2026-07-01T18:30:00"
    assert there.session_state["start_offset_min"] == 570


def test_a_browser_that_cannot_tell_its_time_zone_does_no_harm(page, monkeypatch):
    unknown = property(lambda context: "Etc/Unknown")
    monkeypatch.setattr(type(streamlit.context), "timezone", unknown)
    fill(page, {**SIX, "start_time": datetime(2026, 7, 1, 18, 30)})
    assert total_of(page) is not None


def test_health_answers_leave_the_address_bar_and_campaign_names_are_no_plan():
    page = opened({"sport": "running", "medications": "statin"})
    assert set(page.query_params) == {"sport"}
    assert page.session_state["MySessionState"].from_link
    assert not opened({"utm_source": "mail"}).session_state["MySessionState"].from_link


HISTORY = "cramp_sessions_12mo"
FIVE = ["Never", "Not in the last 12 months", "1 or 2", "3 to 5", "6 or more"]
WITH_OLD = [*FIVE[:2], "None in the last 12 months", *FIVE[2:]]


def history(page):
    (pills,) = (w for w in page.get("button_group") if w.key == HISTORY)
    return pills


def test_a_broader_answer_of_an_old_plan_is_shown_and_otherwise_not_offered(page):
    assert history(page).options == FIVE
    page = opened({**SIX, HISTORY: "0"})
    assert history(page).options == WITH_OLD
    assert (history(page).value, answers_of(page)[HISTORY]) == ("0", "0")
    page.selectbox(key="example").select("Easy evening run").run()
    assert (history(page).value, history(page).options) == ("never", FIVE)
    page.button(key="go_back").click().run()
    assert (history(page).value, history(page).options) == ("0", WITH_OLD)
    history(page).set_value("earlier").run()
    page.run()
    assert (history(page).value, history(page).options) == ("earlier", FIVE)
    assert answers_of(page)[HISTORY] == "earlier"


@pytest.mark.parametrize("text", ["www.example.com", "<b>", "", "9" * 99])
def test_a_link_says_that_another_scorecard_scored_it_and_nothing_of_its_own(text):
    now = load_scorecard().version
    (sentence,) = difference_sentences("1999.1", now)
    link = {name: str(value) for name, value in SIX.items()}
    for noted, is_told in (("1999.1", True), (now, False)):
        page = opened({**link, "scorecard_version": noted})
        assert (sentence in [c.value for c in page.caption]) == is_told
    odd, without = opened({**link, "scorecard_version": text}), opened(link)
    assert [c.value for c in odd.caption] == [c.value for c in without.caption]
    assert answers_of(odd) == answers_of(without)
    shared = parse_qs(urlsplit(odd.code[0].value).query)
    assert shared["scorecard_version"] == [now]


def test_answers_between_two_examples_are_not_lost(page):
    page.selectbox(key="example").select("Marathon").run()
    fill(page, {"age_years": 77.0})
    page.selectbox(key="example").select("Long ride").run()
    page.button(key="go_back").click().run()
    assert page.session_state["age_years"] == 77.0
    assert answers_of(page)["duration_min"] == MARATHON["duration_min"]


def test_what_was_answered_since_a_step_stays_when_it_is_undone(page):
    fill(page, SIX)
    page.button(key="clear").click().run()
    fill(page, {"age_years": 61.0, "sport": "cycling"})
    page.button(key="go_back").click().run()
    assert answers_of(page) == {**SIX, "age_years": 61.0, "sport": "cycling"}
    page.selectbox(key="example").select("Marathon").run()
    page.button(key="try_pace").click().run()
    fill(page, {"session_rpe": 9})
    page.button(key="go_back").click().run()
    assert answers_of(page)["session_rpe"] == 9


def test_private_is_all_of_health_and_today():
    private = {f.name for f in FIELDS.values() if f.private}
    assert {"medications", "conditions", "pregnancy_trimester", "red_flags"} <= private
    assert {"athlete", "body_mass_kg", "urine_colour", "stress"} <= private
    assert not {"age_years", "sex", "sport", "heat_days_14d"} & private


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
    assert not warnings_of(page)
    bodies = (e.proto.body for e in page.main if e.type == "html")
    (told,) = (body for body in bodies if 'role="status"' in body)
    assert escape(words) in told
    assert page.session_state["duration_min"] == 45.0
    assert page.session_state["session_rpe"] == 5.5
    assert not any(" is missing; " not in problem for problem in check(answers_of(page)))
    assert not set(query) & set(answers_of(page))


def test_the_names_that_services_add_to_links_are_passed_over():
    page = opened({"sport": "running", "fbclid": "abc", "utm_source": "mail"})
    assert page.session_state["MySessionState"].link_problems == []


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("units", [{}, {"°C": "°F", "l/h": "oz/h", "kg": "lb"}])
@pytest.mark.parametrize("name", list(load_examples()))
def test_the_printed_page_is_one_and_says_the_same(name, units, private):
    session = {**load_examples()[name], "athlete": "Łukasz *Ñ* #x"}
    answer, advice = assess(session), advise(session)
    pdf = pypdf.PdfReader(
        BytesIO(handout_pdf(session, answer, advice, units=units, private=private))
    )
    (only,) = pdf.pages
    words = " ".join(only.extract_text().split())
    assert f"{answer.in_100.capitalize()} of 100" in words
    assert f"Why: {min(answer.total_points, 100):g} points" in words
    shown = re.findall(r"\+([\d.]+)(?= |$)", words)
    assert sum(map(float, shown)) == answer.total_points
    assert ("Łukasz *Ñ* #x" in words) == private
    assert ("Health and personal answers, together" in words) == (not private)
    assert "not validated on athletes" in words
    assert load_scorecard().version in words


@pytest.mark.parametrize("private", [False, True])
def test_the_printed_page_says_once_when_cramps_begin_or_nothing_of_it(private):
    session = load_examples()["Marathon"]
    answer, advice = assess(session), advise(session)
    told, without = (
        _content(session, a, advice, {}, private=private)
        for a in (answer, replace(answer, onset=None))
    )
    assert told["lines"].count(onset_text(answer.onset)) == 1
    assert len(without["lines"]) == len(told["lines"]) - 1


def test_a_page_without_private_answers_names_none():
    session = {**ILL, "conditions": ["poor_circulation", "diabetes"]}
    session |= {
        "urine_colour": "dark",
        "pregnancy_trimester": "2",
        "sex": "female",
        "alcohol_24h": "yes",
    }
    answer, advice = assess(session), advise(session)
    pdf = pypdf.PdfReader(
        BytesIO(handout_pdf(session, answer, advice, units={}, private=False))
    )
    words = " ".join(pdf.pages[0].extract_text().split()).lower()
    for secret in ("statin", "diabetes", "pregnan", "circulation", "urine", "alcohol"):
        assert secret not in words
    assert "łukasz" not in words


def public_page(session):
    content = _content(session, assess(session), advise(session), {}, private=False)
    return set(map(tuple, content["why"])), content


@settings(max_examples=25)
@given(sessions(), st.data())
def test_the_public_page_cannot_be_read_back(session, data):
    session = {k: v for k, v in session.items() if not FIELDS[k].private}
    names = [n for n, f in FIELDS.items() if f.private and f.scored]
    private = data.draw(
        st.fixed_dictionaries({}, optional={n: values(FIELDS[n]) for n in names})
    )
    why, page = public_page(session)
    why_then, page_then = public_page({**session, **private})
    # Only the row that adds the private points up may differ.
    assert not {
        row for row in why ^ why_then if not row[0].startswith("Health and personal")
    }
    for part in ("title", "subtitle", "physiology", "drinking", "drinks", "change"):
        assert page[part] == page_then[part]
    assert page["notes"] == page_then["notes"] == []
    # But for what the reader must see in any case: too much drinking, an impossible
    # loss, and that something is left out.
    names = ("over_drinking", "impossible_loss")
    must_see = {LEFT_OUT, *(guard.sentence for guard in GUARDS if guard.name in names)}
    assert not ({*page["safety"]} ^ {*page_then["safety"]}) - must_see
    planned = "fluid_intake_l_h" in session
    assert planned or not page["drinks"]


def test_the_longest_page_is_one_page():
    session = {
        **ILL,
        **{n: list(FIELDS[n].levels) for n in ("medications", "conditions")},
        "athlete": "W" * 400,
        "duration_min": 240,
        "session_rpe": 9,
        "air_temperature_c": 38,
        "relative_effort": "harder",
        "novelty": "new_distance",
        "competition": "no",
        "warm_up_min": 0,
        "stretching": "no",
        "fluid_intake_l_h": 2.9,
        "drink_sodium_mg_l": 0,
        "sleep_h": 4,
        "soreness_0_10": 8,
        "hard_sessions_3d": 3,
        "rest_days_7d": 0,
        "stress": "high",
        "urine_colour": "dark",
        "alcohol_24h": "yes",
        "sessions_per_week": 1,
        "longest_recent_min": 40,
        "strength_training": "no",
        "heat_days_14d": 0,
        "sex": "female",
        "body_mass_kg": 90,
        "height_cm": 160,
        "cramp_sessions_12mo": "6+",
        "family_cramps": "yes",
        "muscle_injury_12mo": "still_sore",
        "pregnancy_trimester": "3",
        "red_flags": ["swollen_calf"],
        "red_flags_seen": "yes",
        "illness_24h": "no",
    }
    answer = assess(session)
    assert not answer.problems
    assert len(answer.guards) >= 4
    pdf = handout_pdf(session, answer, advise(session), units={}, private=True)
    assert len(pypdf.PdfReader(BytesIO(pdf)).pages) == 1


def test_the_page_of_a_swim_has_the_water_and_says_that_heat_is_open():
    swim = {"sport": "swimming", "duration_min": 60.0, "session_rpe": 6, "age_years": 30.0}
    for session, subtitle in (
        (swim, "effort 6 of 10"),
        ({**swim, "water_temperature_c": 26.0}, "water 26 °C, effort 6 of 10"),
    ):
        answer = assess(session)
        pdf = handout_pdf(session, answer, advise(session), units={}, private=False)
        words = " ".join(pypdf.PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
        assert subtitle in words
        assert HEAT_IN_WATER in words


def test_a_page_without_private_answers_says_that_a_warning_is_left_out():
    ill = {**SIX, "illness_24h": "yes"}
    said = public_page(ill)[1]["safety"]
    assert LEFT_OUT in said
    assert not any("vomiting" in sentence for sentence in said)
    assert LEFT_OUT not in public_page(SIX)[1]["safety"]


def test_the_file_gives_the_command_line_the_same_answer(page, tmp_path):
    fill(page, {**SIX, "medications": ["statin"], "sleep_h": 6.5, "session_rpe": 7})
    path = tmp_path / "session.json"
    path.write_text(as_json(answers_of(page)), encoding="utf-8")
    said = json.loads(CliRunner().invoke(cli, ["assess", str(path), "--json"]).stdout)
    assert said["total_points"] == total_of(page)
    assert f"{said['in_100'].capitalize()} of 100" in html_of(page)


# -------------------------------------------------------------------- a real browser


def open_part(page, name):
    page.get_by_role("button", name=name).click()
    ready(page)


def test_a_link_shared_on_a_phone_opens_in_a_fresh_profile(open_page, server_home):
    page = open_page("phone")
    choose(page, "Start from an example", "Marathon")
    total = page.locator(".cr-total").inner_text()
    open_part(page, "Share a link")
    page.get_by_text("With health and personal answers").click()
    expect(page.get_by_test_id("stCode")).to_contain_text("#private=")
    parts = urlsplit(page.get_by_test_id("stCode").inner_text().strip())
    other = open_page("laptop")
    with noted_requests(other.context) as asked:
        other.goto(f"{other.url.split('?')[0]}?{parts.query}#{parts.fragment}")
        expect(other.locator(".cr-total")).to_have_text(total)
        ready(other)
    assert other.evaluate("localStorage.getItem('cramp-risk')") is None
    # No server was asked for a private answer, and none stays in the address.
    assert "medications" in unquote(unquote(parts.fragment))
    assert asked
    expect(other).not_to_have_url(re.compile("medications"))
    assert not any("medications" in request.url for request in asked)
    assert "medications" not in (server_home / "server.log").read_text()


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_change_print_and_guide_the_answers_back(open_page, viewport):
    page = open_page(viewport)
    choose(page, "Start from an example", "Preseason football practice")
    total = page.locator(".cr-total").inner_text()
    page.get_by_role("button", name="Try", exact=True).first.click()
    ready(page)
    expect(page.locator(".cr-total")).not_to_have_text(total)
    expect(page.get_by_text("Before the last change")).to_be_visible()
    changed = page.locator(".cr-total").inner_text()
    open_part(page, "Print")
    pdf = pypdf.PdfReader(download(page, "Download PDF"))
    assert changed in " ".join(pdf.pages[0].extract_text().split())
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo: ").click()
    ready(page)
    expect(page.locator(".cr-total")).to_have_text(total)
    assert axe(page) == []


def test_a_profile_is_kept_on_the_device_until_it_is_deleted(open_page):
    page = open_page("laptop")
    choose(page, "Start from an example", "Marathon")
    open_part(page, "Keep on this device")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("localStorage.getItem('cramp-risk') !== null")
    kept = json.loads(page.evaluate("localStorage.getItem('cramp-risk')"))
    assert kept["profile"]["cramp_sessions_12mo"] == MARATHON["cramp_sessions_12mo"]
    assert "duration_min" not in kept["profile"]
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.locator(".st-key-age_years input")).to_have_value("44")
    expect(again.locator(".st-key-duration_min input")).to_have_value("")
    shared = page.context.new_page()
    shared.goto(page.url + "?sport=running&age_years=20")
    ready(shared)
    expect(shared.locator(".st-key-age_years input")).to_have_value("20")
    expect(shared.locator(".st-key-sessions_per_week input")).to_have_value("")
    open_part(again, "Keep on this device")
    again.get_by_role("button", name="Delete everything kept").click()
    ready(again)
    again.wait_for_function("localStorage.getItem('cramp-risk') === null")


def test_a_spoilt_entry_on_the_device_does_no_harm(open_page):
    page = open_page("laptop")
    for entry in ('{"units":{"°C":["°F"]}}', "[" * 9000, "null", '"x"', '{"profile":[1]}'):
        page.evaluate("entry => localStorage.setItem('cramp-risk', entry)", entry)
        page.reload()
        ready(page)
        expect(page.get_by_role("heading", name="My session")).to_be_visible()
        expect(page.get_by_role("combobox", name="Sport")).to_be_visible()


def test_after_another_page_answers_are_there_and_what_was_deleted_is_not(open_page):
    page = open_page("laptop")
    choose(page, "Start from an example", "Marathon")
    total = page.locator(".cr-total").inner_text()
    open_part(page, "Keep on this device")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function("localStorage.getItem('cramp-risk') !== null")
    page.evaluate("localStorage.removeItem('cramp-risk')")  # as another tab would
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Method").first.click()
    expect(page.get_by_role("heading", name="What the number is not")).to_be_visible()
    ready(page)
    page.get_by_role("link", name="My session").first.click()
    ready(page)
    expect(page.locator(".cr-total")).to_have_text(total)
    assert page.evaluate("localStorage.getItem('cramp-risk')") is None


def test_units_are_remembered_and_the_answer_stays(open_page):
    page = open_page("laptop")
    choose(page, "Start from an example", "Marathon")
    total = page.locator(".cr-total").inner_text()
    # The browser of these tests is set to British English.
    expect(page.get_by_text("Wind, mph")).to_have_count(1)
    open_part(page, "Units")
    page.get_by_role("radio", name="°F").click()
    ready(page)
    expect(page.locator(".st-key-air_temperature_c input")).to_have_value("60.8")
    expect(page.locator(".cr-total")).to_have_text(total)
    page.wait_for_function("(localStorage.getItem('cramp-risk') || '').includes('°F')")
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_text("Air temperature, °F")).to_be_visible()


def test_a_red_flag_hides_the_number_in_the_browser(open_page):
    page = open_page("phone")
    choose(page, "Start from an example", "Marathon")
    expect(page.locator(".cr-total")).to_be_visible()
    # The example has answered nothing for its reader: the step stands open.
    page.get_by_role("button", name="Severe pain or weakness").click()
    ready(page)
    expect(page.locator(".cr-total")).to_have_count(0)
    expect(
        page.get_by_text("Severe pain or weakness can be more than a cramp").first
    ).to_be_visible()
    assert axe(page) == []


def test_a_first_answer_by_keyboard_only(open_page):
    page = open_page("laptop")
    wanted = {"duration_min": "60", "air_temperature_c": "20", "age_years": "40"}
    wanted |= {"relative_humidity_pct": "50"}
    left = {"sport", "session_rpe", *wanted}
    for _ in range(120):
        page.keyboard.press("Tab")
        key = page.evaluate(
            "document.activeElement.closest('[class*=st-key-]')?.className.match("
            "/st-key-(\\w+)/)?.[1] ?? ''"
        )
        # Not the help button beside a question.
        answers = page.evaluate("document.activeElement.matches('input, [role=radio]')")
        if key not in left or not answers:
            continue
        if key == "sport":
            page.keyboard.type("Running")
            page.keyboard.press("Enter")
        elif key == "session_rpe":
            for _ in range(10):
                if page.evaluate("document.activeElement.innerText.trim()") == "5":
                    break
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Space")
        else:
            page.keyboard.type(wanted[key])
            page.keyboard.press("Enter")
        left.discard(key)
        ready(page)
        if not left:
            break
    answer = assess(SIX)
    expect(page.locator(".cr-total")).to_have_text(f"{answer.in_100.capitalize()} of 100")


def test_a_warning_sign_keeps_its_place_and_says_what_to_do(open_page):
    query = "&".join(f"{name}={value}" for name, value in SIX.items())
    page = open_page("phone", path=f"/?{query}")
    expect(page.get_by_role("heading", name="What would change it")).to_be_visible()
    page.get_by_text("You and your health", exact=True).click()
    ready(page)
    pregnant = page.get_by_role("radio", name="Third trimester")
    pregnant.click()
    ready(page)
    expect(pregnant).to_be_in_viewport()
    flag = page.get_by_role("button", name="Calf pain with swelling")
    flag.scroll_into_view_if_needed()
    flag.click()
    expect(page.get_by_role("heading", name="No score yet")).to_be_visible()
    settled(page)
    expect(flag).to_be_in_viewport()
    expect(page.get_by_text(RED_FLAGS["swollen_calf"])).to_be_in_viewport()


@pytest.mark.parametrize("viewport", ["phone"])
def test_in_a_browser_an_old_answer_gives_way_to_a_narrower_one(open_page, viewport):
    page = open_page(viewport, path=f"/?{urlencode(SIX)}#private={HISTORY}%3D0")
    page.get_by_text("You and your health").click()
    ready(page)
    pills = page.locator(f".st-key-{HISTORY}").get_by_role("radio")
    expect(pills).to_have_text(WITH_OLD)
    pills.nth(1).click()
    ready(page)
    expect(pills).to_have_text(FIVE)
