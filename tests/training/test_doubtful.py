"""Rows that may be sessions and could not be read leave open what their day can change."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from riskmodel.training.derive import derive
from riskmodel.training.log import doubtful_rows
from riskmodel.training.merge import merge_logs
from riskmodel.training.sentences import sentence
from riskmodel.training.window import window_of
from tests.training.test_training import answer, own

ON = date(2026, 7, 1)
NAMES = (
    "longest_recent_min",
    "sessions_per_week",
    "hard_sessions_3d",
    "rest_days_7d",
    "heat_days_14d",
    "recent_vs_usual_load",
)


def ago(days):
    return ON - timedelta(days=days)


def plain():
    """Runs on every third day up to the day before, all with how hard and how warm."""
    rows = "".join(f"{ago(n)},60,Run,5,25\n" for n in range(49, 0, -3))
    return own(f"day,min,what,rpe,air\n{rows}")


def with_doubt(days, *, sport="", cell="sixty-ish", why="no_duration", log=None, **columns):
    log = plain() if log is None else log
    day = None if days is None else pd.Timestamp(ago(days))
    row = {"day": [day], "sport": [sport], "why": [why], "cell": [cell], **columns}
    return replace(log, doubtful=doubtful_rows(row))


def open_names(log, sport="running", **options):
    found = derive(log, on=ON, sport=sport, air_temperature_c=25, **options)
    return {d.name for d in found if d.value is None}


def test_a_log_without_doubt_is_open_in_nothing():
    assert open_names(plain()) == set()


@pytest.mark.parametrize(
    ("days", "left_open"),
    [
        (None, NAMES),
        (0, ()),
        (-5, ()),
        (1, set(NAMES) - {"rest_days_7d", "heat_days_14d"}),  # a day with a warm run
        (2, NAMES),
        (3, NAMES),
        (5, set(NAMES) - {"hard_sessions_3d"}),
        (8, set(NAMES) - {"hard_sessions_3d", "rest_days_7d"}),
        (14, set(NAMES) - {"hard_sessions_3d", "rest_days_7d"}),
        (15, {"longest_recent_min", "sessions_per_week", "recent_vs_usual_load"}),
        (28, {"longest_recent_min", "sessions_per_week", "recent_vs_usual_load"}),
        (29, ()),
        (300, ()),
    ],
)
def test_exactly_what_the_day_of_a_row_can_change_is_open(days, left_open):
    log = with_doubt(days)
    assert open_names(log) == set(left_open)
    before = {
        d.name: d.value
        for d in derive(plain(), on=ON, sport="running", air_temperature_c=25)
    }
    for found in derive(log, on=ON, sport="running", air_temperature_c=25):
        if found.name in left_open:
            assert [f.kind for f in found.findings] == ["doubtful"]
        else:
            assert found.value == before[found.name]


@pytest.mark.parametrize(
    ("sport", "matters"),
    [
        ("", True),
        ("running", True),
        ("triathlon", True),
        ("cycling", False),
        ("other", False),
    ],
)
def test_the_longest_is_open_only_if_the_row_may_be_of_the_sport(sport, matters):
    log = with_doubt(5, sport=sport)
    assert ("longest_recent_min" in open_names(log)) is matters
    assert "rest_days_7d" in open_names(log)


def test_the_reason_has_the_count_and_a_cell():
    days = [pd.Timestamp(ago(n)) for n in (2, 5, 6, 6)]
    rows = {"day": days, "sport": "", "why": "no_duration", "cell": ["", "1h5", "", ""]}
    log = replace(plain(), doubtful=doubtful_rows(rows))
    rest = answer(log, "rest_days_7d", ON)
    assert dict(rest.findings[0].details) == {
        "rows": 4,
        "why": "no_duration",
        "cell": "1h5",
    }
    assert rest.reason == (
        "4 rows that may be sessions of these days could not be read: no duration ('1h5')."
    )
    blank = answer(with_doubt(2, cell=None), "rest_days_7d", ON)
    assert blank.reason == (
        "1 row that may be a session of these days could not be read: no duration."
    )
    assert sentence(*answer(with_doubt(None, why="no_date"), "rest_days_7d", ON).findings)


def test_naps_in_doubt_matter_only_where_naps_count():
    naps = {"day": [pd.Timestamp(ago(2))], "sport": "other", "why": "no_duration"}
    for is_training in (True, False):
        log = replace(plain(), doubtful=doubtful_rows({**naps, "is_training": is_training}))
        assert ("rest_days_7d" in open_names(log)) is is_training


def test_weeks_up_to_the_row_are_touched_by_it_even_at_the_end_of_the_log():
    rows = "".join(f"{ago(n)},60,Run\n" for n in range(49, 3, -3))
    log = own(f"day,min,what\n{rows}")
    assert answer(log, "sessions_per_week", ON).value == 2.5
    assert answer(with_doubt(2, log=log), "sessions_per_week", ON).value is None
    assert answer(with_doubt(40, log=log), "sessions_per_week", ON).value == 2.5
    assert answer(with_doubt(5, log=log), "sessions_per_week", ON).value is None
    assert answer(with_doubt(None, log=log), "sessions_per_week", ON).value is None


@pytest.mark.parametrize("bad", ["a while", "?", "", "see note"])
def test_a_duration_of_a_file_that_cannot_be_read_opens_the_answers_of_its_day(bad):
    rows = "".join(f"{ago(n)},60,Run,5\n" for n in range(49, 0, -3))
    log = own(f"day,min,what,rpe\n{rows}{ago(2)},{bad},Run,5\n")
    assert answer(log, "rest_days_7d", ON).value is None
    assert answer(log, "hard_sessions_3d", ON).value is None
    assert answer(log, "rest_days_7d", ago(3)).value is not None
    both = merge_logs([log, plain()])
    assert answer(both, "rest_days_7d", ON).value is None
    off = own(f"day,min,what,rpe\n{rows}{ago(2)},{bad},Rest day,5\n")
    assert answer(off, "rest_days_7d", ON).value == 4


def test_nothing_is_open_before_the_row():
    log = with_doubt(2)
    early = {d.name: d.value for d in derive(plain(), on=ago(3), sport="running")}
    assert {d.name: d.value for d in derive(log, on=ago(3), sport="running")} == early


@pytest.mark.parametrize(
    ("row", "end"),
    [
        ("2026-06-30,######,Run", None),
        ("2026-06-30,sixty-ish,", None),
        ("2026-06-30,,Run", None),
        ("2026-06-30,,", date(2026, 6, 28)),  # a day of a form that nobody has filled in
        ("someday,60,Run", date(2026, 6, 28)),
        ("2026-07-05,######,Run", date(2026, 6, 28)),
    ],
)
def test_a_row_of_which_only_the_day_is_read_shows_that_the_log_was_kept(row, end):
    rows = "".join(f"{ago(n)},60,Run\n" for n in range(48, 2, -3))
    log = own(f"day,min,what\n{rows}{row}\n")
    window = window_of(log, pd.Timestamp(ON), "running", None)
    assert window.early_end == (end and pd.Timestamp(end))
    assert not window.by_word
    assert "rest_days_7d" in open_names(log)


def doubted(text):
    return own(f"day,min,what\n2026-06-20,60,Run\n{text}\n")


@pytest.mark.parametrize(
    ("row", "other", "left"),
    [
        ("2026-06-25,,Run", "2026-06-25 07:00,40,Run", 0),
        ("2026-06-25 07:02,,Run", "2026-06-25 07:00,40,Run", 0),
        ("2026-06-25 07:02,,", "2026-06-25 07:00,40,Run", 0),
        ("2026-06-25 07:02,,Run", "2026-06-25,40,Run", 0),
        ("2026-06-25 09:00,,Run", "2026-06-25 07:00,40,Run", 1),  # another session
        ("2026-06-25,,Ride", "2026-06-25 07:00,40,Run", 1),  # another sport
        ("2026-06-25,,Run", "2026-06-26 07:00,40,Run", 1),  # another day
        ("someday,,Run", "2026-06-25 07:00,40,Run", 1),
        ("2026-06-25,40,Run\n2026-06-25,,Run", "2026-06-25 07:00,40,Run", 1),  # the first
        ("2026-06-25,,Run\n2026-06-25,,", "2026-06-25 07:00,40,Run", 1),
        ("2026-06-25,,Run\n2026-06-25,soon,Run", "2026-06-25 07:00,40,Run", 1),
    ],
)
def test_a_row_is_settled_by_the_session_that_another_file_tells(row, other, left):
    logs = [doubted(row), own(f"day,min,what\n{other}\n")]
    for order in (logs, logs[::-1]):
        merged = merge_logs(order)
        assert len(merged.doubtful) == left
        told = [dict(n.details) for n in merged.report.notes if n.kind == "told_elsewhere"]
        gone = sum(len(log.doubtful) for log in logs) - left
        assert told == ([{"rows": gone}] if gone else [])


def test_a_row_that_two_files_hold_is_doubtful_once():
    log = doubted("2026-06-25,,Run\n2026-06-26,,Run\n2026-06-26,,Run")
    assert len(merge_logs([log, log]).doubtful) == len(log.doubtful) == 3
