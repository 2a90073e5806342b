"""What coaches call the columns of a list, and what stays as it was written."""

from datetime import date

import pytest

from riskmodel.inputs.problems import Problem
from riskmodel.squad.cells import squad_frame, squad_notes
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad_file

DAY = date(2026, 11, 29)


def column(header, *more):
    names = ["Name", header, *more]
    text = ";".join(names) + "\nA" + ";2" * len(names[1:]) + "\n"
    return match_columns(read_squad_file(text.encode()))[1:]


def frame(header, *cells, unit=""):
    text = f"Name;{header}\n" + "".join(f"A;{cell}\n" for cell in cells)
    raw = read_squad_file(text.encode())
    columns = match_columns(raw)
    return squad_frame(raw, columns, DAY), squad_notes(raw, columns, DAY)


@pytest.mark.parametrize(
    ("header", "target", "unit"),
    [
        ("Air C", "air_temperature_c", "°C"),
        ("Air °F", "air_temperature_c", "°F"),
        ("Lufttemperatur (°C)", "air_temperature_c", "°C"),
        ("Dauer (min)", "duration_min", "min"),
        ("Durée (h)", "duration_min", "h"),
        ("Luftfeuchte", "relative_humidity_pct", ""),
        ("Rel. Luftfeuchte %", "relative_humidity_pct", ""),
        ("Humedad relativa", "relative_humidity_pct", ""),
        ("Sportart", "sport", ""),
        ("Deporte", "sport", ""),
        ("Cramps in 12 months", "cramp_sessions_12mo", ""),
        ("Cramps (past year)", "cramp_sessions_12mo", ""),
        ("Krämpfe in den letzten 12 Monaten", "cramp_sessions_12mo", ""),
        ("Calambres último año", "cramp_sessions_12mo", ""),
    ],
)
def test_headers_that_say_plainly_what_they_are(header, target, unit):
    (read,) = column(header)
    assert (read.target, read.unit, read.doubt) == (target, unit, "")


@pytest.mark.parametrize(
    ("header", "target", "unit"),
    [
        ("Min", "duration_min", "min"),
        ("Minutes", "duration_min", "min"),
        ("Stunden", "duration_min", "h"),
        ("Cramps in 2026", "cramp_sessions_12mo", ""),
        ("Krämpfe pro Saison", "cramp_sessions_12mo", ""),
        ("# cramps", "cramp_sessions_12mo", ""),
    ],
)
def test_headers_that_may_be_something_else_are_asked_about(header, target, unit):
    (read,) = column(header)
    assert (read.target, read.unit) == (target, unit)
    assert read.doubt


@pytest.mark.parametrize(
    ("doubtful", "certain"),
    [
        ("Minutes", "Duration (min)"),
        ("Cramps", "Cramps last year"),
        ("Cramp notes", "Cramps in 12 months"),
    ],
)
def test_a_header_in_doubt_gives_way_to_one_that_is_not(doubtful, certain):
    for headers in ([doubtful, certain], [certain, doubtful]):
        read = {c.header: c for c in column(*headers)}
        assert read[certain].target
        assert not read[certain].question
        assert not read[doubtful].target


@pytest.mark.parametrize(
    ("header", "level"),
    [
        ("Cramps last year", "0"),
        ("Cramps in 12 months", "0"),
        ("Cramps past year", "0"),
        ("cramp_sessions_12mo", "never"),
        ("Sessions with a cramp in the last 12 months", "never"),
    ],
)
def test_never_under_a_header_of_one_year_says_nothing_of_earlier_years(header, level):
    read, notes = frame(header, "never", "nie", "1-2")
    assert read["cramp_sessions_12mo"].tolist() == [level, level, "1-2"]
    told = [note for note in notes if "“never”" in note and "in row 2" in note]
    assert bool(told) == (level == "0")


@pytest.mark.parametrize(
    ("header", "cell", "name", "value"),
    [
        ("Planned duration (h)", "90", "duration_min", "90 h"),
        ("Planned duration (h)", "0.0625", "duration_min", "0.0625 h"),
        ("Planned duration (h)", "26:00:00", "duration_min", "26:00:00"),
        ("Planned duration (h)", "90 h", "duration_min", "90 h"),
        ("Weight (lb)", "900", "body_mass_kg", "900 lb"),
        ("Height (m)", "17.8", "height_cm", "17.8 m"),
        ("Temp (°F)", "290", "air_temperature_c", "290 °F"),
        ("Planned duration (min)", "30 h", "duration_min", "30 h"),
    ],
)
def test_a_number_that_is_not_allowed_stays_as_it_was_written(header, cell, name, value):
    read, _ = frame(header, cell)
    assert read[name].tolist() == [value]
    assert f" is {value}; allowed" in str(Problem(name, "not_allowed", value))


def test_a_time_that_is_too_long_is_not_told_to_be_written_as_a_time():
    told = str(Problem("duration_min", "not_allowed", "26:00:00"))
    assert told.endswith("If minutes are meant, write 26 min.")


def test_every_cell_that_answers_nothing_is_named():
    _, notes = frame("Sleep_h", "-", "?", "8", "-")
    assert notes == (
        "Not answered: “-” under Sleep_h in rows 2, 5; “?” under Sleep_h in row 3.",
    )


def test_columns_that_are_not_used_are_named():
    _, notes = frame("Shirt", "7")
    assert notes == ("Not used: 1 column, “Shirt”.",)
