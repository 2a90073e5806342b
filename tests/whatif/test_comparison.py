"""Scenarios side by side, sweeps, and how scenarios travel."""

import csv
import io
import json
import math
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

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
from riskmodel import assess, compare, load_scorecard, sweep
from riskmodel.datasets import load_examples
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.differences import difference_sentences
from riskmodel.reporting.side_by_side import comparison_pdf, parts
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.scoring.bands import band_name
from riskmodel.views import charts
from riskmodel.whatif.comparison import AXES, usual_values
from riskmodel.whatif.plans import Scenario, from_text, saved_with, to_frame, to_text
from tests.browser import (
    axe,
    choose,
    download,
    fits,
    in_both_windows,
    noted_requests,
    ready,
)
from tests.strategies import sessions, values

MARATHON = {k: v for k, v in load_examples()["Marathon"].items() if k != "athlete"}
PAGE = str(Path(riskmodel.__file__).parent / "views" / "compare.py")


# --------------------------------------------------------------------- the engine


@settings(max_examples=40)
@given(sessions(), st.sampled_from(AXES), st.sampled_from(AXES), st.data())
def test_every_cell_of_a_sweep_is_what_that_session_gets(session, across, down, data):
    if across == down:
        down = None
    x = data.draw(st.lists(values(FIELDS[across]), min_size=1, max_size=3))
    y = data.draw(st.lists(values(FIELDS[down]), min_size=1, max_size=2)) if down else None
    made = sweep(session, across, down, x=x, y=y)
    plain = {k: v for k, v in session.items() if k not in made.left_out}
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
    else:
        assert usual_values(name) == tuple(field.offered())
        assert all(planned in usual_values(name, planned) for planned in field.levels)


def test_a_measured_wbgt_does_not_stand_for_other_weather():
    hot = {**MARATHON, "wbgt_c": 31.0}
    cooler = sweep(hot, "air_temperature_c", x=[5.0, 16.0])
    assert cooler.left_out == ("wbgt_c",)
    assert cooler.probability[0, 1] == assess(MARATHON).probability
    kept = sweep(hot, "sleep_h", x=[6.0])
    assert not kept.left_out
    assert kept.probability[0, 0] == assess(hot).probability


def test_measured_sun_does_not_stand_for_another_sky():
    dark = {**MARATHON, "solar_radiation_w_m2": 10.0, "sky": "overcast"}
    made = sweep(dark, "sky")
    assert made.left_out == ("solar_radiation_w_m2",)
    without = {k: v for k, v in dark.items() if k != "solar_radiation_w_m2"}
    for sky, probability in zip(made.x, made.probability[0], strict=True):
        assert probability == assess({**without, "sky": sky}).probability
    assert len(set(made.probability[0])) > 1
    # Swept itself, or beside another answer, it stays.
    assert sweep(dark, "solar_radiation_w_m2", "sky", x=[10.0]).left_out == ()
    assert sweep(dark, "air_temperature_c", x=[10.0]).left_out == ()


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
    frame = to_frame(there, [assess(p) for p in plans], "2027.1", private=False)
    assert not {n for n in frame.columns if n in FIELDS and FIELDS[n].private}
    assert not any(column.startswith("points_") for column in frame.columns)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "no_scenarios"),
        ("[" * 5000, "no_scenarios"),
        ("null", "no_scenarios"),
        ('{"cramp-risk":1,"base":[],"scenarios":[["a"]]}', "no_scenarios"),
        ('{"cramp-risk":2,"base":{},"scenarios":[]}', "scenarios_of_another_version"),
        ('{"cramp-risk":1,"base":{"age_years":200},"scenarios":[["a",{}]]}', "not_allowed"),
        (
            '{"cramp-risk":1,"base":{},"scenarios":[' + ",".join(['["a",{}]'] * 7) + "]}",
            "too_many_scenarios",
        ),
    ],
)
def test_a_spoilt_text_gives_a_problem(text, kind):
    (problem,) = from_text(text)[1]
    assert problem.kind == kind
    assert str(problem).endswith(".")


def test_no_text_of_a_table_acts_as_a_formula():
    nasty = ["=1+1", "+1", "-1", "@A1", "\t=1", "plain", "a=b"]
    nasty[5] += "\x00\x0b\x1f"  # what no workbook can hold
    table = pd.DataFrame({"name": nasty, "=head": -1.5})
    read = pd.read_csv(io.BytesIO(to_csv(table)), encoding="utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, "Sheet"))).active
    cells = [row[0].value for row in sheet.iter_rows(min_row=2)]
    # A number is no formula, whoever typed it as text.
    harmless = ["'=1+1", "+1", "-1", "'@A1", "'\t=1", "plain", "a=b"]
    assert list(read["name"]) == cells == harmless
    assert list(read.columns) == ["name", "'=head"]
    assert list(read["'=head"]) == [-1.5] * 7
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("nasty", ["x;=1+1", 'x;"=1+1"', "x; -1", "x;\t@A1", "=;=1"])
@pytest.mark.parametrize("cut", [",", ";", "\t"])
def test_no_spreadsheet_finds_a_formula_wherever_it_cuts(nasty, cut):
    table = pd.DataFrame({"name": ["Ada", nasty], "more": [nasty, "=x"], "n": [1.0, -2.0]})
    content = to_csv(table).decode("utf-8-sig")
    assert content.splitlines()[1].startswith('"Ada",')
    rows = csv.reader(io.StringIO(content), delimiter=cut)
    for cell in (cell for row in rows for cell in row if cell != "-2.0"):
        assert not cell.lstrip('" \t').startswith(("=", "+", "@", "-"))


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
    assert (load_scorecard()["history"].label in words) == private
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
        differing = made["What differs"].lines if "What differs" in made else ()
        named = [line.label for line in differing]
        assert named == (["Sleep last night"] if private else [])


def test_only_what_differs_from_the_first_is_pointed_at():
    longer = {**MARATHON, "duration_min": 300.0}
    found = compare([MARATHON, longer, MARATHON])
    lines = {
        line.label: line for part in parts(found, {}, private=True) for line in part.lines
    }
    assert lines["Planned duration"].differs == (False, True, False)
    assert lines["Points"].differs == (False, True, False)
    assert not any(lines["Against the first"].differs)


def test_a_problem_of_a_private_answer_stays_out_of_a_public_table():
    plan = Scenario("A", {**MARATHON, "sleep_h": 77.0})
    old = Scenario("B", {**MARATHON, "age_years": 777.0})
    made = [assess(scenario.answers) for scenario in (plan, old)]
    public = to_frame([plan, old], made, "2027.1", private=False)
    assert public["problems"].tolist() == ["Answers need a look.", "Age needs a look."]
    assert "77" in to_frame([plan, old], made, "", private=True)["problems"][0]


@pytest.mark.parametrize("text", ['"\\ud800"', '"\ud800"'])
def test_half_a_sign_does_not_break_a_name(text):
    content = f'{{"cramp-risk":1,"base":{{"sport":"running"}},"scenarios":[[{text},{{}}]]}}'
    plans, problems = from_text(content)
    assert not problems
    assert to_text(plans, private=True).encode("utf-8")
    assert to_csv(to_frame(plans, [assess(plans[0].answers)], "2027.1", private=True))


def test_a_byte_order_mark_is_no_reason_to_refuse():
    text = to_text([Scenario("A", {"sport": "running"})], private=True)
    assert from_text("\ufeff" + text) == from_text(text)


# ----------------------------------------------------------------------- the pictures


def test_the_contours_are_where_the_band_changes():
    made = sweep(MARATHON, "duration_min", "air_temperature_c")
    x, y = list(made.x), list(made.y)
    points = charts._contours(x, y, made.probability)
    assert len(points)
    for point in points[:: max(len(points) // 40, 1)].to_dict("records"):
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


def plans_of(page):
    return list(page.session_state["ScenariosState"].scenarios.values())


def numbers(page):
    return list(page.session_state["ScenariosState"].scenarios)


def put_first(page, plan):
    page.session_state["ScenariosState"].scenarios[numbers(page)[0]] = plan


def table_of(page):
    return next(
        e.proto.body for e in page.main if e.type == "html" and "cr-table" in e.proto.body
    )


def test_the_page_compares_examples_and_changes_one_thing():
    page = started("Marathon", "Long ride")
    assert assess(load_examples()["Marathon"]).in_100 in table_of(page)
    page.selectbox(key="change_plan").set_value(numbers(page)[0]).run()
    page.number_input[0].set_value(120.0).run()
    assert not page.exception
    plans = plans_of(page)
    assert plans[0].answers["duration_min"] == 120.0
    assert plans[1].answers == from_text(to_text(plans, private=True))[0][1].answers
    now = assess(plans[0].answers)
    assert f"<td>{now.in_100}</td>" in table_of(page)
    page.selectbox(key="change_field").select("medications").run()
    page.button_group[-1].set_value(["statin"]).run()
    assert plans_of(page)[0].answers["medications"] == ["statin"]


def test_scenarios_are_added_duplicated_moved_named_and_removed():
    page = started("Hot 10 km race")

    def names():
        return [plan.name for plan in plans_of(page)]

    def chosen():
        return names()[numbers(page).index(page.selectbox(key="change_plan").value)]

    # One alone can be changed too.
    page.text_input[0].set_value("Race").run()
    assert names() == ["Race"]
    press(page, "Remove")
    assert names() == []
    page.selectbox(key="add_example").select("Hot 10 km race").run()
    press(page, "Duplicate")
    press(page, "Duplicate")
    assert names() == ["Hot 10 km race", "Hot 10 km race 2", "Hot 10 km race 3"]
    assert chosen() == "Hot 10 km race 3"
    press(page, "Move left")
    assert names() == ["Hot 10 km race", "Hot 10 km race 3", "Hot 10 km race 2"]
    assert chosen() == "Hot 10 km race 3"
    press(page, "Move left")
    assert chosen() == names()[0] == "Hot 10 km race 3"
    move = next(b for b in page.button if b.label == "Move left")
    assert move.disabled
    assert move.help == "It is the first already."
    page.text_input[0].set_value("<b>*Cool*</b>").run()
    assert names() == ["<b>*Cool*</b>", "Hot 10 km race", "Hot 10 km race 2"]
    assert chosen() == "<b>*Cool*</b>"
    assert "<b>" not in table_of(page).replace("&lt;b&gt;", "")
    # The copy stands beside its model, and is what is changed next.
    press(page, "Duplicate")
    assert chosen() == names()[1] == "<b>*Cool*</b> 2"
    page.selectbox(key="change_plan").set_value(numbers(page)[2]).run()
    press(page, "Remove")
    assert chosen() == names()[2] == "Hot 10 km race 2"
    for _ in range(3):
        press(page, "Duplicate")
    assert len(set(names())) == 6
    full = next(b for b in page.button if b.label == "Duplicate")
    assert full.disabled
    assert "6 scenarios are the most" in full.help
    assert not page.exception


def test_removing_another_leaves_the_chosen_one():
    page = started("Marathon", "Long ride", "Hot 10 km race")
    first, _, last = numbers(page)
    page.selectbox(key="sweep_plan").set_value(last).run()
    page.selectbox(key="change_plan").set_value(first).run()
    press(page, "Remove")
    assert page.selectbox(key="sweep_plan").value == last


def test_what_cannot_be_scored_is_told_in_the_readers_words_and_units():
    page = started("Marathon", "Long ride")
    page.session_state["FormState"].units = units.complete({"°C": "°F"})
    page.session_state["air_temperature_c"] = 50.0  # of My session, and none of these
    hot = {**plans_of(page)[0].answers, "air_temperature_c": 90.0}
    put_first(page, Scenario("Hot", hot))
    page.run()
    assert "Hot: Air temperature is 194 °F; allowed is -4 to 131 °F." in told(page)


def told(page):
    bodies = [e.proto.body for e in page.main if e.type == "html"]
    return unescape(" ".join(bodies))


def test_the_page_says_what_a_picture_left_out():
    page = started("Marathon")
    plan = plans_of(page)[0]
    measured = {"wbgt_c": 25.0, "solar_radiation_w_m2": 500.0}
    put_first(page, Scenario("A", {**plan.answers, **measured}))
    press(page, "Duplicate")
    page.selectbox(key="sweep_across").select("sky").run()
    page.selectbox(key="sweep_down").select("").run()
    words = " ".join(c.value for c in page.caption)
    assert (
        "of the curve, as it belongs to one weather only: Measured WBGT and Solar" in words
    )
    page.selectbox(key="sweep_across").select("sleep_h").run()
    assert "Left out" not in " ".join(c.value for c in page.caption)


def test_captions_claim_what_is_drawn():
    page = started("Marathon", "Marathon")
    caption = " ".join(c.value for c in page.caption)
    assert "Lines divide the bands. The cross is this plan." in caption
    assert "the dashes this plan" in caption
    assert "wbgt_c" not in MARATHON
    page.selectbox(key="sweep_across").select("wbgt_c").run()
    page.selectbox(key="sweep_down").select("sport").run()
    caption = " ".join(c.value for c in page.caption)
    for claim in ("Lines", "cross", "dashes"):
        assert claim not in caption


def test_maps_have_the_same_colours():
    page = started("Marathon", "Marathon")
    specs = [json.loads(chart.proto.spec) for chart in page.get("vega_lite_chart")]
    colours = [
        layer["encoding"]["color"]["scale"]["domain"]
        for spec in specs
        for layer in spec["layer"]
        if "color" in layer.get("encoding", {})
    ]
    assert colours == [[0, 100]]


def opened_with(saved=None, **parameters):
    """The page as a reload finds it, once the device has told what it keeps."""
    page = AppTest.from_file(PAGE, default_timeout=30)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    if saved is not None:
        page.session_state["DeviceState"].text = json.dumps({"scenarios": saved})
        page.run()
    assert not page.exception
    return page


def test_a_reload_of_saved_scenarios_finds_their_private_answers():
    plans = [Scenario("A", MARATHON), Scenario("B", {**MARATHON, "sleep_h": 4.0})]
    saved, link = to_text(plans, private=True), to_text(plans, private=False)
    page = opened_with(saved, scenarios=link)
    assert plans_of(page)[1].answers["sleep_h"] == 4.0
    assert "MySessionState" not in page.session_state
    assert "can differ" not in " ".join(c.value for c in page.caption)


@pytest.mark.parametrize("saved", [None, to_text([Scenario("C", MARATHON)], private=True)])
def test_an_address_of_others_says_what_it_leaves_out(saved):
    plans = [Scenario("A", MARATHON), Scenario("B", {**MARATHON, "duration_min": 60.0})]
    page = opened_with(saved, scenarios=to_text(plans, private=False))
    assert [plan.name for plan in plans_of(page)] == ["A", "B"]
    assert page.session_state["ScenariosState"].link is not None
    assert "numbers can differ" in " ".join(c.value for c in page.caption)


@pytest.mark.parametrize("noted", ["1999.1", None, 5, "www.example.com", ["2026.1"]])
def test_scenarios_note_their_scorecard(noted):
    plans, now = [Scenario("A", MARATHON)], load_scorecard().version
    text = to_text(plans, private=True)
    assert saved_with(text) == now
    content = {**json.loads(text), "scorecard_version": noted}
    assert saved_with(json.dumps(content)) == ("1999.1" if noted == "1999.1" else "")
    assert from_text(json.dumps(content)) == from_text(text)
    assert saved_with("rubbish") == saved_with("[1]") == ""


def test_a_table_of_scenarios_names_the_scorecard_that_scored_them():
    earlier = load_scorecard("2026.1")
    plans, made = [Scenario("A", MARATHON)], [assess(MARATHON, earlier)]
    frame = to_frame(plans, made, earlier.version, private=True)
    assert frame["scorecard_version"].tolist() == ["2026.1"]
    assert frame["probability"].tolist() == [made[0].probability]


def test_scenarios_of_another_scorecard_say_so_wherever_they_come_from():
    plans = [Scenario("A", MARATHON), Scenario("B", {**MARATHON, "duration_min": 60.0})]
    now = load_scorecard().version
    (sentence,) = difference_sentences("1999.1", now)
    other = {**json.loads(to_text(plans, private=True)), "scorecard_version": "1999.1"}
    for page in (
        opened_with(scenarios=json.dumps(other)),
        opened_with(json.dumps(other)),
    ):
        assert sentence in [c.value for c in page.caption]
    page = started("Marathon", "Long ride")
    assert not [c.value for c in page.caption if "can differ" in c.value]
    page.file_uploader[0].upload("a.json", json.dumps(other).encode()).run()
    assert sentence in [c.value for c in page.caption]
    press(page, "Undo: open the file")
    assert sentence not in [c.value for c in page.caption]


def test_a_file_replaces_scenarios_only_if_it_can_be_used_and_can_be_undone():
    page = started("Marathon", "Long ride")
    useless = b'{"cramp-risk":1,"base":{},"scenarios":[["a",{"age_years":999}]]}'
    for content in (b"rubbish", useless):
        page.file_uploader[0].upload("a.json", content).run()
        assert [p.name for p in plans_of(page)] == ["Marathon", "Long ride"]
        assert "Nothing of the file was used" in told(page)
    text = to_text([Scenario("Ö", {"sport": "running"})], private=True)
    page.file_uploader[0].upload("a.json", text.encode("utf-8-sig")).run()
    assert [p.name for p in plans_of(page)] == ["Ö"]
    press(page, "Undo: open the file")
    assert [p.name for p in plans_of(page)] == ["Marathon", "Long ride"]
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
    assert [plan.name for plan in plans_of(again)] == ["Marathon", "Long ride"]
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


@in_both_windows
def test_a_coach_compares_changes_reloads_and_shares(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    page.get_by_role("link", name="Go to: Compare").click()
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()
    ready(page)
    choose(page, "Add an example", "Marathon")
    page.get_by_role("button", name="Duplicate").click()
    table = page.get_by_role("region", name="Scenarios side by side")
    expect(table).to_contain_text("Marathon 2")
    ready(page)
    box = page.get_by_role("spinbutton", name="Planned duration, min")
    box.fill("120")
    box.press("Enter")
    ready(page)
    expect(table).to_contain_text("120 min")
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(2)
    assert axe(page) == []
    fits(page)
    rows = pd.read_csv(download(page, "CSV"), encoding="utf-8-sig")
    assert list(rows["scenario"]) == ["Marathon", "Marathon 2"]
    assert len(pypdf.PdfReader(download(page, "PDF")).pages) == 1
    page.get_by_role("button", name="Share a link").click()
    ready(page)
    url = page.get_by_test_id("stCode").inner_text().strip()
    assert "cramp_sessions" not in parse_qs(urlsplit(url).query)["scenarios"][0]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save on this device").click()
    page.wait_for_function("localStorage.getItem('cramp-risk')?.includes('Marathon 2')")
    kept = json.loads(page.evaluate("localStorage.getItem('cramp-risk')"))
    assert from_text(kept["scenarios"])[0][1].answers["duration_min"] == 120.0
    ready(page)
    before = table.inner_text()
    page.reload()
    ready(page)
    # The address alone holds no health answers; what was saved does.
    expect(table).to_contain_text(load_scorecard()["history"].label)
    expect(page.get_by_text("numbers can differ")).to_have_count(0)
    expect(table).to_have_text(before, use_inner_text=True)
    content = download(page, "JSON").read_bytes()
    page.get_by_role("button", name="Remove").click()
    expect(table).to_have_count(0)
    page.locator("input[type=file]").set_input_files(
        {"name": "a.json", "mimeType": "application/json", "buffer": content}
    )
    expect(table).to_contain_text("Marathon 2")
    ready(page)
    expect(table).to_contain_text("120 min")
    for _ in range(4):
        page.get_by_role("button", name="Duplicate").click()
        ready(page)
    expect(page.get_by_text("6 scenarios are the most that stand")).to_be_visible()
    assert axe(page) == []


def test_health_answers_of_a_link_reach_a_fresh_profile_and_no_server(open_page):
    ill = {**MARATHON, "medications": ["statin"], "sleep_h": 4.0}
    plans = [Scenario("A", MARATHON), Scenario("B", ill)]
    query = urlencode({"scenarios": to_text(plans, private=False)})
    secret = quote(to_text(plans, private=True))
    page = open_page("laptop")
    with noted_requests(page) as asked:
        page.goto(page.url + f"compare?{query}#private={secret}")
        table = page.get_by_role("region", name="Scenarios side by side")
        expect(table).to_contain_text("Statin")
        ready(page)
        now = assess(ill)
        expect(table).to_contain_text(now.in_100)
        points = table.get_by_role("row", name="Points ").first
        expect(points).to_contain_text(f"{now.total_points:g}")
        expect(page.get_by_text("numbers can differ")).to_have_count(0)
        ready(page)
    sent = [request.url + (request.post_data or "") for request in asked]
    assert sent
    assert not [text for text in sent if "medications" in text or "statin" in text]
    assert "private" not in page.url
