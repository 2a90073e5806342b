"""Dates of birth in words, with two digits, and as a spreadsheet counts days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.inputs.problems import Problem
from riskmodel.squad.births import YEAR_WAYS, born
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad, read_squad_file
from riskmodel.squad.scores import score_squad
from tests.squad.test_squad import PLAN

DAY = date(2026, 7, 28)
THE_THIRD = date(1995, 3, 3)


def test_dates_of_birth_in_words_are_read():
    content = b"Name,DOB,Weight (kg)\nAthlete 1,13 Apr 1995,62\nAthlete 2,01-Dec-1999,80\n"
    assert read_squad(content, DAY)["age_years"].tolist() == [31, 26]


@pytest.mark.parametrize(
    "cell",
    [
        "3 March 1995",
        "3. März 1995",
        "March 3, 1995",
        "Mar 3rd, 1995",
        "3rd of March 1995",
        "03-Mar-95",
        "3 mars 1995",
        "3 de marzo de 1995",
        "3 março 1995",
        "3 maart 1995",
        "Fri, 3 Mar 1995",
        "1995-03-03",
        "1995.3.3.",
        "1995 March 3",
        "1995年3月3日",
        "1995-03-03 00:00:00",
        "34761",
        "34761.0",
        "'1995-03-03",
        "3\N{NO-BREAK SPACE}March\N{NO-BREAK SPACE}1995",
    ],
)
def test_a_date_that_can_be_read_in_one_way_needs_no_question(cell):
    raw = read_squad_file(f"Name;DOB\nAda;{cell}\n".encode())
    columns = match_columns(raw)
    assert not any(column.question for column in columns)
    assert squad_frame(raw, columns, DAY)["age_years"].tolist() == [31]
    assert born(cell, columns[1].unit, DAY) == THE_THIRD


@pytest.mark.parametrize(
    ("cell", "order", "day"),
    [
        ("03.04.95", "day first", date(1995, 4, 3)),
        ("03/04/95", "month first", date(1995, 3, 4)),
        ("3/4/10", "day first", date(2010, 4, 3)),
        ("3 Mar '26", "", None),
        ("3/4/1995", "year first", None),
        ("31 Feb 1995", "", None),
        ("3 Mars Bar 1995", "", None),
        ("Hund 3, 1995", "", None),
        ("1995", "", None),
        ("Mar-95", "", None),
        ("99999", "", None),
        ("1234", "", None),
    ],
)
def test_what_a_date_says_and_what_says_none(cell, order, day):
    assert born(cell, order, DAY) == day


@given(st.dates(date(1936, 1, 1), date(2016, 12, 31)))
def test_two_digits_are_never_a_year_to_come(day):
    for text, order in (
        (day.strftime("%d.%m.%y"), "day first"),
        (day.strftime("%m/%d/%y"), "month first"),
        (str((day - date(1899, 12, 30)).days), ""),
    ):
        assert born(text, order, DAY) == day


def test_days_and_months_that_may_be_either_are_still_asked():
    for cells in (["03/04/95", "05/06/94"], ["03/04/1995", "3 March 1995"]):
        rows = "".join(f"A;{cell}\n" for cell in cells)
        columns = match_columns(read_squad_file(f"Name;DOB\n{rows}".encode()))
        assert columns[1].needs_unit
    columns = match_columns(read_squad_file(b"Name;DOB\nA;13/04/95\nB;03/04/96\n"))
    assert columns[1].unit == "day first"


@pytest.mark.parametrize("cell", ["2095-03-03", "3 March 2095", "2026-07-29"])
def test_a_date_of_birth_to_come_is_none(cell):
    squad = read_squad(f"Name;DOB\nA;{cell}\n".encode(), DAY)
    ((problem,),) = score_squad(squad, PLAN)["answer_problems"]
    assert problem.kind == "no_such_date"
    assert problem.sentence(names=False).endswith("lies after the session.")


def test_what_is_no_date_of_birth_says_how_to_write_one():
    problem = Problem("age_years", "no_such_date", "spring 1995")
    assert (
        str(problem)
        == "“spring 1995” (age_years) is no date of birth; write it as 1995-03-13."
    )
    assert "does not exist" in str(Problem("age_years", "no_such_date", "30.02.2000"))


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["18/10/1995", "03/04/95"], "day first"),
        (["10/18/1995", "03/04/95"], "month first"),
        (["12.3.01", "03/04/95"], "day first"),
        (["12.3.01", "10/18/1995"], ""),
        (["18/10/1995", "10/18/1995"], ""),
        (["10.18.1995", "03.04.1995"], ""),
        (["45/10/1995", "03/04/95"], ""),
        (["03-04-95", "Feb 2004"], ""),
    ],
)
def test_a_date_that_can_be_in_one_order_tells_that_of_the_others(cells, order):
    rows = "".join(f"A;{cell}\n" for cell in cells)
    raw = read_squad_file(f"Name;DOB\n{rows}".encode())
    (_, born_on) = match_columns(raw)
    assert born_on.unit == order
    assert born_on.ways == ("day first", "month first")
    if order:
        told = read_squad(f"Name;DOB\n{rows}".encode(), DAY).attrs["notes"]
        assert any(f"read {order}: “{cells[0]}”" in note for note in told)


def test_a_year_alone_is_asked_about_and_makes_no_guess():
    raw = read_squad_file(b"Name;Jahrgang\nA;1995\nB;2001\n")
    (name, year) = match_columns(raw)
    assert year.target == "date_of_birth"
    assert "leaves the age open" in year.question
    for way, age in zip(YEAR_WAYS, (31, 30), strict=True):
        columns = [name, replace(year, unit=way)]
        assert squad_frame(raw, columns, DAY)["age_years"][2] == age


def test_days_that_a_spreadsheet_has_counted_are_told():
    squad = read_squad(b"Name;DOB\nA;34761\nB;35000\nC;1990-01-01\n", DAY)
    assert squad.attrs["notes"] == [
        "A date of birth as Excel counts days: “34761” under DOB in row 2 “A”; "
        "“35000” under DOB in row 3 “B”."
    ]
    assert born("35000", "", DAY) == date(1899, 12, 30) + timedelta(days=35000)
