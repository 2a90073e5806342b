"""Every table that a person has, through the one command that scores tables."""

import io
import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel import assess_frame, load_scorecard
from riskmodel.cli import app
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.spreadsheet import to_xlsx
from riskmodel.squad.cells import squad_frame, template
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.plan import may_be_left_open, read_athletes, with_plan
from riskmodel.squad.unknown import leave_open
from tests import CHECKOUT

PLAN = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7.0,
    "air_temperature_c": 29.0,
    "relative_humidity_pct": 55.0,
    "start_time": "2026-11-24T10:00+01:00",
}
SESSION = {n: v for n, v in load_examples()["Marathon"].items() if not isinstance(v, list)}


@pytest.fixture
def score(tmp_path):
    """Score a table; gives the run and its table of text."""
    (tmp_path / "session.json").write_text(json.dumps(PLAN), encoding="utf-8")

    def run(content, *options, session=True):
        source = tmp_path / "in"
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        plan = ["--session", str(tmp_path / "session.json")] if session else []
        arguments = ["batch", str(source), str(tmp_path / "out.csv"), *plan, *options]
        done = CliRunner().invoke(app, arguments)
        assert "Traceback" not in done.output
        out = tmp_path / "out.csv"
        table = pd.read_csv(out, dtype=str, keep_default_na=False) if out.exists() else None
        out.unlink(missing_ok=True)
        return done, table

    return run


def test_a_list_with_quirks_is_scored_as_on_its_page(score):
    content = (Path(__file__).parents[1] / "squad" / "list_with_quirks.csv").read_bytes()
    done, table = score(content)
    raw = read_squad_file(content)
    squad = squad_frame(raw, match_columns(raw), pd.Timestamp("2026-11-24").date())
    expected = assess_frame(with_plan(leave_open(squad), PLAN))
    opened = read_athletes(squad, PLAN).left_open
    points = pd.to_numeric(table["total_points"]).tolist()
    assert points == pytest.approx(expected["total_points"].tolist(), nan_ok=True)
    told = [
        " ".join(
            [needed.replace(" (age_years)", ""), *(p.sentence(names=False) for p in of)]
        )
        for needed, of in zip(expected["problems"], opened, strict=True)
    ]
    assert table["problems"].tolist() == [text.strip() for text in told]
    assert any(opened)
    assert list(table.columns[:3]) == ["Vorname", "Nachname", "Date of birth"]
    assert table["Größe"][0] == "1,72"
    assert done.exit_code == 0
    assert "1 row above the headers was left out." in done.stderr
    assert "left open: Sex x, in 1 row." in done.stderr


def test_an_optional_answer_that_cannot_be_read_costs_no_row_its_score(score):
    """In a table with our own columns as in a coach's list; the frame stays strict."""
    asked = [name for name, field in FIELDS.items() if field.kind != "text"]
    wrong = pd.DataFrame([{**SESSION, name: "no answer of this"} for name in asked])
    unsaid = pd.DataFrame([{**SESSION, name: None} for name in asked])
    done, table = score(wrong.to_csv(index=False), session=False)
    probability = pd.to_numeric(table["probability"])
    expected = assess_frame(unsaid)["probability"]
    optional = [may_be_left_open(name) for name in asked]
    assert probability[optional].tolist() == pytest.approx(expected[optional].tolist())
    assert probability.notna().tolist() == optional
    assert all(f"({n})" in told for n, told in zip(asked, table["problems"], strict=True))
    assert assess_frame(wrong)["probability"].isna().all()
    counts = f"{len(asked) - sum(optional)} without a score; {sum(optional)} answers left"
    assert counts in done.stderr


def test_a_run_says_where_its_problems_are_told(score):
    text = pd.DataFrame([{**SESSION, "sleep_h": "well"}]).to_csv(index=False)
    assert "column problems" in score(text, session=False)[0].stderr
    few, _ = score(text, "--columns", "probability", session=False)
    assert "Add problems to --columns" in few.stderr
    fine = pd.DataFrame([SESSION]).to_csv(index=False)
    assert "problems" not in score(fine, session=False)[0].stderr


LISTS = {
    "german": "Kader\n\nSpieler;Alter;Gewicht (kg);Größe (cm)\nJürgen Müller;31;72,5;180\n",
    "polish": "Name;Age;Mass (kg);Height (cm)\nŁukasz Żółć;31;72,5;180\n",
    "spanish": "Nombre completo;Edad;Peso (kg);Altura\nJosé Ibáñez;31;72,5;1,80\n",
    "inches": "Name;Age;Weight (lb);Height (in)\nZoë;31;159.84;70.866\n",
}


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("german", "utf-8"),
        ("german", "cp1252"),
        ("german", "utf-16"),
        ("polish", "cp1250"),
        ("spanish", "mac_roman"),
        ("inches", "utf-8-sig"),
    ],
)
def test_a_list_is_read_in_any_language_unit_and_encoding(name, encoding, score):
    expected = score("athlete,age_years,body_mass_kg,height_cm\nA,31,72.5,180\n")[1]
    done, table = score(LISTS[name].encode(encoding))
    assert done.exit_code == 0, done.stderr
    assert table["total_points"].tolist() == expected["total_points"].tolist()
    assert table.iloc[0, 0] == LISTS[name].splitlines()[-1].split(";")[0]


def test_a_table_says_never_earlier_or_only_none_in_12_months(score):
    cells = ["never", "earlier", "0", "1-2"]
    rows = "".join(f"A,30,{cell}\n" for cell in cells)
    done, table = score(f"athlete,age_years,cramp_sessions_12mo\n{rows}")
    assert "4 sessions read, 4 scored" in done.stderr
    assert table["cramp_sessions_12mo"].tolist() == cells
    levels = {level.level: level.points for level in load_scorecard()["history"].levels}
    assert table["points_history"].astype(float).tolist() == [levels[c] for c in cells]
    assert len({*levels.values()}) == len(levels)


@pytest.mark.parametrize("excel", [True, False])
def test_the_squad_template_is_scored_as_csv_and_as_excel(excel, score):
    table = template()
    content = to_xlsx(table, "Squad") if excel else table.to_csv(index=False).encode()
    done, scored = score(content)
    assert "2 sessions read, 2 scored" in done.stderr
    assert scored["athlete"].tolist() == table["athlete"].tolist()


@pytest.mark.parametrize(
    ("text", "header", "way"),
    [
        ("Name,Weight\nA,70\n", "Weight", "Body mass (kg) or Body mass (lb)"),
        ("Name,Height\nA,68\n", "Height", "Height (cm), Height (m) or Height (in)"),
        ("Name,DOB\nA,03/04/2001\n", "DOB", "2001-04-03"),
        ("Nombre completo,Sexo\nA,M\nB,M\n", "Sexo", "female and male"),
        ("Name,Soreness\nA,3\n", "Soreness", "soreness_0_10"),
        ("Name,Cramps\nA,2\n", "Cramps", "cramp_sessions_12mo"),
        ("Name,Sleep\nA,7\n", "Sleep", "sleep_h"),
        ("Name,Wind speed\nA,3\n", "Wind speed", "(km/h)"),
        ("Name,Longest session\nA,2\n", "Longest session", "(h)"),
    ],
)
def test_what_is_in_doubt_is_told_with_the_way_to_write_it_and_not_guessed(
    text, header, way, score
):
    done, table = score(text)
    (sentence,) = done.stderr.splitlines()
    assert (done.exit_code, table) == (2, None)
    assert sentence.startswith(f'Column "{header}", such as ')
    assert way in sentence


@pytest.mark.parametrize(
    "text",
    [
        "Name,Age,Body mass (kg),Height (cm)\nA,30,70,172\n",
        "Name,Age,Wind (km/h),Longest session (h)\nA,30,10,2\n",
        "Name,DOB,sleep_h\nA,2001-04-03,7\n",
        "Nombre completo,Sexo,DOB\nA,male,2001-04-03\n",
    ],
)
def test_written_as_told_nothing_is_in_doubt(text, score):
    done, table = score(text)
    assert done.exit_code == 0, done.stderr
    assert len(table) == 1


def test_a_column_that_is_not_understood_is_named_and_stays(score):
    done, table = score("Name,Age,Shirt,Shirt\nA,30,7,8\n")
    assert "Not used: 2 columns, “Shirt”, “Shirt”." in done.stderr
    assert table.iloc[0, :4].tolist() == ["A", "30", "7", "8"]


def test_the_session_goes_before_the_table_and_that_is_told(score):
    text = "Name,Age,sport\nA,30,running\n"
    done, table = score(text)
    assert "Of the session, not of the table: Sport." in done.stderr
    expected = score("Name,Age\nA,30\n")[1]["total_points"].tolist()
    assert table["total_points"].tolist() == expected


def test_our_own_table_takes_a_session_too_in_pieces(score, monkeypatch):
    text = "athlete,age_years,shoe_size\n" + "A,30,43\nB,70,41\n" * 5
    whole = score(text)
    monkeypatch.setattr("riskmodel.cli.batch_pieces.BLOCK_BYTES", 20)
    pieces = score(text)
    pd.testing.assert_frame_equal(whole[1], pieces[1])
    assert whole[0].stderr == pieces[0].stderr
    assert "shoe_size" in pieces[0].stderr


def test_without_a_session_a_list_says_how_to_give_one(score, tmp_path, monkeypatch):
    done, table = score("Name,Age\nA,30\n", session=False)
    assert done.exit_code == 1
    command = next(ln for ln in done.stderr.splitlines() if "--session" in ln)
    _, *words = shlex.split(command[command.index("cramprisk") :])
    shown = re.search(r"\{.*\}", done.stderr)[0]
    (tmp_path / "plan.json").write_text(shown, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, words).exit_code == 0  # it can be typed as it stands
    assert "is missing" in table["problems"][0]


@pytest.mark.parametrize(
    "plan", ['{"sport": "chess"}', '{"shoe_size": 4}', '{"sport": {"a": 1}}', "[]", "{"]
)
def test_a_session_that_is_none_gets_a_sentence(plan, score, tmp_path):
    (tmp_path / "session.json").write_text(plan, encoding="utf-8")
    done, table = score("Name,Age\nA,30\n")
    assert (done.exit_code, table) == (2, None)
    assert done.stderr.strip()


def test_columns_of_our_own_stay_ours_beside_words_of_a_list(score):
    row = {**SESSION, "temp": 3, "Weight": 200, "=cmd": "=1+1"}
    row["athlete"] = "@SUM(1)"
    text = pd.DataFrame([row]).to_csv(index=False)
    done, table = score(text, session=False)
    assert "temp" in done.stderr
    assert (table["'=cmd"][0], table["athlete"][0]) == ("'=1+1", "'@SUM(1)")
    _, table = score(text, "--raw", session=False)
    assert (table["=cmd"][0], table["athlete"][0]) == ("=1+1", "@SUM(1)")


def test_a_list_of_athletes_runs_no_formula_either(score):
    text = "Name,Age,+Note\n=A1,30,-x\n"
    _, table = score(text)
    assert table.iloc[0, :3].tolist() == ["'=A1", "30", "'-x"]
    assert table.columns[2] == "'+Note"
    assert score(text, "--raw")[1].iloc[0, 0] == "=A1"


def test_negative_numbers_stay_numbers_beside_text(score):
    rows = [{**SESSION, "air_temperature_c": value} for value in ("-5.5", "cold", "+3")]
    _, table = score(pd.DataFrame(rows).to_csv(index=False), session=False)
    assert table["air_temperature_c"].tolist() == ["-5.5", "cold", "+3"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "utf-16"])
def test_our_own_table_is_read_in_any_encoding(encoding, score):
    rows = [{**SESSION, "athlete": name} for name in ("Łukasz", "Paweł Wiśniewski")]
    text = pd.DataFrame(rows).to_csv(index=False)
    _, table = score(text.encode(encoding), session=False)
    assert table["athlete"].tolist() == ["Łukasz", "Paweł Wiśniewski"]


def test_a_pipe_is_read_piece_by_piece():
    text = pd.DataFrame([SESSION]).to_csv(index=False).encode()
    command = [sys.executable, "-m", "riskmodel", "batch", "-", "-"]
    done = subprocess.run(
        command, input=text, capture_output=True, cwd=CHECKOUT, check=True
    )
    assert len(pd.read_csv(io.BytesIO(done.stdout))) == 1


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"PK\x03\x04", b"%PDF-1.7", b"\x00\x01", b"Name,Age\n", b"x"]
)
def test_what_is_no_table_gets_a_sentence(content, score):
    done, table = score(content)
    assert (done.exit_code, table) == (2, None)
    assert len(done.stderr.strip().splitlines()) == 1


def run_with_stdin(stdin, *arguments):
    """Start the command as a program does, with standard input of any kind."""
    command = [sys.executable, "-m", "riskmodel", "batch", "-", "-", *arguments]
    return subprocess.run(command, stdin=stdin, capture_output=True, cwd=CHECKOUT)


def test_standard_input_is_read_from_where_it_stands(tmp_path):
    table = pd.DataFrame([SESSION]).to_csv(index=False).encode()
    (tmp_path / "in").write_bytes(b"a title to skip\n" + table)
    with (tmp_path / "in").open("rb", buffering=0) as stdin:
        stdin.read(len(b"a title to skip\n"))
        done = run_with_stdin(stdin)
    assert len(pd.read_csv(io.BytesIO(done.stdout))) == 1
    assert b"1 session read, 1 scored" in done.stderr


@pytest.mark.parametrize("first", [1, 40, 400])
@pytest.mark.parametrize("name", ["Ada", "Łukasz Żółć"])
def test_a_pipe_that_writes_a_little_at_first_is_read_as_a_whole(first, name):
    text = pd.DataFrame([{**SESSION, "athlete": name}] * 50).to_csv(index=False)
    content = text.encode("cp1250")
    command = [sys.executable, "-m", "riskmodel", "batch", "-", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=CHECKOUT
    ) as run:
        run.stdin.write(content[:first])
        run.stdin.flush()
        time.sleep(0.3)
        out, _ = run.communicate(content[first:])
    table = pd.read_csv(io.BytesIO(out))
    assert table["athlete"].tolist() == [name] * 50


@pytest.mark.parametrize("other", ["Sport", "SPORT ", "Age_years"])
def test_two_columns_of_one_name_get_a_sentence_with_a_session_and_without(other, score):
    name = other.strip().lower()
    row = {**SESSION, other: SESSION[name]}
    text = pd.DataFrame([row]).to_csv(index=False)
    for session in (True, False):
        done, table = score(text, session=session)
        assert (done.exit_code, table) == (2, None)
        assert f"These columns appear twice: {name}." in done.stderr


@pytest.mark.parametrize("ours", [True, False])
def test_one_broken_byte_is_told_and_leaves_the_other_names(ours, score):
    names = ["Łukasz", "Żółć", "Paweł Wiśniewski", "Zoë"]
    rows = [{**SESSION, "athlete": name} for name in names]
    lists = pd.DataFrame({"Name": names, "Age": 30})
    text = (pd.DataFrame(rows) if ours else lists).to_csv(index=False)
    content = text.encode().replace("Ł".encode(), b"\xff")
    done, table = score(content, session=not ours)
    assert done.exit_code == 0, done.stderr
    assert table["athlete" if ours else "Name"].tolist()[1:] == names[1:]
    assert "Some letters of this UTF-8 file are broken" in done.stderr


def test_a_doubtful_encoding_has_its_name_for_people(score):
    text = pd.DataFrame([{**SESSION, "athlete": "Bjørn"}]).to_csv(index=False)
    done, _ = score(text.encode("cp1252"), session=False)
    assert "read as Western European, Windows (cp1252)" in done.stderr


def test_answers_of_the_session_that_are_no_plan_are_named(score, tmp_path):
    own = {"age_years": 30, "sleep_h": 6}
    (tmp_path / "own.json").write_text(json.dumps(PLAN | own), encoding="utf-8")
    done, table = score("Name,Age\nA,30\n", "--session", str(tmp_path / "own.json"))
    (line,) = [line for line in done.stderr.splitlines() if "differs by athlete" in line]
    assert FIELDS["age_years"].label in line
    assert FIELDS["sleep_h"].label in line
    assert FIELDS["sport"].label not in line
    assert len(table) == 1
    assert "differs by athlete" not in score("Name,Age\nA,30\n")[0].stderr


def test_a_session_is_offered_only_for_what_it_can_give(score):
    no_age = pd.DataFrame([SESSION]).drop(columns="age_years").to_csv(index=False)
    done, _ = score(no_age, session=False)
    assert "No column for age_years" in done.stderr
    assert "--session" not in done.stderr
    done, _ = score("Name,Weight (kg)\nA,70\n", session=False)
    (offer,) = [line for line in done.stderr.splitlines() if "--session" in line]
    assert "Sport" in offer
    assert "Age" not in offer


SWIM = {"sport": "swimming", "duration_min": 60, "session_rpe": 6, "age_years": 30}


@pytest.mark.parametrize(
    ("rows", "lacking"),
    [
        ([SWIM, {**SWIM, "sport": "Swimming"}], []),
        ([SWIM, {**SWIM, "sport": "running"}], ["air_temperature_c", "humidity"]),
        ([SWIM, {**SWIM, "sport": "chess"}], ["air_temperature_c", "humidity"]),
        ([{"sport": "swimming", "duration_min": 60, "session_rpe": 6}], ["age_years"]),
        ([{"duration_min": 60, "session_rpe": 6}], ["age_years", "sport", "humidity"]),
    ],
)
def test_a_column_is_missed_only_where_a_row_needs_it(score, rows, lacking):
    done, table = score(pd.DataFrame(rows).to_csv(index=False), session=False)
    lines = [line for line in done.stderr.splitlines() if line.startswith("No column for")]
    for name in lacking:
        assert name in " ".join(lines)
    assert bool(lines) == bool(lacking)
    assert len(table) == len(rows)


def test_a_row_far_down_that_needs_a_column_is_heard(score, monkeypatch):
    monkeypatch.setattr("riskmodel.cli.batch_pieces.BLOCK_BYTES", 60)
    rows = [*[SWIM] * 5, {**SWIM, "sport": "running"}]
    done, _ = score(pd.DataFrame(rows).to_csv(index=False), session=False)
    assert "No column for air_temperature_c, relative_humidity_pct; " in done.stderr
    done, _ = score(pd.DataFrame([SWIM] * 5).to_csv(index=False), session=False)
    assert "No column" not in done.stderr


def test_a_workbook_is_scored_as_it_is_seen_unless_more_is_asked_for(score):
    rows = [
        ["Player", "Age", "Meds"],
        ["Ada", 31, "-"],
        ["Ben", 24, "?"],
        ["Average", 27.5],
    ]
    book = openpyxl.Workbook()
    book.active.title = "Men"
    for row in rows:
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    women = book.create_sheet("Women")
    for row in [rows[0], ["Dora", 22]]:
        women.append(row)
    content = io.BytesIO()
    book.save(content)

    def players(*options):
        done, table = score(content.getvalue(), *options)
        return table["Player"].tolist(), done.stderr

    names, told = players()
    assert names == ["Ada"]
    assert "The sheets Men and Women look alike; read was Men." in told
    assert "Row 3 “Ben” was left out" in told
    assert "Row 4 “Average” was left out" in told
    assert "Not answered: “-” under Meds in row 2." in told
    assert players("--hidden-rows", "--summaries")[0] == ["Ada", "Ben", "Average"]
    assert players("--sheet", "Women")[0] == ["Dora"]


def test_what_is_wrong_in_a_list_is_told_without_names_of_inputs(score):
    text = "Name,Age,DOB,Sleep (h)\nA,,30.02.1990,7\nB,130,,7\nC,,,7\nD,30,,7\n"
    done, table = score(text)
    assert done.exit_code == 0
    assert table["problems"].tolist() == [
        "The date 30.02.1990 does not exist.",
        "Age is 130; allowed is 5 to 100 years.",
        "Age is missing; needed is 5 to 100 years.",
        "",
    ]
    assert "No column for" not in done.stderr  # the session has them
    bare, _ = score("Name,Weight (kg)\nA,70\n", session=False)
    assert "No column for Sport, Planned duration, How hard it will feel" in bare.stderr
    assert "No column for Age, which" in bare.stderr
    sentences = re.sub(r"\{.*\}", "", bare.stderr)  # a plan is written in them
    for said in (*table["problems"], sentences):
        assert not [name for name in FIELDS if "_" in name and name in said]


def test_cells_beyond_the_headers_are_told_and_not_dropped(tmp_path):
    table = tmp_path / "in.csv"
    table.write_text("sport,duration_min\nrunning,60,1\nrunning,1,5\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["batch", str(table), str(tmp_path / "out.csv")])
    assert result.exit_code == 2
    assert "more cells than there are headers" in result.stderr
    assert not (tmp_path / "out.csv").exists()
    # A separator at the end of every row is none.
    table.write_text("sport,duration_min\nrunning,60,\nrunning,90,\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["batch", str(table), str(tmp_path / "out.csv")])
    assert "more cells" not in result.stderr
