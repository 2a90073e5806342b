"""The page "My session", by Streamlit's own test driver and in a real browser."""

import math
import re
from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from riskmodel import assess
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.checks import TIERS
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.words import HEAT_IN_WATER
from riskmodel.scoring.guards import GUARDS
from riskmodel.views import form
from riskmodel.views.result import onset_html, why_html
from tests import CHECKOUT
from tests.browser import axe, choose, fits, in_both_windows, ready, settled

APP = CHECKOUT / "app.py"
SIX = {
    "sport": "running",
    "duration_min": 60.0,
    "session_rpe": 5,
    "air_temperature_c": 20.0,
    "relative_humidity_pct": 50.0,
    "age_years": 40.0,
}


@pytest.fixture
def page():
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not page.exception
    assert page.title[0].value == "My session"
    return page


def html_of(page):
    return "\n".join(element.proto.body for element in page.get("html"))


def fill(page, answers):
    for name, value in answers.items():
        page.session_state[name] = value
    page.run()
    assert not page.exception


def total_of(page):
    words = " ".join(header.value for header in page.header)
    found = re.search(r"Why: ([\d.]+) points", words)
    return float(found[1]) if found else None


def test_an_empty_form_asks_for_six_answers_and_gives_no_number(page):
    words = " ".join(m.value for m in page.markdown)
    for field in FIELDS.values():
        assert (field.label in words) == field.required
    assert total_of(page) is None


@pytest.mark.parametrize(
    ("count", "words"), [(1, "One"), (4, "Four"), (7, "Seven"), (9, "Nine"), (12, "12")]
)
def test_any_number_of_needed_answers_can_be_told(monkeypatch, count, words):
    monkeypatch.setattr(form, "needed", lambda: [*FIELDS.values()][:count])
    assert form.needed_words() == words


def test_six_answers_give_the_same_total_as_python(page):
    fill(page, SIX)
    assert total_of(page) == assess(SIX).total_points


def asked_on(page):
    kinds = ("selectbox", "number_input", "text_input", "datetime_input", "button_group")
    return {widget.key for kind in kinds for widget in page.get(kind)} & {*FIELDS}


def test_every_field_is_a_widget_keyed_by_its_name(page):
    # Asked once a warning sign is named, and of who swims.
    assert set(FIELDS) - asked_on(page) == {"red_flags_seen", "water_temperature_c"}


@pytest.mark.parametrize("level", FIELDS["sport"].levels)
def test_of_each_sport_is_asked_what_means_something(page, level):
    fill(page, {"sport": level, "sex": "male"})
    answers = {"sport": level, "sex": "male"}
    meant = {name for name, field in FIELDS.items() if field.asked_of(answers)}
    assert asked_on(page) == meant - {"red_flags_seen"}
    assert "pregnancy_trimester" not in meant


def test_a_swim_has_a_number_without_air_and_says_why(page):
    swim = {name: SIX[name] for name in ("duration_min", "session_rpe", "age_years")}
    fill(page, {**SIX, "wbgt_c": 35.0, "air_temperature_c": 38.0})
    fill(page, {"sport": "swimming"})
    assert "Four answers for a first number" in [h.value for h in page.header]
    held = page.session_state["MySessionState"].scored.answers
    assert held == {"sport": "swimming", **swim}
    assert total_of(page) == assess({"sport": "swimming", **swim}).total_points
    assert HEAT_IN_WATER in [c.value for c in page.caption]
    assert not [w.value for w in page.warning]
    fill(page, {"water_temperature_c": 33.0})
    assert next(guard for guard in GUARDS if guard.name == "warm_water").sentence in [
        warning.value for warning in page.warning
    ]
    # The answers come back with another sport.
    fill(page, {"sport": "running"})
    held = page.session_state["MySessionState"].scored.answers
    assert (held["wbgt_c"], held["air_temperature_c"]) == (35.0, 38.0)
    assert "water_temperature_c" not in held
    assert HEAT_IN_WATER not in [c.value for c in page.caption]


def test_a_triathlete_is_warned_of_warm_water_and_keeps_the_air(page):
    fill(page, {**SIX, "sport": "triathlon", "water_temperature_c": 35.0})
    assert {"water_temperature_c", "air_temperature_c", "wbgt_c"} <= asked_on(page)
    held = page.session_state["MySessionState"].scored.answers
    assert held == {**SIX, "sport": "triathlon", "water_temperature_c": 35.0}
    assert next(guard for guard in GUARDS if guard.name == "warm_water").sentence in [
        warning.value for warning in page.warning
    ]


def test_a_settled_answer_of_ones_own_can_be_seen_and_taken_back(page):
    fill(page, {**SIX, "sport": "gym_strength", "strength_training": "no"})
    assert "strength_training" in asked_on(page)
    none = total_of(page)
    fill(page, {"strength_training": None})
    assert "strength_training" not in asked_on(page)
    assert total_of(page) < none


@pytest.mark.parametrize("name", list(load_examples()))
def test_every_example_shows_its_total_and_all_its_points(page, name):
    page.selectbox(key="example").select(name).run()
    assert not page.exception
    answer = assess(load_examples()[name])
    assert total_of(page) == answer.shown_points
    assert f"{answer.in_100.capitalize()} of 100" in html_of(page)
    assert f">{answer.band.replace('_', ' ').capitalize()}</span>" in html_of(page)
    shown = re.findall(r"<b>\+([\d.]+)</b>", html_of(page))
    assert sum(map(float, shown)) == answer.total_points
    assert len(shown) == len(answer.contributions)
    open_questions = " ".join(e.label for e in page.expander)
    assert f"Not answered ({len(answer.missing)})" in open_questions


def test_an_example_can_be_taken_back(page):
    fill(page, SIX)
    own = total_of(page)
    page.selectbox(key="example").select("Marathon").run()
    page.selectbox(key="example").select("Long ride").run()
    assert total_of(page) != own
    page.button(key="go_back").click().run()
    assert total_of(page) == own
    assert page.session_state["age_years"] == 40.0


def test_a_start_time_is_read_in_the_readers_zone_and_survives_an_example(page):
    noon = datetime(2026, 6, 21, 12, 0)
    place = {"latitude_deg": 0.0, "longitude_deg": 0.0, "sky": "clear"}
    fill(page, {**SIX, **place, "start_time": noon})
    own = total_of(page)
    assert own is not None
    assert (
        page.session_state["MySessionState"].scored.answers["start_time"]
        == noon.astimezone().isoformat()
    )
    page.selectbox(key="example").select("Marathon").run()
    assert page.session_state["start_time"] is None
    page.button(key="go_back").click().run()
    assert not page.exception
    assert page.session_state["start_time"] == noon
    assert total_of(page) == own


def test_contradicting_answers_get_a_sentence_and_lose_nothing(page):
    fill(page, {**SIX, "medications": ["none", "statin"]})
    assert total_of(page) is None
    assert "Regular medicines" in page.warning[0].value
    assert page.session_state["duration_min"] == 60.0


def test_an_impossible_number_is_refused_in_words_and_leaves_no_old_score(page):
    fill(page, SIX)
    assert total_of(page) is not None
    fill(page, {"air_temperature_c": 86.0})
    assert total_of(page) is None
    assert 'class="cr-total"' not in html_of(page)
    assert page.warning[0].value == "Air temperature is 86; allowed is -20 to 55 °C."


def test_none_of_these_and_an_item_take_each_others_place(page):
    fill(page, SIX)
    medicines = page.get("button_group")
    medicines = next(w for w in medicines if w.key == "medications")
    medicines.set_value(["none"]).run()
    medicines.set_value(["none", "statin"]).run()
    assert page.session_state["medications"] == ["statin"]
    medicines.set_value(["statin", "none"]).run()
    assert page.session_state["medications"] == ["none"]
    assert total_of(page) is not None


def test_all_answers_can_be_cleared_and_brought_back(page):
    fill(page, SIX)
    own = total_of(page)
    page.button(key="clear").click().run()
    assert total_of(page) is None
    assert page.session_state["age_years"] is None
    page.button(key="go_back").click().run()
    assert total_of(page) == own


def test_a_warning_far_above_is_recalled_beside_the_answer(page):
    fill(page, {**SIX, "wbgt_c": 34.0, "conditions": ["poor_circulation"]})
    assert "1 more warning before you start" in html_of(page)
    # What speaks against any training now is said in full.
    assert "heat illness" in page.error[0].value


def test_safety_comes_before_the_total(page):
    fill(page, {**SIX, "wbgt_c": 31.0})
    assert "too hot to train" in page.warning[0].value
    kinds = [element.type for element in page.main]
    first_total = next(
        place
        for place, element in enumerate(page.main)
        if element.type == "html" and "cr-total" in element.proto.body
    )
    assert kinds.index("warning") < first_total
    fill(page, {"wbgt_c": 34.0})
    assert "heat illness" in page.error[0].value


@pytest.mark.parametrize("end", ["low", "high"])
def test_no_extreme_answer_brings_a_traceback(page, end):
    extreme = {}
    for field in FIELDS.values():
        if field.kind == "number":
            value = getattr(field, end)
            extreme[field.name] = int(value) if field.unit == "of 10" else float(value)
        elif field.kind == "level":
            extreme[field.name] = list(field.levels)[0 if end == "low" else -1]
        elif field.kind == "time":
            extreme[field.name] = datetime(2026, 1 if end == "low" else 7, 1, 3, 30)
        elif field.kind == "levels":
            extreme[field.name] = ["none"] if end == "low" else list(field.levels)
    fill(page, extreme)
    assert total_of(page) is not None
    assert 'class="cr-total"' in html_of(page)


def test_bars_are_sorted_escaped_and_as_long_as_their_points():
    contributions = assess({**load_examples()["Marathon"]}).contributions
    html = why_html(contributions)
    points = [float(p) for p in re.findall(r"<b>\+([\d.]+)</b>", html)]
    assert points == sorted(points, reverse=True)
    widths = [float(w) for w in re.findall(r'cr-bar" style="width:([\d.]+)%', html)]
    for width, p in zip(widths, points, strict=False):
        assert math.isclose(width, 100 * p / points[0], abs_tol=0.051)
    spoilt = [replace(c, label="<b>x</b>", reason="a & <i>") for c in contributions]
    html = why_html(tuple(spoilt))
    assert "<b>x</b>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "a &amp; &lt;i&gt;" in html


def test_a_scored_session_shows_when_cramps_begin(page):
    assert 'cr-onset"' not in html_of(page)
    fill(page, SIX)
    assert onset_text(assess(SIX).onset) in html_of(page)
    fill(page, {"red_flags": ["swollen_calf"]})
    assert 'cr-onset"' not in html_of(page)


def test_without_a_curve_nothing_is_shown_of_when_cramps_begin():
    def reasons():
        from dataclasses import replace

        from riskmodel import assess
        from riskmodel.datasets import load_examples
        from riskmodel.views.result import show_reasons

        session = load_examples()["Marathon"]
        show_reasons(replace(assess(session), onset=None), session)

    page = AppTest.from_function(reasons).run()
    assert not page.exception
    assert "cr-dots" in html_of(page)
    assert "cr-onset" not in html_of(page)


@pytest.mark.parametrize(("share", "late"), [(0.0, 0), (0.44, 4), (0.75, 8), (1.0, 10)])
def test_the_picture_of_when_cramps_begin_has_ten_dots_and_says_how_many_are_late(
    share, late
):
    onset = replace(assess(SIX).onset, last_third=share)
    html = onset_html(onset, 60.0)
    first, last = re.findall(r"<div>((?:<i></i>)*)</div>", html)
    assert (first.count("<i>"), last.count("<i>")) == (10 - late, late)
    assert f"{late} of them in its last third" in html


# -------------------------------------------------------------------- a real browser


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_person_fills_the_form_and_reads_the_answer(open_page, viewport):
    page = open_page(viewport)
    expect(page.get_by_role("heading", name="No score yet")).to_be_visible()
    choose(page, "Sport", "Running")
    for field, value in (
        ("duration_min", "60"),
        ("air_temperature_c", "20"),
        ("relative_humidity_pct", "50"),
        ("age_years", "40"),
    ):
        box = page.locator(f".st-key-{field} input")
        box.fill(value)
        box.press("Enter")
        ready(page)
    page.locator(".st-key-session_rpe").get_by_role("radio", name="5", exact=True).click()
    ready(page)
    answer = assess(SIX)
    expect(page.locator(".cr-total")).to_have_text(f"{answer.in_100.capitalize()} of 100")
    heading = page.get_by_role("heading", name=f"Why: {answer.total_points:g} points")
    expect(heading).to_be_visible()
    first = page.locator(".cr-why details").first
    first.locator("summary").click()
    expect(first.locator("p").first).to_be_visible()
    fits(page)


def test_a_swimmer_is_asked_of_the_water_and_the_air_comes_back(open_page):
    query = "&".join(f"{name}={value}" for name, value in SIX.items())
    page = open_page("phone", path=f"/?{query}")
    ready(page)
    air = page.locator(".st-key-air_temperature_c input")
    expect(air).to_have_value("20")
    choose(page, "Sport", "Swimming")
    expect(
        page.get_by_role("heading", name="Four answers for a first number")
    ).to_be_visible()
    expect(page.get_by_text(HEAT_IN_WATER)).to_be_visible()
    expect(air).to_have_count(0)
    expect(page.get_by_text("No number at hand?")).to_have_count(0)
    choose(page, "Sport", "Running")
    expect(air).to_have_value("20")
    expect(page.get_by_text(HEAT_IN_WATER)).to_have_count(0)


@in_both_windows
def test_nothing_serious_stands_in_the_way(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    assert axe(page) == []
    choose(page, "Start from an example", "Preseason football practice")
    expect(page.locator(".cr-total")).to_be_visible()
    for label in ("The session", "You and your health"):
        page.get_by_text(label, exact=True).click()
        ready(page)
    assert axe(page) == []


@in_both_windows
def test_the_method_page_reads_well(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.get_by_role("link", name="Go to: Method").click()
    expect(page.get_by_role("heading", name="What the number is not")).to_be_visible()
    ready(page)
    expect(
        page.locator("[data-testid=stVegaLiteChart] canvas, svg.marks").first
    ).to_be_visible()
    expect(page.get_by_role("region", name="Main figures, before and now")).to_be_visible()
    heading = f"Tier C: {TIERS['C']}"
    page.get_by_text(heading, exact=True).click()
    expect(page.get_by_role("region", name=heading)).to_be_visible()
    assert axe(page) == []
    fits(page)


@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_the_answer_and_what_is_refused_stay_in_sight(open_page, viewport):
    page = open_page(viewport)
    choose(page, "Start from an example", "Marathon")
    settled(page)
    sport = page.locator(".st-key-sport").bounding_box()
    if viewport == "phone":  # the answer before the questions
        total = page.locator(".cr-total").bounding_box()
        assert total["y"] < sport["y"]
    else:  # the reasons beside them
        why = page.get_by_role("heading", name="Why:").bounding_box()
        assert why["x"] > sport["x"] + sport["width"]
    before = page.locator(".cr-total").inner_text()
    age = page.locator(".st-key-age_years input")
    age.scroll_into_view_if_needed()
    expect(page.locator(".cr-total")).to_be_in_viewport()
    age.fill("75")
    age.press("Enter")
    ready(page)
    expect(page.locator(".cr-total")).not_to_have_text(before)
    expect(page.locator(".cr-total")).to_be_in_viewport()
    air = page.locator(".st-key-air_temperature_c input")
    air.scroll_into_view_if_needed()
    air.fill("300")
    air.press("Enter")
    ready(page)
    sentence = page.get_by_text("Air temperature is 300; allowed is -20 to 55 °C.")
    expect(sentence).to_be_in_viewport()
    expect(page.locator(".cr-total")).to_have_count(0)
