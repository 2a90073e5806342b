"""The longest of the sessions of the last weeks that prepare for a planned one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.training.activities import named
from riskmodel.training.overlaps import by_sport
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.window import MONTH_DAYS, Answer, Window
from riskmodel.training.words import similar_sports, sports_with


def longest_similar(window: Window) -> Answer:
    """Longest session of the last 4 weeks that prepares for the planned one [min]."""
    label = FIELDS["sport"].levels[window.sport].lower()
    if window.sport == "other":
        return finding("similar_to_other")
    sports, mixed = similar_sports(window.sport), sports_with(window.sport)
    month = by_sport(window.last(MONTH_DAYS), window.sport)
    similar = month[month["sport"].isin(sports)]
    usable = similar[~similar["cut"]]
    unclear = month[month["sport"].isin(["", *mixed])]
    if len(unclear) and (longer := _longer(unclear, usable, label)):
        return longer
    if doubtful := window.in_doubt(MONTH_DAYS, sports=(*sports, *mixed)):
        return doubtful
    if len(usable):
        return _longest_of(window, usable, cut=len(similar) > len(usable))
    if len(similar):
        return finding("similar_only_cut")
    if not window.calendar:
        return finding("none_in_fit", sport=label)
    if window.back < MONTH_DAYS:
        return window.too_short("none_so_far", sport=label, days=window.back)
    return 0.0, [window.source("none_similar", sport=label)]


def _longer(unclear: pd.DataFrame, usable: pd.DataFrame, label: str) -> Finding | None:
    """Sessions that may be similar, or hold a part that is, longer than any known one."""
    minutes = usable["duration_min"].to_numpy()
    longer = unclear[unclear["duration_min"] > minutes.max(initial=0.0)]
    if not len(longer):
        return None
    words = {"sessions": len(longer), "sport": label, "named": named(longer)}
    if not len(usable):
        return finding("sport_open", **words)
    longest = usable.iloc[int(minutes.argmax())]
    known_min = float(np.round(longest["duration_min"]))
    return finding("sport_open_longer", **words, minutes=known_min, day=longest["day"])


def _longest_of(window: Window, similar: pd.DataFrame, *, cut: bool) -> Answer:
    row = similar.iloc[int(similar["duration_min"].to_numpy().argmax())]
    minutes = float(np.round(row["duration_min"]))
    short = window.calendar and window.back < MONTH_DAYS
    gap = window.gap if short else None
    longest = window.source(
        "longest_of_all" if short and not gap else "longest",
        sport=FIELDS["sport"].levels[row["sport"]].lower(),
        days=window.back,
        minutes=minutes,
        day=row["day"],
        sources=row["sources"],
    )
    also = ["cut_not_used"] * cut + ["at_least"] * (not window.calendar)
    known = [finding("at_least_known", first=gap[0], last=gap[1])] if gap else []
    return minutes, [longest, *map(finding, also), *known]
