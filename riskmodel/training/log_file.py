"""Training logs from files: the way in, and a look at the columns of unknown tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from riskmodel.inputs.tables import separator
from riskmodel.training.fit_file import FIT, is_fit, read_fit
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_rows import raw_rows
from riskmodel.training.log_table import (
    OWN,
    Table,
    known_table,
    log_text,
    own_table,
    table_rows,
)
from riskmodel.training.sessions import log_of
from riskmodel.training.words import MEANINGS, numbered


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
        return log_of(raw, FIT, said, "no duration")
    text = log_text(content)
    found = known_table(text) if columns is None else own_table(text, columns)
    raw = raw_rows(found, zone)
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
    text = log_text(content)
    try:
        found = known_table(text)
    except TrainingLogError:
        rows = table_rows(text, mark := separator(text))
        start = next((i for i, row in enumerate(rows) if sum(map(bool, row)) > 1), None)
        if start is None:
            raise TrainingLogError("This file is no table: no row has two cells.") from None
        found = Table(OWN, mark, numbered(rows[start]), {}, rows[start + 1 :])
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
