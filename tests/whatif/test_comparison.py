"""Scenarios side by side, sweeps, and how scenarios travel."""

import csv
import io
import json
import math

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel import assess, compare, load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.side_by_side import comparison_pdf, parts
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.whatif.comparison import AXES, sweep_grid, usual_values
from riskmodel.whatif.plans import Scenario, from_text, saved_with, to_frame, to_text
from tests.strategies import sessions, values

MARATHON = {k: v for k, v in load_examples()["Marathon"].items() if k != "athlete"}


# --------------------------------------------------------------------- the engine


@settings(max_examples=40)
@given(sessions(), st.sampled_from(AXES), st.sampled_from(AXES), st.data())
def test_every_cell_of_a_sweep_is_what_that_session_gets(session, across, down, data):
    if across == down:
        down = None
    x = data.draw(st.lists(values(FIELDS[across]), min_size=1, max_size=3))
    y = data.draw(st.lists(values(FIELDS[down]), min_size=1, max_size=2)) if down else None
    made = sweep_grid(session, across, down, x=x, y=y)
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
    assert np.isfinite(sweep_grid(MARATHON, name).probability).all()
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
    cooler = sweep_grid(hot, "air_temperature_c", x=[5.0, 16.0])
    assert cooler.left_out == ("wbgt_c",)
    assert cooler.probability[0, 1] == assess(MARATHON).probability
    kept = sweep_grid(hot, "sleep_h", x=[6.0])
    assert not kept.left_out
    assert kept.probability[0, 0] == assess(hot).probability


def test_measured_sun_does_not_stand_for_another_sky():
    dark = {**MARATHON, "solar_radiation_w_m2": 10.0, "sky": "overcast"}
    made = sweep_grid(dark, "sky")
    assert made.left_out == ("solar_radiation_w_m2",)
    without = {k: v for k, v in dark.items() if k != "solar_radiation_w_m2"}
    for sky, probability in zip(made.x, made.probability[0], strict=True):
        assert probability == assess({**without, "sky": sky}).probability
    assert len(set(made.probability[0])) > 1
    # Swept itself, or beside another answer, it stays.
    assert sweep_grid(dark, "solar_radiation_w_m2", "sky", x=[10.0]).left_out == ()
    assert sweep_grid(dark, "air_temperature_c", x=[10.0]).left_out == ()


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
        sweep_grid(session, across, **options)


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
    with pytest.raises(
        ValueError, match=f"The number of plans is {count}; allowed is 2 to 6"
    ):
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
    harmless = ["'=1+1", "+1", "-1", "'@A1", "'\t'=1", "plain", "a=b"]
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
