"""The files of a training log: what was given, and what came of each.

Files are told apart by their content, never by their name.  What a file holds is kept
only while there is a question about it; the rest lies in the uploader until it is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from typing import BinaryIO
from zoneinfo import available_timezones

import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.training.any_file import ENDINGS
from riskmodel.training.failed import FailedFile
from riskmodel.training.log import (
    AmbiguousDates,
    NoLog,
    TrainingLog,
    TrainingLogError,
    moved,
    named,
    noted,
)
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import LogColumn, log_columns
from riskmodel.training.merge import merge_logs
from riskmodel.training.same_files import without_repeats
from riskmodel.views import form, look, training_kept, widgets
from riskmodel.views.state import FormState, LogFile, TrainingState, state

_Given = Sequence[tuple[str, BinaryIO]]
"""Names and files, open for reading."""

_MOST_FILES = 60  # FIT files come one for each session
_MOST_MB = 100  # of each, since a server holds them while they stand in the uploader
_TOO_MANY_FILES = f"Up to {_MOST_FILES} files are read at once."
_ASKED = "There is a question about it."
_EXAMPLES = "example_logs"
_PROGRAMS = {
    "garmin": "Garmin Connect",
    "intervals": "intervals.icu",
    "strava": "Strava",
    "trainingpeaks": "TrainingPeaks",
}
_WHERE = (
    ("Strava", "On the web, Settings, My Account, Download or Delete Your Account, Get "
     "Started, Request Your Archive: a link to the .zip comes by mail."),
    ("Garmin Connect", "On the web, Activities, All Activities: scroll to the oldest you "
     "want, then Export CSV."),
    ("Garmin, the whole account", "On garmin.com, your account, Data Management, Export "
     "Your Data: a link to the .zip comes by mail."),
    ("Apple Health", "In the app Health, your picture or initials at the top, Export All "
     "Health Data: export.zip."),
    ("WHOOP, Health Connect", "In the settings of the app, the export of your data."),
    ("intervals.icu", "On the web, the list of activities, then its download as CSV."),
    ("TrainingPeaks", "On the web, Settings, Export Data, Workout Summary."),
    ("A list of your own", "As CSV or Excel, with a date and a duration in each row; you "
     "are asked what the columns are."),
)  # fmt: skip


@cache
def _zones() -> list[str]:
    return sorted(available_timezones())


def _home() -> str:
    """Time zone of the reader, as far as the browser tells."""
    return zone if (zone := st.context.timezone) in _zones() else "UTC"


def _upload_key() -> str:
    """Key of the uploader, another one whenever it has to be empty again."""
    return f"log_upload_{state(TrainingState).uploads}"


def _uploads() -> _Given:
    files = st.session_state.get(_upload_key()) or []
    return [(file.name, file) for file in files]


# ---------------------------------------------------------------------------- reading


def _uploaded() -> None:
    page = state(TrainingState)
    if files := _uploads():
        page.example = ""
        st.session_state["log_example"] = None
        _take(files)
    elif not page.example:
        forget()


def _use_example() -> None:
    if name := st.session_state["log_example"]:
        page = state(TrainingState)
        page.uploads += 1
        page.example = name
        _take(_example(name), again=True)
    else:
        forget()


def _example(name: str) -> _Given:
    return [(name, BytesIO((data_folder(_EXAMPLES) / name).read_bytes()))]


def _take(given: _Given, *, again: bool = False) -> None:
    """Read files, those that were read before only if asked to do it `again`."""
    page = state(TrainingState)
    before = {} if again else {f.digest: f for f in page.files if f.log is not None}
    page.problem = ""
    if len(given) > _MOST_FILES:
        page.problem = f"There are {len(given)} files; the first {_MOST_FILES} are used."
    page.too_many = [name for name, _ in given[_MOST_FILES:]]
    once, page.same = without_repeats(given[:_MOST_FILES])
    names = _told_apart([name for name, _ in once.values()])
    page.files = [
        before.get(digest) or _file(digest, name, file)
        for name, (digest, (_, file)) in zip(names, once.items(), strict=True)
    ]
    _put_together()


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of files, the second of one name as such."""
    return [
        name if not (earlier := names[:place].count(name)) else f"{name} ({earlier + 1})"
        for place, name in enumerate(names)
    ]


def _file(digest: str, name: str, file: BinaryIO) -> LogFile:
    """A file with what came of it: sessions, a question or a problem."""
    page, columns = state(TrainingState), _columns(file)
    kind = headers(columns)
    # Of no program that we know: somebody has to name them.
    to_be_named = columns if not any(column.meaning for column in columns) else ()
    if to_be_named and (kind not in page.meanings or kind in page.asked_again):
        return LogFile(digest, name, columns=columns, content=_content(file))
    try:
        log = read_log(
            file,
            time_zone=st.session_state.get("log_zone") or _home(),
            columns=page.meanings.get(kind),
            activities=training_kept.activities(),
            day_first=page.day_first.get(kind),
        )
    except AmbiguousDates as error:
        return LogFile(digest, name, date=error.cell, content=_content(file))
    except TrainingLogError as error:
        if not to_be_named:
            return LogFile(digest, name, None, str(error), isinstance(error, NoLog))
        return LogFile(
            digest, name, problem=str(error), columns=to_be_named, content=_content(file)
        )
    return LogFile(digest, name, named(log, name))


def _content(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _columns(file: BinaryIO) -> tuple[LogColumn, ...]:
    """Columns of a table, none of another file."""
    try:
        return log_columns(file)
    except TrainingLogError:
        return ()


def headers(columns: Sequence[LogColumn]) -> tuple[str, ...]:
    """What tells one kind of table from another."""
    return tuple(column.header for column in columns)


def use_columns(columns: Sequence[LogColumn], meanings: dict[str, str]) -> None:
    """Read all tables with these columns, now that somebody has named them."""
    page, kind = state(TrainingState), headers(columns)
    page.meanings[kind] = meanings
    page.asked_again.discard(kind)
    _ask_again()


def name_columns_again() -> None:
    """Ask anew what columns are that somebody has named."""
    page = state(TrainingState)
    page.asked_again = set(page.meanings)
    if not read_again():
        page.problem = "Please give the files again: then their columns are asked about."


def use_day_first(file: LogFile, *, day_first: bool) -> None:
    """Read all tables like this one, now that somebody has said how dates begin."""
    state(TrainingState).day_first[headers(_columns(BytesIO(file.content)))] = day_first
    _ask_again()


def _ask_again() -> None:
    """Read the files again about which there was a question."""
    page = state(TrainingState)
    page.files = [
        _file(f.digest, f.name, BytesIO(f.content)) if f.content else f for f in page.files
    ]
    _put_together()


def _put_together() -> None:
    page = state(TrainingState)
    logs = [file.log for file in page.files if file.log is not None]
    failed = [
        FailedFile(file.name, file.problem or _ASKED, not file.is_no_log)
        for file in page.files
        if file.log is None
    ]
    failed += [FailedFile(name, _TOO_MANY_FILES) for name in page.too_many]
    page.log = noted(merge_logs(logs, failed), *page.same) if logs else None
    if page.log is not None and page.example:
        page.log = _until_yesterday(page.log)


def _until_yesterday(log: TrainingLog) -> TrainingLog:
    """An example was recorded in some other year; it shall end yesterday."""
    return moved(log, (form.today() - log.report.last_day).days - 1)


def _other_zone() -> None:
    page = state(TrainingState)
    if (page.log is not None or page.files) and not read_again():
        forget()
        page.problem = (
            "The time zone is another one now: please give the files again, so that late "
            "sessions lie on the right day."
        )


def read_again() -> bool:
    """Read anew what is still at hand; False if the files have to be given again."""
    page = state(TrainingState)
    given = _example(page.example) if page.example else _uploads()
    if given:
        _take(given, again=True)
    return bool(given)


def forget() -> None:
    """Let go of the log and of everything that was said about it."""
    page = state(TrainingState)
    page.log, page.example, page.problem, page.no_word = None, "", "", ""
    page.files, page.same, page.meanings, page.day_first = [], [], {}, {}
    page.too_many = []
    page.asked_again = set()
    page.uploads += 1
    st.session_state["log_example"] = None
    state(FormState).log_answers = {}


# ---------------------------------------------------------------------------- the page


def ask() -> None:
    """Ask for files, or for an example to look at."""
    page = state(TrainingState)
    st.file_uploader(
        "Your log, in as many files as you like: a list such as activities.csv, FIT, TCX "
        "or GPX files, or the whole archive (.zip) of your account",
        type=ENDINGS,
        accept_multiple_files=True,
        max_upload_size=_MOST_MB,
        help=f"Up to {_MOST_MB} MB each. The command cramprisk log takes larger archives.",
        key=_upload_key(),
        on_change=_uploaded,
    )
    for file in page.files:
        if file.problem:
            look.fault(f"{file.name}: {file.problem}")
    if page.problem:
        look.fault(page.problem)
    zones = _zones()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = sorted(path.name for path in data_folder(_EXAMPLES).iterdir())
        st.pills(
            "Or look at an example",
            names,
            format_func=lambda name: _PROGRAMS.get(name.split("_")[0], "One FIT file"),
            key="log_example",
            on_change=_use_example,
            wrap=True,
        )
        st.selectbox(
            "Time zone where the athlete lives",
            zones,
            index=zones.index(_home()),
            key="log_zone",
            help="Strava, FIT, TCX and GPX files write the time of Greenwich; a late "
            "session would otherwise count for another day.",
            on_change=_other_zone,
            persist_state="session",
            width=280,
        )
    widgets.folded("Where do I get these files?", "log_where", _tell_where)
    look.note(
        "Names, places, notes and positions are not used. The program that shows this page "
        "holds the sessions until you remove the log, or close or reload the page, and "
        "stores none."
    )


def _tell_where() -> None:
    st.html(look.facts(_WHERE, "Where each program has them"))
