"""A coach's list has the same numbers through every door."""

import io
import json
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel import read_squad, score_squad
from riskmodel.cli import app
from riskmodel.datasets import data_file
from riskmodel.serving import readers
from riskmodel.squad.scores import answer_squad
from riskmodel.squad.unknown import settle
from tests import CHECKOUT

PLAN = {
    "sport": "soccer",
    "duration_min": 90,
    "session_rpe": 7,
    "start_time": "2026-07-28T18:00:00+02:00",
    "air_temperature_c": 28,
    "relative_humidity_pct": 60,
}
DAY = date(2026, 7, 28)
WRITTEN = (
    "Name;Age;Longest session (min);Height;Weight (kg);Medications;Conditions\n"
    "Zoë;31;2:00:00;1,72;64,5;Ventolin;sickle cell disease\n"
    "Ben;29;1:30;181 cm;178 lb;Xyz;none\n"
    "Cy;200;90;5'8\";n/a;none;\n"
    "Average;87;;;;;\n"
)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (
        ["Squad"],
        ["Name", "Age", "Sleep (h)"],
        ["Ada", 30, "7:30"],
        ["Bo", 19, 8],
    ):
        book.active.append(row)
    book.active.append(["Cy", 25, 6])
    book.active.row_dimensions[5].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


LISTS = {
    "example.csv": data_file("example_squad.csv").read_bytes(),
    "quirks.csv": (CHECKOUT / "tests/squad/list_with_quirks.csv").read_bytes(),
    "written.csv": WRITTEN.encode("cp1252"),
    "book.xlsx": workbook(),
}


def run(*arguments, **options):
    return CliRunner().invoke(app, [*map(str, arguments)], **options)


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps({**PLAN, "duration_min": "1:30"}), encoding="utf-8")
    return file


@pytest.fixture(params=LISTS)
def squad_file(request, tmp_path):
    file = tmp_path / request.param
    file.write_bytes(LISTS[request.param])
    return file


def test_every_door_has_the_same_numbers(squad_file, plan):
    expected = score_squad(read_squad(squad_file, DAY), PLAN)
    numbers = ["probability", "probability_low", "probability_high", "total_points"]
    of_bytes = score_squad(read_squad(squad_file.read_bytes(), DAY), PLAN)
    pd.testing.assert_frame_equal(of_bytes[numbers], expected[numbers])
    # As the page reads it, in a process apart, before anything is asked.
    raw, columns = readers.read_list(squad_file.read_bytes(), "", frozenset())
    listed, told = readers.read_athletes(raw, columns, DAY)
    of_page, _ = answer_squad(settle(listed, {}), PLAN)
    pd.testing.assert_frame_equal(of_page[numbers], expected[numbers])
    done = run("squad", squad_file, "--session", plan, "--json")
    of_command = pd.DataFrame(json.loads(done.stdout)).set_index("row")
    assert of_command.index.tolist() == expected.index.tolist()
    for name in numbers:
        np.testing.assert_array_equal(of_command[name].astype(float), expected[name])
    assert all(note in done.stderr for note in told)
    table = run("squad", squad_file, "--session", plan, "--csv", "-").stdout
    of_table = pd.read_csv(io.StringIO(table), index_col="row")
    np.testing.assert_allclose(of_table[numbers], expected[numbers], rtol=1e-14)
    batch = run("batch", squad_file, "-", "--session", plan).stdout
    of_batch = pd.read_csv(io.StringIO(batch))["probability"]
    in_order = expected["probability"].sort_index()
    np.testing.assert_allclose(of_batch, in_order, rtol=1e-12)


def test_the_text_says_who_needs_attention_and_what_helps(plan):
    done = run("squad", data_file("example_squad.csv"), "--session", plan)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Soccer, 1 h 30")
    names = [line.split("  ")[0] for line in lines[4:14]]
    expected = score_squad(read_squad(data_file("example_squad.csv"), DAY), PLAN)
    assert names == expected["athlete"].tolist()
    for heading in ("To consider:", "What would help all:"):
        assert heading in lines
    assert "Left open, as it could not be read:" not in lines


def test_the_text_says_what_was_not_read_and_who_has_no_number(tmp_path, plan):
    file = tmp_path / "list.csv"
    file.write_text(WRITTEN, encoding="utf-8")
    done = run("squad", file, "--session", plan)
    assert "Average" in done.stderr
    assert 'Ben: "1:30" in Longest' in done.stdout
    assert '"Xyz" in Regular medicines' in done.stdout
    assert "Cy: Age is 200" in done.stdout
    assert "Zoë: Sickle cell disease" in done.stdout
    everybody = run("squad", file, "--session", plan, "--summaries", "--json").stdout
    assert len(json.loads(everybody)) == 4


def test_without_a_session_it_says_what_is_not_known(tmp_path):
    done = run("squad", data_file("example_squad.csv"))
    assert done.exit_code == 1
    assert "Not known: Sport, Planned duration" in done.stderr
    assert "--session" in done.stderr
    assert "Traceback" not in done.output
    whole = tmp_path / "whole.csv"
    whole.write_text(
        "name,age,sport,duration_min,rpe,air temperature (F),humidity\n"
        "Ada,30,trail running,4 h,7,86 F,60\n",
        encoding="utf-8",
    )
    assert run("squad", whole).exit_code == 0


def test_what_would_be_asked_is_told_and_a_bad_session_stops(tmp_path, plan):
    doubtful = tmp_path / "doubtful.csv"
    doubtful.write_text("Name,Age,Cramps\nAda,30,2\n", encoding="utf-8")
    done = run("squad", doubtful, "--session", plan)
    assert done.exit_code == 2
    assert 'Column "Cramps"' in done.stderr
    plan.write_text(json.dumps({**PLAN, "sport": "football"}), encoding="utf-8")
    done = run("squad", data_file("example_squad.csv"), "--session", plan)
    assert done.exit_code == 2
    assert "Soccer or American football" in done.stderr
    plan.write_text(json.dumps({**PLAN, "age_years": 30}), encoding="utf-8")
    done = run("squad", data_file("example_squad.csv"), "--session", plan)
    assert "Not used of the session, as it differs by athlete: Age." in done.stderr


def test_a_list_may_come_from_another_program_and_go_into_a_file(tmp_path, plan):
    out = tmp_path / "scored.csv"
    done = run("squad", "-", "--session", plan, "--csv", out, input=WRITTEN)
    assert "To expect:" in done.stdout
    assert pd.read_csv(out)["athlete"].tolist()[0] == "Cy"
    assert run("squad", tmp_path / "none.csv").exit_code == 2


def test_two_formats_on_one_output_are_refused(tmp_path):
    (tmp_path / "list.csv").write_bytes(LISTS["example.csv"])
    words = ["squad", str(tmp_path / "list.csv"), "--json", "--csv", "-"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--json and --csv" in done.stderr
