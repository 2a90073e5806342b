"""Training logs from files: the way in, and tables as quantities in our units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.training import cells as read
from riskmodel.training.any_file import Given, read_any
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_table import OWN, Table, read_table
from riskmodel.training.one_file import Ways
from riskmodel.training.sentences import finding
from riskmodel.training.sessions import UNREADABLE, by_value, sessions_of
from riskmodel.training.words import DURATIONS, Source, numbered, sport_of

Array = NDArray[Any]


def read_log(
    file: Given,
    *,
    time_zone: str = "UTC",
    columns: Mapping[str, str] | None = None,
) -> TrainingLog:
    r"""Read a file with the sessions of one athlete.

    Parameters
    ----------
    file : bytes, pathlib.Path or binary file
        What it is is told by what it holds: a table of Strava, Garmin Connect,
        intervals.icu, TrainingPeaks or WHOOP, or, with `columns`, any other CSV table; a
        FIT, TCX or GPX file; the ``export.zip`` of Apple Health or Health Connect; the
        archive (``.zip``) of a Strava or Garmin account, or any other with such files in
        it; each also as ``.gz``.  A path and an open file are read bit by bit.
    time_zone : str
        Where the athlete lives, such as ``"Europe/Berlin"``: Strava, FIT, TCX and GPX
        files write UTC, and a late run would lie on another day.
    columns : mapping of str to str, optional
        For a table of one's own: header, as from `log_columns`, to one of `MEANINGS`.
        Needed are ``start`` and one of the durations.

    Returns
    -------
    TrainingLog
        Of several in an archive the one that they make together.

    Raises
    ------
    TrainingLogError
        If it is no log that can be read; the message is one sentence.

    Examples
    --------
    >>> own = b"When;Minutes;Felt\n3.5.2026;60;4\n5.5.2026;90;6\n"
    >>> mapping = {"When": "start", "Minutes": "duration_min", "Felt": "session_rpe"}
    >>> log = read_log(own, columns=mapping)
    >>> log.sessions[["duration_min", "session_rpe"]].values.tolist()
    [[60.0, 4.0], [90.0, 6.0]]
    """
    zone = _zone(time_zone)
    ways = Ways(
        zone,
        lambda content: _log_of_table(content, columns, zone),
        lambda rows: sessions_of(rows.frame, rows.source, rows.notes),
    )
    return read_any(file, ways)


def _log_of_table(
    content: bytes, columns: Mapping[str, str] | None, zone: ZoneInfo
) -> TrainingLog:
    table = read_table(content, columns)
    source = table.source
    notes = [finding("as_written", text=note) for note in source.notes]
    if source.clock == "utc":
        notes.append(finding("local_time", zone=zone.key))
    without_duration = "planned" if source.name == "trainingpeaks" else "no_duration"
    return sessions_of(
        _table_rows(table, zone),
        source.label,
        notes,
        without_duration=without_duration,
        zeros_count=source is OWN,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TrainingLogError(
            f"There is no time zone {name!r}; allowed are names like Europe/Berlin."
        ) from error


def _table_rows(table: Table, zone: ZoneInfo) -> pd.DataFrame:
    """Quantities of every row, before anybody asks whether it is a session."""
    headers = table.headers
    body = [row for row in table.rows if any(cell.strip() for cell in row)]
    if not body:
        raise TrainingLogError(
            "There are no sessions in this file: no row below the headers."
        )
    widths = np.array([_width(row, len(headers)) for row in body])
    wrong = widths != len(headers)
    if wrong.mean() > 0.5:
        raise TrainingLogError(
            f"The rows have {widths[wrong][0]} cells under {len(headers)} headers, as if "
            "rows of an older export stood under newer headers: export the file again."
        )
    frame = pd.DataFrame(
        {
            what: [row[place] if len(row) > place else "" for row in body]
            for what, place in table.places.items()
        },
        dtype="str",
    )
    rows = _quantities(frame, table, zone, wrong)
    again = [row[0] == headers[0] and numbered(row) == headers for row in body]
    rows["skipped"] = np.select([again, wrong], ["second_headers", "other_width"], "")
    # Equal rows have equal numbers; what they say is not kept.
    rows["row"] = pd.factorize(pd.Series(["\x1f".join(row) for row in body]))[0]
    return rows


def _width(row: list[str], headers: int) -> int:
    """Cells of a row, but for empty ones beyond the headers, which some programs add."""
    beyond = any(cell.strip() for cell in row[headers:])
    return len(row) if beyond else min(len(row), headers)


@dataclass(frozen=True)
class _Cells:
    """Columns of a file by what they mean, as text."""

    frame: pd.DataFrame
    headers: Mapping[str, str]
    wrong: Array  # rows of another width
    thousands: bool

    def numbers(self, what: str) -> Array:
        """Numbers, `UNREADABLE` where a cell says something else."""
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        value = read.numbers(self.frame[what], thousands=self.thousands)
        return self.marked(what, value)

    def minutes(self, what: str, unit_min: float) -> Array:
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        return read.durations_min(self.frame[what], unit_min, thousands=self.thousands)

    def marked(self, what: str, value: Array) -> Array:
        """Values, `UNREADABLE` where a cell says something of which none was made."""
        blank = read.blank(self.frame[what]).to_numpy(bool)
        return np.where(np.isnan(value) & ~blank, UNREADABLE, value)

    def check(self, what: str, unread: Array, allowed: str) -> None:
        """Stop where most cells of a column are something else than they should be."""
        cells = self.frame[what]
        filled = ~read.blank(cells).to_numpy(bool) & ~self.wrong
        bad = unread & filled
        if bad.sum() > 0.5 * filled.sum():
            example = cells[bad].iloc[0].strip()[:30]
            raise TrainingLogError(
                f"The column {self.headers[what]} holds {example!r}, which is not "
                f"{allowed}: the cells may have shifted under their headers; export the "
                "file again."
            )


def _quantities(
    frame: pd.DataFrame, table: Table, zone: ZoneInfo, wrong: Array
) -> pd.DataFrame:
    headers = {what: table.headers[place] for what, place in table.places.items()}
    thousands = table.mark == "," and table.source.name in ("garmin", "own")
    cells = _Cells(frame, headers, wrong, thousands)
    moment = read.dates(frame["start"], headers["start"])
    duration, elapsed = _durations_min(cells)
    cells.check("start", moment["moment"].isna().to_numpy(), "a date")
    rows = pd.DataFrame({"moment": _local(moment, table.source, zone)})
    rows["has_time"] = moment["has_time"]
    rows["activity"] = frame["sport"].str.strip() if "sport" in frame else ""
    rows["sport"] = by_value(rows["activity"], sport_of)
    rows["duration_min"] = np.where(duration > 0, duration, elapsed)
    for what in (
        "session_rpe",
        "average_heart_rate_bpm",
        "highest_heart_rate_bpm",
        "air_temperature_c",
    ):
        rows[what] = cells.numbers(what)
    rows["relative_humidity_pct"] = _humidity_pct(cells)
    rows["intensity_factor"] = _intensity(cells, rows["duration_min"].to_numpy())
    swims = rows["sport"].eq("swimming").to_numpy(bool)
    rows["distance_m"] = _distance_m(cells, duration, swims)
    return rows


def _durations_min(cells: _Cells) -> tuple[Array, Array]:
    """Duration of every row, and the time from start to end where a file has both."""
    duration = np.full(len(cells.frame), np.nan)
    for what, unit in DURATIONS.items():
        if what in cells.frame:
            minutes = cells.minutes(what, unit)
            cells.check(what, np.isnan(minutes), "a duration")
            duration = np.where(np.isnan(duration), minutes, duration)
    elapsed, shown = (
        cells.minutes(what, DURATIONS["duration_s"])
        for what in ("elapsed_s", "elapsed_as_shown_s")
    )
    # Nobody moves longer than the session lasts, and Strava writes the elapsed time
    # twice.  A second of difference is rounding.
    for apart in (duration - elapsed, np.abs(shown - elapsed)):
        known = ~np.isnan(apart) & ~cells.wrong
        if (known & (apart > 1.5 / 60)).sum() > 0.5 * max(known.sum(), 1):
            raise TrainingLogError(
                "The durations in this file contradict each other, as if the cells had "
                "shifted under their headers: export the file again."
            )
    return duration, np.where(np.isnan(elapsed), shown, elapsed)


def _first_known(*ways: Array) -> Array:
    """The first number of each row, `UNREADABLE` where there is none but other words."""
    value = ways[0]
    for way in ways[1:]:
        value = np.where(np.isfinite(value) | np.isnan(way), value, way)
    return value


def _humidity_pct(cells: _Cells) -> Array:
    """Relative humidity [%]; a fraction above 1 is none, whatever else it may be."""
    fraction = cells.numbers("relative_humidity_fraction")
    by_fraction = np.where(fraction > 1.0, UNREADABLE, fraction * 100)
    return _first_known(cells.numbers("relative_humidity_pct"), by_fraction)


def _distance_m(cells: _Cells, duration_min: Array, swims: NDArray[np.bool_]) -> Array:
    """Distance [m]; in a list without units, a distance of 0 is none."""
    if "distance_as_shown" not in cells.frame:
        return cells.numbers("distance_m")
    shown = cells.frame["distance_as_shown"]
    pace = cells.frame.get("pace_as_shown", pd.Series("", shown.index, dtype="str"))
    value = read.garmin_distances_m(shown, pace, duration_min, swims)
    none = np.isnan(value) & (cells.numbers("distance_as_shown") == 0)
    return np.where(none, np.nan, cells.marked("distance_as_shown", value))


def _intensity(cells: _Cells, duration_min: Array) -> Array:
    """Intensity factor as given, or from the stress score, which is h × IF² × 100.

    A 0 stands for "not computed", not for rest.  A factor of a table of one's own that
    cannot be is to be told, not replaced.
    """
    score = cells.numbers("training_stress_score")
    with np.errstate(divide="ignore", invalid="ignore"):
        by_score = np.sqrt(score / (duration_min / 60 * 100))
    by_score = np.where(score < 0, UNREADABLE, by_score)
    factor, percent = cells.numbers("intensity_factor"), cells.numbers("intensity_pct")
    ways = (factor, percent / 100, by_score)
    return _first_known(*(np.where(way == 0, np.nan, way) for way in ways))


def _local(moment: pd.DataFrame, source: Source, zone: ZoneInfo) -> pd.Series[Any]:
    """Local time of every row; a day without a time stays that day."""
    offset = moment["offset_min"]
    if source.clock == "utc":
        offset = offset.fillna(0.0)
    zoned = moment["has_time"] & offset.notna()
    utc = moment["moment"] - pd.to_timedelta(offset.fillna(0.0), unit="min")
    local = utc.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    return moment["moment"].mask(zoned, local.astype("datetime64[s]"))
