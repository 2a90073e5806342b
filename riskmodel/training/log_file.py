"""Training logs from files: the way in, and tables as quantities in our units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.tables import folded
from riskmodel.inputs.units import UNITS
from riskmodel.training import cells as read
from riskmodel.training.dates import NEEDED, dates
from riskmodel.training.fit_file import FIT, is_fit, read_fit
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_table import OWN, Table, read_table
from riskmodel.training.scales import LENGTHS_M, check_durations, off_scale, slow_distances
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import UNREADABLE, by_value, sessions_of
from riskmodel.training.words import DURATIONS, Source, limit, numbered, sport_of
from riskmodel.training.words import table as words_of_logs

Array = NDArray[Any]


def read_log(
    content: bytes,
    *,
    time_zone: str = "UTC",
    columns: Mapping[str, str] | None = None,
    day_first: bool | None = None,
) -> TrainingLog:
    r"""Read a file with the sessions of one athlete.

    Parameters
    ----------
    content : bytes
        ``activities.csv`` of Strava, ``Activities.csv`` of Garmin Connect, the table of
        intervals.icu, ``workouts.csv`` of TrainingPeaks, a FIT file, or, with
        `columns`, any other CSV table.
    time_zone : str
        Where the athlete lives, such as ``"Europe/Berlin"``: Strava and FIT files write
        UTC, and a late run would lie on another day.
    columns : mapping of str to str, optional
        For a table of one's own: header, as from `log_columns`, to one of `MEANINGS`.
        Needed are ``start`` and one of the durations.
    day_first : bool, optional
        Whether dates such as 03/04/2026 begin with the day, where no date of the file
        tells.

    Returns
    -------
    TrainingLog

    Raises
    ------
    TrainingLogError
        If it is no log that can be read; the message is one sentence.  `AmbiguousDates`
        where `day_first` is needed, and `WrongScale` where a column of durations is in
        another unit than its meaning.

    Examples
    --------
    >>> own = b"When;Minutes;Felt\n3.5.2026;60;4\n5.5.2026;90;6\n"
    >>> mapping = {"When": "start", "Minutes": "duration_min", "Felt": "session_rpe"}
    >>> log = read_log(own, columns=mapping)
    >>> log.sessions[["duration_min", "session_rpe"]].values.tolist()
    [[60.0, 4.0], [90.0, 6.0]]
    """
    zone = _zone(time_zone)
    if is_fit(content):
        rows, notes = read_fit(content, zone)
        return sessions_of(rows, FIT, notes)
    return _of_table(read_table(content, columns), zone, day_first)


def _of_table(table: Table, zone: ZoneInfo, day_first: bool | None) -> TrainingLog:
    source = table.source
    notes = [finding("as_written", text=note) for note in source.notes]
    if source.clock == "utc":
        notes.append(finding("local_time", zone=zone.key))
    rows, written, found = _table_rows(table, zone, day_first)
    return sessions_of(
        rows,
        source.label,
        [*notes, *found],
        without_duration="planned" if source.name == "trainingpeaks" else "no_duration",
        zeros_count=source is OWN,
        written=written,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TrainingLogError(
            f"There is no time zone {name!r}; allowed are names like Europe/Berlin."
        ) from error


def _table_rows(
    table: Table, zone: ZoneInfo, day_first: bool | None
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Quantities of every row, whether or not it is a session; its cells; and notes."""
    headers, places = table.headers, table.places
    body = [row for row in table.rows if any(map(str.strip, row))]
    if not body:
        raise TrainingLogError(
            "There are no sessions in this file: no row below the headers."
        )
    widths = np.array([_width(row, len(headers)) for row in body])
    wrong = widths != len(headers)
    if wrong.mean() > 0.5:
        first = body[int(wrong.argmax())]
        raise TrainingLogError(
            f"Most rows have not as many cells as there are headers: {len(first)} in "
            f"{_example(', '.join(first))}, under {len(headers)} headers; give each cell "
            "its header, in the order of the cells."
        )
    full = len(headers)
    whole = [row if len(row) >= full else row + [""] * (full - len(row)) for row in body]
    frame = pd.DataFrame(
        {what: [*map(itemgetter(place), whole)] for what, place in places.items()},
        dtype="str",
    )
    named = {what: headers[place] for what, place in places.items()}
    thousands = table.mark == "," and table.source.name in ("garmin", "own")
    cells = _Cells(frame, named, wrong, thousands, table.source is OWN, [])
    moment, notes = dates(frame["start"], named["start"], day_first)
    rows = _quantities(cells, moment, table.source, zone)
    again = [row[0] == headers[0] and numbered(row) == headers for row in body]
    sums = np.zeros(len(body), bool)
    activities = rows["activity"].tolist()
    for place in np.flatnonzero(rows["moment"].isna()).tolist():
        sums[place] = _sums_up(body[place], activities[place])
    kinds = ["second_headers", "summary", "other_width"]
    rows["skipped"] = np.select([again, sums, wrong], kinds, "")
    counts = pd.Series(widths, dtype="str") + " cells"
    rows["cell"] = rows["cell"].mask(wrong, counts)
    # Equal rows have equal numbers; what they say is not kept.
    places_of: dict[str, int] = {}
    rows["row"] = [
        places_of.setdefault("\x1f".join(row), place) for place, row in enumerate(body)
    ]
    notes += _utc_written(moment, frame["start"], table.source, zone)
    return rows, frame, [*notes, *cells.notes]


def _width(row: list[str], headers: int) -> int:
    """Cells of a row, but for empty ones beyond the headers, which some programs add."""
    if len(row) <= headers:
        return len(row)
    beyond = any(cell.strip() for cell in row[headers:])
    return len(row) if beyond else headers


def _example(cell: str) -> str:
    return repr(cell.strip()[:30])


def _sums_up(row: list[str], activity: str) -> bool:
    """Whether a row without a date begins with a word such as Total."""
    first = next(cell for cell in row if cell.strip())
    names = [first] if not activity else [first, activity]
    return all(_summaries().intersection((folded(n), *folded(n).split())) for n in names)


@cache
def _summaries() -> frozenset[str]:
    return frozenset(map(folded, words_of_logs()["summary"]["words"]))


@dataclass(frozen=True)
class _Cells:
    """Columns of a file by what they mean, as text."""

    frame: pd.DataFrame
    headers: Mapping[str, str]
    wrong: Array  # rows of another width
    thousands: bool
    own: bool  # whether a person has said what they mean
    notes: list[Finding]

    def numbers(self, what: str) -> Array:
        """Numbers, `UNREADABLE` where a cell says something else.

        None where the column as a whole is on another scale.
        """
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        cells = self.frame[what]
        value = read.numbers(cells, thousands=self.thousands)
        kept = np.where(self.wrong, np.nan, value)
        if note := off_scale(what, kept, cells, self.headers[what]):
            self.notes.append(note)
            return np.full(len(value), np.nan)
        return self.marked(what, value)

    def minutes(self, what: str, unit_min: float) -> Array:
        if what not in self.frame:
            return np.full(len(self.frame), np.nan)
        return read.durations_min(self.frame[what], unit_min, thousands=self.thousands)

    def marked(self, what: str, value: Array) -> Array:
        """Values, `UNREADABLE` where a cell says something of which none was made."""
        return np.where(np.isnan(value) & self.filled(what), UNREADABLE, value)

    def filled(self, what: str) -> Array:
        return ~read.blank(self.frame[what]).to_numpy(bool)

    def check(self, what: str, unread: Array, kind: str, needed: str) -> None:
        """Stop where most cells of a column are something else than they should be."""
        filled = self.filled(what) & ~self.wrong
        bad = unread & filled
        if bad.sum() > 0.5 * filled.sum():
            raise TrainingLogError(
                f"The column {self.headers[what]} holds "
                f"{_example(self.frame[what][bad].iloc[0])}, which is not {kind} that can "
                f"be read: needed is {needed}."
            )


def _quantities(
    cells: _Cells, moment: pd.DataFrame, source: Source, zone: ZoneInfo
) -> pd.DataFrame:
    frame = cells.frame
    cells.check("start", moment["moment"].isna().to_numpy(), "a date", NEEDED)
    rows = pd.DataFrame({"moment": _local(moment, source, zone)})
    rows["has_time"] = moment["has_time"]
    rows["activity"] = frame["sport"].str.strip() if "sport" in frame else ""
    rows["sport"] = by_value(rows["activity"], sport_of)
    duration = _durations_min(cells, rows)
    rows["cell"] = rows["cell"].mask(rows["moment"].isna(), frame["start"].str.strip())
    for what in ("average_heart_rate_bpm", "highest_heart_rate_bpm"):
        rows[what] = cells.numbers(what)
    rows["session_rpe"] = _effort(cells)
    fahrenheit = UNITS["°C"]["°F"].inside(pd.Series(cells.numbers("air_temperature_f")))
    rows["air_temperature_c"] = _first_known(
        cells.numbers("air_temperature_c"), fahrenheit.to_numpy()
    )
    # A fraction above 1 is more than 100 %, and so none.
    rows["relative_humidity_pct"] = _first_known(
        cells.numbers("relative_humidity_pct"),
        cells.numbers("relative_humidity_fraction") * 100,
    )
    rows["intensity_factor"] = _intensity(cells, rows["duration_min"].to_numpy())
    swims = rows["sport"].eq("swimming").to_numpy(bool)
    rows["distance_m"] = _distance_m(cells, duration, swims)
    return rows


def _durations_min(cells: _Cells, rows: pd.DataFrame) -> Array:
    """Give rows their duration, and return the moving time.

    ``unread_duration`` says that there is a cell of which none was made, ``cell`` which;
    ``elapsed_used`` and ``watch_left_on`` what was done about a time without movement.
    """
    duration = np.full(len(cells.frame), np.nan)
    filled = np.zeros(len(cells.frame), bool)
    rows["cell"] = pd.Series("", rows.index, dtype="str")
    for what, unit in DURATIONS.items():
        if what in cells.frame:
            minutes = cells.minutes(what, unit)
            written = cells.frame[what].str.strip()
            needed = "1:05:00, 1 h 05, or a number"
            cells.check(what, np.isnan(minutes), "a duration", needed)
            if cells.own:
                check_durations(what, minutes, written, cells.headers[what])
            duration = np.where(np.isnan(duration), minutes, duration)
            filled |= cells.filled(what)
            rows["cell"] = rows["cell"].mask(rows["cell"] == "", written)
    elapsed = _elapsed_min(cells, duration)
    least, longest = limit("shortest_min"), limit("longest_elapsed_min")
    moved_little = duration < limit("least_moving_share") * elapsed
    use = ~(duration >= least) & (elapsed >= least)
    use |= moved_little & (elapsed <= longest)
    rows["duration_min"] = np.where(use, elapsed, duration)
    rows["elapsed_used"] = use
    rows["watch_left_on"] = moved_little & ~use
    rows["unread_duration"] = filled & rows["duration_min"].isna()
    return duration


def _elapsed_min(cells: _Cells, duration: Array) -> Array:
    """Time from start to end where a file has it."""
    elapsed, shown = (
        cells.minutes(what, DURATIONS["duration_s"])
        for what in ("elapsed_s", "elapsed_as_shown_s")
    )
    # Nobody moves longer than the session lasts, and Strava writes the elapsed time
    # twice.  A second of difference is rounding.
    for apart in (duration - elapsed, np.abs(shown - elapsed)):
        known = ~np.isnan(apart) & ~cells.wrong
        if (bad := known & (apart > 1.5 / 60)).sum() > 0.5 * max(known.sum(), 1):
            row = cells.frame[bad].iloc[0]
            found = ", ".join(
                f"{cells.headers[what]} {_example(row[what])}"
                for what in (*DURATIONS, "elapsed_s", "elapsed_as_shown_s")
                if what in row
            )
            raise TrainingLogError(
                f"The durations in this file contradict each other, as in {found}: nobody "
                "moves longer than a session lasts; look whether the cells stand under "
                "their headers."
            )
    return np.where(np.isnan(elapsed), shown, elapsed)


def _first_known(*ways: Array) -> Array:
    """The first number of each row, `UNREADABLE` where there is none but other words."""
    value = ways[0]
    for way in ways[1:]:
        value = np.where(np.isfinite(value) | np.isnan(way), value, way)
    return value


def _effort(cells: _Cells) -> Array:
    """Effort of 1 to 10; one of 6 to 20 has no place there that a source gives."""
    borg = cells.numbers("session_rpe_borg")
    if number := int(np.isfinite(borg).sum()):
        cells.notes.append(finding("borg_open", values=number))
    return _first_known(
        cells.numbers("session_rpe"), np.where(np.isfinite(borg), np.nan, borg)
    )


def _distance_m(cells: _Cells, duration_min: Array, swims: NDArray[np.bool_]) -> Array:
    """Distance [m]; in a list without units, a distance of 0 is none."""
    if "distance_as_shown" not in cells.frame:
        ways = [cells.numbers(way) * metres for way, metres in LENGTHS_M.items()]
        if cells.own and "distance_m" in cells.frame:
            written, header = cells.frame["distance_m"], cells.headers["distance_m"]
            if note := slow_distances(ways[0], duration_min, written, header):
                cells.notes.append(note)
                ways[0] = np.full(len(duration_min), np.nan)
        return _first_known(*ways)
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


def _of_greenwich(moment: pd.DataFrame, source: Source) -> pd.Series[bool]:
    """Rows whose time is UTC: by their cell, or by the program that wrote them."""
    unsaid = (moment["clock"] == "") & (source.clock == "utc")
    return moment["has_time"] & (unsaid | (moment["clock"] == "utc"))


def _local(moment: pd.DataFrame, source: Source, zone: ZoneInfo) -> pd.Series[Any]:
    """Local time of every row; a day without a time, or with its own clock, stays."""
    utc = moment["moment"].dt.tz_localize("UTC")
    local = utc.dt.tz_convert(zone).dt.tz_localize(None).astype("datetime64[s]")
    return moment["moment"].mask(_of_greenwich(moment, source), local)


def _utc_written(
    moment: pd.DataFrame, cells: pd.Series[str], source: Source, zone: ZoneInfo
) -> list[Finding]:
    """Say that times of a table that is not known for UTC name it."""
    named = _of_greenwich(moment, source)
    if source.clock == "utc" or not named.any():
        return []
    return [finding("utc_written", cell=cells[named].iloc[0].strip(), zone=zone.key)]
