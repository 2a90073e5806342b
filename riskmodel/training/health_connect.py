"""Exercise sessions in the export of Health Connect, an SQLite database.

Times are milliseconds since 1970 in UTC, beside each the distance of local time from it
in seconds.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from riskmodel.inputs.told import grouped
from riskmodel.training.clock import clock_of, with_offset
from riskmodel.training.limits import MOST_ROWS, Readable
from riskmodel.training.log import NoLog, TrainingLogError
from riskmodel.training.sentences import Finding, finding
from riskmodel.training.sessions import by_value
from riskmodel.training.words import sport_of, table

HEALTH_CONNECT = "Health Connect"
SQLITE_MARK = b"SQLite format 3\0"

_TABLE = "exercise_session_record_table"
_NEEDED = ("start_time", "end_time", "exercise_type")
_OFFSET = "start_zone_offset"
_MOST_IN_MEMORY_BYTES = 100_000_000
_STEP_BYTES = 1_000_000
_JOURNAL = slice(18, 20)  # where a database says whether a journal lies beside it
_MOST_STEPS = 50  # of ten million instructions each, seconds in all


def read_health_connect(
    stream: Readable, zone: ZoneInfo
) -> tuple[pd.DataFrame, list[Finding]]:
    """Rows for `sessions_of`, one for each session of exercise, and notes.

    The zone is for sessions that name no local time.
    """
    try:
        told = _told(stream)
    # Names of a damaged database may be no text.
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise TrainingLogError(
            "This database is damaged, or no export of Health Connect: it cannot be read."
        ) from error
    if told.empty:
        raise NoLog("There are no sessions in this export of Health Connect.")
    number = told.apply(pd.to_numeric, errors="coerce").astype(float)
    kinds = dict(enumerate(table()["health_connect"]["exercise_types"]))
    moment = with_offset(clock_of(number["start_time"]), number[_OFFSET], zone)
    rows = pd.DataFrame({"moment": moment})
    rows["has_time"] = True
    rows["activity"] = number["exercise_type"].map(kinds).fillna("").astype("str")
    rows["sport"] = by_value(rows["activity"], sport_of)
    rows["duration_min"] = (number["end_time"] - number["start_time"]) / 60_000
    notes = [finding("health_connect")]
    if number[_OFFSET].isna().any():
        notes.append(finding("track_local_time", zone=zone.key))
    return rows, notes


def _told(stream: Readable) -> pd.DataFrame:
    """Read a database in memory; one that is too large for it lies on a disk meanwhile."""
    begin = bytearray()
    while len(begin) <= _MOST_IN_MEMORY_BYTES and (some := stream.read(_STEP_BYTES)):
        begin += some
    if len(begin) <= _MOST_IN_MEMORY_BYTES:
        begin[_JOURNAL] = b"\1\1"  # there is no file beside it
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(begin)
            return _sessions(base)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.db")
        with path.open("wb") as copy:
            copy.write(begin)
            shutil.copyfileobj(stream, copy, _STEP_BYTES)
        address = f"{path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as base:
            return _sessions(base)


def _sessions(base: sqlite3.Connection) -> pd.DataFrame:
    """Read the columns that are needed, and nothing that the file could make us run."""
    base.execute("PRAGMA trusted_schema = OFF")
    base.text_factory = lambda text: text.decode(errors="replace")
    steps = iter(range(_MOST_STEPS))
    base.set_progress_handler(lambda: next(steps, None) is None, 10_000_000)
    is_table = base.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (_TABLE,)
    ).fetchone()
    names = {row[1] for row in base.execute(f"PRAGMA table_info({_TABLE})")}
    if not is_table or not names.issuperset(_NEEDED):
        raise NoLog(
            "This database is no export of Health Connect: it has no sessions of exercise."
        )
    there = [*_NEEDED, *({_OFFSET} & names)]
    # A cell can hold any bytes, as many as there are.
    columns = ", ".join(
        f"CASE WHEN typeof({name}) IN ('integer', 'real') THEN {name} END" for name in there
    )
    read = base.execute(f"SELECT {columns} FROM {_TABLE} LIMIT {MOST_ROWS + 1}")
    told = read.fetchall()
    if len(told) > MOST_ROWS:
        raise TrainingLogError(
            f"This export of Health Connect has more than the {grouped(MOST_ROWS)} "
            "sessions that can be read."
        )
    frame = pd.DataFrame(told, columns=there, dtype=object)
    return frame.reindex(columns=[*_NEEDED, _OFFSET])
