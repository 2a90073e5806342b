"""Durations that a spreadsheet program has moved, told by distance, pace and length."""

from contextlib import suppress

import pytest

from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log

PACE_S = 342
KM = (3.16, 9.7, 5.79, 12.28, 7.5, 10.88, 4.2, 6.6)


def garmin(clock, *, km=KM, pace="5:42", sport="Running"):
    """A list of runs at one pace, their times written by `clock`."""
    rows = ["Activity Type,Date,Distance,Calories,Time,Avg Pace,Elapsed Time"]
    for day, each in enumerate(km, 1):
        time = clock(each * PACE_S)
        rows.append(f"{sport},2026-06-{day:02} 6:12,{each},300,{time},{pace},{time}")
    return read_log("\n".join(rows).encode())


def h_mm_ss(seconds):
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


def mm_ss(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def moved(seconds):
    """As a spreadsheet program saves mm:ss once it took it for h:mm."""
    return f"{mm_ss(seconds)}:00" if seconds < 3600 else h_mm_ss(seconds)


def h_mm(seconds):
    return h_mm_ss(seconds)[:5]


def notes(log):
    return {note.kind: dict(note.details) for note in log.report.notes}


@pytest.mark.parametrize("clock", [h_mm_ss, mm_ss])
@pytest.mark.parametrize("pace", ["5:42", "10.5", "--"])
def test_times_as_the_program_writes_them_are_believed(clock, pace):
    log = garmin(clock, pace=pace)
    assert log.sessions["duration_min"].round(1).tolist() == [
        pytest.approx(km * PACE_S / 60, abs=0.1) for km in KM
    ]
    assert not {"misread_duration", "no_human_speed", "unread"} & notes(log).keys()


@pytest.mark.parametrize(
    ("clock", "pace", "words"),
    [
        (moved, "5:42", ("18:00:00", "18 min", "0:18:00", "3.16 and 5:42")),
        (moved, "5:42:00", ("18:00:00", "18 min", "0:18:00")),
        (moved, "10.5", ("18:00:00", "18 min", "0:18:00")),
        (moved, "--", ("18:00:00", "18 min", "0:18:00")),
        (h_mm, "5:42", ("00:18", "0:18:00")),
        (h_mm, "10.5", ("00:18", "0:18:00")),
        (h_mm, "--", ("00:18", "0:18:00")),
    ],
)
def test_a_column_that_was_moved_is_in_doubt_and_its_likely_reading_named(
    clock, pace, words
):
    with pytest.raises(TrainingLogError) as told:
        garmin(clock, pace=pace)
    for each in words:
        assert each in str(told.value)


def test_one_moved_time_is_open_and_does_not_cost_the_rest():
    rows = b"Activity Type,Date,Distance,Calories,Time,Avg Pace\n" + b"".join(
        b"Running,2026-06-%02d 6:12,10,300,0:57:00,5:42\n" % day for day in range(1, 29)
    )
    log = read_log(rows + b"Running,2026-06-30 6:12,3.16,300,18:00:00,5:42\n")
    assert notes(log)["misread_duration"]["cell"] == "18:00:00"
    assert log.sessions["duration_min"].tolist() == [57.0] * 28
    assert log.report.skipped == {"misread_duration": 1}
    assert log.doubtful[["why", "cell"]].to_numpy().tolist() == [
        ["misread_duration", "18:00:00"]
    ]


def test_times_of_days_in_a_table_of_ones_own_are_in_doubt_too():
    own = {"When": "start", "Time": "duration_s"}
    rows = "".join(
        f"2026-06-{day:02},{33 + day}:12:00\n" if day % 2 else f"2026-06-{day:02},1:05:12\n"
        for day in range(1, 9)
    )
    with pytest.raises(TrainingLogError, match=r"34:12:00.*0:34:12"):
        read_log(f"When,Time\n{rows}".encode(), columns=own)


@pytest.mark.parametrize(
    ("sport", "distance", "time", "pace"),
    [
        ("Hiking", 42, "14:00:00", "20:00"),
        ("Cycling", 300, "12:00:00", "25"),
        ("Strength Training", 0, "1:00:00", "--"),
        ("Strength Training", 0.05, "1:00:00", "--"),
        ("Pool Swim", '"1,500"', "30:00", "2:00"),
        ("Pool Swim", 750, "0:15:00", "2:00"),
        ("Running", 0.4, "1:12", "3:00"),
        ("Running", 26.2, "3:56:00", "9:00"),
    ],
)
def test_long_days_short_reps_pools_and_miles_are_believed(sport, distance, time, pace):
    rows = "".join(
        f"{sport},2026-06-{day:02} 6:12,{distance},300,{time},{pace},{time}\n"
        for day in range(1, 7)
    )
    headers = "Activity Type,Date,Distance,Calories,Time,Avg Pace,Elapsed Time\n"
    log = read_log(f"{headers}{rows}".encode())
    assert len(log.sessions) == 6
    assert "misread_duration" not in notes(log)


@pytest.mark.parametrize("time", ["9" * 400, "soon", "99:99:99:99", "-1:00:00", ""])
def test_without_a_duration_no_speed_is_judged(time):
    rows = "".join(
        f"Gym,2026-06-{day:02} 6:12,{distance},300,{written},--\n"
        for day, (distance, written) in enumerate(
            [(5, "1:00:10"), (6, "1:00:10"), ("18.50", time)], 1
        )
    )
    headers = "Activity Type,Date,Distance,Calories,Time,Avg Pace\n"
    log = read_log(f"{headers}{rows}".encode())
    assert log.report.lines()
    assert "no_human_speed" not in notes(log)


@pytest.mark.parametrize("pace", ["0", "0.0", "1e-310", "1e300", "-1", "0:00", "9" * 400])
@pytest.mark.parametrize("distance", ["0.00", "5", "1e99", "9" * 400])
def test_no_pace_makes_sense_of_everything(distance, pace):
    rows = "".join(
        f"Running,2026-06-{day:02} 6:12,{distance},300,1:02,{pace}\n" for day in range(1, 9)
    )
    headers = "Activity Type,Date,Distance,Calories,Time,Avg Pace\n"
    with suppress(TrainingLogError):  # that the column is in doubt
        assert read_log(f"{headers}{rows}".encode()).report.lines()


def test_a_distance_without_a_human_speed_is_a_number_all_the_same():
    rows = "".join(
        f"Gym,2026-06-{day:02} 6:12,{km},300,1:00:10,--\n"
        for day, km in enumerate([5, 6, 0.01, "far"], 1)
    )
    headers = "Activity Type,Date,Distance,Calories,Time,Avg Pace\n"
    told = notes(read_log(f"{headers}{rows}".encode()))
    assert told["no_human_speed"] == {"values": 1, "cell": "0.01", "minutes": 3610 / 60}
    assert (told["unread"]["values"], told["unread"]["cell"]) == (1, "far")
