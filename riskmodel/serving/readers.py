"""What is read of a visitor's file, page by page, in the process that is made for it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO

import pandas as pd

from riskmodel.datasets import data_file, data_folder
from riskmodel.inputs.problems import Problem
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.parts import ScorecardError
from riskmodel.scorecard.rows import Scorecard, read_scorecard
from riskmodel.squad import file as squad_file
from riskmodel.squad.columns import Column, match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.raw import RawTable
from riskmodel.training.log import (
    AmbiguousDates,
    NoLog,
    TrainingLog,
    TrainingLogError,
)
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import LogColumn, log_columns
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.hours import Weather
from riskmodel.weather.nws import ATTRIBUTION as NWS
from riskmodel.weather.open_meteo_answer import GREENWICH
from riskmodel.whatif.plans import Scenario, from_text, saved_with

_LARGEST_CARD_BYTES = 200_000
_MOST_CARD_ROWS = 100  # of a card, since each takes time to calibrate
_MOST_STOPS = 200  # in a line: names of many parts take long to read
_OF_AN_ARCHIVE_SECONDS = 2.5  # so that what was read until then is not lost
# What readers load only once they need it, beside what the examples need.
_LIBRARIES = (
    "openpyxl.reader.excel",
    "openpyxl.worksheet._reader",
    "defusedxml.ElementTree",
    "ijson",
)


def make_ready() -> None:
    """Read an example of each kind, so that no visitor waits for what this loads."""
    for name in _LIBRARIES:
        if find_spec(name.partition(".")[0]) is not None:
            import_module(name)
    raw, columns = read_list(data_file("example_squad.csv").read_bytes(), "", frozenset())
    read_athletes(raw, columns, date(2026, 1, 1))
    said = LogQuestions("UTC", {}, {}, frozenset(), {})
    for path in data_folder("example_logs").iterdir():
        read_training_file(path.read_bytes(), said)
    for path in data_folder("examples_weather").iterdir():
        read_weather(path.read_bytes(), date(2026, 1, 1), None, None)
    read_card(load_scorecard().toml.encode())


# ------------------------------------------------------------------------------- Squad


def read_list(
    content: bytes, sheet: str, counted: Set[str]
) -> tuple[RawTable, list[Column]]:
    """Read a coach's list, and what its columns are; see `read_squad_file`."""
    raw = read_squad_file(
        content,
        sheet=sheet,
        hidden_rows="hidden_rows" in counted,
        summaries="summaries" in counted,
    )
    return raw, match_columns(raw)


def read_athletes(
    raw: RawTable, columns: list[Column], on: date
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """As `riskmodel.squad.file.read_athletes`, with the words that warn as written."""
    return squad_file.read_athletes(raw, columns, on, warnings_stay=True)


# -------------------------------------------------------------------------- Best start


def read_weather(
    content: bytes, on: date, location: int | None, zone: str | None
) -> Weather:
    """Read a file of weather; one that names no time zone takes the reader's."""
    weather = read_weather_file(content, on=on, location=location)
    if zone is None or not (weather.attribution == NWS or weather.time_zone in GREENWICH):
        return weather
    weather = read_weather_file(content, on=on, time_zone=zone, location=location)
    note = "Times are those of your browser: the file names no time zone."
    return replace(weather, notes=(*weather.notes, note))


# ------------------------------------------------------------------------ Training log


@dataclass(frozen=True)
class LogQuestions:
    """What a person has said of training logs, by the headers of their tables.

    Attributes
    ----------
    time_zone : str
    activities : mapping of str to str
        As `read_log` takes them.
    meanings : mapping
        What columns are, header by header.
    asked_again : set
        Of which columns it is to be asked again.
    day_first : mapping
        Whether dates begin with the day.
    """

    time_zone: str
    activities: Mapping[str, str]
    meanings: Mapping[tuple[str, ...], Mapping[str, str]]
    asked_again: Set[tuple[str, ...]]
    day_first: Mapping[tuple[str, ...], bool]


@dataclass(frozen=True)
class LogRead:
    """What came of a training file: sessions, a question, or a problem.

    Attributes
    ----------
    log : TrainingLog or None
    problem : str
        One sentence.
    is_no_log : bool
        With the problem that it holds no session.
    columns : tuple of LogColumn
        Of a table of no known program, until a person has named them.
    date : str
        A cell of which nobody knows whether it begins with the day or the month.
    headers : tuple of str
        Of the table with that date, which tell its kind from another.
    """

    log: TrainingLog | None = None
    problem: str = ""
    is_no_log: bool = False
    columns: tuple[LogColumn, ...] = ()
    date: str = ""
    headers: tuple[str, ...] = ()


def read_training_file(content: bytes, said: LogQuestions) -> LogRead:
    """Read a training log, or find what has to be asked about it."""
    columns = _columns(content)
    kind = tuple(column.header for column in columns)
    # Of no program that we know: somebody has to name them.
    to_be_named = columns if not any(column.meaning for column in columns) else ()
    if to_be_named and (kind not in said.meanings or kind in said.asked_again):
        return LogRead(columns=columns)
    try:
        log = read_log(
            BytesIO(content),
            time_zone=said.time_zone,
            columns=said.meanings.get(kind),
            activities=said.activities,
            day_first=said.day_first.get(kind),
            most_seconds=_OF_AN_ARCHIVE_SECONDS,
        )
    except AmbiguousDates as error:
        return LogRead(date=error.cell, headers=kind)
    except TrainingLogError as error:
        no_log = isinstance(error, NoLog) and not to_be_named
        return LogRead(None, str(error), no_log, to_be_named)
    return LogRead(log)


def _columns(content: bytes) -> tuple[LogColumn, ...]:
    """Columns of a table, none of another file."""
    try:
        return log_columns(BytesIO(content))
    except TrainingLogError:
        return ()


# ---------------------------------------------------------------------- Compare, the card


def read_plans(content: bytes) -> tuple[list[Scenario], tuple[Problem, ...], str]:
    """Read plans, what could not be read of them, and which scorecard they name."""
    text = content.decode("utf-8-sig", "replace")
    return *from_text(text), saved_with(text)


def read_card(content: bytes) -> Scorecard:
    """Read a scorecard of a visitor's own, or raise `ScorecardError`."""
    if len(content) > _LARGEST_CARD_BYTES:
        raise ScorecardError(
            f"A card may be {_LARGEST_CARD_BYTES // 1000} kB large; this one has "
            f"{len(content) // 1000} kB."
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ScorecardError("The card is no text in UTF-8.") from None
    if any(line.count(".") > _MOST_STOPS for line in text.split("\n")):
        raise ScorecardError(
            f"A line has more than {_MOST_STOPS} full stops, too many to read."
        )
    card = read_scorecard(text)
    if len(card.factors) > _MOST_CARD_ROWS:
        raise ScorecardError(f"A card may have {_MOST_CARD_ROWS} rows here.")
    return card
