"""Scenarios side by side, sweeps, and how scenarios travel."""

import io
import json
import math
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

import riskmodel
from riskmodel import assess, compare, sweep
from riskmodel.bands import band_name
from riskmodel.comparison import AXES, usual_values
from riskmodel.datasets import load_examples
from riskmodel.exports import to_csv, to_xlsx
from riskmodel.fields import FIELDS
from riskmodel.scenarios import Scenario, from_text, to_frame, to_text
from riskmodel.side_by_side import comparison_pdf, parts
from riskmodel.views import charts
from tests.browser import axe, ready
from tests.strategies import sessions, values
from tests.test_app import choose

MARATHON = {k: v for k, v in load_examples()["Marathon"].items() if k != "athlete"}
PAGE = str(Path(riskmodel.__file__).parent / "views" / "compare.py")
SEVEN = json.dumps({"cramp-risk": 1, "base": {}, "scenarios": [["a", {}]] * 7})


# --------------------------------------------------------------------- the engine


@settings(max_examples=40)
@given(sessions(), st.sampled_from(AXES), st.sampled_from(AXES), st.data())
def test_every_cell_of_a_sweep_is_what_that_session_gets(session, across, down, data):
    if across == down:
        down = None
    x = data.draw(st.lists(values(FIELDS[across]), min_size=1, max_size=3))
    y = data.draw(st.lists(values(FIELDS[down]), min_size=1, max_size=2)) if down else None
    made = sweep(session, across, down, x=x, y=y)
    plain = {k: v for k, v in session.items() if not (made.without_wbgt and k == "wbgt_c")}
    for i, b in enumerate(y or [None]):
        for j, a in enumerate(x):
            answer = assess({**plain, across: a, **({down: b} if down else {})})
            assert made.probability[i, j] == answer.probability
            assert made.probability_low[i, j] == answer.probability_low
            assert made.probability_high[i, j] == answer.probability_high


@pytest.mark.parametrize("name", AXES)
def test_what_is_swept_by_itself_is_allowed_and_holds_the_plan(name):
    field = FIELDS[name]
    assert np.isfinite(sweep(MARATHON, name).probability).all()
    if field.kind == "number":
        for planned in (field.low, field.high):
            shown = usual_values(name, planned)
            assert min(shown) <= planned <= max(shown)
            assert field.low <= min(shown)
            assert max(shown) <= field.high


def test_a_measured_wbgt_does_not_stand_for_other_weather():
    hot = {**MARATHON, "wbgt_c": 31.0}
    cooler = sweep(hot, "air_temperature_c", x=[5.0, 16.0])
    assert cooler.without_wbgt
    assert cooler.probability[0, 1] == assess(MARATHON).probability
    kept = sweep(hot, "sleep_h", x=[6.0])
    assert not kept.without_wbgt
    assert kept.probability[0, 0] == assess(hot).probability


@pytest.mark.parametrize(
    ("session", "across", "options", "words"),
    [
        (MARATHON, "medications", {}, "cannot be swept"),
        (MARATHON, "start_time", {}, "cannot be swept"),
        (MARATHON, "sleep_h", {"down": "sleep_h"}, "must differ"),
        (MARATHON, "sleep_h", {"x": [25.0]}, "is 25; allowed is"),
        ({"sport": "running"}, "sleep_h", {}, "is missing"),
    ],
)
def test_a_sweep_that_makes_no_sense_says_so(session, across, options, words):
    with pytest.raises(ValueError, match=words):
        sweep(session, across, **options)


def test_a_comparison_lines_up_what_differs():
    shorter = {**MARATHON, "duration_min": 180, "urine_colour": None}
    found = compare([MARATHON, shorter])
    assert {row.name for row in found.answers} == {"duration_min", "urine_colour"}
    for place, session in enumerate((MARATHON, shorter)):
        answer = assess(session)
        assert found.assessments[place] == answer
        assert sum(row.values[place] for row in found.factors) == answer.total_points
    (duration,) = (row for row in found.factors if row.name == "duration")
    assert duration.differs


@pytest.mark.parametrize("count", [0, 1, 7])
def test_fewer_than_two_or_more_than_six_are_refused(count):
    with pytest.raises(ValueError, match=f"There are {count} scenarios; allowed is 2 to 6"):
        compare([MARATHON] * count)


def test_six_are_compared_and_one_that_cannot_be_scored_stays():
    found = compare([MARATHON] * 5 + [{**MARATHON, "age_years": 200}])
    assert found.assessments[5].problems
    assert all(math.isnan(row.values[5]) for row in found.factors)
    words = {
        line.label: line.texts
        for part in parts(found, {}, private=True)
        for line in part.lines
    }
    assert words["Points"][5] == "no score"


# ---------------------------------------------------------------- how they travel


@settings(max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=40), sessions()), min_size=1, max_size=6))
def test_scenarios_come_back_as_they_were(named):
    there = [Scenario(name, answers) for name, answers in named]
    back, problems = from_text(to_text(there, private=True))
    assert problems == ()
    assert [plan.name for plan in back] == [name for name, _ in named]
    for plan, (_, answers) in zip(back, named, strict=True):
        then, now = assess(plan.answers), assess(answers)
        assert then.contributions == now.contributions
        assert then.probability_high == now.probability_high


@settings(max_examples=40)
@given(st.lists(sessions(), min_size=1, max_size=3))
def test_what_is_private_stays_out_unless_asked(plans):
    there = [Scenario("A", answers) for answers in plans]
    names = {
        name
        for plan in from_text(to_text(there, private=False))[0]
        for name in plan.answers
    }
    assert not {name for name in names if FIELDS[name].private}
    frame = to_frame(there, [assess(p) for p in plans], private=False)
    assert not {n for n in frame.columns if n in FIELDS and FIELDS[n].private}
    assert not any(column.startswith("points_") for column in frame.columns)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("[" * 5000, "cannot be read"),
        ("null", "cannot be read"),
        ('{"cramp-risk":1,"base":[],"scenarios":[["a"]]}', "cannot be read"),
        ('{"cramp-risk":2,"base":{},"scenarios":[]}', "another version"),
        ('{"cramp-risk":1,"base":{"age_years":200},"scenarios":[["a",{}]]}', "Age"),
        (
            '{"cramp-risk":1,"base":{},"scenarios":[' + ",".join(['["a",{}]'] * 7) + "]}",
            "first 6",
        ),
    ],
)
def test_a_spoilt_text_gives_a_sentence(text, words):
    assert words in " ".join(from_text(text)[1])


def test_no_text_of_a_table_acts_as_a_formula():
    nasty = ["=1+1", "+1", "-1", "@A1", "\t=1", "plain", "a=b"]
    table = pd.DataFrame({"name": nasty, "=head": -1.5})
    read = pd.read_csv(io.BytesIO(to_csv(table)), encoding="utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, "Sheet"))).active
    cells = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert list(read["name"]) == cells == [f"'{t}" for t in nasty[:5]] + nasty[5:]
    assert list(read.columns) == ["name", "'=head"]
    assert list(read["'=head"]) == [-1.5] * 7
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("private", [False, True])
def test_the_printed_comparison_is_one_page_and_says_the_same(private):
    plans = [
        Scenario(
            f"Plan {i} =\N{GREEK SMALL LETTER ALPHA}", {**MARATHON, "duration_min": 60 * i}
        )
        for i in range(1, 7)
    ]
    found = compare([plan.answers for plan in plans])
    pdf = pypdf.PdfReader(
        io.BytesIO(comparison_pdf(plans, found, units={}, private=private))
    )
    (only,) = pdf.pages
    words = " ".join(only.extract_text().split())
    for plan, answer in zip(plans, found.assessments, strict=True):
        assert plan.name in words
        assert answer.in_100 in words
    assert ("Cramps in the last 12 months" in words) == private
    assert ("Health and personal answers, together" in words) == (not private)


def test_points_add_up_with_and_without_private_rows():
    found = compare([MARATHON, {**MARATHON, "sleep_h": 4}])
    for private in (True, False):
        made = {part.heading: part for part in parts(found, {}, private=private)}
        for place in (0, 1):
            shown = [line.texts[place] for line in made["Points per factor"].lines]
            assert (
                sum(float(text or 0) for text in shown)
                == found.assessments[place].total_points
            )
        differing = [
            line.label for line in made.get("What differs", made["The answer"]).lines
        ]
        assert ("Sleep last night" in differing) <= private


# ----------------------------------------------------------------------- the pictures


def test_the_contours_are_where_the_band_changes():
    made = sweep(MARATHON, "duration_min", "air_temperature_c")
    x, y = list(made.x), list(made.y)
    points = charts._contours(x, y, made.probability)
    assert points
    for point in points[:: max(len(points) // 40, 1)]:
        here = {"duration_min": point["x"], "air_temperature_c": point["y"]}
        # Half a cell to each side stand different bands.
        sides = {
            band_name(
                assess({**MARATHON, **here, "duration_min": point["x"] + d}).probability
            )
            for d in (-14.0, 14.0)
            if point["x"] + d >= 5
        } | {
            band_name(
                assess(
                    {**MARATHON, **here, "air_temperature_c": point["y"] + d}
                ).probability
            )
            for d in (-3.0, 3.0)
        }
        assert len(sides) > 1


# ----------------------------------------------------------------------- the page


def started(*names):
    page = AppTest.from_file(PAGE, default_timeout=30).run()
    for name in names:
        page.selectbox(key="add_example").select(name).run()
    assert not page.exception
    return page


def table_of(page):
    return next(
        e.proto.body for e in page.main if e.type == "html" and "cr-table" in e.proto.body
    )


def test_the_page_compares_examples_and_changes_one_thing():
    page = started("Marathon", "Long ride")
    assert "about 23" in table_of(page)
    page.selectbox(key="change_place_2").select(0).run()
    page.number_input[0].set_value(120.0).run()
    assert not page.exception
    plans = page.session_state["plans"]
    assert plans[0].answers["duration_min"] == 120.0
    assert plans[1].answers == from_text(to_text(plans, private=True))[0][1].answers
    now = assess(plans[0].answers)
    assert f"<td>{now.in_100}</td>" in table_of(page)
    page.selectbox(key="change_field").select("medications").run()
    page.button_group[-1].set_value(["statin"]).run()
    assert page.session_state["plans"][0].answers["medications"] == ["statin"]


def test_scenarios_are_added_duplicated_moved_named_and_removed():
    page = started("Marathon")
    page.button(key="duplicate_first").click().run()

    def names():
        return [plan.name for plan in page.session_state["plans"]]

    assert names() == ["Marathon", "Marathon 2"]
    press(page, "Move left")
    assert names() == ["Marathon 2", "Marathon"]
    page.text_input[0].set_value("<b>*Cool*</b>").run()
    assert names() == ["Marathon 2", "<b>*Cool*</b>"]
    assert "<b>" not in table_of(page).replace("&lt;b&gt;", "")
    for _ in range(4):
        press(page, "Duplicate")
    assert len(set(names())) == 6
    assert next(b for b in page.button if b.label == "Duplicate").disabled
    press(page, "Remove")
    assert len(names()) == 5
    assert not page.exception


def press(page, label):
    next(b for b in page.button if b.label == label).click().run()


def test_the_address_holds_the_plans_without_private_answers():
    page = started("Marathon", "Long ride")
    text = page.query_params["scenarios"]
    text = text if isinstance(text, str) else text[0]
    again = AppTest.from_file(PAGE, default_timeout=30)
    again.query_params["scenarios"] = text
    again.run()
    assert [plan.name for plan in again.session_state["plans"]] == ["Marathon", "Long ride"]
    assert "cramp_sessions_12mo" not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[[",
        '{"cramp-risk":1,"base":{"sport":"[x](y)"},"scenarios":[["#",{}],["a",{}]]}',
    ],
)
def test_a_spoilt_address_is_told(text):
    page = AppTest.from_file(PAGE, default_timeout=30)
    page.query_params["scenarios"] = text
    page.run()
    assert not page.exception
    assert not page.warning
    told = [e.proto.body for e in page.main if e.type == "html"]
    assert any("cannot be read" in body or "[x](y); allowed" in body for body in told)


@pytest.mark.parametrize("down", ["", *AXES[:3], "wbgt_c", "sky"])
@pytest.mark.parametrize("across", ["duration_min", "sport", "height_cm", "session_rpe"])
def test_every_kind_of_picture_is_drawn(across, down):
    down = "" if across == down else down
    page = started("Marathon", "Long ride")
    page.selectbox(key="sweep_across").select(across).run()
    page.selectbox(key="sweep_down").select(down).run()
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == (2 if down else 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", ["phone", "laptop"])
def test_a_coach_compares_changes_reloads_and_shares(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.get_by_role("link", name="Go to: Compare").click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    ready(page)
    choose(page, "Add an example", "Marathon")
    page.get_by_role("button", name="Duplicate").click()
    ready(page)
    box = page.get_by_role("spinbutton", name="Planned duration, min")
    box.fill("120")
    box.press("Enter")
    ready(page)
    table = page.get_by_role("region", name="Scenarios side by side")
    expect(table).to_contain_text("120 min")
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(2)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= (
        390 if viewport == "phone" else 1280
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    rows = pd.read_csv(download.value.path(), encoding="utf-8-sig")
    assert list(rows["scenario"]) == ["Marathon", "Marathon 2"]
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert len(pypdf.PdfReader(download.value.path()).pages) == 1
    page.get_by_role("button", name="Share a link").click()
    url = page.get_by_test_id("stCode").inner_text().strip()
    assert "cramp_sessions" not in parse_qs(urlsplit(url).query)["scenarios"][0]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save on this device").click()
    page.wait_for_function("localStorage.getItem('cramp-risk')?.includes('Marathon 2')")
    kept = json.loads(page.evaluate("localStorage.getItem('cramp-risk')"))
    assert from_text(kept["scenarios"])[0][1].answers["duration_min"] == 120.0
    page.reload()
    ready(page)
    expect(table).to_contain_text("120 min")
    expect(table).to_contain_text("Marathon 2")
