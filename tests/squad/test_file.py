"""A coach's list of athletes: its file, its columns and its cells."""

import io
import random
import time
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.rows import MOST_COLUMNS
from riskmodel.inputs.tables import folded
from riskmodel.reporting.spreadsheet import to_xlsx
from riskmodel.squad.cells import read_cells, squad_frame, template
from riskmodel.squad.columns import (
    NOT_UNDERSTOOD,
    UNITS,
    Column,
    match_columns,
)
from riskmodel.squad.file import read_squad, read_squad_file
from riskmodel.squad.headers import without_unit
from riskmodel.squad.limits import SquadFileError
from riskmodel.squad.notes import squad_notes
from riskmodel.squad.raw import RawTable
from riskmodel.squad.scores import score_squad

EXAMPLE = Path(__file__).with_name("list_with_quirks.csv").read_bytes()
DAY = date(2026, 11, 24)
PLAN = {
    "sport": "soccer",
    "duration_min": 90.0,
    "session_rpe": 7.0,
    "air_temperature_c": 29.0,
    "relative_humidity_pct": 55.0,
}


def example():
    raw = read_squad_file(EXAMPLE)
    return squad_frame(raw, match_columns(raw), DAY)


def read(text, encoding="utf-8", on=DAY):
    raw = read_squad_file(text.encode(encoding))
    return squad_frame(raw, match_columns(raw), on)


def doubts(text):
    columns = match_columns(read_squad_file(text.encode()))
    return {column.header: column.question for column in columns if column.question}


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


# -------------------------------------------------------------------------- the file


def test_the_example_has_the_quirks_of_a_real_list_and_is_read():
    squad = example()
    assert list(squad.index) == [4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    assert list(squad["athlete"][:3]) == ["Änne Öztürk", "Bo Li", "Caitlín O'Brien"]
    assert squad["height_cm"].tolist()[:2] == [172.0, 185.0]
    assert squad["body_mass_kg"].tolist()[0] == 64.5
    assert squad["age_years"].tolist()[:2] == [23, 24]
    assert squad["sex"].tolist()[:3] == ["female", "male", "female"]
    assert squad["medications"][11] == "loop_diuretic"
    # What cannot be read stays, for the engine to name.
    assert squad["age_years"][10] == "born 30.02.2000"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_csv_is_read(mark, encoding):
    rows = [["Name", "Age", "Weight (kg)"], ["Zoë", "31", '"72,5"'], ["", "", ""]]
    squad = read("\r\n".join(mark.join(row) for row in rows), encoding)
    assert squad.to_dict("records") == [
        {"athlete": "Zoë", "body_mass_kg": 72.5, "age_years": 31.0}
    ]


def test_an_excel_sheet_below_titles_and_beside_others_is_read():
    content = workbook(
        Notes=[["Plan for May"], ["Do", "not", "forget"]],
        Men=[
            ["Squad list"],
            [],
            ["Player", "DOB", "Mass kg", None, "Height"],
            ["Ada", pd.Timestamp(2000, 11, 25), 70, None, 1.7],
            ["Ben", pd.Timestamp(2000, 11, 24), 81.5, "x", 1.82],
        ],
    )
    raw = read_squad_file(content)
    # The sheet that looks like a list of athletes, not the first.
    assert raw.notes[0] == "Read was the sheet Men; left out: Notes."
    assert list(raw.cells.index) == [4, 5]
    assert raw.cells[1][4] == date(2000, 11, 25)
    columns = match_columns(raw)
    assert [c.header for c in columns if c.question] == ["(no header)"]
    squad = squad_frame(raw, columns, DAY)
    # Twenty-six on the very day, not the day before.
    assert squad["age_years"].tolist() == [25, 26]
    assert squad["height_cm"].tolist() == [170.0, 182.0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x00\x01\x02", "no text"),
        (b"PK\x03\x04rubbish", "no Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"just a sentence", "no table"),
        (b"Name,Age\n", "no athletes"),
        (b"Name,Age\n" + b"A,30\n" * 5001, "5001 rows"),
        (b"Name,Age\n" + b"A,30\n" * 6000, "more than the 5000 rows"),
        (b"Name,Age\nA,30\nB,1,72\nC,1,80\n", "Rows 3, 4 have more cells than"),
        (b"Name,Age,\nA,30,\nB,1,72\n", "Row 3 has more cells than .* decimal comma"),
        (b"Name" + b",x" * MOST_COLUMNS + b"\n" + b"A" + b",1" * MOST_COLUMNS, "columns"),
        (b"Name" + b"," * 1_000_000 + b"\nA,b", "more than the 200 columns"),
    ],
)
def test_what_is_no_list_says_so(content, words):
    with pytest.raises(SquadFileError, match=words):
        read_squad_file(content)


@pytest.mark.parametrize(
    ("cells", "height_cm"),
    [
        (["1.72", "1,80"], [172.0, 180.0]),
        (["1.72", "180"], [172.0, 180.0]),
        (["1,72 m", "180 cm", "1.6"], [172.0, 180.0, 160.0]),
        (["172", "180.5"], [172.0, 180.5]),
        (["172 cm", "180cm"], [172.0, 180.0]),
        (["5'8\"", "6'"], [172.7, 182.9]),
        (["5 ft 8 in", "5ft 11"], [172.7, 180.3]),
    ],
)
def test_heights_are_read_as_written(cells, height_cm):
    text = "Name;Height\n" + "".join(f"A;{cell}\n" for cell in cells)
    assert read(text)["height_cm"].tolist() == pytest.approx(height_cm)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Name,Weight\nA,70\nB,81\n", "Weight"),
        ("Name,Weight\nA,70 kg\nB,150 lb\n", "Weight"),
        ("Name,Height\nA,68\nB,71\n", "Height"),
        ("Name,Height (cm)\nA,1.72\nB,1.80\n", "Height (cm)"),
        ("Name,Height (m)\nA,172\nB,180\n", "Height (m)"),
        ("Name,Height (cm)\nA,172\nB,1.80\n", "Height (cm)"),
        ("Name,DOB\nA,03/04/2001\nB,05/06/2002\n", "DOB"),
        ("Name,DOB\nA,13/04/2001\nB,04/13/2002\n", "DOB"),
        ("Name,Soreness\nA,3\n", "Soreness"),
        ("Name,Stress\nA,3\n", "Stress"),
        ("Name,Age,Alter\nA,30,31\n", "Alter"),
        ("Name,Stress\nA,low\nB,7\n", "Stress"),
        ("Name,Sleep\nA,7\n", "Sleep"),
        ("Name;Schlaf\nA;7\n", "Schlaf"),
        ("Name,Sleep (min)\nA,420\n", "Sleep (min)"),
        ("Name,Cramps\nA,2\n", "Cramps"),
        ("Name,Cramp history\nA,2\n", "Cramp history"),
        ("Name,Drinking\nA,1\n", "Drinking"),
        ("Name,Fluid intake\nA,1\n", "Fluid intake"),
        ("Name,Longest session\nA,2\n", "Longest session"),
        ("Name,Size\nA,172\n", "Size"),
        ("Name,Wind speed\nA,3\n", "Wind speed"),
        ("Name,Air temperature\nA,80\n", "Air temperature"),
        ("Name,Shirt\nA,7\n", "Shirt"),
        ("Nombre completo,Sexo\nA,M\nB,M\n", "Sexo"),
        ("Name,Género\nA,M\n", "Género"),
        ("Name,Sex\nA,M\nB,F\nC,H\n", "Sex"),
    ],
)
def test_what_is_in_doubt_is_asked(text, header):
    assert set(doubts(text)) == {header}


def test_only_the_unit_is_in_doubt_where_header_and_heights_disagree():
    raw = read_squad_file(b"Name,Height (cm)\nA,1.72\nB,1.80\n")
    _, height = match_columns(raw)
    assert (height.target, height.doubt, height.needs_unit) == ("height_cm", "", True)
    assert "The header says cm, the cells look like m." in height.question


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Name,Weight kg\nA,70\n", "Weight"),
        ("Name,Weight\nA,154 lb\n", "Weight"),
        ("Name,DOB\nA,13/04/2001\nB,05/06/2002\n", "DOB"),
        ("Name,DOB\nA,2001-04-03\n", "DOB"),
        ("Name,DOB\nA,03.04.2001\n", "DOB"),
        ("Name,Stress\nA,low\nB,high\n", "Stress"),
        ("Name,Sleep (h)\nA,7\n", "Sleep"),
        ("Name,Longest session (h)\nA,2\n", "Longest"),
        ("Name,Wind speed (m/s)\nA,2\n", "Wind"),
        ("Name,Air temperature\nA,20 °C\n", "Air"),
        ("Name,Size (cm)\nA,172\n", "Size"),
        # What nobody measures in any unit is told of the row, and is no question.
        ("Name,Height (cm)\nA,172\nB,17\n", "Height"),
        ("Name,Height (m)\nA,1.72\nB,1.8\n", "Height"),
        ("Name,Height (in)\nA,68\nB,71\n", "Height"),
        ("Nombre completo,Sexo\nA,M\nB,F\n", "Sexo"),
    ],
)
def test_what_is_certain_is_not(text, header):
    assert not doubts(text)


@settings(max_examples=50)
@given(
    st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y"])
)
def test_an_age_is_that_of_the_calendar(born, pattern):
    on = date(2026, 2, 28)
    age = read(f"Name;DOB\nA;{born.strftime(pattern)}\n", on=on)["age_years"][2]
    # Born on 29 February, one is a year older on 1 March.
    assert age == on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def test_pounds_and_inches_are_converted_and_a_thousand_is_not_guessed():
    squad = read("Name;Mass (lb);Height (in)\nA;154,3;68\nB;1,234;70\n")
    assert squad["body_mass_kg"][2] == pytest.approx(69.99, abs=0.01)
    assert squad["height_cm"].tolist() == [172.72, 177.8]
    assert squad["body_mass_kg"][3] == "1,234"


def test_the_template_comes_back_as_it_went():
    for content in (template().to_csv(index=False).encode(), to_xlsx(template(), "Squad")):
        raw = read_squad_file(content)
        columns = match_columns(raw)
        assert [column.target for column in columns] == list(template().columns)
        assert not any(column.question for column in columns)
        scored = score_squad(squad_frame(raw, columns, DAY), PLAN)
        assert (scored["problems"] == "").all()


def test_numbers_in_other_units_are_converted():
    raw = read_squad_file(
        b"Name;Longest session (h);Air temperature F;Wind (km/h)\nA;1.5;86;36\n"
    )
    squad = squad_frame(raw, match_columns(raw), DAY)
    assert squad["longest_recent_min"][2] == 90.0
    assert squad["air_temperature_c"][2] == pytest.approx(30.0)
    assert squad["wind_speed_m_s"][2] == pytest.approx(10.0)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS.keys())
def test_of_a_question_itself_no_unit_is_in_doubt(field):
    for header in (field.label, field.name):
        raw = RawTable(pd.DataFrame({0: ["x"]}, dtype=object), (header,))
        (column,) = match_columns(raw)
        assert column.target == field.name
        assert "header says" not in column.question


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Any injury, or illness in the last 24 hours?", ""),
        ("Sleep, last 24 h", ""),
        ("Runs in the last 90 min", ""),
        ("Wind at 10 m", ""),
        ("Hours slept in the last 24 hours (h)", "h"),
        ("Height (ft in)", "ft in"),
        ("Drink sodium, mg/l", "mg/l"),
        ("Longest (min)", "min"),
    ],
)
def test_a_number_before_a_unit_makes_a_span_of_it(header, unit):
    assert without_unit(header)[1] == unit
    if not unit:
        assert without_unit(header)[0] == folded(header)


def test_no_column_is_left_out_in_silence():
    columns = match_columns(read_squad_file(b"Name,Shirt,Age\nA,7,30\n"))
    assert [c.doubt for c in columns] == ["", NOT_UNDERSTOOD, ""]
    assert [c.target for c in columns] == ["athlete", "", "age_years"]


def test_a_list_without_headers_loses_no_athlete():
    raw = read_squad_file(b"Ada,30,62\nBen,31,80\n")
    assert raw.headers == ("Column 1", "Column 2", "Column 3")
    assert raw.cells[0].tolist() == ["Ada", "Ben"]
    assert "each row counts as an athlete" in raw.notes[0]
    assert all(column.question for column in match_columns(raw))


def test_how_a_column_is_written_is_never_assumed():
    raw = read_squad_file(b"Name,Weight\nA,150\n")
    with pytest.raises(ValueError, match="'Weight'"):
        squad_frame(raw, match_columns(raw), DAY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Vorname;Name\nAda;Lovelace\nBen;\n", ["Ada Lovelace", "Ben"]),
        ("Name;First name\nAda Lovelace;Ada\nRoss;Bob\n", ["Ada Lovelace", "Bob Ross"]),
        ("First name;Last name\nAda;Lovelace\n;Ross\n", ["Ada Lovelace", "Ross"]),
    ],
)
def test_first_names_are_kept(text, names):
    assert read(text)["athlete"].tolist() == names


@pytest.mark.parametrize(
    ("header", "letters", "unit", "meant"),
    [
        ("Sex", "HM", "H/M Spanish or Portuguese", ["male", "female"]),
        ("Sexo", "HM", "H/M Spanish or Portuguese", ["male", "female"]),
        ("Sexe", "HF", "H/F French", ["male", "female"]),
        ("Sex", "mw", "F/M", ["male", "female"]),
        ("Sex", "MF", "F/M", ["male", "female"]),
        ("Género", "MF", "F/M", ["male", "female"]),
    ],
)
def test_letters_of_a_sex_mean_what_their_language_says(header, letters, unit, meant):
    raw = read_squad_file(f"Name,{header}\nA,{letters[0]}\nB,{letters[1]}\n".encode())
    (_, column) = match_columns(raw)
    assert column.unit == unit
    assert squad_frame(raw, [column], DAY)["sex"].tolist() == meant


def test_the_same_letter_is_read_as_the_coach_says():
    raw = read_squad_file(b"Nombre completo,Sexo\nA,M\n")
    for unit, meant in (
        ("F/M", "male"),
        (UNITS["sex"][1], "female"),
        (UNITS["sex"][2], "M"),
    ):
        column = Column(1, "Sexo", "sex", unit)
        assert squad_frame(raw, [column], DAY)["sex"].tolist() == [meant]


def cramps(*cells):
    name = "cramp_sessions_12mo"
    text = f"Name;{name}\n" + "".join(f"A;{cell}\n" for cell in cells)
    return read(text)[name].tolist()


def test_numbers_of_cramps_become_levels():
    assert cramps(0, 1, 2, 3, 5, 6, 40) == ["0", "1-2", "1-2", "3-5", "3-5", "6+", "6+"]
    assert cramps("1 - 2", "3\N{EN DASH}5", "6+", "None") == ["1-2", "3-5", "6+", "0"]


@pytest.mark.parametrize(
    ("level", "cells"),
    [
        ("never", ["never", "Never", "NIE", "jamais", "nunca", "nooit", "aldrig"]),
        ("earlier", ["earlier", "Not in the last 12 months", "Früher", "tidligere"]),
        # Not this year says nothing of the years before.
        (
            "0",
            [
                "0",
                "none",
                "No",
                "keine",
                "não",
                "None in the last 12 months",
                "00",
                "Not this year",
                "Inte i år",
            ],
        ),
    ],
)
def test_only_never_says_that_nobody_cramped_before(level, cells):
    assert cramps(*cells) == [level] * len(cells)


def test_cells_that_were_kept_before_are_read_as_they_were():
    kept = pd.DataFrame({"age_years": 30, "cramp_sessions_12mo": ["0", 0, "None", "1-2"]})
    assert read_cells(kept)["cramp_sessions_12mo"].tolist() == ["0", "0", "0", "1-2"]


@pytest.mark.parametrize(
    "cell",
    ["<6", "0?", "never?", "not sure", "yes", "-2", "2.5", "46024", "2/1", "3-5?", "+6"],
)
def test_of_an_unclear_cell_no_part_is_an_answer(cell):
    assert cramps(cell) == [cell]
    squad = pd.DataFrame({"age_years": [30], "cramp_sessions_12mo": cramps(cell)})
    (problems,) = score_squad(squad, PLAN)["left_open"]
    assert problems == (Problem("cramp_sessions_12mo", "left_open", cell),)


def test_a_sex_with_a_question_mark_is_no_answer():
    assert read("Name,Sex\nA,m?\nB,m\n")["sex"].tolist() == ["m?", "male"]


def test_what_excel_made_a_date_of_says_so():
    rows = [["Name", "Age", "Cramps last year"], ["A", 30, pd.Timestamp(2026, 2, 1)]]
    raw = read_squad_file(workbook(Squad=rows))
    scored = score_squad(squad_frame(raw, match_columns(raw), DAY), PLAN)
    (problem,) = scored["left_open"].iloc[0]
    assert problem.value == "2026-02-01"
    assert "may have turned 1-2 or 3-5 into a date" in str(problem)


@pytest.mark.parametrize(
    "cell", ["30.02.2000", "25", "2000-01-01 or so", "1.2.1999x", "2.1999"]
)
def test_what_is_no_date_of_birth_is_no_age(cell):
    raw = read_squad_file(f"Name;DOB\nA;{cell}\n".encode())
    squad = squad_frame(raw, [Column(1, "DOB", "date_of_birth", "day first")], DAY)
    assert squad["age_years"].tolist() == [f"born {cell}"]
    ((problem,),) = score_squad(squad, PLAN)["answer_problems"]
    assert problem == Problem("age_years", "no_such_date", cell)


def test_an_age_beside_another_date_of_birth_is_told():
    text = "Name,DOB,Age\nA,2000-11-25,24\nB,2000-11-24,20\nC,,31\n"
    raw = read_squad_file(text.encode())
    columns = match_columns(raw)
    # A is 25: a year apart is a birthday.  B is 26.
    assert squad_frame(raw, columns, DAY)["age_years"].tolist() == [25, 26, 31.0]
    (note,) = squad_notes(raw, columns, DAY)
    assert note.startswith("In 1 row age")
    assert "used was the date of birth" in note


# ------------------------------------------------------------------ hostile workbooks


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_001)
    with pytest.raises(SquadFileError, match="too large"):
        read_squad_file(content.getvalue())


@pytest.mark.parametrize("n_rows", [5001, 6000, 260_000])
def test_a_list_that_is_too_long_names_a_way_on(n_rows):
    with pytest.raises(SquadFileError, match=r"Split .* cramprisk batch"):
        read_squad_file(b"Name,Age\n" + b"A,30\n" * n_rows)


def test_a_sheet_that_is_too_long_names_a_way_on():
    with pytest.raises(SquadFileError, match=r"Split .* cramprisk batch"):
        read_squad_file(workbook(Squad=[["Name", "Age"], *[["A", 30]] * 6000]))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Name", "Age"], *[["A", 30]] * 6000], "more than the 5000 rows"),
        ([["Name", "Age", *["x"] * MOST_COLUMNS], ["A", 30]], "more than the 200 columns"),
    ],
)
def test_a_sheet_that_is_too_large_is_refused(rows, words):
    with pytest.raises(SquadFileError, match=words):
        read_squad_file(workbook(Squad=rows))


@pytest.mark.parametrize("seed", range(40))
def test_a_spoilt_workbook_is_read_or_refused_in_a_sentence(seed):
    chance = random.Random(seed)
    source = zipfile.ZipFile(io.BytesIO(to_xlsx(template(), "Squad")))
    content = io.BytesIO()
    victim = chance.choice(source.namelist())
    with zipfile.ZipFile(content, "w") as packed:
        for name in source.namelist():
            part = bytearray(source.read(name))
            if name == victim:
                for _ in range(chance.randint(1, 8)):
                    at = chance.randrange(len(part))
                    part[at : at + chance.randint(0, 9)] = chance.randbytes(2)
            packed.writestr(name, bytes(part))
    spoilt = bytearray(content.getvalue())
    if seed % 4 == 0:
        spoilt[chance.randrange(4, len(spoilt))] ^= 255
    # Any other exception fails the test.
    with suppress(SquadFileError):
        raw = read_squad_file(bytes(spoilt))
        assert len(raw.headers) == raw.cells.shape[1]


def test_what_is_typed_into_the_grid_is_read_like_a_file():
    typed = pd.DataFrame({"athlete": ["A", ""], "sex": ["W", None], "sleep_h": ["7,5", ""]})
    assert read_cells(typed).to_dict("records") == [
        {"athlete": "A", "sleep_h": 7.5, "sex": "female"}
    ]


@pytest.mark.parametrize(
    "cell",
    ["Xyzol (inhaler)", "Xyzol, 2/day (as needed)", "loop diuretic; Xyz (a/b)"],
)
def test_a_cell_that_is_not_understood_is_told_whole(cell):
    squad = read(f'Name\tAge\tMedications\nA\t30\t"{cell}"\n')
    assert squad["medications"].tolist() == [cell]
    (problem,) = score_squad(squad, PLAN)["left_open"].iloc[0]
    assert problem.value == cell


@pytest.mark.parametrize("blank", ["n/a", "NA", "nan", "NULL", " "])
def test_what_means_no_answer_is_no_doubt_of_a_column_and_no_answer(blank):
    text = f"Name,Weight,Height,DOB\nA,70 kg,1.72 m,1.2.2000\nNa,{blank},{blank},{blank}\n"
    assert not doubts(text)
    squad = read(text)
    assert squad["athlete"].tolist() == ["A", "Na"]
    assert pd.to_numeric(squad["age_years"]).isna().tolist() == [False, True]
    assert "is missing" in score_squad(squad, PLAN)["problems"][3]


def test_a_cell_that_no_list_has_is_refused_and_a_long_one_is_told_in_short():
    with pytest.raises(SquadFileError, match="A cell in row 3 has 5001 characters"):
        read_squad_file(("Name;Age\nAda;31\nBen;" + "1" * 5001).encode())
    with pytest.raises(SquadFileError) as caught:
        read_squad(("Name;Date of birth\nAda;" + "1" * 5000).encode())
    assert len(str(caught.value)) < 300


def test_words_that_stand_in_a_list_again_and_again_are_read_once():
    rows = "".join(f"P{n};{'xyz, ' * 100}\n" for n in range(2000))
    start = time.process_time()
    read_squad(f"Name;Medications\n{rows}".encode())
    assert time.process_time() - start < 10.0
