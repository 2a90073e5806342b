"""Rows of a known table as quantities in our units, before any of them is judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training import cells as read
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_table import Table
from riskmodel.training.sessions import by_value
from riskmodel.training.words import DURATIONS, Source, numbered, sport_of

Array = NDArray[Any]


def raw_rows(found: Table, zone: ZoneInfo) -> pd.DataFrame:
    """Quantities of every row, before anybody asks whether it is a session."""
    body = [row for row in found.rows if any(cell.strip() for cell in row)]
    if not body:
        raise TrainingLogError(
            "There are no sessions in this file: no row below the headers."
        )
    width = len(found.headers)
    sizes = np.array([len(row) - _empty_end(row, width) for row in body])
    wrong = sizes != width
    if wrong.mean() > 0.5:
        raise TrainingLogError(
            f"The rows have {sizes[wrong][0]} cells under {width} headers, as if rows of "
            "an older export stood under newer headers: export the file again."
        )
    frame = pd.DataFrame(
        {
            what: [row[place] if len(row) > place else "" for row in body]
            for what, place in found.meanings.items()
        },
        dtype="str",
    )
    out = _quantities(frame, found, zone, wrong)
    first = found.headers[0]
    out["reason"] = [
        "a second row of headers"
        if row[0] == first and numbered(row) == found.headers
        else "not as many cells as there are headers"
        if bad
        else ""
        for row, bad in zip(body, wrong, strict=True)
    ]
    # Equal rows have equal numbers; what they say is not kept.
    out["row"] = pd.factorize(pd.Series(["\x1f".join(row) for row in body]))[0]
    return out


def _empty_end(row: list[str], width: int) -> int:
    """Empty cells beyond the headers, which some programs add."""
    extra = row[width:]
    return len(extra) if not any(cell.strip() for cell in extra) else 0


def _quantities(
    frame: pd.DataFrame, found: Table, zone: ZoneInfo, wrong: Array
) -> pd.DataFrame:
    source, header = found.source, found.headers
    thousands = found.mark == "," and source.name in ("garmin", "own")

    def number(what: str) -> Array:
        if what not in frame:
            return np.full(len(frame), np.nan)
        return read.numbers(frame[what], thousands=thousands)

    def minutes(what: str, unit_min: float) -> Array:
        if what not in frame:
            return np.full(len(frame), np.nan)
        return read.durations_min(frame[what], unit_min, thousands=thousands)

    name = {what: header[place] for what, place in found.meanings.items()}
    try:
        moment = read.dates(frame["start"])
    except read.UnclearDateError as error:
        raise TrainingLogError(
            f"The dates in {name['start']}, such as {error}: write them as 2026-07-31."
        ) from error
    out = pd.DataFrame({"moment": _local(moment, source, zone)})
    out["has_time"] = moment["has_time"]
    out["activity"] = frame["sport"].str.strip() if "sport" in frame else ""
    duration = np.full(len(frame), np.nan)
    for what, unit in DURATIONS.items():
        given = minutes(what, unit)
        if what in frame:
            _check_column(frame[what], np.isnan(given), wrong, name[what], "a duration")
        duration = np.where(np.isnan(duration), given, duration)
    _check_column(frame["start"], moment["moment"].isna(), wrong, name["start"], "a date")
    elapsed, shown = (
        minutes(what, DURATIONS["duration_s"])
        for what in ("elapsed_s", "elapsed_as_shown_s")
    )
    _check_pairs(duration, elapsed, shown, wrong)
    elapsed = np.where(np.isnan(elapsed), shown, elapsed)
    out["duration_min"] = np.where(duration > 0, duration, elapsed)
    for what in ("session_rpe", "average_heart_rate_bpm", "highest_heart_rate_bpm"):
        out[what] = number(what)
    out["air_temperature_c"] = number("air_temperature_c")
    percent, share = number("relative_humidity_pct"), number("relative_humidity_fraction")
    # A fraction above 1 is none; it may be a percentage or anything else.
    out["relative_humidity_pct"] = np.where(
        np.isnan(percent), np.where(share <= 1.0, share * 100, np.nan), percent
    )
    out["intensity_factor"] = _intensity(out["duration_min"].to_numpy(), number)
    distance = number("distance_m")
    if "distance_as_shown" in frame:
        swims = by_value(out["activity"], sport_of).eq("swimming").to_numpy()
        pace = frame.get("pace_as_shown", pd.Series("", frame.index, dtype="str"))
        distance = read.garmin_distances_m(
            frame["distance_as_shown"], pace, duration, swims
        )
    out["distance_m"] = distance
    return out


def _intensity(duration_min: Array, number: Callable[[str], Array]) -> Array:
    """Intensity factor as given, or from the stress score, which is h × IF² × 100.

    A score of 0 stands for "not computed", not for rest.
    """
    given = number("intensity_factor")
    percent = number("intensity_pct") / 100
    score = number("training_stress_score")
    with np.errstate(divide="ignore", invalid="ignore"):
        computed = np.sqrt(score / (duration_min / 60 * 100))
    for other in (percent, np.where(score > 0, computed, np.nan)):
        given = np.where(given > 0, given, other)
    return np.where(given > 0, given, np.nan)


def _local(moment: pd.DataFrame, source: Source, zone: ZoneInfo) -> pd.Series[Any]:
    """Local time of every row; a day without a time stays that day."""
    offset = moment["offset_min"]
    if source.clock == "utc":
        offset = offset.fillna(0.0)
    zoned = moment["has_time"] & offset.notna()
    utc = moment["moment"] - pd.to_timedelta(offset.fillna(0.0), unit="min")
    local = utc.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    return moment["moment"].mask(zoned, local.astype("datetime64[s]"))


def _check_column(
    cells: pd.Series[Any], unread: object, wrong: Array, header: str, what: str
) -> None:
    """Stop where most cells of a column are something else than they should be."""
    filled = ~read.blank(cells).to_numpy(bool) & ~wrong
    bad = np.asarray(unread, bool) & filled
    if bad.sum() > 0.5 * filled.sum():
        example = cells[bad].iloc[0].strip()[:30]
        raise TrainingLogError(
            f"The column {header} holds {example!r}, which is not {what}: the cells may "
            "have shifted under their headers; export the file again."
        )


def _check_pairs(moving: Array, elapsed: Array, shown: Array, wrong: Array) -> None:
    """Stop where columns that belong together do not, in most rows.

    Nobody moves longer than the session lasts, and Strava writes the elapsed time
    twice.  A second of difference is rounding.
    """
    for apart in (moving - elapsed, np.abs(shown - elapsed)):
        known = ~np.isnan(apart) & ~wrong
        if (known & (apart > 1.5 / 60)).sum() > 0.5 * max(known.sum(), 1):
            raise TrainingLogError(
                "The durations in this file contradict each other, as if the cells had "
                "shifted under their headers: export the file again."
            )
