"""What a visit holds of the page Training log; see `riskmodel.views.state`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from riskmodel.training.failed import FailedFile
from riskmodel.training.log import TrainingLog
from riskmodel.training.log_table import LogColumn
from riskmodel.training.sentences import Finding


@dataclass(frozen=True)
class LogFile:
    """A training file, and what came of it: sessions, a question, or a problem."""

    digest: str  # of its content: names are no help, they are all activities.csv
    name: str
    log: TrainingLog | None = None
    problem: str = ""
    is_no_log: bool = False  # with the problem that it holds no session
    columns: tuple[LogColumn, ...] = ()  # of a table, until somebody names them
    date: str = ""  # a cell that begins with the day or the month, until somebody says
    headers: tuple[str, ...] = ()  # of a table, which tell its kind
    content: bytes = b""  # only while there is a question


@dataclass
class TrainingState:
    """The training log, and what was read for it."""

    log: TrainingLog | None = None
    files: list[LogFile] = field(default_factory=list)
    # What columns mean, by the headers of their table.
    meanings: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    asked_again: set[tuple[str, ...]] = field(default_factory=set)  # of these columns
    # Whether their dates begin with the day, by the headers of a table.
    day_first: dict[tuple[str, ...], bool] = field(default_factory=dict)
    no_word: str = ""  # the sport of sessions of which no file names an activity
    too_many: list[FailedFile] = field(default_factory=list)  # that were not looked at
    names: dict[str, list[str]] = field(default_factory=dict)  # of one content, by digest
    same: list[Finding] = field(default_factory=list)  # files that were given twice
    problem: str = ""  # about no file
    example: str = ""
    uploads: int = 0
    planned_day: date | None = None
    planned_sport: str | None = None
