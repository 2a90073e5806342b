"""Rows of a known table as quantities in our units, before any of them is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training import cells as read
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_table import OWN, Table
from riskmodel.training.sessions import UNREAD, ZERO_IS_UNKNOWN, by_value
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


@dataclass(frozen=True)
class _Cells:
    """Columns of a file by what they mean, as text."""

    frame: pd.DataFrame
    thousands: bool

    def numbers(self, what: str) -> Array:
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        return read.numbers(self.frame[what], thousands=self.thousands)

    def minutes(self, what: str, unit_min: float) -> Array:
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        return read.durations_min(self.frame[what], unit_min, thousands=self.thousands)

    def unread(self, what: str, value: Array) -> Array:
        """Where a cell says something of which no value was made."""
        if what not in self.frame:
            return np.zeros(len(self.frame), bool)
        unread: Array = np.isnan(value) & ~read.blank(self.frame[what]).to_numpy(bool)
        return unread


def _quantities(
    frame: pd.DataFrame, found: Table, zone: ZoneInfo, wrong: Array
) -> pd.DataFrame:
    source = found.source
    cells = _Cells(frame, found.mark == "," and source.name in ("garmin", "own"))
    name = {what: found.headers[place] for what, place in found.meanings.items()}
    moment = _moments(frame["start"], name["start"])
    duration, elapsed = _durations_min(cells, name, wrong)
    _check_column(frame["start"], moment["moment"].isna(), wrong, name["start"], "a date")
    out = pd.DataFrame({"moment": _local(moment, source, zone)})
    out["has_time"] = moment["has_time"]
    out["activity"] = frame["sport"].str.strip() if "sport" in frame else ""
    out["duration_min"] = np.where(duration > 0, duration, elapsed)
    measured = {
        what: _plain(cells, what)
        for what in (
            "session_rpe",
            "average_heart_rate_bpm",
            "highest_heart_rate_bpm",
            "air_temperature_c",
        )
    }
    measured["relative_humidity_pct"] = _humidity(cells)
    measured["intensity_factor"] = _intensity(cells, out["duration_min"].to_numpy())
    swims = by_value(out["activity"], sport_of).eq("swimming").to_numpy(bool)
    measured["distance_m"] = _distance(cells, duration, swims)
    for what, (value, unread) in measured.items():
        if source is not OWN and what in ZERO_IS_UNKNOWN:
            value = np.where(value == 0, np.nan, value)
        out[what] = value
        out[UNREAD + what] = unread
    return out


def _moments(start: pd.Series[Any], header: str) -> pd.DataFrame:
    try:
        return read.dates(start)
    except read.UnclearDateError as error:
        raise TrainingLogError(
            f"The dates in {header}, such as {error}: write them as 2026-07-31."
        ) from error


def _durations_min(
    cells: _Cells, name: Mapping[str, str], wrong: Array
) -> tuple[Array, Array]:
    """Duration of every row, and the time from start to end where a file has both."""
    duration = np.full(len(cells.frame), np.nan)
    for what, unit in DURATIONS.items():
        given = cells.minutes(what, unit)
        if what in cells.frame:
            unread = np.isnan(given)
            _check_column(cells.frame[what], unread, wrong, name[what], "a duration")
        duration = np.where(np.isnan(duration), given, duration)
    elapsed, shown = (
        cells.minutes(what, DURATIONS["duration_s"])
        for what in ("elapsed_s", "elapsed_as_shown_s")
    )
    _check_pairs(duration, elapsed, shown, wrong)
    return duration, np.where(np.isnan(elapsed), shown, elapsed)


def _plain(cells: _Cells, what: str) -> tuple[Array, Array]:
    value = cells.numbers(what)
    return value, cells.unread(what, value)


def _humidity(cells: _Cells) -> tuple[Array, Array]:
    """Relative humidity [%]; a fraction above 1 is none, whatever else it may be."""
    percent, unread = _plain(cells, "relative_humidity_pct")
    share, unread_share = _plain(cells, "relative_humidity_fraction")
    unread_share |= share > 1.0
    value = np.where(
        np.isnan(percent), np.where(share <= 1.0, share * 100, np.nan), percent
    )
    return value, (unread | unread_share) & np.isnan(value)


def _distance(
    cells: _Cells, duration_min: Array, swims: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Distance [m]; in a list without units, a distance of 0 is none."""
    if "distance_as_shown" not in cells.frame:
        return _plain(cells, "distance_m")
    shown = cells.frame["distance_as_shown"]
    pace = cells.frame.get("pace_as_shown", pd.Series("", shown.index, dtype="str"))
    value = read.garmin_distances_m(shown, pace, duration_min, swims)
    none = cells.numbers("distance_as_shown") == 0
    return value, cells.unread("distance_as_shown", value) & ~none


def _intensity(cells: _Cells, duration_min: Array) -> tuple[Array, Array]:
    """Intensity factor as given, or from the stress score, which is h × IF² × 100.

    A score of 0 stands for "not computed", not for rest.
    """
    given, unread = _plain(cells, "intensity_factor")
    percent, unread_percent = _plain(cells, "intensity_pct")
    score, unread_score = _plain(cells, "training_stress_score")
    unread_score |= score < 0
    with np.errstate(divide="ignore", invalid="ignore"):
        computed = np.sqrt(score / (duration_min / 60 * 100))
    for other in (percent / 100, np.where(score > 0, computed, np.nan)):
        # A factor of a table of one's own that cannot be is to be told, not replaced.
        given = np.where(np.isnan(given) | (given == 0), other, given)
    return given, (unread | unread_percent | unread_score) & np.isnan(given)


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
