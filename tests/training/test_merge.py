# ruff: noqa: E501 (rows of exports are as long as they are)
"""Logs of one athlete put together: each session counts once."""

import itertools
from datetime import date, datetime, timedelta
from random import Random

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs
from scripts import example_logs as made
from tests.training.test_training import (
    BERLIN,
    EXAMPLES,
    TABLES,
    answer,
    garmin,
    own,
    strava,
)


def one(start, minutes, source="strava", sport="Run", metres=""):
    if source == "strava":
        return read_log(strava({
            "Activity Date": start, "Activity Type": sport, "Elapsed Time": ("", minutes * 60),
            "Moving Time": minutes * 60, "Distance": ("", metres),
        }))  # fmt: skip
    line = f'{sport},{start},x,"{metres}",1,{int(minutes) // 60:02}:{int(minutes) % 60:02}:00,,'
    return read_log(garmin(line))


@pytest.mark.parametrize(
    ("other", "sessions"),
    [
        (("2026-07-01 07:05:00", 60), 1),
        (("2026-07-01 07:05:01", 60), 1),  # the same hours
        (("2026-07-01 07:00:00", 119), 1),  # pauses counted, or not
        (("2026-07-01 07:00:00", 121), 1),
        (("2026-07-01 09:00:00", 60), 2),  # one shift alone is two sessions
    ],
)
def test_when_two_rows_of_two_programs_are_one_session(other, sessions):
    merged = merge_logs([one("2026-07-01 07:00:00", 60), one(*other, source="garmin")])
    assert len(merged.sessions) == sessions


def starts(source, *moments, minutes=60):
    """Runs of a program, each at a moment and as long."""
    if source == "strava":
        return read_log(strava(*(
            {"Activity Date": str(start), "Activity Type": "Run",
             "Moving Time": minutes * 60, "Elapsed Time": ("", minutes * 60)}
            for start in moments
        )))  # fmt: skip
    lines = [f"Running,{start},x,,1,00:{minutes}:00,," for start in moments]
    return read_log(garmin(*lines))


MORNINGS = [datetime(2026, 6, day, 7) for day in range(1, 20, 3)]


@pytest.mark.parametrize(
    ("hours", "minutes", "once"),
    [
        (2.0, 57, True),  # another zone; what lies 3 % beside is still as long
        (2.0, 55, False),
        (2.5, 57, False),
        (14.0, 57, True),
        (15.0, 57, False),
        (-8.0, 57, True),  # over midnight
    ],
)
def test_a_clock_in_another_zone_shifts_all_sessions_alike(hours, minutes, once):
    other = [start + timedelta(hours=hours) for start in MORNINGS]
    one = starts("strava", *MORNINGS, minutes=57)
    merged = merge_logs([one, starts("garmin", *other, minutes=minutes)])
    assert len(merged.sessions) == (7 if once else 14)


def test_summer_time_may_begin_within_a_shift():
    autumn = [datetime(2026, 10, day, 9) for day in range(20, 31)]
    berlin = [
        start - timedelta(hours=2 if start < datetime(2026, 10, 25, 3) else 1)
        for start in autumn
    ]
    merged = merge_logs([starts("strava", *berlin), starts("garmin", *autumn)])
    assert len(merged.sessions) == len(autumn)


@pytest.mark.parametrize("others", [0, 2, 7])
def test_a_ride_that_one_missed_and_one_that_the_other_missed_are_two(others):
    morning, evening = datetime(2026, 6, 20, 8), datetime(2026, 6, 20, 17, 2)
    logs = [
        starts("strava", *MORNINGS[:others], morning, minutes=30),
        starts("garmin", *MORNINGS[:others], evening, minutes=30),
    ]
    for order in (logs, logs[::-1]):
        merged = merge_logs(order)
        assert len(merged.sessions) == others + 2
        (apart,) = (n for n in merged.report.notes if n.kind == "hours_apart")
        assert dict(apart.details) == {
            "sessions": 1, "first": pd.Timestamp("2026-06-20"), "hours": 9,
        }  # fmt: skip
        assert (
            "1 session may stand in two files at different hours, the first on 20 Jun "
            "2026, 9 hours apart: counted as two, since most others are not so."
        ) in merged.report.lines()


def test_a_shift_counts_only_if_it_is_that_of_most():
    def both(same, shifted):
        other = [start + timedelta(hours=2) for start in MORNINGS[same : same + shifted]]
        there = starts("garmin", *MORNINGS[:same], *other)
        return len(merge_logs([starts("strava", *MORNINGS), there]).sessions) - 7

    assert both(0, 3) == 0
    assert both(0, 2) == 2  # too few to tell
    assert both(3, 3) == 3  # half is not most
    assert both(3, 4) == 0


def test_two_files_of_the_same_program_count_a_session_once():
    for name in TABLES:
        log = read_log(EXAMPLES[name], time_zone=BERLIN)
        merged = merge_logs([log, log])
        pd.testing.assert_frame_equal(merged.sessions, log.sessions)
        assert merged.report.skipped["in_another_file"] == len(log.sessions)
    fit = read_log(made.fit())
    assert len(merge_logs([fit, fit]).sessions) == 1
    early, late = starts("garmin", *MORNINGS[:5]), starts("garmin", *MORNINGS[3:])
    assert merge_logs([early, late]).sessions["start"].tolist() == MORNINGS
    # A copy that another program has completed in between is still the same.
    copies = [starts("strava", *MORNINGS, minutes=58), starts("garmin", *MORNINGS)]
    for order in (copies * 2, copies[::-1] * 2, [copies[0], *copies, copies[1]]):
        assert len(merge_logs(order).sessions) == 7
    assert len(merge_logs([merge_logs(copies), *copies[:1]]).sessions) == 7


def test_the_same_program_has_two_sessions_at_other_hours_and_one_at_the_same():
    base = starts("garmin", MORNINGS[0])
    for other, sessions in (
        (starts("garmin", MORNINGS[0] + timedelta(minutes=1)), 1),
        (starts("garmin", MORNINGS[0] + timedelta(minutes=54)), 1),
        (starts("garmin", MORNINGS[0] + timedelta(minutes=55)), 2),
        (starts("garmin", MORNINGS[0] + timedelta(hours=2)), 2),
        (starts("garmin", MORNINGS[0], minutes=59), 1),
        (one(str(MORNINGS[0]), 60, "garmin", "Cycling"), 1),
    ):
        assert len(merge_logs([base, other]).sessions) == sessions
    # Two equal swims of one day without a time stay two, in however many files.
    swims = "WorkoutType,WorkoutDay,TimeTotalInHours,Title\n"
    swims += "Swim,2026-07-01,0.5,early\nSwim,2026-07-01,0.5,late\n"
    log = read_log(swims.encode())
    assert len(merge_logs([log, log, log]).sessions) == 2


def test_distances_say_nothing_against_the_same_hours_and_commutes_are_two():
    base = one("2026-07-01 07:00:00", 60, metres=10_000)
    far = one("2026-07-01 07:00:00", 60, "garmin", metres="13.00")
    miles = one("2026-07-01 07:00:00", 60, "garmin", metres="6.21")
    assert merge_logs([base, far]).report.skipped == {"same_hours": 1}
    assert merge_logs([base, miles]).report.skipped == {"in_another_file": 1}
    there_and_back = [f"Cycling,2026-07-01 0{h}:00:00,x,8,1,00:25:00,," for h in (7, 8)]
    garmin_log = read_log(garmin(*there_and_back))
    ride_log = read_log(strava(*(
        {"Activity Date": f"2026-07-01 0{h}:00:30", "Activity Type": "Ride",
         "Moving Time": 1500, "Elapsed Time": ("", 1500)} for h in (7, 8)
    )))  # fmt: skip
    assert len(merge_logs([garmin_log, ride_log]).sessions) == 2
    with pytest.raises(ValueError, match="at least one"):
        merge_logs([])


def test_a_long_ride_on_a_clock_in_another_zone_is_not_longer():
    ride = one("2026-07-01 07:00:00", 180, sport="Ride")
    shifted = one("2026-07-01 08:00:00", 181, "garmin", "Cycling")
    (minutes,) = merge_logs([ride, shifted]).sessions["duration_min"]
    assert minutes == pytest.approx(180, abs=1)


def test_the_order_of_the_files_does_not_matter():
    logs = [read_log(EXAMPLES[name], time_zone=BERLIN) for name in TABLES]
    logs.append(read_log(made.fit()))
    first = merge_logs(logs).sessions
    for order in itertools.islice(itertools.permutations(logs), 0, 120, 17):
        pd.testing.assert_frame_equal(merge_logs(order).sessions, first)


SPANS = st.tuples(
    st.integers(0, 4000), st.integers(10, 1400), st.sampled_from(["Run", "Ride", "Workout"])
)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(SPANS, min_size=1, max_size=6), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
)
@example(
    [
        [(268, 368, "Workout"), (580, 330, "Run"), (618, 372, "Run"), (932, 760, "Run"),
         (1042, 1213, "Workout"), (2111, 507, "Ride")],
        [(268, 368, "Run"), (618, 372, "Workout"), (932, 760, "Run"),
         (1042, 1213, "Workout"), (2111, 507, "Ride"), (2111, 507, "Ride")],
    ],
    Random(1),
)  # fmt: skip
def test_any_files_give_the_same_in_any_order_and_nothing_more_with_themselves(
    files, random
):
    logs = [
        own("day,min,what\n" + "\n".join(
            f"{datetime(2026, 6, 1) + timedelta(minutes=start)},{minutes},{what}"
            for start, minutes, what in file
        ))
        for file in files
    ]  # fmt: skip
    merged = merge_logs(logs)
    report = merged.report
    assert report.rows_read - report.rows_used == sum(report.skipped.values())
    shuffled = random.sample(logs, len(logs))[::-1] if len(logs) > 2 else logs[::-1]
    pd.testing.assert_frame_equal(merge_logs(shuffled).sessions, merged.sessions)
    for again in (logs[:1], logs[:1] * 2):
        pd.testing.assert_frame_equal(merge_logs(again).sessions, logs[0].sessions)
    for again in ([merged], [merged, merged]):
        pd.testing.assert_frame_equal(merge_logs(again).sessions, merged.sessions)


def untimed(*rows):
    return own("day,min,what\n" + "".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize(
    ("one", "two", "sessions"),
    [
        ("45,Run", "45.5,Run", 30),
        ("45,Run", "45,Run", 30),
        ("45,Run", "49,Run", 30),
        ("45,Run", "50,Run", 60),
        ("45,Run", "45,Ride", 60),
    ],
)
def test_two_tables_of_ones_own_are_not_of_one_program(one, two, sessions):
    days = [f"2026-07-{day:02}" for day in range(1, 31)]
    logs = [untimed(*(f"{day},{row}" for day in days)) for row in (one, two)]
    for order in (logs, logs[::-1]):
        merged = merge_logs(order)
        assert len(merged.sessions) == sessions
        assert "alike_but_length" not in {n.kind for n in merged.report.notes}


def test_rows_of_one_program_that_differ_in_length_alone_are_told():
    def swims(hours):
        rows = f"Swim,2026-07-01,{hours},a\nRun,2026-07-02,0.5,b\n"
        return read_log(f"WorkoutType,WorkoutDay,TimeTotalInHours,Title\n{rows}".encode())

    merged = merge_logs([swims(0.5), swims(0.52)])
    assert len(merged.sessions) == 3
    (note,) = (n for n in merged.report.notes if n.kind == "alike_but_length")
    assert dict(note.details) == {"rows": 1, "first": pd.Timestamp("2026-07-01")}


DAYS = [f"2026-07-{day:02}" for day in range(1, 31)]


def gym(*minutes):
    """Sessions of every day, of which a program knows start, length and sport."""
    kinds = zip(minutes, ("Strength Training", "Running"), (7, 18), strict=False)
    lines = [
        f"{sport},{day} {hour:02}:00:00,x,,1,00:{length}:00,,"
        for length, sport, hour in kinds
        for day in DAYS
    ]
    return read_log(garmin(*lines))


@pytest.mark.parametrize(
    ("row", "minutes", "sessions", "clear"),
    [
        ("45,Fitness", [45], 30, True),
        ("45,", [43], 30, True),
        ("45,", [30], 60, True),  # another one
        ("45,Ride", [45], 60, True),  # it names its sport
        ("45,Yoga", [45], 60, True),
        ("45,", [45, 30], 60, True),
        ("45,", [45, 45], 90, False),  # one of both, or a third
    ],
)
def test_a_list_without_times_and_sports_beside_a_program(row, minutes, sessions, clear):
    program = gym(*minutes)
    diary = untimed(*(f"{day},{row}" for day in DAYS))
    for order in ([diary, program], [program, diary]):
        merged = merge_logs(order)
        assert len(merged.sessions) == sessions
        if sessions == 30:
            assert set(merged.sessions["sport"]) == {"gym_strength"}
            assert merged.sessions["start"].notna().all()
        a_week = answer(merged, "sessions_per_week", date(2026, 7, 31))
        assert a_week.value == (sessions * 7 / 30 if clear else None)
        kinds = {note.kind for note in merged.report.notes}
        assert ("which_session" in kinds) is not clear
        if not clear:
            (found,) = a_week.findings
            assert (found.kind, dict(found.details)["days"]) == ("counted_twice", 28)
    assert set(diary.sessions["sport"]) == set(
        untimed(f"2026-07-01,{row}").sessions["sport"]
    )


def test_two_rows_without_a_sport_are_two_sessions_of_a_program():
    rows = [f"{day},{minutes}," for day in DAYS for minutes in (45, 44)]
    merged = merge_logs([untimed(*rows), gym(45, 45)])
    assert len(merged.sessions) == 60
    assert not len(merged.doubtful)


def test_what_words_do_not_say_is_told_of_the_sessions_that_are_left():
    logs = [
        untimed("2026-07-01,60,Run", "2026-07-02,20,Nap", "2026-07-03,30,Quidditch"),
        untimed("2026-07-02,20,Nap", "2026-07-03,30,Quidditch", "2026-07-04,20,Nap"),
    ]
    merged = merge_logs(logs)
    assert merged.report.counts.not_training == 2
    notes = {n.kind: dict(n.details)["sessions"] for n in merged.report.notes}
    assert (notes["not_training"], notes["unknown_activity"]) == (2, 1)
    assert merge_logs([merged, *logs]).report.counts.not_training == 2
    known = merge_logs([*logs, untimed("2026-07-03,30,Rugby")])
    assert "unknown_activity" not in {n.kind for n in known.report.notes}


@pytest.mark.parametrize(
    ("one", "two", "left"), [(3, 8, None), (3, 4, "one"), (3, "", 3), ("", "", None)]
)
def test_efforts_that_contradict_each_other_are_left_open(one, two, left):
    logs = [
        own("day,min,what,rpe\n" + "".join(f"{day} 07:00,45,Run,{rpe}\n" for day in DAYS))
        for rpe in (one, two)
    ]
    for order in (logs, logs[::-1], [*logs, *logs], [logs[1], *logs]):
        merged = merge_logs(order)
        assert len(merged.sessions) == 30
        (effort,) = merged.sessions["session_rpe"].fillna(0).unique()
        assert effort in ((one, two) if left == "one" else (left or 0,))
        notes = [dict(n.details) for n in merged.report.notes if n.kind == "efforts_differ"]
        contrary = {"sessions": 30, "first": pd.Timestamp("2026-07-01")}
        assert notes == ([contrary] if (one, two) == (3, 8) else [])


def test_one_pair_at_other_hours_beside_a_shift_of_most_stays_two():
    """The shift of most says nothing of the pair that has another one."""
    garmin_starts = [start + timedelta(hours=2) for start in MORNINGS[:6]]
    garmin_starts.append(MORNINGS[6] + timedelta(hours=5))
    logs = [starts("strava", *MORNINGS), starts("garmin", *garmin_starts)]
    for order in (logs, logs[::-1]):
        merged = merge_logs(order)
        assert len(merged.sessions) == 8
        (apart,) = (dict(n.details) for n in merged.report.notes if n.kind == "hours_apart")
        assert apart == {"sessions": 1, "first": pd.Timestamp("2026-06-19"), "hours": 5}


def test_a_session_that_has_its_partner_is_no_ones_second():
    diary = untimed(*(f"{day},45,{word}" for day in DAYS for word in ("Weights", "")))
    merged = merge_logs([diary, gym(45)])
    assert len(merged.sessions) == 60
    assert not len(merged.doubtful)
