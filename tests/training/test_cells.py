"""Durations as people write them, and rows of which none was made."""

from datetime import date

import pandas as pd
import pytest

from riskmodel.training.cells import durations_min, numbers
from riskmodel.training.derive import derive
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.sentences import MAY_BE_SESSIONS
from scripts import example_logs as made

COLUMNS = {"When": "start", "Minutes": "duration_min", "Sport": "sport"}


def own(*rows, columns=COLUMNS, **options):
    text = "\n".join([",".join(columns), *rows])
    return read_log(text.encode(), columns=columns, **options)


def strava(*rows):
    """Rows of day, moving and elapsed time."""
    header = [
        "Activity ID",
        "Activity Date",
        "Activity Type",
        "Elapsed Time",
        "Moving Time",
    ]
    assert set(header) <= set(made.STRAVA)
    lines = [
        f'{i},"Jun {day}, 2026, 7:00:00 AM",Weight Training,{elapsed},{moving}'
        for i, (day, moving, elapsed) in enumerate(rows)
    ]
    return read_log("\n".join([",".join(header), *lines]).encode())


def kinds(log):
    return {note.kind: dict(note.details) for note in log.report.notes}


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("1h05m", 65),
        ("1h05", 65),
        ("1 h 05 min", 65),
        ("1:05 h", 65),
        ("50 min", 50),
        ("45m", 45),
        ("45'", 45),
        ("3600 s", 60),
        ("PT1H5M", 65),
        ("PT3900S", 65),
        ("1 hr 5 mins", 65),
        ("1 Std. 5 Min.", 65),
        ("1 time 5 min", 65),
        ("1 godz. 5 min", 65),
        ("1 heure et 5 minutes", 65),
        ("50 perc", 50),
        ("1.5 h", 90),
        ("0 days 01:05:00", 65),
        ("01:05:00", 65),
        ("5'30\"", 5.5),
    ],
)
@pytest.mark.parametrize("unit_min", [1 / 60, 1.0, 60.0])
def test_a_duration_with_its_unit_needs_no_other(cell, minutes, unit_min):
    assert durations_min(pd.Series([cell]), unit_min, thousands=True)[0] == minutes


@pytest.mark.parametrize(
    "cell",
    ["abc", "1h75", "1:75", "an hour", "1 30", "2d", "1h-5", "60 km", "~60", "40-45"],
)
def test_what_is_no_duration_is_none(cell):
    assert pd.isna(durations_min(pd.Series([cell]), 1.0, thousands=True)[0])


def test_blanks_cut_thousands_and_nothing_else():
    cells = pd.Series(["1 234", "1 30", "12 345 678", "1 2345"])
    read = numbers(cells, thousands=False)
    assert pd.Series(read).isna().tolist() == [False, True, False, True]


def test_durations_in_words_are_no_days_of_rest():
    rows = [f"2026-06-{day:02},60,run" for day in range(1, 31)]
    for day, cell in ((25, "1h05m"), (26, "1h20m"), (28, "50 min"), (29, "1 h")):
        rows[day - 1] = f"2026-06-{day},{cell},run"
    log = own(*rows)
    answers = {a.name: a.value for a in derive(log, on=date(2026, 7, 1), sport="running")}
    assert (answers["rest_days_7d"], answers["longest_recent_min"]) == (0, 80)
    assert not len(log.doubtful)


def test_an_unread_duration_is_told_apart_from_none_and_both_are_doubtful():
    rows = ["2026-06-01,60,run", "2026-06-02,soon,run", "2026-06-03,,run", "soon,45,run"]
    rows.append("2026-06-06,30,Rest day")
    log = own(*rows, "2026-06-04,50,run", "2026-06-05,55")
    assert log.report.skipped == {
        **{
            "rest_with_duration": 1,
            "unread_duration": 1,
            "no_duration": 1,
            "no_date": 1,
            "other_width": 1,
        }
    }
    assert set(log.report.skipped) == {*MAY_BE_SESSIONS} - {"not_moved", "misread_duration"}
    cells = dict(zip(log.doubtful["why"], log.doubtful["cell"], strict=True))
    assert cells == {
        **{"unread_duration": "soon", "no_duration": "", "no_date": "soon"},
        **{"other_width": "2 cells", "rest_with_duration": "30"},
    }
    assert log.doubtful["day"].isna().sum() == 1
    for why in ("no_date", "unread_duration"):
        assert kinds(log)[why] == {"rows": 1, "cell": "soon"}


@pytest.mark.parametrize(
    "row",
    [
        "Total,180,",
        "Summe:,180,",
        "Average,60",
        ",180,Total",
        "Grand total,180,",
        "Ø,60,Mean",
    ],
)
def test_a_row_that_sums_up_others_is_no_session_and_no_doubt(row):
    log = own("2026-06-01,60,run", "2026-06-02,60,run", "2026-06-03,60,run", row)
    assert log.report.skipped == {"summary": 1}
    assert not len(log.doubtful)


@pytest.mark.parametrize("row", ["Total body,60,run", "?,60,Total body", "sometime,60,run"])
def test_a_session_without_a_date_stays_doubtful(row):
    log = own("2026-06-01,60,run", "2026-06-02,60,run", row)
    assert log.report.skipped == {"no_date": 1}


@pytest.mark.parametrize(
    ("cells", "minutes"),
    [
        (["60", "1:05", "65"], [60, None, 65]),  # of hours, or of minutes
        (["60", "9:59", "10:00"], [60, None, 10]),
        (["50:12", "9:30", "48:00"], [50.2, 9.5, 48]),  # the first tells
        (["60", "1:05:00", "0:50:00"], [60, 65, 50]),
        (["60", "1:05 h", "9:30 min"], [60, 65, 9.5]),
    ],
)
def test_a_clock_among_minutes_is_read_where_it_is_plain(cells, minutes):
    log = own(*(f"2026-06-0{day},{cell},run" for day, cell in enumerate(cells, 1)))
    assert log.sessions["duration_min"].tolist() == [m for m in minutes if m is not None]
    assert log.report.skipped.get("unread_duration", 0) == minutes.count(None)


def test_a_unit_in_a_cell_goes_before_that_of_its_column():
    columns = COLUMNS | {"Sport": "air_temperature_c", "Air": "relative_humidity_pct"}
    log = own(
        "2026-06-01,60,68 F,55 %",
        "2026-06-02,90 min,20 °C,0.5 of it",
        "2026-06-03,1 h,20,50",
        columns=columns,
    )
    assert log.sessions["air_temperature_c"].tolist() == pytest.approx([20, 20, 20])
    assert log.sessions["relative_humidity_pct"].isna().tolist() == [False, True, False]
    assert log.sessions["duration_min"].tolist() == [60, 90, 60]


def test_the_elapsed_time_is_used_where_a_watch_saw_no_movement():
    log = strava((1, 3600, 3700), (2, 12, 4200), (3, 40, 5400), (4, 400, 4200))
    assert log.sessions["duration_min"].tolist() == [60, 70, 90, 70]
    assert kinds(log)["elapsed_used"]["sessions"] == 3


@pytest.mark.parametrize(
    ("moving", "elapsed", "minutes", "kind"),
    [
        (60, 600, 1, ""),
        (59, 600, 10, "elapsed_used"),
        (361, 3600, 361 / 60, ""),
        (359, 3600, 60, "elapsed_used"),
        (2159, 21600, 360, "elapsed_used"),
        (2160, 21660, 36, "watch_left_on"),
        (3000, 3100, 50, ""),
    ],
)
def test_each_side_of_the_limits_of_a_moving_time(moving, elapsed, minutes, kind):
    log = strava((1, moving, elapsed))
    assert log.sessions["duration_min"].tolist() == [minutes]
    assert {"elapsed_used", "watch_left_on"} & kinds(log).keys() == {kind} - {""}


def test_messages_show_a_cell_and_the_form_that_is_needed():
    for rows, words in (
        (["2026-06-01,soon,run"], r"'soon'.*needed is 1:05:00"),
        (["soon,60,run"], r"'soon'.*needed is 2026-07-31"),
        (["2026-06-01,60,run,5"], r"4 in '2026-06-01, 60, run, 5', under 3 headers"),
    ):
        with pytest.raises(TrainingLogError, match=words) as caught:
            own(*rows)
        assert "again" not in str(caught.value)
