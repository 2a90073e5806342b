"""Tables of one's own as people keep them: days, rest, headings, totals."""

from datetime import date

import pytest

from riskmodel.training.derive import derive
from riskmodel.training.log import WrongScale
from riskmodel.training.log_file import read_log


def own(text, zone="UTC", **columns):
    """A table with the columns When, Minutes and Type, and any others."""
    columns = {"When": "start", "Minutes": "duration_min", "Type": "sport", **columns}
    headers = ",".join(columns)
    return read_log(f"{headers}\n{text}".encode(), columns=columns, time_zone=zone)


def month(cell="{day},45,Run", days=range(1, 31)):
    return "\n".join(cell.format(day=f"2026-07-{day:02}") for day in days) + "\n"


def answers(log):
    found = derive(log, on=date(2026, 7, 31), sport="running", air_temperature_c=20)
    return {one.name: one.value for one in found}


def kinds(log):
    return {note.kind for note in log.report.notes}


@pytest.mark.parametrize(
    ("zone", "cell"),
    [
        ("America/New_York", "{day}T00:00:00Z,45,{sport}"),
        ("America/New_York", "{day} 00:00:00 UTC,45,{sport}"),
        ("Asia/Tokyo", "{day} 00:00:00,45,{sport}"),
        ("Europe/Berlin", "{day}T00:00:00+02:00,45,{sport}"),
        ("Europe/Berlin", "{day} 12:00 AM,45,{sport}"),
    ],
)
def test_midnights_are_days_and_two_sessions_of_a_day_stay_two(zone, cell):
    runs, rides = (cell.replace("{sport}", sport) for sport in ("Run", "Ride"))
    log = own(month(runs) + month(rides), zone)
    assert len(log.sessions) == 60
    assert log.sessions["start"].isna().all()
    assert log.report.first_day == date(2026, 7, 1)
    assert "midnights" in kinds(log)


def test_midnights_of_a_place_that_are_written_in_utc_are_its_days():
    log = own("2026-06-30T22:00:00Z,45,Run\n2026-12-31T23:00:00Z,45,Run", "Europe/Berlin")
    assert [str(day.date()) for day in log.sessions["day"]] == ["2026-07-01", "2027-01-01"]
    assert log.sessions["start"].isna().all()


def test_one_session_at_midnight_among_others_keeps_its_time():
    log = own("2026-07-01 00:00,45,Run\n2026-07-02 07:00,45,Run\n2026-07-03 07:00,45,Run")
    assert log.sessions["start"].notna().all()
    assert "midnights" not in kinds(log)


def with_row(row):
    """A month of runs with a row in the place of that of the 23rd."""
    days = [day for day in range(1, 31) if day != 23]
    return own(month(days=days) + row)


@pytest.mark.parametrize("zero", ["0", "0:00", "00:00:00", "0.0", "0 min", "0h"])
@pytest.mark.parametrize("sport", ["", "Run", "Rest"])
def test_a_written_0_says_that_there_was_no_session(zero, sport):
    log = own(month(days=range(1, 30)) + f"2026-07-30,{zero},{sport}\n")
    assert not len(log.doubtful)
    assert answers(log)["sessions_per_week"] == 7


@pytest.mark.parametrize("cell", ["", "-5", "?"])
def test_a_duration_that_is_not_known_stays_in_doubt(cell):
    assert len(with_row(f"2026-07-23,{cell},\n").doubtful) == 1


def test_a_0_beside_a_distance_stays_in_doubt():
    text = "2026-07-01,45,Run,9\n2026-07-02,0,Run,9\n2026-07-03,0,Run,0\n"
    log = own(text, Km="distance_km")
    assert log.report.skipped == {"no_duration": 1, "no_minutes": 1}
    assert len(log.doubtful) == 1


@pytest.mark.parametrize(
    "words",
    [
        *("Sick", "krank", "Urlaub", "Malade", "syg", "frei", "injured", "Holiday"),
        *("ferie", "Sick day", "Rest / travel", "ziek", "Kontuzja", "sjuk", "Lesión"),
        "病気",
    ],
)
@pytest.mark.parametrize("row", ["2026-07-23,,{}\n", "2026-07-23,{},\n"])
def test_a_day_of_which_words_say_that_nobody_trained_is_one_of_rest(words, row):
    log = with_row(row.format(words))
    assert log.report.skipped == {"day_off": 1}
    assert not len(log.doubtful)


@pytest.mark.parametrize("words", ["Off road run", "Sickle", "Travel run", "Resting HR"])
def test_words_that_only_begin_like_rest_are_none(words):
    assert len(with_row(f"2026-07-23,,{words}\n").doubtful) == 1


def test_a_day_of_rest_with_a_duration_is_in_doubt_and_its_word_not_kept():
    log = with_row("2026-07-23,60,Sick\n")
    assert log.report.skipped == {"rest_with_duration": 1}
    assert log.doubtful["activity"].tolist() == [""]


@pytest.mark.parametrize(
    "row",
    [
        *(
            "Week 27,,",
            "KW 27,,",
            "1. Woche,,",
            "W27,,",
        ),
        *(
            "Base phase,,",
            "July 2026,,",
            "2026,,",
            "Exported by MyApp",
        ),
        *(
            "Exported by MyApp on 2026-07-31,,",
            "--,--,--",
            ",Recovery,",
        ),
    ],
)
def test_a_row_of_one_heading_or_note_is_no_session(row):
    log = own(month(days=range(1, 16)) + f"{row}\n" + month(days=range(16, 31)))
    assert log.report.skipped == {"heading": 1}
    assert not len(log.doubtful)
    assert answers(log)["sessions_per_week"] == 7


@pytest.mark.parametrize(
    "row",
    [
        *(
            "32.07.2026,,",
            "2026-07-32,,",
            "32 July 2026,,",
            "32nd July 2026,,",
        ),
        *(
            "Mon,,",
            ",45,",
            ",,Run",
            ",,Quidditch",
        ),
        *(
            "45 min,,",
            "Run,,",
            "2026-07-32T07:00,,",
        ),
    ],
)
def test_a_cell_that_may_be_of_a_session_stays_in_doubt(row):
    assert len(with_row(row).doubtful) == 1


def test_a_list_with_a_heading_above_each_session_is_read():
    rows = (f"Week {n}\n2026-07-{n:02},45,Run\nPhase {n},,\n" for n in range(1, 9))
    log = own("".join(rows))
    assert (len(log.sessions), log.report.skipped) == (8, {"heading": 16})


@pytest.mark.parametrize(
    "words", ["Total", "Weekly total", "Total week 27", "Summe Juli", "Moyenne", "AVG"]
)
def test_a_total_with_a_date_is_no_session(words):
    log = own(month() + f"2026-07-26,300,{words}\n")
    assert log.report.skipped == {"summary": 1}
    assert (len(log.sessions), len(log.doubtful)) == (30, 0)


def test_a_word_of_totals_that_a_reader_says_is_a_sport_is_one():
    columns = {"When": "start", "Minutes": "duration_min", "Type": "sport"}
    text = b"When,Minutes,Type\n2026-07-01,45,Total\n2026-07-02,45,Total body\n"
    log = read_log(text, columns=columns, activities={"total": "gym_strength"})
    assert log.sessions["sport"].tolist() == ["gym_strength", ""]


@pytest.mark.parametrize(
    ("moving", "elapsed", "skipped"),
    [
        ("00:00:20", "13:53:20", {"not_moved": 1}),
        ("--", "13:53:20", {"not_moved": 1}),
        ("00:00:20", "01:00:00", {}),
        ("00:03:20", "13:53:20", {}),
    ],
)
def test_an_elapsed_time_of_many_hours_stands_for_no_moving_time(moving, elapsed, skipped):
    rows = "".join(f"2026-07-{day:02} 07:00:00,Run,00:45:00,00:46:00,9\n" for day in (1, 2))
    head = "Date,Activity Type,Time,Elapsed Time,Calories\n"
    log = read_log(f"{head}{rows}2026-07-03 07:00:00,Run,{moving},{elapsed},9\n".encode())
    assert log.report.skipped == skipped
    assert len(log.doubtful) == len(skipped)
    assert log.sessions["duration_min"].max() <= 60


@pytest.mark.parametrize(
    ("cell", "meaning", "likely"),
    [
        ("0.03125", "duration_h", "duration_d"),
        ("0.03125", "duration_min", "duration_d"),
        ("2700000", "duration_s", "duration_ms"),
        ("2700000", "duration_min", "duration_ms"),
        ("200", "duration_h", "duration_min"),
        ("2700", "duration_h", "duration_s"),
        ("123456789012", "duration_min", ""),
        ("0.0000001", "duration_min", ""),
    ],
)
def test_durations_in_another_unit_are_told_with_the_likely_one(cell, meaning, likely):
    rows = "".join(f"2026-07-{day:02},{cell}\n" for day in range(1, 31))
    text = f"When,Time\n{rows}".encode()
    with pytest.raises(WrongScale) as caught:
        read_log(text, columns={"When": "start", "Time": meaning})
    assert caught.value.likely == likely
    if likely:
        log = read_log(text, columns={"When": "start", "Time": likely})
        assert log.sessions["duration_min"].between(45, 200).all()


def heat(temperatures, meaning="air_temperature_c"):
    rows = (f"2026-07-{n:02},45,Run,{t}\n" for n, t in enumerate(temperatures, 1))
    return own("".join(rows), Air=meaning)


def test_air_hotter_than_a_share_of_sessions_can_be_is_on_another_scale():
    fahrenheit = [40 + n % 15 for n in range(30)]
    assert heat(fahrenheit).sessions["air_temperature_c"].isna().all()
    assert "off_scale_likely" in kinds(heat(fahrenheit))
    named = heat(fahrenheit, "air_temperature_f")
    assert named.sessions["air_temperature_c"].max() == pytest.approx(12.2, abs=0.1)


def test_a_single_very_hot_session_is_kept():
    assert heat([30] * 29 + [47]).sessions["air_temperature_c"].max() == 47
