"""Training logs from files: the way in, and tables as quantities in our units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.units import UNITS
from riskmodel.training.any_file import Given, read_any
from riskmodel.training.dates import dates
from riskmodel.training.limits import MOST_SECONDS
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_table import OWN, Table, read_table
from riskmodel.training.no_session_rows import headings_of, no_sessions
from riskmodel.training.one_file import Ways
from riskmodel.training.quantities import (
    Cells,
    distance_m,
    durations_min,
    effort,
    first_known,
    intensity_factor,
)
from riskmodel.training.sentences import DATE_FORM, Finding, finding
from riskmodel.training.sessions import by_value, sessions_of
from riskmodel.training.table_body import TableBody, body_of
from riskmodel.training.words import Source, as_compared, sport_of


def read_log(
    file: Given,
    *,
    time_zone: str = "UTC",
    columns: Mapping[str, str] | None = None,
    activities: Mapping[str, str] | None = None,
    day_first: bool | None = None,
    most_seconds: float = MOST_SECONDS,
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
    activities : mapping of str to str, optional
        What words for activities mean, as the reader says: a sport, or ``not_training``.
    day_first : bool, optional
        Whether dates such as 03/04/2026 begin with the day, where no date of the file
        tells; a 13 does.
    most_seconds : float, optional
        For the files of one session each in an archive; what is left is told. [s]

    Returns
    -------
    TrainingLog
        Of several in an archive the one that they make together.

    Raises
    ------
    TrainingLogError
        If it is no log that can be read; the message is one sentence.  `AmbiguousDates`
        where `day_first` is needed, and `WrongScale` where a column of durations is in
        another unit than its meaning.
    ValueError
        If an activity is said to mean no sport.

    Examples
    --------
    >>> own = b"When;Minutes;Felt\n3.5.2026;60;4\n5.5.2026;90;6\n"
    >>> mapping = {"When": "start", "Minutes": "duration_min", "Felt": "session_rpe"}
    >>> log = read_log(own, columns=mapping)
    >>> log.sessions[["duration_min", "session_rpe"]].values.tolist()
    [[60.0, 4.0], [90.0, 6.0]]
    """
    zone, said = _zone(time_zone), as_compared(activities)
    return read_any(file, _ways(zone, columns, said, day_first, most_seconds))


def _ways(
    zone: ZoneInfo,
    columns: Mapping[str, str] | None,
    said: Mapping[str, str],
    day_first: bool | None,
    most_seconds: float,
) -> Ways:
    return Ways(
        zone,
        lambda content: _of_table(read_table(content, columns), zone, said, day_first),
        lambda rows: sessions_of(rows.frame, rows.source, rows.notes, said=said),
        most_seconds,
    )


def _of_table(
    table: Table, zone: ZoneInfo, said: Mapping[str, str], day_first: bool | None
) -> TrainingLog:
    source = table.source
    said = {**source.activities, **said}
    notes = [finding("as_written", text=note) for note in source.notes]
    if source.clock == "utc":
        notes.append(finding("local_time", zone=zone.key))
    rows, written, found = _table_rows(table, zone, said, day_first)
    return sessions_of(
        rows,
        source.label,
        [*notes, *found],
        without_duration="planned" if source.name == "trainingpeaks" else "no_duration",
        zeros_count=source is OWN,
        said=said,
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
    table: Table, zone: ZoneInfo, said: Mapping[str, str], day_first: bool | None
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Quantities of every row, whether or not it is a session; its cells; and notes."""
    headers, body = table.headers, body_of(table)
    frame, wrong = body.columns, body.widths != len(headers)
    named = {what: headers[place] for what, place in table.places.items()}
    thousands = table.mark == "," and table.source.name in ("garmin", "own")
    moment, notes = dates(frame["start"], named["start"], day_first)
    moment, midnights = _days_of_midnights(moment, frame["start"], table.source, zone)
    notes += midnights
    heading, headings = headings_of(body, table, moment["moment"].isna())
    no_row = wrong | heading
    cells = Cells(frame, named, no_row, thousands, table.source is OWN, [])
    rows = _quantities(cells, moment, table.source, zone, said)
    rows["skipped"] = no_sessions(rows, body, table, said)
    rows["skipped"] = rows["skipped"].mask(heading, "heading")
    counts = pd.Series(body.widths, dtype="str") + " cells"
    rows["cell"] = rows["cell"].mask(wrong, counts)
    rows["row"] = _equal_rows(rows, body)
    notes += _utc_written(moment, frame["start"], table.source, zone)
    return rows, frame, [*notes, *cells.notes, *headings]


def _equal_rows(rows: pd.DataFrame, body: TableBody) -> NDArray[np.intp]:
    """For every row the place of the first one with the same cells.

    Looked for where it matters: where there is no time of day, but the same day and length.
    """
    first = np.arange(len(rows))
    alike = rows.duplicated(["moment", "duration_min"], keep=False)
    alike &= rows["moment"].notna() & ~rows["has_time"]
    places: dict[tuple[str, ...], int] = {}
    for place in np.flatnonzero(alike).tolist():
        first[place] = places.setdefault(tuple(body.rows()[place]), place)
    return first


def _quantities(
    cells: Cells,
    moment: pd.DataFrame,
    source: Source,
    zone: ZoneInfo,
    said: Mapping[str, str],
) -> pd.DataFrame:
    frame = cells.frame
    cells.check("start", moment["moment"].isna().to_numpy(), "a date", DATE_FORM)
    rows = pd.DataFrame({"moment": _local(moment, source, zone)})
    rows["has_time"] = moment["has_time"]
    rows["activity"] = frame["sport"].str.strip() if "sport" in frame else ""
    rows["sport"] = by_value(rows["activity"], lambda word: sport_of(word, said))
    duration = durations_min(cells, rows)
    rows["cell"] = rows["cell"].mask(rows["moment"].isna(), frame["start"].str.strip())
    for what in ("average_heart_rate_bpm", "highest_heart_rate_bpm"):
        rows[what] = cells.numbers(what)
    rows["session_rpe"] = effort(cells)
    fahrenheit = UNITS["°C"]["°F"].inside(pd.Series(cells.numbers("air_temperature_f")))
    rows["air_temperature_c"] = first_known(
        cells.numbers("air_temperature_c"), fahrenheit.to_numpy()
    )
    # A fraction above 1 is more than 100 %, and so none.
    rows["relative_humidity_pct"] = first_known(
        cells.numbers("relative_humidity_pct"),
        cells.numbers("relative_humidity_fraction") * 100,
    )
    rows["intensity_factor"] = intensity_factor(cells, rows["duration_min"].to_numpy())
    swims = rows["sport"].eq("swimming").to_numpy(bool)
    rows["distance_m"] = distance_m(cells, duration, swims)
    return rows


def _of_greenwich(moment: pd.DataFrame, source: Source) -> pd.Series[bool]:
    """Rows whose time is UTC: by their cell, or by the program that wrote them."""
    unsaid = (moment["clock"] == "") & (source.clock == "utc")
    return moment["has_time"] & (unsaid | (moment["clock"] == "utc"))


def _local(moment: pd.DataFrame, source: Source, zone: ZoneInfo) -> pd.Series[Any]:
    """Local time of every row; a day without a time, or with its own clock, stays."""
    utc = moment["moment"].dt.tz_localize("UTC")
    local = utc.dt.tz_convert(zone).dt.tz_localize(None).astype("datetime64[s]")
    return moment["moment"].mask(_of_greenwich(moment, source), local)


def _days_of_midnights(
    moment: pd.DataFrame, cells: pd.Series[str], source: Source, zone: ZoneInfo
) -> tuple[pd.DataFrame, list[Finding]]:
    """Take midnights for days without a time, where most times of a column are midnight.

    Also those that are midnight here, since some programs write a day so in UTC.
    """
    clocks = [moment["moment"]]
    if _of_greenwich(moment, source).any():
        clocks.append(_local(moment, source, zone))
    for clock in clocks:
        midnight = moment["has_time"] & (clock == clock.dt.normalize())
        if midnight.sum() > 0.5 * moment["has_time"].sum():
            days = moment.assign(
                moment=moment["moment"].mask(midnight, clock),
                has_time=moment["has_time"] & ~midnight,
            )
            return days, [finding("midnights", cell=cells[midnight].iloc[0].strip())]
    return moment, []


def _utc_written(
    moment: pd.DataFrame, cells: pd.Series[str], source: Source, zone: ZoneInfo
) -> list[Finding]:
    """Say that times of a table that is not known for UTC name it."""
    named = _of_greenwich(moment, source)
    if source.clock == "utc" or not named.any():
        return []
    return [finding("utc_written", cell=cells[named].iloc[0].strip(), zone=zone.key)]
