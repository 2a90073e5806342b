"""What coaches call the columns of a list, and what stays as it was written."""

from datetime import date

import pytest

from riskmodel.inputs.problems import Problem
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad, read_squad_file
from riskmodel.squad.headers import meanings, read_header
from riskmodel.squad.items import item_answer
from riskmodel.squad.notes import squad_notes

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


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (
            "date_of_birth",
            "D.o.B.|D. O. B.|D/O/B|Fecha nac.|F. nacimiento|Geb.datum|Geb.-Dat.|Né(e) le|"
            "Nato/a il|Dt. Nasc.|Data de nasc.|Geb. datum|YOB|Year of birth|Geburtsjahr",
        ),
        (
            "athlete",
            "Players|Player (surname, name)|Surname, name|Name, Vorname|Last, First|"
            "Apellidos y nombre|Apell. y nombre|NOM Prénom|Cognome e nome|Nombre / Name|"
            "Naam (achternaam, voornaam)|Sobrenome e nome|Spieler/in",
        ),
        ("first_name", "Spieler (Vorname)|Name (first)|Nombre del jugador"),
        ("last_name", "Player surname|Name (surname)"),
        ("sex", "Sex (M/F)|Geschlecht (m/w)|Geslacht"),
        ("body_mass_kg", "Weight / Gewicht (kg)|Peso (en kg)|Körpergew. (kg)"),
        (
            "",
            "Last|First|Team name|Parent's name|Emergency contact name|Family doctor|Ges.|"
            "Weight (goal)|Date of last injury|Birth cert. no.|Tel. no.|Pos.|Nickname",
        ),
    ],
)
def test_headers_in_other_orders_cut_short_and_in_two_languages(target, headers):
    for header in headers.split("|"):
        assert "".join(meanings(header)) == target, header


@pytest.mark.parametrize(
    ("header", "order"),
    [
        ("DOB (dd/mm/yyyy)", "day first"),
        ("Birth date mm/dd/yy", "month first"),
        ("Date de naissance (jj/mm/aaaa)", "day first"),
        ("Geburtsdatum (TT.MM.JJJJ)", "day first"),
        ("DOB (yyyy-mm-dd)", "year first"),
    ],
)
def test_a_header_may_say_the_order_of_its_dates(header, order):
    assert read_header(header)[::2] == (("date_of_birth",), order)


def test_cells_that_contradict_the_order_in_their_header_are_asked_about():
    raw = read_squad_file(b"Name;DOB (dd/mm/yyyy)\nA;10/18/1995\n")
    assert match_columns(raw)[1].question.startswith("The header says day first")


@pytest.mark.parametrize(
    ("level", "cells"),
    [
        (
            "1-2",
            "once|Twice|twice, calf|2 (left calf)|2x Wade|zweimal|dos veces|deux fois|"
            "due volte|duas vezes|twee keer|once or twice|ein- bis zweimal|1 cramp",
        ),
        ("3-5", "three times|3-4x|dreimal"),
        ("6+", "sept fois|6 times|12 x"),
        ("0", "zero|0x"),
        ("never", "never|noch nie|nunca|nooit"),
        (
            None,
            "often|sometimes|a few|calf|two or three times|dos|Sept|mai|about 2|2?|-2|<6|"
            "2 en 2025|2.5|calf 2, foot 1|twice, June|03/04/25|400|2 3",
        ),
    ],
)
def test_how_often_is_read_in_words_and_what_is_vague_is_left_to_a_person(level, cells):
    for cell in cells.split("|"):
        assert item_answer("cramp_sessions_12mo", cell) == level, cell


def test_what_was_read_as_something_else_is_told_with_its_words():
    read, notes = frame("Meds", "Simvastatin 20mg", "simvastatin 20mg", "statin", "none")
    assert read["medications"].tolist() == ["statin"] * 3 + ["none"]
    assert notes == ("Read under Meds: “Simvastatin 20mg” (2) as Statin.",)


def test_a_row_is_told_with_the_name_that_stands_in_it():
    squad = read_squad(b"Surname, name;Age;Sleep_h\nLi, Bo;30;?\n;31;?\n", DAY)
    (note,) = squad.attrs["notes"]
    assert note == "Not answered: “?” under Sleep_h in rows 2 “Li, Bo”, 3."


def test_every_cell_that_answers_nothing_is_named():
    _, notes = frame("Sleep_h", "-", "?", "8", "-")
    assert notes == (
        "Not answered: “-” under Sleep_h in rows 2, 5; “?” under Sleep_h in row 3.",
    )


def test_columns_that_are_not_used_are_named():
    _, notes = frame("Shirt", "7")
    assert notes == ("Not used: 1 column, “Shirt”.",)
