"""Rows at the same hours, of one file or of several, are one session."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.training.derive import derive
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs
from riskmodel.training.overlaps import by_sport
from scripts import example_logs as made
from tests.training.test_training import own, strava

ON = date(2026, 6, 29)
MIDNIGHT = datetime(2026, 6, 20)


def log_of_rows(*rows):
    """Log of one day: each row a clock, minutes, a word and perhaps an effort."""
    lines = [f"2026-06-20 {clock},{minutes},{what},{more}" for clock, minutes, what, more
             in ((*row, "")[:4] for row in rows)]  # fmt: skip
    return own("\n".join(["day,min,what,rpe", *lines]))


def findings(log):
    return {note.kind: dict(note.details) for note in log.report.notes}


def sessions(log):
    rows = log.sessions
    return [
        (f"{start:%H:%M}", minutes, sport)
        for start, minutes, sport in zip(
            rows["start"], rows["duration_min"], rows["sport"], strict=True
        )
    ]


def longest(log, sport):
    rows = by_sport(log.sessions, sport)
    return rows.loc[rows["sport"] == sport, "duration_min"].max()


# Rows of a day, and the sessions that they are.
DAYS = {
    "two devices": (
        [("07:00", 90, "Ride"), ("07:01", 89, "Ride")],
        [("07:00", 90, "cycling")],
    ),
    "three devices": (
        [("07:00", 90, "Ride"), ("07:01", 91, "Ride"), ("07:02", 87, "Ride")],
        [("07:01", 91, "cycling")],
    ),
    "a device switched on late": (
        [("07:00", 60, "Run"), ("07:30", 60, "Run")],
        [("07:00", 90, "running")],
    ),
    "a chain": (
        [("07:00", 60, "Run"), ("07:50", 60, "Run"), ("08:40", 60, "Run")],
        [("07:00", 160, "running")],
    ),
    "a word that says nothing": (
        [("07:00", 60, "Workout"), ("07:00", 58, "Run")],
        [("07:00", 60, "running")],
    ),
    "a run within something longer": (
        [("07:00", 120, "Workout"), ("07:20", 30, "Run")],
        [("07:00", 120, "")],
    ),
    "a brick beside its legs": (
        [("07:00", 180, "Multisport"), ("07:00", 110, "Ride"), ("08:52", 66, "Run")],
        [("07:00", 180, "triathlon")],
    ),
    "a run off the bike, clocks a little apart": (
        [("07:00", 110, "Ride"), ("08:40", 60, "Run")],
        [("07:00", 160, "triathlon")],
    ),
    "warm-up within the gym": (
        [("07:00", 60, "Weights"), ("07:00", 15, "Run")],
        [("07:00", 60, "gym_strength")],
    ),
    "over midnight": (
        [("23:30", 90, "Run"), ("23:31", 88, "Run")],
        [("23:30", 90, "running")],
    ),
    "of four minutes": (
        [("07:00", 30, "Run"), ("07:10", 4, "Run")],
        [("07:00", 30, "running")],
    ),
    "a watch stopped and started again": (
        [("07:00", 30, "Run"), ("07:30", 30, "Run"), ("08:10", 10, "Run")],
        [("07:00", 30, "running"), ("07:30", 30, "running"), ("08:10", 10, "running")],
    ),
    "seconds of a clock": (
        [("07:00", 35, "Run"), ("07:31", 30, "Ride")],
        [("07:00", 35, "running"), ("07:31", 30, "cycling")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
def test_the_same_hours_count_once(day):
    rows, expected = DAYS[day]
    log = log_of_rows(*rows)
    assert sessions(log) == expected
    joined = len(rows) - len(expected)
    assert log.report.skipped.get("same_hours", 0) == joined
    assert log.report.rows_read - log.report.rows_used == joined
    assert findings(log).get("same_hours", {}).get("rows", 0) == joined
    # Files of their own say the same.
    files = merge_logs([log_of_rows(row) for row in rows])
    assert sessions(files) == expected


def test_without_a_time_of_day_nothing_overlaps():
    swims = own("day,min,what\n2026-06-20,60,Swim\n2026-06-20,58,Swim\n")
    assert len(swims.sessions) == 2
    assert "same_hours" not in findings(swims)


def test_legs_answer_for_their_sports_and_the_session_counts_once():
    brick = log_of_rows(*DAYS["a brick beside its legs"][0])
    assert longest(brick, "cycling") == 110
    assert longest(brick, "running") == 66
    assert brick.sessions["duration_min"].max() == 180
    assert findings(brick)["several_sports"]["sessions"] == 1
    # Legs that fill all of it leave nothing that is not known.
    assert (by_sport(brick.sessions, "running")["sport"] != "triathlon").all()
    # Of two names for the same hours both answer.
    both = log_of_rows(("07:00", 60, "Hike"), ("07:00", 60, "Walk"))
    assert len(both.sessions) == 1
    assert longest(both, "hiking") == longest(both, "walking") == 60


def test_what_no_leg_tells_stays_a_session_of_several_sports():
    part = log_of_rows(("07:00", 180, "Multisport"), ("07:00", 110, "Ride"))
    assert set(by_sport(part.sessions, "running")["sport"]) == {"triathlon", "cycling"}
    within = log_of_rows(*DAYS["a run within something longer"][0])
    assert set(by_sport(within.sessions, "running")["sport"]) == {"", "running"}
    assert longest(within, "running") == 30


def test_a_brick_answers_a_triathlon_as_a_whole_and_a_run_by_its_leg():
    rows = [("07:00", 180, "Multisport"), ("07:00", 110, "Ride"), ("08:52", 66, "Run")]
    log = log_of_rows(*rows)
    for sport, minutes in (("triathlon", 180), ("running", 66), ("cycling", 110)):
        answer = derive(log, on=date(2026, 6, 21), sport=sport)[0]
        assert answer.value == minutes
        assert sport in FIELDS["sport"].levels


def test_what_one_row_knows_completes_the_other_unless_it_is_of_a_part():
    twins = log_of_rows(("07:00", 60, "Run"), ("07:01", 58, "Run", 7))
    assert twins.sessions["session_rpe"].tolist() == [7.0]
    brick = log_of_rows(
        ("07:00", 180, "Multisport"), ("07:00", 110, "Ride", 4), ("08:52", 66, "Run", 9)
    )
    assert brick.sessions["session_rpe"].isna().all()


def test_a_watch_left_running_takes_in_no_other_session():
    night = [("00:10", 1200, "Run"), ("07:00", 60, "Run"), ("17:00", 90, "Ride")]
    log = log_of_rows(*night)
    assert len(log.sessions) == 3
    assert findings(log)["left_running"] == {
        "others": 2, "sessions": 1, "first": pd.Timestamp("2026-06-20"),
    }  # fmt: skip
    assert (
        "2 sessions are within 1 session of more than 12 hours, the first on 20 Jun 2026, "
        "a watch left running perhaps: each is counted."
    ) in log.report.lines()
    # In files of their own, and once more: told once, with all that it lies over.
    files = [log_of_rows(*night[:2]), log_of_rows(night[2])]
    merged = merge_logs(files)
    assert len(merged.sessions) == 3
    told = [note for note in merged.report.notes if note.kind == "left_running"]
    assert [dict(note.details)["others"] for note in told] == [2]
    cut = log_of_rows(("00:10", 2000, "Run"), ("07:00", 60, "Run"))
    assert findings(cut).keys() >= {"cut", "left_running"}
    # A long day on two devices, or with its legs, is one.
    long_day = log_of_rows(("05:00", 900, "Multisport"), ("05:00", 70, "Swim"),
                           ("06:20", 400, "Ride"), ("13:10", 400, "Run"))  # fmt: skip
    assert len(long_day.sessions) == 1


def test_rows_that_hang_together_for_more_than_a_day_stay_and_are_told():
    rows = [("00:10", 700, "Ride"), ("11:00", 700, "Ride"), ("22:00", 700, "Ride")]
    log = log_of_rows(*rows)
    assert len(log.sessions) == 3
    first = pd.Timestamp("2026-06-20")
    assert findings(log)["over_a_day"] == {"rows": 3, "first": first}
    merged = merge_logs([log_of_rows(row) for row in rows])
    assert findings(merged)["over_a_day"]["rows"] == 3


def test_a_ride_on_two_devices_in_one_file_is_half_as_many():
    rows = [
        {"Activity Date": f"{date(2026, 5, 18) + timedelta(days=2 * n)} 07:00:{second:02}",
         "Activity Type": "Ride", "Elapsed Time": ("", seconds), "Moving Time": seconds}
        for n in range(21) for second, seconds in ((0, 5400), (20, 5370))
    ]  # fmt: skip
    log = read_log(strava(*rows))
    per_week = derive(log, on=ON, sport="cycling")[1]
    assert per_week.value == 3.5
    assert log.report.skipped == {"same_hours": 21}
    assert findings(log)["same_hours"] == {
        "rows": 21, "first": pd.Timestamp("2026-05-18"),
    }  # fmt: skip
    assert (
        "21 rows overlap with another in time, the first on 18 May 2026: the same hours "
        "count once."
    ) in log.report.lines()


def test_a_brick_in_a_list_and_as_a_whole_is_one():
    runs = [(f"2026-06-{day:02} 06:00:00", "Run", 3600) for day in range(1, 26, 3)]
    brick = [("2026-06-20 06:00:00", "Ride", 6923), ("2026-06-20 08:01:00", "Run", 3165),
             ("2026-06-20 08:57:00", "Ride", 3596)]  # fmt: skip
    listed = read_log(strava(*(
        {"Activity Date": start, "Activity Type": what, "Elapsed Time": ("", seconds),
         "Moving Time": seconds}
        for start, what, seconds in [*runs, *brick]
    )))  # fmt: skip
    whole = log_of_rows(("06:00", 235.8, "Multisport"))
    for order in ([listed, whole], [whole, listed]):
        merged = merge_logs(order)
        answers = derive(merged, on=date(2026, 6, 26), sport="cycling")
        assert [d.value for d in answers][:2] == [
            115.0,
            pytest.approx(10 / 25 * 7, abs=0.05),
        ]
    assert len(listed.sessions) == 12  # adjacent, and nothing says that they are one


def fit_of_legs(*legs):
    """One FIT file of several sessions: when each starts, its sport and its minutes."""
    encoder = made.Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "activity", "manufacturer": "development"})
    for start, sport, minutes in legs:
        encoder.write_mesg(
            {"mesg_num": 18, "timestamp": start, "start_time": start, "sport": sport,
             "total_timer_time": minutes * 60.0}
        )  # fmt: skip
    return read_log(bytes(encoder.close()))


def test_a_triathlon_of_a_fit_file_has_its_legs_and_does_not_count_beside_its_rows():
    six = datetime(2026, 6, 20, 6, tzinfo=UTC)
    legs = [(0, "cycling", 115), (121, "running", 53), (177, "cycling", 60)]
    fit = fit_of_legs(*((six + timedelta(minutes=m), *rest) for m, *rest in legs))
    assert sessions(fit) == [("06:00", 228, "triathlon")]
    assert longest(fit, "cycling") == 115
    assert longest(fit, "running") == 53
    words = {"cycling": "Ride", "running": "Run"}
    listed = log_of_rows(
        *((f"{six + timedelta(minutes=m):%H:%M}", length, words[sport])
          for m, sport, length in legs)
    )  # fmt: skip
    assert len(listed.sessions) == 3
    for logs in ([fit, listed], [listed, fit], [fit, listed, fit]):
        merged = merge_logs(logs)
        # The last leg ends beyond the moving time of all three.
        assert sessions(merged) == [("06:00", 237, "triathlon")]
        assert merged.sessions["legs"].map(len).tolist() == [3]
        assert longest(merged, "running") == 53


ROWS = st.lists(
    st.tuples(
        # A midnight would be a day without a time.
        st.integers(0, 3000).filter(lambda minute: minute % 1440),
        st.integers(10, 700),
        st.sampled_from(["Run", "Ride", "Workout"]),
    ),
    min_size=1,
    max_size=12,
    unique=True,  # equal rows are left out before
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_sessions_are_the_rows_that_hang_together(rows):
    log = own("day,min,what\n" + "\n".join(
        f"{MIDNIGHT + timedelta(minutes=start)},{minutes},{what}"
        for start, minutes, what in rows
    ))  # fmt: skip
    # Pair by pair, until nothing changes.
    start = np.array([row[0] for row in rows])
    end = start + np.array([row[1] for row in rows])
    shared = np.minimum.outer(end, end) - np.maximum.outer(start, start)
    near = shared > 5
    for _ in rows:
        near = (near.astype(int) @ near.astype(int)) > 0
    chains = {tuple(np.flatnonzero(row)) for row in near}
    long = [len(c) for c in chains if np.ptp([start[[*c]].min(), end[[*c]].max()]) > 1440]
    assert len(log.sessions) == len(chains) - len(long) + sum(long)
    assert findings(log).get("over_a_day", {}).get("rows", 0) == sum(long)
    hours = log.sessions
    ends = hours["start"] + pd.to_timedelta(hours["duration_min"], unit="min")
    assert ends.max() <= pd.Timestamp(MIDNIGHT) + timedelta(minutes=int(end.max()))
    assert log.report.rows_read - log.report.rows_used == sum(log.report.skipped.values())
