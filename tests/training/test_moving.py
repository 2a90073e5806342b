"""A watch that saw no movement: one rule for every file that tells two times."""

import math
from datetime import date

import pandas as pd
import pytest

from riskmodel.training.derive import derive
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.moving import settle_duration
from scripts import example_logs as made
from tests.training.test_doors import GARMIN_RUN, garmin_list

STRAVA = "Activity ID,Activity Date,Activity Type,Elapsed Time,Moving Time\n"


@pytest.mark.parametrize(
    ("moving", "elapsed", "duration", "column"),
    [
        (50, 60, 50, None),
        (0.3, 60, 60, "elapsed_used"),
        (3.3, 60, 60, "elapsed_used"),
        (0, 60, 60, "elapsed_used"),
        (math.nan, 60, 60, "elapsed_used"),
        (30, 700, 30, "watch_left_on"),
        (0.3, 833, None, "not_moved"),
        (math.nan, 833, None, "not_moved"),
        (0.3, 0.5, 0.3, None),
        (0.3, math.nan, 0.3, None),
        (math.nan, math.nan, None, None),
    ],
)
def test_the_duration_by_the_time_moved_and_the_time_elapsed(
    moving, elapsed, duration, column
):
    rows = pd.DataFrame(index=range(1))
    settle_duration(rows, [moving], [elapsed])
    row = rows.iloc[0]
    assert [row["duration_min"]] == pytest.approx([duration or math.nan], nan_ok=True)
    for name in ("elapsed_used", "watch_left_on", "not_moved"):
        assert row[name] == (name == column)


def by_every_reader(moving_s, elapsed_s):
    """The same session in each file that tells both times."""
    table = f'{STRAVA}1,"Jul 12, 2026, 7:00:00 AM",Run,{elapsed_s},{moving_s}\n'
    both = {"duration": moving_s * 1000, "elapsedDuration": elapsed_s * 1000}
    fit = made.fit(total_timer_time=moving_s, total_elapsed_time=elapsed_s)
    return table.encode(), garmin_list(GARMIN_RUN | both).encode(), fit


@pytest.mark.parametrize("moving_s", [0, 20, 200])
def test_every_reader_takes_the_time_elapsed_where_the_watch_saw_no_movement(moving_s):
    for content in by_every_reader(moving_s, 3600):
        log = read_log(content)
        assert log.sessions["duration_min"].tolist() == [60]
        assert "elapsed_used" in [note.kind for note in log.report.notes]


def test_every_reader_leaves_open_what_may_be_a_watch_that_was_left_on():
    for content in by_every_reader(20, 50_000):
        with pytest.raises(TrainingLogError, match="less than a minute of movement"):
            read_log(content)


def test_such_a_row_is_no_day_of_rest():
    runs = [
        GARMIN_RUN | {"startTimeLocal": 1782903600000 + day * 86_400_000}
        for day in range(30)
    ]
    runs[20] |= {"duration": 20_000, "elapsedDuration": 50_000_000}
    log = read_log(garmin_list(*runs).encode())
    assert log.doubtful["why"].tolist() == ["not_moved"]
    found = derive(log, on=date(2026, 7, 31), sport="running")
    assert {a.name: a.value for a in found}["sessions_per_week"] is None
