"""Sessions of one athlete at the same hours: they count once.

Two rows overlap where they share more than 5 minutes, or more than half of the shorter.
Rows that overlap, also in a chain, are one session: a ride on two devices, a whole beside
its parts, a session that two programs call by different names.  What joins nothing is a
watch that was stopped and started again: such rows touch at most.

The longest row is the session, and its length that of the session; where others begin
earlier or end later by more than 5 minutes, it is the time from the first start to the
last end.  A row of nearly that length that knows a sport settles it; several sports make
`Leg` rows, each as long as its own row, which answer for their sport, while the session
counts once.

A session of more than 12 hours over others that fill less than half of it may be a watch
left running: it takes none of them in, and is told; so are rows that hang together for
more than 24 hours, which stay apart.  Without a time of day nothing overlaps.  The limits
are our judgement, in the data file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training.log import ordered
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.words import limit

if TYPE_CHECKING:
    from pandas.api.typing import DataFrameGroupBy

STILL_OVERLAP = ("left_running", "over_a_day")
"""Findings about sessions that overlap and count all the same."""

MIXED = "triathlon"
"""Sport of a session that holds several."""

_ANY_SPORT = ("other", "")
_OF_ALL = ["distance_m", "average_heart_rate_bpm", "intensity_factor"]
_OF_A_ROW = [*_OF_ALL, "session_rpe", "highest_heart_rate_bpm"]


class Leg(NamedTuple):
    """Part of a session, or a second name for its hours."""

    sport: str
    after_min: float  # from the start of the session
    duration_min: float


def counted_once(sessions: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Sessions, those that overlap joined into one, and what is to be told about them."""
    once, number = sessions, len(sessions)
    rows_of_all = []
    while True:  # what was joined may hold others now that it did not before
        timed = once[once["start"].notna()]
        timed = timed.sort_values(["start", "duration_min", "sport", "activity"])
        over = _over_others(timed)
        rows, of_days = _overlapping(timed, over)
        if not len(rows):
            break
        rows_of_all.append(_one_of_each(rows))
        once = ordered(pd.concat([once.drop(index=rows.index), rows_of_all[-1]]))
    found = []
    if rows_of_all:
        first = min(rows["day"].min() for rows in rows_of_all)
        found.append(finding("same_hours", rows=number - len(once), first=first))
        named = pd.concat(rows_of_all)
        named = named[named["legs"].notna()].drop_duplicates("start")
        if len(named):
            days = {"sessions": len(named), "first": named["day"].min()}
            found.append(finding("several_sports", **days))
    if len(of_days):
        days = {"rows": len(of_days), "first": of_days["day"].min()}
        found.append(finding("over_a_day", **days))
    return once, [*found, *_left_running(timed, over)]


def _overlapping(
    timed: pd.DataFrame, over: NDArray[np.bool_]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that others overlap, with a ``label`` for those of one session.

    Also those that hang together for more than a day.
    """
    label = np.arange(len(timed))
    training = timed.get("is_training", pd.Series(True, timed.index)).to_numpy(bool)
    for place in (np.flatnonzero(alike & ~over) for alike in (training, ~training)):
        label[place] = place[_chains(timed.iloc[place])]
    rows = timed.assign(label=label)[pd.Series(label).duplicated(keep=False).to_numpy()]
    if not len(rows):
        return rows, rows
    start, end = (pd.Series(at, rows.index).groupby(rows["label"]) for at in _minutes(rows))
    long = end.transform("max") - start.transform("min") > limit("longest_min")
    return rows[~long], rows[long]


def by_sport(sessions: pd.DataFrame, sport: str) -> pd.DataFrame:
    """Sessions as they answer for a sport: the legs of those that have some.

    A session of which legs fill less than 80 % stays beside them: what else it held is
    not known.  For a triathlon a session counts as a whole.
    """
    mixed = sessions[sessions["legs"].astype(bool)]
    if sport == MIXED or not len(mixed):
        return sessions
    filled = mixed["legs"].map(_filled_min) >= limit("legs_share") * mixed["duration_min"]
    legs = mixed.explode("legs")
    legs["sport"] = [leg.sport for leg in legs["legs"]]
    legs["duration_min"] = [leg.duration_min for leg in legs["legs"]]
    return pd.concat([sessions.drop(index=mixed.index[filled]), legs], ignore_index=True)


def joined(rows: pd.DataFrame, label: NDArray[np.intp]) -> pd.DataFrame:
    """The first row of each label, completed from the others that have it."""
    rows = rows.assign(legs=rows["legs"].where(rows["legs"].astype(bool)))
    once = rows.groupby(label).first()
    sources = rows["sources"].groupby(label).sum()  # of tuples: one after the other
    once["sources"] = sources.map({s: tuple(dict.fromkeys(s)) for s in sources.unique()})
    return once


def _minutes(rows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Start and end of every row, in minutes since 1970."""
    start = rows["start"].to_numpy("datetime64[s]").astype(np.float64) / 60
    return start, start + rows["duration_min"].to_numpy(np.float64)


def _chains(rows: pd.DataFrame) -> NDArray[np.intp]:
    """For rows by their start, the place of the first one of each chain of overlaps."""
    start, end = _minutes(rows)
    place = np.arange(len(rows))
    latest = np.maximum.accumulate(end)
    ends_last = np.maximum.accumulate(np.where(end >= latest, place, 0))
    half = rows["duration_min"].to_numpy() / 2
    shared = np.minimum(end[1:], latest[:-1]) - start[1:]
    least = np.minimum(np.minimum(half[1:], half[ends_last[:-1]]), limit("overlap_min"))
    begins = np.concatenate([[True], shared <= least])
    return np.maximum.accumulate(np.where(begins, place, 0))


def _over_others(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Very long sessions over others that fill less than half of them."""
    start, end = _minutes(rows)
    summed = np.concatenate([[0.0], np.cumsum(end - start)])
    first, last = np.searchsorted(start, start), np.searchsorted(start, end)
    others = summed[last] - summed[first] - (end - start)
    long = end - start > limit("left_running_min")
    overs: NDArray[np.bool_] = long & (others > 0) & (others < (end - start) / 2)
    return overs


def _left_running(rows: pd.DataFrame, over: NDArray[np.bool_]) -> list[Finding]:
    if not over.any():
        return []
    start, end = _minutes(rows)
    within = np.zeros(len(rows), bool)
    for place in np.flatnonzero(over):
        within |= (start >= start[place]) & (start < end[place])
    first = rows.loc[over, "day"].min()
    others = int((within & ~over).sum())
    return [finding("left_running", others=others, sessions=int(over.sum()), first=first)]


def _one_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """One session for the rows of each ``label``, the longest completed from the rest."""
    rows = rows.sort_values(["label", "duration_min"], ascending=[True, False])
    rows["begins"], rows["ends"] = _minutes(rows)
    longest = rows.groupby("label")["duration_min"].transform("max")
    settled = _settled(rows, longest)
    fits = rows["sport"].isin(_ANY_SPORT)
    fits |= rows["sport"] == rows["label"].map(settled["sport"])
    fits &= 2 * rows["duration_min"] >= longest
    parts = _parts(rows)
    # What is known of a part is not known of the whole.
    rows[_OF_A_ROW] = rows[_OF_A_ROW].where(fits | ~rows["label"].duplicated())
    once = joined(rows, rows["label"].to_numpy())
    once[["sport", "activity"]] = settled
    _lengthen(once, rows.groupby("label"))
    once["legs"] = _legs(once, parts)
    return once


def _settled(rows: pd.DataFrame, longest: pd.Series[float]) -> pd.DataFrame:
    """Sport and word of each label: of rows of nearly its length, who knows most."""
    rank = rows["sport"].map({MIXED: 0, "other": 2, "": 3}).fillna(1)
    nearly = rows.assign(rank=rank)[rows["duration_min"] >= limit("legs_share") * longest]
    by = ["label", "rank", "duration_min", "sport"]
    nearly = nearly.sort_values(by, ascending=[True, True, False, True])
    return nearly.drop_duplicates("label").set_index("label")[["sport", "activity"]]


def _lengthen(once: pd.DataFrame, by_label: DataFrameGroupBy[Any, Any]) -> None:
    """Where rows stick out of the longest, let the session last from start to end."""
    begins, ends = by_label["begins"].min(), by_label["ends"].max()
    out = np.maximum(once["begins"] - begins, ends - once["ends"]) > limit("overlap_min")
    once["start"] = once["start"].mask(out, by_label["start"].min())
    once["day"] = once["start"].dt.normalize()
    once["begins"] = once["begins"].mask(out, begins)
    once["duration_min"] = once["duration_min"].mask(out, ends - begins)
    once[_OF_ALL] = once[_OF_ALL].mask(out)  # of the longest part alone
    several = out & (by_label["sport"].nunique() > 1)
    once["sport"] = once["sport"].mask(several, MIXED)
    once["activity"] = once["activity"].mask(several, "multisport")


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that name a sport, and the legs that rows have from before."""
    names = ["label", "sport", "begins", "duration_min"]
    named = rows.loc[~rows["sport"].isin((*_ANY_SPORT, MIXED)), names]
    legs = rows[rows["legs"].astype(bool)].explode("legs")
    before = pd.DataFrame([*legs["legs"]], legs.index, Leg._fields)
    before["label"] = legs["label"]
    before["begins"] = legs["begins"] + before["after_min"].astype(float)
    return pd.concat([named, before[names].astype(named.dtypes)])


def _legs(once: pd.DataFrame, parts: pd.DataFrame) -> pd.Series[Any]:
    """Legs of the sessions of which a part has another sport than the whole."""
    label = parts["label"]
    other = parts["sport"] != label.map(once["sport"])
    parts = parts[label.isin(label[other])]
    parts = parts.assign(begins=parts["begins"] - parts["label"].map(once["begins"]))
    legs = {}
    for name, there in parts.groupby("label"):
        rows = zip(there["sport"], there["begins"], there["duration_min"], strict=True)
        legs[name] = _without_copies(Leg(*row) for row in rows)
    return once.index.to_series().map(legs)


def _without_copies(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Legs by their start, the longest of those of a sport that share half their time."""
    kept: list[Leg] = []
    for leg in sorted(legs, key=lambda leg: (-leg.duration_min, leg)):
        if not any(leg.sport == one.sport and _share_half(leg, one) for one in kept):
            kept.append(leg)
    return tuple(sorted(kept, key=lambda leg: leg[1:]))


def _share_half(leg: Leg, longer: Leg) -> bool:
    end = min(leg.after_min + leg.duration_min, longer.after_min + longer.duration_min)
    return end - max(leg.after_min, longer.after_min) > leg.duration_min / 2


def _filled_min(legs: tuple[Leg, ...]) -> float:
    """Time in which there is a leg."""
    filled, until = 0.0, -np.inf
    for leg in legs:  # by their start
        end = leg.after_min + leg.duration_min
        filled += max(end - max(leg.after_min, until), 0.0)
        until = max(until, end)
    return filled
