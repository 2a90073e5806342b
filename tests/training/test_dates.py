# ruff: noqa: RUF001 (letters of other scripts are what is read)
"""Dates as exports, spreadsheets and people write them, and whose clock they have."""

from datetime import date, datetime

import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.training.dates import dates
from riskmodel.training.derive import derive
from riskmodel.training.log import AmbiguousDates, TrainingLogError
from riskmodel.training.log_file import read_log
from tests.training.test_doors import (
    GARMIN_SWIM,
    MIDNIGHT,
    RIDE,
    garmin_list,
    gpx,
    health_connect,
    run_in_laps,
)

COLUMNS = {"When": "start", "Minutes": "duration_min"}
EVENING, MORNING = datetime(2026, 7, 31, 19, 5), datetime(2026, 7, 31, 7, 5)
DAY = datetime(2026, 7, 31)
GARMIN = "Activity Type,Date,Calories,Time,Distance\n"


def own(*cells, **options):
    lines = [f'"{cell}",60' for cell in cells]
    return read_log(
        "\n".join(["When,Minutes", *lines]).encode(), columns=COLUMNS, **options
    )


def days(log):
    return [day.date() for day in log.sessions["day"]]


def kinds(log):
    return {note.kind: dict(note.details) for note in log.report.notes}


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("31 July 2026", DAY),
        ("31.07.26", DAY),
        ("31.7.26 7:05", MORNING),
        ("7/31/26 7:05", MORNING),
        ("7/31/2026 7:05 PM", EVENING),
        ("31-Jul-26", DAY),
        ("31-Jul-2026 07:05", MORNING),
        ("31/Jul/2026", DAY),
        ("31. 7. 2026", DAY),
        ("31/7-2026", DAY),
        ("Jul 31 '26", DAY),
        ("Fri, 31 Jul 2026 07:05:00 +0200", MORNING),
        ("Fri Jul 31 07:05:00 CEST 2026", MORNING),
        ("Sun., 31 July 2026 7:05", MORNING),
        ("Freitag, 31. Juli 2026 um 07:05 Uhr", MORNING),
        ("ven. 31 juil. 2026 à 07:05", MORNING),
        ("mar. 31 juil. 2026", DAY),
        ("vendredi 31 juillet 2026", DAY),
        ("vie., 31 jul 2026 7:05 a. m.", MORNING),
        ("31 de julio de 2026, 7:05 p. m.", EVENING),
        ("sexta-feira, 31 de julho de 2026", DAY),
        ("fredag 31. juli 2026 kl. 07.05", MORNING),
        ("fredag 31 juli 2026 07:05", MORNING),
        ("pe 31.7.2026 klo 7.05", MORNING),
        ("31. heinäkuuta 2026", DAY),
        ("pt., 31 lipca 2026", DAY),
        ("pá 31. července 2026", DAY),
        ("2026. július 31. 7:05", MORNING),
        ("2026. 07. 31. du. 7:05", EVENING),
        ("2026年7月31日 7:05", MORNING),
        ("2026年7月31日(金) 19時05分", EVENING),
        ("2026年7月31日 下午7:05", EVENING),
        ("2026년 7월 31일 오후 7:05", EVENING),
        ("2026. 7. 31. 오전 7:05", MORNING),
        ("2026/07/31 午後7:05", EVENING),
        ("31/07/2026 7:05 μ.μ.", EVENING),
        ("2026-07-31T07:05:00.000+02:00", MORNING),
        ("2026-07-31T07:05+02:00[Europe/Berlin]", MORNING),
        ("2026-07-31 07:05:00+02", MORNING),
        ("2026-W31-5", DAY),
        ("2026-W31-5T07:05", MORNING),
        ("2026W315", DAY),
        ("31º de julho de 2026", DAY),
        ("31.º julio 2026", DAY),
        ("31° luglio 2026", DAY),
        ("20260731", DAY),
        ("20260731T070500", MORNING),
        ("46234", DAY),
        ("46234.2951388889", MORNING),
        ("46234,2951388889", MORNING),
    ],
)
def test_a_date_is_read_as_it_stands(cell, moment):
    log = own(cell, time_zone="Pacific/Auckland")
    assert log.sessions["day"].iloc[0] == pd.Timestamp(moment.date())
    start = log.sessions["start"].iloc[0]
    assert pd.isna(start) if moment == DAY else start == moment


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "31 July",
            "July 2026",
            "2026-W31",
            "2026-W60-1",
            "2026-13-01",
            "yesterday",
            "12345",
        ),
        *("99999", "Xyz, 31 July 2026", "31.07.2026 25:00", "2026-07-31 13:05 PM"),
        "07:05",
    ],
)
def test_what_is_no_date_is_none(cell):
    assert dates(pd.Series([cell]), "When")[0]["moment"].isna().all()


def test_a_computer_counts_seconds_in_greenwich():
    for cell in ("1785474300", "1785474300000"):
        log = own(cell, time_zone="Europe/Berlin")
        assert log.sessions["start"].iloc[0] == datetime(2026, 7, 31, 7, 5)
        assert kinds(log)["utc_written"]["zone"] == "Europe/Berlin"


def test_any_cell_above_12_tells_the_order():
    garmin = "".join(f"Running,6/{d}/26 7:10,600,0:50:00,10\n" for d in range(1, 29))
    log = read_log((GARMIN + garmin).encode())
    assert days(log) == [date(2026, 6, d) for d in range(1, 29)]
    told = kinds(log)
    assert (told["date_order"]["first"], told["date_order"]["cell"]) == (
        "month",
        "6/13/26 7:10",
    )
    assert told["two_digit_years"]["cell"] == "6/1/26 7:10"
    assert days(own("03/04/26", "13/04/26")) == [date(2026, 4, 3), date(2026, 4, 13)]


@pytest.mark.parametrize(
    "cells", [("03/04/2026", "05/06/2026"), ("3-4-26",), ("1/2/26 7:10",)]
)
def test_an_order_that_no_cell_tells_is_asked_for_and_taken(cells):
    with pytest.raises(AmbiguousDates) as caught:
        own(*cells)
    error = caught.value
    assert (error.header, error.cell) == ("When", cells[0])
    assert cells[0] in str(error)
    assert "2026-07-31" in str(error)
    first, second = (own(*cells, day_first=by_day) for by_day in (True, False))
    assert first.sessions["day"].iloc[0].day == second.sessions["day"].iloc[0].month
    assert days(first) != days(second)


@pytest.mark.parametrize("day_first", [True, False, None])
@pytest.mark.parametrize(
    ("cell", "first"),
    [("13/04/2026", "day"), ("04/13/2026", "month"), ("4/13/26", "month")],
)
def test_what_a_cell_tells_goes_before_what_a_person_says(cell, first, day_first):
    log = own("03/04/2026", cell, day_first=day_first)
    assert date(2026, 4, 13) in days(log)
    assert kinds(log)["date_order"]["first"] == first


def test_a_person_goes_before_a_dot():
    assert days(own("03.04.2026")) == [date(2026, 4, 3)]
    assert days(own("03.04.2026", day_first=False)) == [date(2026, 3, 4)]
    assert days(own("07.13.2026", day_first=False)) == [date(2026, 7, 13)]
    with pytest.raises(TrainingLogError, match=r"07\.13\.2026, begin with the month"):
        own("07.13.2026")


@pytest.mark.parametrize("day_first", [True, False, None])
def test_dates_of_two_orders_are_never_read(day_first):
    with pytest.raises(TrainingLogError, match=r"13/04/2026 and 04/13/2026"):
        own("13/04/2026", "04/13/2026", day_first=day_first)


def test_a_year_of_two_digits_that_may_stand_first_is_not_taken_for_a_day():
    with pytest.raises(TrainingLogError, match=r"26-07-28.*four digits"):
        own("26-07-28", "26-07-29", "26-07-30")
    with pytest.raises(TrainingLogError, match="four digits"):
        own("26-07-31")
    assert days(own("28-07-26", "29-07-26", "30-07-26"))[0] == date(2026, 7, 28)
    assert days(own("06/13/24", "06/14/25"))[0] == date(2024, 6, 13)


@pytest.mark.parametrize(("year", "whole"), [("90", 1990), ("99", 1999), ("00", 2000)])
def test_years_with_two_digits_turn_as_usual(year, whole):
    assert days(own(f"31.07.{year}"))[0].year == whole


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Auckland"])
@pytest.mark.parametrize(
    "offset", ["-07:00", "+05:45", "+14:00", "-12:00", "+00:00", "-0330"]
)
def test_an_offset_in_a_cell_is_its_own_clock(zone, offset):
    log = own(f"2026-06-01T23:30:00{offset}", time_zone=zone)
    assert log.sessions["start"].iloc[0] == datetime(2026, 6, 1, 23, 30)
    assert offset in kinds(log)["own_clock"]["cell"]
    assert not log.report.days_by_zone


@pytest.mark.parametrize("offset", ["+16:00", "+14:15", "-12:15", "+02:07", "-99:00"])
def test_an_offset_that_no_place_has_is_ignored_and_told(offset):
    log = own(f"2026-06-01T08:30:00{offset}", time_zone="America/Los_Angeles")
    assert days(log) == [date(2026, 6, 1)]
    assert offset in kinds(log)["no_such_offset"]["cell"]


@pytest.mark.parametrize("mark", ["Z", " UTC", " GMT", "z"])
def test_utc_in_a_cell_is_turned_into_local_time_and_told(mark):
    log = own(f"2026-06-01T23:30:00.000{mark}", time_zone="Europe/Berlin")
    assert log.sessions["start"].iloc[0] == datetime(2026, 6, 2, 1, 30)
    assert kinds(log)["utc_written"]["zone"] == "Europe/Berlin"
    assert log.report.days_by_zone


def test_a_program_that_writes_utc_may_still_name_an_offset():
    text = (
        "Activity ID,Activity Date,Activity Type,Elapsed Time,Moving Time\n"
        "1,2026-06-01 23:30:00,Run,3600,3600\n2,2026-06-05 23:30:00+02:00,Run,3600,3600\n"
    )
    log = read_log(text.encode(), time_zone="Europe/Berlin")
    assert days(log) == [date(2026, 6, 2), date(2026, 6, 5)]


def test_evening_sessions_elsewhere_stay_on_their_days():
    log = own(*(f"2026-06-{d:02}T20:30:00-07:00" for d in range(1, 30, 2)))
    assert days(log) == [date(2026, 6, d) for d in range(1, 30, 2)]
    answers = derive(log, on=date(2026, 6, 30), sport="running")
    assert {a.name: a.value for a in answers}["rest_days_7d"] == 3


def run(path, *options):
    arguments = ["log", str(path), "--sport", "running", "--on", "2026-07-01", *options]
    return CliRunner().invoke(app, arguments)


def test_the_command_line_moves_no_day_in_silence(tmp_path):
    path = tmp_path / "activities.csv"
    path.write_text(
        "Activity ID,Activity Date,Activity Type,Elapsed Time,Moving Time\n"
        "1,2026-06-01 23:30:00,Run,3600,3600\n",
        encoding="utf-8",
    )
    assert "days are those of UTC" in run(path).stderr
    assert not run(path, "--time-zone", "Europe/Berlin").stderr
    path.write_text(GARMIN + "Running,2026-06-01 07:10,600,0:50:00,10\n", encoding="utf-8")
    assert not run(path).stderr


def test_the_command_line_takes_the_order_of_a_date(tmp_path):
    path = tmp_path / "activities.csv"
    path.write_text(GARMIN + "Running,6/1/26 7:10,600,0:50:00,10\n", encoding="utf-8")
    refused = run(path)
    assert refused.exit_code == 2
    assert "--day-first or --month-first" in refused.stderr
    assert "1 Jun 2026" in run(path, "--month-first").stdout
    assert "6 Jan 2026" in run(path, "--day-first").stdout


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("27. marrask. 2026 klo 6.12.33", date(2026, 11, 27)),
        ("4. kesäk. 2026 klo 17.05", date(2026, 6, 4)),
        ("1. tammik. 2026", date(2026, 1, 1)),
        ("27 нояб. 2026 г., 6:12:33", date(2026, 11, 27)),
        ("27 Ağu 2026 06:12", date(2026, 8, 27)),
        ("27 noi. 2026, 06:12", date(2026, 11, 27)),
        ("27 Agu 2026 06.12", date(2026, 8, 27)),
        ("27 Μαΐ 2026", date(2026, 5, 27)),
        ("27. júla 2026", date(2026, 7, 27)),
        ("27. dets 2026", date(2026, 12, 27)),
    ],
)
def test_months_are_read_as_phones_of_many_languages_shorten_them(cell, day):
    assert days(own(cell)) == [day]


def test_whatever_is_read_by_the_time_zone_needs_one(tmp_path):
    hour = 3_600_000
    files = {
        "a.gpx": gpx(*RIDE),
        "a.tcx": run_in_laps(),
        "a.json": garmin_list(GARMIN_SWIM).encode(),
        "a.db": health_connect((MIDNIGHT, None, MIDNIGHT + hour, 33)),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        assert read_log(content).report.days_by_zone
        assert "days are those of UTC" in run(tmp_path / name).stderr


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2026-07-01 07:00-08:00",
            "2026-07-01 07:00 - 13:00",
            "1 Jul 2026, 07:00\u201308:00",
        ),
        *("01.07.2026 07:00-08:00", "2026-07-01 07:00:00-08:30:00"),
        "2026-07-01 7:00 AM - 8:00 AM",
    ],
)
def test_of_two_times_the_first_is_the_start(cell):
    frame, notes = dates(pd.Series([cell]), "When")
    assert str(frame["moment"].iloc[0]) == "2026-07-01 07:00:00"
    assert frame["clock"].tolist() == [""]
    assert [note.kind for note in notes] == ["from_to"]


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2026-07-01T07:00-08:00", "own"),
        ("2026-07-01 07:00:00-08:00", "own"),
        ("2026-07-01 07:00:00 +0100 (BST)", "own"),
        ("Wed Jul 01 2026 07:00:00 GMT+0100 (British Summer Time)", "own"),
        ("2026-07-01 07:00 CEST", "own"),
        ("2026-07-01 07:00 WED", ""),
        ("2026-07-01 07:00 Wed", ""),
        ("1.7.2026 07:00 Mittwoch", ""),
    ],
)
def test_a_weekday_is_no_zone_and_a_zone_may_have_its_name_beside_it(cell, clock):
    frame, _ = dates(pd.Series([cell]), "When")
    assert str(frame["moment"].iloc[0]) == "2026-07-01 07:00:00"
    assert frame["clock"].tolist() == [clock]


@pytest.mark.parametrize(
    "cell",
    ["01.07.2026 - 02.07.2026", "01.07.2026 - 02.07.26", "1.7.2026-2.7.2026"],
)
def test_a_span_of_days_is_no_time_of_day(cell):
    frame, _ = dates(pd.Series([cell]), "When")
    assert frame["moment"].isna().all()
