"""Logs of one athlete put together, each session counted once.

Two files of the same program overlap where start, sport and length are equal, or the day
instead of the start where there is no time of day; two such rows of one file stay two.

Two rows from different programs are the same session if sport, start and length agree: a
start within 5 minutes and a length within a factor of 2, since programs count pauses
differently; or, where one has no time of day, the same day and a length within 10 %.
Where both give a distance it must agree within 10 %, or as miles do with kilometres.
Each row has one partner at most, the nearest.

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

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.units import UNITS
from riskmodel.training.activities import OF_ACTIVITIES, activity_notes
from riskmodel.training.log import TrainingLog, doubtful_rows, log_of, ordered
from riskmodel.training.overlaps import STILL_OVERLAP, counted_once, joined
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.words import limit

Places = NDArray[np.intp]

_COMPARED = ["day", "start", "sport", "duration_min", "distance_m", "sources"]
_NEAR_MIN, _OF_WHOLE_HOURS_MIN, _MOST_SHIFT_H = 5.0, 5.0, 14
_PAUSES, _EQUAL, _ROUNDED = 2.0, 1.03, 1.1  # ratios of two lengths
_MILE_KM = UNITS["m/s"]["km/h"].factor / UNITS["m/s"]["mph"].factor


def merge_logs(logs: Sequence[TrainingLog]) -> TrainingLog:
    """Put logs of the same athlete together, and count each session once.

    Parameters
    ----------
    logs : sequence of TrainingLog
        At least one.

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
    merged, apart = _merged([_merged(group)[0] for group in groups.values()])
    once, overlaps = counted_once(merged)
    reports = [log.report for log in logs]
    skipped: Counter[str] = Counter()
    for report in reports:
        skipped.update(report.skipped)
    skipped["in_another_file"] += sum(len(log.sessions) for log in logs) - len(merged)
    skipped["same_hours"] += len(merged) - len(once)
    # What still overlaps, and which words are not known, is told anew for all files.
    anew = (*STILL_OVERLAP, *OF_ACTIVITIES)
    notes = [note for report in reports for note in report.notes if note.kind not in anew]
    notes += activity_notes(once)
    return log_of(
        once,
        dict.fromkeys(source for report in reports for source in report.sources),
        sum(report.rows_read for report in reports),
        dict(+skipped),
        [*notes, *overlaps, *apart],
        doubtful_rows(pd.concat([log.doubtful for log in logs])),
        (file for report in reports for file in report.files),
    )


def _place(log: TrainingLog) -> tuple[tuple[str, ...], int, int]:
    """Place of a log among others, in whatever order they come."""
    # All that a partner could complete: of equal files the first one does not matter.
    rows = log.sessions.drop(columns="sources")
    rows["legs"] = rows["legs"].map({legs: str(legs) for legs in rows["legs"].unique()})
    return log.report.sources, -len(rows), int(pd.util.hash_pandas_object(rows).sum())


def _merged(sessions: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, list[Finding]]:
    """Sessions of all, those of one completed from its partners in the others."""
    merged, apart = sessions[0], []
    for other in sessions[1:]:
        left, right, left_apart = _partners(merged, other)
        apart += left_apart
        label = np.arange(len(merged) + len(other))
        label[len(merged) + right] = left
        merged = ordered(joined(pd.concat([merged, other], ignore_index=True), label))
    return merged, apart


def _partners(one: pd.DataFrame, two: pd.DataFrame) -> tuple[Places, Places, list[Finding]]:
    """Rows of two logs that are the same session, each in at most one pair.

    Also a finding about those that may be, whole hours apart.
    """
    pairs = _pairs(one, two)
    near = pairs[pairs["near"]]
    matched = _nearest(near.assign(cost=near["gap"].abs().fillna(0.0) + near["off"]))
    shifted = pairs[
        pairs["shifted"]
        & ~pairs["left"].isin(matched["left"])
        & ~pairs["right"].isin(matched["right"])
    ]
    if not len(shifted):
        return matched["left"].to_numpy(int), matched["right"].to_numpy(int), []
    usual = int(shifted["hours"].mode().iloc[0])
    cost = (shifted["hours"] - usual).abs() * 60 + shifted["off"]
    shifted = _nearest(shifted.assign(cost=cost))
    same = (shifted["hours"] - usual).abs() <= 1  # summer time begins and ends
    needed = max((len(matched) + len(shifted)) / 2, limit("least_pairs_of_a_shift") - 1)
    apart = shifted if same.sum() <= needed else shifted[~same]
    matched = pd.concat([matched, shifted.drop(index=apart.index)])
    return matched["left"].to_numpy(int), matched["right"].to_numpy(int), _apart(apart)


def _pairs(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """Rows of two logs that can be the same session, and in which way.

    ``gap`` [min] lies between the starts, ``off`` is the cost of different lengths,
    ``hours`` the shift; a pair is ``near`` or ``shifted`` or neither.
    """
    a = one[_COMPARED].reset_index(names="left")
    b = two[_COMPARED].reset_index(names="right")
    b = pd.concat([b.assign(key=b["day"] + pd.Timedelta(days=d)) for d in (-1, 0, 1)])
    pairs = a.merge(b, left_on=["day", "sport"], right_on=["key", "sport"])
    of = {name: column.to_numpy() for name, column in pairs.items()}
    gap = (of["start_x"] - of["start_y"]) / np.timedelta64(1, "m")
    ratio = _ratio(of["duration_min_x"], of["duration_min_y"])
    hours = np.round(gap / 60)
    far = _ratio(of["distance_m_x"], of["distance_m_y"])
    other = (far > 1.1) & (np.abs(far / _MILE_KM - 1) > 0.1)
    sources = zip(of["sources_x"], of["sources_y"], strict=True)
    same_source = np.array([not set(x).isdisjoint(y) for x, y in sources], bool)
    no_time = np.isnat(of["start_x"]) | np.isnat(of["start_y"])
    neither = np.isnat(of["start_x"]) & np.isnat(of["start_y"])
    same_day = of["day_x"] == of["day_y"]
    equal = (gap == 0) | (neither & same_day)
    equal &= of["duration_min_x"] == of["duration_min_y"]
    near = (np.abs(gap) <= _NEAR_MIN) & (ratio <= _PAUSES)
    near |= no_time & same_day & (ratio <= _ROUNDED)
    shifted = (np.abs(hours) <= _MOST_SHIFT_H) & (ratio <= _EQUAL)
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
            "near": np.where(same_source, equal, near) & ~other,
            "shifted": ~same_source & shifted & ~near & ~other,
        }
    )


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


def _apart(pairs: pd.DataFrame) -> list[Finding]:
    if not len(pairs):
        return []
    first = pairs.sort_values("day").iloc[0]
    hours = abs(int(first["hours"]))
    return [finding("hours_apart", sessions=len(pairs), first=first["day"], hours=hours)]
