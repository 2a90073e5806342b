"""Training logs from files: which program wrote them, and what their rows say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.table_file import (
    FIRST_ROWS,
    SEPARATORS,
    TableFileError,
    csv_rows,
    separator,
    text_of,
)
from riskmodel.training import cells as read
from riskmodel.training.fit_file import is_fit, read_fit
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.sessions import by_value, log_of
from riskmodel.training.words import (
    DURATIONS,
    MEANINGS,
    Source,
    header_key,
    numbered,
    sources,
    sport_of,
)

Array = NDArray[Any]

MOST_ROWS = 100_000
MOST_BYTES = 100_000_000

_OWN = Source("own", "your table", "local", (), frozenset(), (), {})
_KNOWN = "Strava, Garmin Connect, intervals.icu and TrainingPeaks, and FIT files"


@dataclass(frozen=True)
class LogColumn:
    """A column of a file that nobody has said the meaning of yet.

    Attributes
    ----------
    header : str
        As `read_log` takes it; the second of its name ends with ``#2``.
    samples : tuple of str
        Its first cells that say something, at most three.
    meaning : str
        One of `MEANINGS` where the program that wrote the file is known, else empty.
    """

    header: str
    samples: tuple[str, ...]
    meaning: str = ""


@dataclass(frozen=True)
class _Table:
    """Rows of a file below their headers, and what wrote them."""

    source: Source
    mark: str
    headers: list[str]
    meanings: dict[str, int]
    first_row: int
    rows: list[list[str]]


def read_log(
    content: bytes,
    *,
    time_zone: str = "UTC",
    columns: Mapping[str, str] | None = None,
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

    Returns
    -------
    TrainingLog

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
    if is_fit(content):
        raw, said = read_fit(content, zone)
        return log_of(raw, "a FIT file", said, "no duration")
    text = _text(content)
    found = _known_table(text) if columns is None else _own_table(text, columns)
    raw = _raw(found, zone)
    notes = list(found.source.notes)
    if found.source.clock == "utc":
        notes.append(f"Local time is that of {zone.key}.")
    without = "planned, not done" if found.source.name == "trainingpeaks" else "no duration"
    return log_of(raw, found.source.label, notes, without)


def log_columns(content: bytes) -> tuple[LogColumn, ...]:
    r"""List the columns of a CSV table, for a person to say what they mean.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    tuple of LogColumn

    Raises
    ------
    TrainingLogError
        If it is no table.

    Examples
    --------
    >>> log_columns(b"When;Minutes\n3.5.2026;60\n")[1]
    LogColumn(header='Minutes', samples=('60',), meaning='')
    """
    if is_fit(content):
        raise TrainingLogError("A FIT file has no columns: it is read as it is.")
    text = _text(content)
    try:
        found = _known_table(text)
    except TrainingLogError:
        rows = _rows(text, mark := separator(text))
        start = next((i for i, row in enumerate(rows) if sum(map(bool, row)) > 1), None)
        if start is None:
            raise TrainingLogError("This file is no table: no row has two cells.") from None
        found = _Table(_OWN, mark, numbered(rows[start]), {}, start, rows[start + 1 :])
    meanings = {place: what for what, place in found.meanings.items() if what in MEANINGS}
    return tuple(
        LogColumn(header, tuple(_samples(found.rows, place)), meanings.get(place, ""))
        for place, header in enumerate(found.headers)
        if header
    )


def _samples(rows: list[list[str]], place: int) -> Iterator[str]:
    filled = (row[place].strip() for row in rows if len(row) > place and row[place].strip())
    return (cell[:40] for cell in islice(filled, 3))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TrainingLogError(
            f"There is no time zone {name!r}; allowed are names like Europe/Berlin."
        ) from error


# ------------------------------------------------------------------------- the table


def _text(content: bytes) -> str:
    """Text of a file that may be a table, or a sentence about what else it is."""
    if len(content) > MOST_BYTES:
        raise TrainingLogError(
            f"This file has {len(content) / 1e6:.0f} MB; allowed are up to "
            f"{MOST_BYTES / 1e6:.0f} MB."
        )
    if content.startswith(b"PK"):
        if b"xl/" in content[:4000] or b"[Content_Types].xml" in content[:4000]:
            raise TrainingLogError("This is an Excel workbook: save the sheet as CSV.")
        raise TrainingLogError(
            "This is a zip archive: unpack it and give the activities.csv or the FIT files "
            "in it."
        )
    if content.startswith(b"\x1f\x8b"):
        raise TrainingLogError("This file is compressed (.gz): unpack it first.")
    try:
        text = text_of(content, "CSV")
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error
    if text.lstrip()[:1] in ("<", "{"):
        raise TrainingLogError(
            "This file is no table but XML or JSON, such as GPX or TCX; known are "
            f"tables of {_KNOWN}."
        )
    return text


def _rows(text: str, mark: str) -> list[list[str]]:
    try:
        rows = csv_rows(text, mark)
    except TableFileError as error:
        raise TrainingLogError(str(error)) from error
    if len(rows) > MOST_ROWS + FIRST_ROWS:
        raise TrainingLogError(
            f"There are {len(rows)} rows in this file; allowed are up to {MOST_ROWS}."
        )
    return rows


def _first_rows(text: str, mark: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        return list(islice(reader, FIRST_ROWS))
    except csv.Error:
        return []


def _meanings(source: Source, headers: list[str]) -> dict[str, int]:
    """Column of each meaning, if this can be a table of the source at all."""
    places = {header_key(name): i for i, name in reversed([*enumerate(headers)])}
    found = {
        what: places[next(name for name in names if name in places)]
        for what, names in source.columns.items()
        if any(name in places for name in names)
    }
    fits = source.marks & places.keys() and all(what in found for what in source.needs)
    return found if fits else {}


def _known_table(text: str) -> _Table:
    """Find the headers of a known program; which one has the most of them."""
    best: tuple[int, str, int, Source] | None = None
    for mark in SEPARATORS:
        for place, row in enumerate(_first_rows(text, mark)):
            for source in sources().values():
                size = len(_meanings(source, numbered(row)))
                if size and (best is None or size > best[0]):
                    best = size, mark, place, source
    if best is None:
        raise _not_known(text)
    _, mark, place, source = best
    rows = _rows(text, mark)
    headers = numbered(rows[place])
    return _Table(
        source, mark, headers, _meanings(source, headers), place, rows[place + 1 :]
    )


def _not_known(text: str) -> TrainingLogError:
    """Say whether headers are missing, or are of another program."""
    rows = [row for row in _first_rows(text, separator(text)) if sum(map(bool, row)) > 1]
    if not rows:
        return TrainingLogError("This file is no table: no row has two cells.")
    if any(re.fullmatch(r"\s*[\d.,:/\-\s]*\d[\d.,:/\-\s]*", cell) for cell in rows[0]):
        return TrainingLogError(
            "The first row holds values where the names of the columns should be: export "
            "the file again, with its row of headers."
        )
    named = ", ".join(cell.strip()[:30] for cell in rows[0][:4])
    return TrainingLogError(
        f"These columns are of no program known here ({named}, ...): known are {_KNOWN}; "
        "for another table, say what its columns mean."
    )


def _own_table(text: str, columns: Mapping[str, str]) -> _Table:
    """Find the row of headers that a person has named."""
    for meaning in columns.values():
        if meaning not in MEANINGS:
            raise TrainingLogError(
                f"A column cannot mean {meaning!r}; allowed are {', '.join(MEANINGS)}."
            )
    if len(set(columns.values())) < len(columns):
        raise TrainingLogError("Two columns have the same meaning: leave one of them out.")
    if "start" not in columns.values() or not DURATIONS.keys() & set(columns.values()):
        raise TrainingLogError(
            "Needed are a column for the start and one for the duration."
        )
    wanted = {header_key(header): meaning for header, meaning in columns.items()}
    for mark in SEPARATORS:
        for place, row in enumerate(_first_rows(text, mark)):
            headers = numbered(row)
            keys = [header_key(header) for header in headers]
            if all(key in keys for key in wanted):
                rows = _rows(text, mark)
                meanings = {what: keys.index(key) for key, what in wanted.items()}
                return _Table(_OWN, mark, headers, meanings, place, rows[place + 1 :])
    raise TrainingLogError(f"No row of headers has all of these: {', '.join(columns)}.")


# -------------------------------------------------------------------------- the rows


def _raw(found: _Table, zone: ZoneInfo) -> pd.DataFrame:
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
    frame: pd.DataFrame, found: _Table, zone: ZoneInfo, wrong: Array
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
            f"The dates in {name['start']}, such as {error}, can begin with the day or the "
            "month: write them as 2026-07-31."
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
    elapsed = minutes("elapsed_s", DURATIONS["duration_s"])
    _check_pairs(duration, elapsed, minutes("elapsed_as_shown_s", 1 / 60), wrong)
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
        shown = frame["distance_as_shown"]
        distance = read.garmin_distances_m(shown, pace, duration, swims)
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
