"""Which days a log covers: up to its last session before the planned one."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskmodel.training.derive import derive, last_day_before, not_before
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs
from riskmodel.training.sentences import sentence
from riskmodel.training.window import gap_between_lists
from scripts import example_logs as made
from tests.training.test_training import answer, own

FIRST, ON = date(2026, 6, 1), date(2026, 7, 1)


def log_on(days, words=None):
    words = words or {}
    rows = "".join(f"{day},60,{words.get(day, 'Run')}\n" for day in sorted(days))
    return own(f"day,min,what\n{rows}")


def values(log, on=ON, **options):
    found = derive(log, on=on, sport="running", air_temperature_c=25, **options)
    return {d.name: d.value for d in found}


MARCH = [date(2026, 3, day) for day in range(1, 28, 2)]


@pytest.mark.parametrize(
    "later", [date(2036, 1, 1), ON, ON + timedelta(days=1), date(2099, 12, 31)]
)
def test_a_later_session_bridges_no_gap(later):
    alone, both = log_on(MARCH), log_on([*MARCH, later])
    assert set(values(both).values()) == {None}
    (found, note) = derive(both, on=ON, sport="running")[0].findings
    assert found == derive(alone, on=ON, sport="running")[0].findings[0]
    assert (found.kind, dict(found.details)["end"]) == (
        "ended_long_ago",
        pd.Timestamp(MARCH[-1]),
    )
    assert note in not_before(both, ON)
    assert dict(note.details) == {"sessions": 1, "on": ON, "latest": pd.Timestamp(later)}
    assert not_before(alone, ON) == ()


def test_sessions_of_the_day_itself_count_for_nothing_and_are_told():
    days = [ON - timedelta(days=n) for n in range(1, 40)]
    with_today = log_on([*days, ON])
    assert values(with_today) == values(log_on(days))
    assert sentence(*not_before(with_today, ON)) == (
        "1 session from 1 Jul 2026 on, the latest on 1 Jul 2026, is not counted."
    )
    assert sentence(*not_before(log_on([*days, ON, ON + timedelta(days=3)]), ON)) == (
        "2 sessions from 1 Jul 2026 on, the latest on 4 Jul 2026, are not counted."
    )


@pytest.mark.parametrize("gap", range(1, 8))
def test_a_gap_before_the_day_is_no_rest_unless_the_reader_says_so(gap):
    days = [ON - timedelta(days=n) for n in range(gap, 40)]
    for log in (log_on(days), log_on([*days, ON + timedelta(days=2)])):
        assert last_day_before(log, ON) == ON - timedelta(days=gap)
        rest = answer(log, "rest_days_7d", ON)
        assert rest.value == (0 if gap == 1 else None)
        said = answer(log, "rest_days_7d", ON, complete_until=ON - timedelta(days=1))
        assert said.value == gap - 1


def test_a_later_session_makes_no_list_of_single_files():
    """The list that covers days must have some before the planned one."""
    assert set(values(log_on([ON, ON + timedelta(days=1)])).values()) == {None}
    assert last_day_before(log_on([ON]), ON) is None


def test_the_reader_may_say_the_log_is_complete_beside_a_later_session():
    log = log_on([*MARCH, date(2036, 1, 1)])
    on = date(2026, 4, 1)
    assert answer(log, "rest_days_7d", on).value is None
    said = answer(log, "rest_days_7d", on, complete_until=date(2026, 3, 31))
    assert said.value == 5
    with pytest.raises(ValueError, match="27 Mar 2026 or later"):
        answer(log, "rest_days_7d", on, complete_until=date(2026, 3, 26))


WORDS = st.sampled_from(["Run", "Ride", "Quidditch", "Nap", "Triathlon", ""])


@pytest.mark.slow
@given(
    before=st.dictionaries(st.integers(1, 45), WORDS, min_size=1),
    after=st.dictionaries(st.integers(0, 4000), WORDS, min_size=1, max_size=5),
    two_files=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_rows_on_or_after_the_day_never_change_an_answer(before, after, two_files):
    past = {ON - timedelta(days=n): word for n, word in before.items()}
    later = {ON + timedelta(days=n): word for n, word in after.items()}
    alone = log_on(past, past)
    if two_files:
        both = merge_logs([alone, log_on(later, later)])
    else:
        both = log_on({**past, **later}, {**past, **later})
    assert values(both) == values(alone)
    training = [word for word in later.values() if word != "Nap"]
    told = [dict(note.details)["sessions"] for note in not_before(both, ON)]
    assert told == ([len(training)] if training else [])
    (note,) = not_before(both, ON, not_training_counts=True)
    assert dict(note.details)["sessions"] == len(later)


def days_from(first, last, step=1):
    first, last = (date.fromisoformat(f"2026-{day}") for day in (first, last))
    return [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]


def test_days_that_no_list_covers_are_no_rest():
    """What asks about them stays open, and a list from before takes nothing away."""
    on = date(2026, 7, 31)
    late = log_on(days_from("07-20", "07-30"))
    early = log_on(days_from("06-10", "07-03", 2))
    alone, both = values(late, on), values(merge_logs([early, late]), on)
    assert both == alone
    assert both["sessions_per_week"] == 7
    assert both["recent_vs_usual_load"] is both["heat_days_14d"] is None
    found = {
        d.name: d.findings
        for d in derive(merge_logs([late, early]), on=on, sport="running")
    }
    days = {"first": pd.Timestamp("2026-07-03"), "last": pd.Timestamp("2026-07-19")}
    (gap,) = found["recent_vs_usual_load"]
    assert (gap.kind, dict(gap.details)) == ("between_files", days)
    assert [f.kind for f in found["longest_recent_min"]] == ["longest", "at_least_known"]
    assert [f.kind for f in found["sessions_per_week"]] == ["a_week_since_gap"]
    none = derive(merge_logs([early, late]), on=on, sport="swimming")[0]
    assert (none.value, none.findings[0].kind) == (None, "between_files")
    said = values(merge_logs([early, late]), on, complete_until=date(2026, 7, 30))
    assert said["sessions_per_week"] == 2.8


@pytest.mark.parametrize(
    ("early", "late", "per_week"),
    [
        (days_from("01-02", "07-10"), days_from("07-17", "07-30"), 5.5),  # files touch
        (days_from("05-01", "07-30", 2), days_from("07-20", "07-30"), 4.8),  # within
        (days_from("06-10", "07-30", 10), days_from("06-20", "07-30", 10), 0.8),  # beside
        (days_from("06-01", "06-20"), days_from("07-01", "07-30"), 7.0),  # long ago
        (days_from("05-01", "07-30", 15), [date(2026, 8, 20)], 0.5),  # one list alone
    ],
)
def test_lists_that_touch_or_cover_each_other_leave_nothing_open(early, late, per_week):
    merged = merge_logs([log_on(early), log_on(late)])
    found = values(merged, date(2026, 7, 31))
    assert found["sessions_per_week"] == per_week
    assert None not in {found["longest_recent_min"], found["recent_vs_usual_load"]}


def test_a_file_of_one_session_and_a_later_row_cover_no_days_between_lists():
    on = date(2026, 7, 31)
    early = log_on([*days_from("06-10", "07-03"), date(2026, 8, 15)])
    late = log_on(days_from("07-20", "07-30"))
    fit = read_log(made.fit())
    for logs in ([early, late], [early, late, fit], [merge_logs([early, fit]), late]):
        gap = gap_between_lists(merge_logs(logs), pd.Timestamp(on))
        assert gap == (pd.Timestamp("2026-07-04"), pd.Timestamp("2026-07-19"))
    assert gap_between_lists(merge_logs([late, fit]), pd.Timestamp(on)) is None
