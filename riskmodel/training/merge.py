"""Logs of one athlete put together, each session counted once.

Two files of the same program overlap where start, sport and length are equal, or the day
instead of the start where there is no time of day; two such rows of one file stay two.
Rows equal in all but a length that differs by up to 10 % stay two, and are told.

Two rows from different programs are the same session if sport, start and length agree: a
start within 5 minutes and a length within a factor of 2, since programs count pauses
differently; or, where one has no time of day, the same day and a length within 10 %.  The
latter holds for two tables of one's own, too, which need not be of one program.
Where both give a distance it must agree within 10 %, or as miles do with kilometres.
Each row has one partner at most, the nearest.

Where both say how hard it felt, and are more than 1 apart, it is left open.

Where one has no time of day and one of both names no sport, they are the same if the day
and, within 10 %, the length agree, and the day has as many of the one as of the other in
question.  Else each counts, and how many there were is in doubt.

Where a clock was set to another zone, starts differ by whole hours up to 14.  Such rows,
with lengths within 3 %, are the same session only if that shift, give or take the hour of
summer time, is that of more than half of all pairs of the two files and of at least
three: else a ride in the morning that one program missed and one in the evening that the
other missed would be one.  Those left apart are named in a note.  The limits are our
judgement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.units import MILE_KM
from riskmodel.training.activities import OF_ACTIVITIES, activity_notes
from riskmodel.training.doubts import still_doubtful
from riskmodel.training.failed import FailedFile
from riskmodel.training.log import TrainingLog, doubtful_rows, log_of, ordered
from riskmodel.training.overlaps import STILL_OVERLAP, counted_once, joined
from riskmodel.training.sentences import PERHAPS_TWICE, Finding, finding
from riskmodel.training.words import OWN_LABEL, limit

Places = NDArray[np.intp]

_COMPARED = ["day", "start", "sport", "duration_min", "distance_m", "sources"]
_COMPARED += ["is_training"]
_NEAR_MIN, _OF_WHOLE_HOURS_MIN, _MOST_SHIFT_H = 5.0, 5.0, 14
_PAUSES, _EQUAL, _ROUNDED = 2.0, 1.03, 1.1  # ratios of two lengths
_SAME_EFFORT = 1.0  # difference of two that were rounded
_CONTRARY = np.inf  # stands for efforts that contradict each other, for a third file, too


def merge_logs(
    logs: Sequence[TrainingLog], failed: Sequence[FailedFile] = ()
) -> TrainingLog:
    """Put logs of the same athlete together, and count each session once.

    Parameters
    ----------
    logs : sequence of TrainingLog
        At least one.
    failed : sequence of FailedFile
        Files of theirs that could not be read: what they may hold is left open.

    Returns
    -------
    TrainingLog
        Of a session that stands in several files, the row of one, completed from the
        others; which one does not depend on the order of the files.  Sessions that
        overlap besides are joined as `riskmodel.training.overlaps` says.

    Raises
    ------
    ValueError
        If there is no log.
    """
    if not logs:
        raise ValueError("There is no log to read: give at least one.")
    # Files of the same program first: a session completed from another program would
    # no longer equal its second copy.
    groups: dict[tuple[str, ...], list[pd.DataFrame]] = {}
    for log in sorted(logs, key=_place):
        groups.setdefault(log.report.sources, []).append(log.sessions)
    of_sources = [_merged(group) for group in groups.values()]
    merged, apart = _merged([sessions for sessions, _ in of_sources])
    apart += [note for _, notes in of_sources for note in notes]
    merged["session_rpe"] = merged["session_rpe"].replace(_CONTRARY, np.nan)
    once, overlaps = counted_once(merged)
    doubtful, told = still_doubtful(logs, merged, apart)
    reports = [log.report for log in logs]
    skipped: Counter[str] = Counter()
    for report in reports:
        skipped.update(report.skipped)
    skipped["in_another_file"] += sum(len(log.sessions) for log in logs) - len(merged)
    skipped["same_hours"] += len(merged) - len(once)
    # What still overlaps, and what words do not say, is told anew for all files.
    told_anew = (*STILL_OVERLAP, *OF_ACTIVITIES)
    notes = [n for report in reports for n in report.notes if n.kind not in told_anew]
    notes += activity_notes(once)
    merged_log = log_of(
        once,
        dict.fromkeys(source for report in reports for source in report.sources),
        sum(report.rows_read for report in reports),
        dict(+skipped),
        [*notes, *overlaps, *apart, *told],
        doubtful,
        (file for report in reports for file in report.files),
        (days for log in logs for days in log.list_days),
    )
    before = tuple(file for report in reports for file in report.failed)
    report = replace(merged_log.report, failed=before)
    return with_failed(replace(merged_log, report=report), failed)


def with_failed(log: TrainingLog, failed: Sequence[FailedFile]) -> TrainingLog:
    """Log of which some files could not be read; any day may have a session in those."""
    names = [file.name for file in failed if file.may_hold_sessions]
    rows = {"why": "unread_file", "cell": names, "sport": "", "activity": ""}
    unread = doubtful_rows({**rows, "is_training": True, "sources": [()] * len(names)})
    report = replace(log.report, failed=(*log.report.failed, *failed))
    doubtful = doubtful_rows(pd.concat([log.doubtful, unread])) if names else log.doubtful
    return replace(log, report=report, doubtful=doubtful)


def _place(log: TrainingLog) -> tuple[tuple[str, ...], int, int]:
    """Place of a log among others, in whatever order they come."""
    # All that a partner could complete: of equal files the first one does not matter.
    rows = log.sessions.drop(columns="sources")
    rows["legs"] = rows["legs"].map({legs: str(legs) for legs in rows["legs"].unique()})
    return log.report.sources, -len(rows), int(pd.util.hash_pandas_object(rows).sum())


def _merged(sessions: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, list[Finding]]:
    """Sessions of all, those of one completed from its partners in the others."""
    merged, apart = sessions[0].copy(), []
    for other in sessions[1:]:
        left, right, left_apart = _partners(merged, other)
        apart += left_apart
        merged, other, contrary = _efforts(
            _named(merged, left, other, right), left, other, right
        )
        apart += contrary
        label = np.arange(len(merged) + len(other))
        label[len(merged) + right] = left
        merged = ordered(joined(pd.concat([merged, other], ignore_index=True), label))
    return merged, apart


def _named(
    sessions: pd.DataFrame, left: Places, other: pd.DataFrame, right: Places
) -> pd.DataFrame:
    """Sessions with the sport of their partners where they have none of their own."""
    unknown = (sessions["sport"].to_numpy()[left] == "") & (
        other["sport"].to_numpy()[right] != ""
    )
    if not unknown.any():
        return sessions
    sessions = sessions.copy()
    words = ["sport", "activity"]
    sessions.loc[left[unknown], words] = other.loc[right[unknown], words].to_numpy()
    return sessions


def _efforts(
    one: pd.DataFrame, left: Places, two: pd.DataFrame, right: Places
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Both with efforts of partners that contradict each other marked, and how many."""
    first, second = (
        rows["session_rpe"].to_numpy()[places]
        for rows, places in ((one, left), (two, right))
    )
    both = np.isfinite(first) & np.isfinite(second)
    differ = both & (
        np.abs(np.where(both, first, 0) - np.where(both, second, 0)) > _SAME_EFFORT
    )
    marked = differ | np.isinf(first) | np.isinf(second)
    if not marked.any():
        return one, two, []
    one, two = one.copy(), two.copy()
    one.loc[left[marked], "session_rpe"] = _CONTRARY
    two.loc[right[marked], "session_rpe"] = _CONTRARY
    if not differ.any():
        return one, two, []
    day = one["day"].to_numpy()[left[differ]].min()
    details = {"sessions": int(differ.sum()), "first": pd.Timestamp(day)}
    return one, two, [finding("efforts_differ", **details)]


def _partners(one: pd.DataFrame, two: pd.DataFrame) -> tuple[Places, Places, list[Finding]]:
    """Rows of two logs that are the same session, each in at most one pair.

    Also a finding about those that may be, whole hours apart.
    """
    pairs = _pairs(one, two)
    found = _alike(pairs)
    near = pairs[pairs["near"]]
    matched = _nearest(near.assign(cost=near["gap"].abs().fillna(0.0) + near["off"]))
    shifted = pairs[
        pairs["shifted"]
        & ~pairs["left"].isin(matched["left"])
        & ~pairs["right"].isin(matched["right"])
    ]
    if len(shifted):
        matched, apart = _with_shifted(matched, shifted)
        found += _apart(apart)
    by_length, unclear = _by_length(pairs, matched)
    matched = pd.concat([matched, by_length])
    return matched["left"].to_numpy(int), matched["right"].to_numpy(int), found + unclear


def _with_shifted(
    matched: pd.DataFrame, shifted: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs with those of the usual shift, if it is that of most; and what is left."""
    usual = int(shifted["hours"].mode().iloc[0])
    cost = (shifted["hours"] - usual).abs() * 60 + shifted["off"]
    shifted = _nearest(shifted.assign(cost=cost))
    same = (shifted["hours"] - usual).abs() <= 1  # summer time begins and ends
    needed = max((len(matched) + len(shifted)) / 2, limit("least_pairs_of_a_shift") - 1)
    apart = shifted if same.sum() <= needed else shifted[~same]
    return pd.concat([matched, shifted.drop(index=apart.index)]), apart


def _pairs(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """Rows of two logs that can be the same session, and in which way.

    ``gap`` [min] lies between the starts, ``off`` is the cost of different lengths,
    ``hours`` the shift; a pair is ``near`` or ``shifted`` or neither.
    """
    a = one[_COMPARED].reset_index(names="left")
    b = two[_COMPARED].reset_index(names="right")
    b = pd.concat([b.assign(key=b["day"] + pd.Timedelta(days=d)) for d in (-1, 0, 1)])
    pairs = a.merge(b, left_on=["day", "sport"], right_on=["key", "sport"])
    pairs = pairs.rename(columns={"sport": "sport_x"}).assign(sport_y=pairs["sport"])
    rows = pd.concat([a[["sport", "start"]], b[["sport", "start"]]])
    if (rows["sport"] == "").any() and rows["start"].isna().any():
        pairs = pd.concat([pairs, _unnamed(a, b)], ignore_index=True)
    of = {name: column.to_numpy() for name, column in pairs.items()}
    gap = (of["start_x"] - of["start_y"]) / np.timedelta64(1, "m")
    ratio = _ratio(of["duration_min_x"], of["duration_min_y"])
    hours = np.round(gap / 60)
    far = _ratio(of["distance_m_x"], of["distance_m_y"])
    other = (far > 1.1) & (np.abs(far / MILE_KM - 1) > 0.1)
    sources = zip(of["sources_x"], of["sources_y"], strict=True)
    shared = [set(x).intersection(y) for x, y in sources]
    own_tables = np.array([labels == {OWN_LABEL} for labels in shared], bool)
    same_source = np.array([bool(labels) for labels in shared], bool) & ~own_tables
    no_time = np.isnat(of["start_x"]) | np.isnat(of["start_y"])
    neither = np.isnat(of["start_x"]) & np.isnat(of["start_y"])
    same_day = of["day_x"] == of["day_y"]
    named = of["sport_x"] == of["sport_y"]
    equal = (gap == 0) | (neither & same_day)
    equal &= of["duration_min_x"] == of["duration_min_y"]
    near = np.where(own_tables, equal, (np.abs(gap) <= _NEAR_MIN) & (ratio <= _PAUSES))
    near |= no_time & same_day & (ratio <= _ROUNDED)
    shifted = ~own_tables & (np.abs(hours) <= _MOST_SHIFT_H) & (ratio <= _EQUAL)
    shifted &= np.abs(gap - hours * 60) <= _OF_WHOLE_HOURS_MIN
    near |= shifted & (np.abs(gap) < of["duration_min_x"])
    return pd.DataFrame(
        {
            "left": of["left"],
            "right": of["right"],
            "day": of["day_x"],
            "gap": gap,
            "off": 10 * (ratio - 1),
            "hours": hours,
            "near": np.where(same_source, equal, near) & ~other & named,
            "unnamed": near & ~named & ~same_source & ~other,
            "alike": same_source
            & named
            & neither
            & same_day
            & ~equal
            & (ratio <= _ROUNDED),
            "shifted": ~same_source & shifted & ~near & ~other & named,
        }
    )


def _unnamed(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Rows of one day of which one names no sport, and one has no time."""
    a, b = a[a["is_training"]], b[b["is_training"] & (b["key"] == b["day"])]
    b = b.rename(columns={"day": "day_y"}).assign(day=b["day"])
    pairs = a.merge(b, on="day").assign(day_x=lambda rows: rows["day"])
    x, y = pairs["sport_x"], pairs["sport_y"]
    no_time = pairs["start_x"].isna() | pairs["start_y"].isna()
    return pairs[(x != y) & ((x == "") | (y == "")) & no_time]


def _by_length(
    pairs: pd.DataFrame, matched: pd.DataFrame
) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows without a sport that are sessions of another log by their day and length.

    Also a finding about days that have more of the one than of the other.
    """
    rest = pairs[
        pairs["unnamed"]
        & ~pairs["left"].isin(matched["left"])
        & ~pairs["right"].isin(matched["right"])
    ]
    if not len(rest):
        return rest, []
    by_day = rest.groupby("day")
    clear = by_day["left"].transform("nunique") == by_day["right"].transform("nunique")
    days = tuple(rest["day"][~clear].sort_values().unique())
    found = (
        [finding(PERHAPS_TWICE, days=len(days), first=days[0], all=days)] if days else []
    )
    return _nearest(rest.assign(cost=rest["off"])[clear]), found


def _ratio(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """The larger of two numbers over the smaller."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(one / two, two / one)


def _nearest(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs by their cost, each row in one at most."""
    rest = pairs.sort_values("cost", kind="stable")
    rounds = [rest[:0]]
    while len(rest):  # a few rounds: those who are each other's nearest go first
        first = rest[~rest["left"].duplicated() & ~rest["right"].duplicated()]
        rounds.append(first)
        rest = rest[~rest["left"].isin(first["left"]) & ~rest["right"].isin(first["right"])]
    return pd.concat(rounds)


def _alike(pairs: pd.DataFrame) -> list[Finding]:
    """Rows of one program that differ in their length alone, as after a correction."""
    if not pairs["alike"].any():
        return []
    near = pairs[pairs["near"]]
    alike = pairs[
        pairs["alike"]
        & ~pairs["left"].isin(near["left"])
        & ~pairs["right"].isin(near["right"])
    ]
    if not len(alike):
        return []
    rows = int(alike["left"].nunique())
    return [finding("alike_but_length", rows=rows, first=alike["day"].min())]


def _apart(pairs: pd.DataFrame) -> list[Finding]:
    if not len(pairs):
        return []
    first = pairs.sort_values("day").iloc[0]
    hours = abs(int(first["hours"]))
    return [finding("hours_apart", sessions=len(pairs), first=first["day"], hours=hours)]
