"""The files of a training log: what was given, and what came of each.

Files are told apart by their content, never by their name.  What a file holds is kept
only while there is a question about it; the rest lies in the uploader until it is empty.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache, partial
from io import SEEK_END, BytesIO
from zoneinfo import available_timezones

import streamlit as st

from riskmodel.datasets import data_folder
from riskmodel.inputs.told import grouped, quoted
from riskmodel.serving.readers import LogQuestions, read_training_file
from riskmodel.training.any_file import ENDINGS
from riskmodel.training.failed import FailedFile
from riskmodel.training.limits import MOST_ROWS
from riskmodel.training.log import TrainingLog, moved, named, noted
from riskmodel.training.log_table import LogColumn
from riskmodel.training.merge import merge_logs
from riskmodel.training.same_files import repeats, without_repeats
from riskmodel.views import form, look, training_kept, uploads, widgets
from riskmodel.views.state import FormState, state
from riskmodel.views.training_state import LogFile, TrainingState

_Given = Sequence[tuple[str, BytesIO]]
"""Names and files."""

_MOST_FILES = 60  # FIT files come one for each session
_MOST_BYTES = 200_000_000  # of all together
_MOST_MB = 100  # of each, since a server holds them while they stand in the uploader
_MOST_SECONDS = 60.0  # for all that are given at once
_TOO_MANY_FILES = f"Up to {_MOST_FILES} files are read at once."
_TOO_LARGE = (
    f"Files of {_MOST_BYTES / 1e6:.0f} MB together are read at once: give the others "
    "later, or use the command cramprisk log."
)
_TOO_MANY_SESSIONS = (
    f"The files hold more than {grouped(MOST_ROWS)} sessions together: give only the last "
    "months."
)
_TOO_LONG = "It was not read: all files together take too long. Give fewer at once."
_WAY_ON = "Give the last months only, or use the command cramprisk log."
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
        uploads.release(_upload_key())
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
    given = _within_bounds(given)
    once = without_repeats(given)
    page.names = {digest: names for digest, (names, _) in once.items()}
    page.same = repeats(page.names.values())
    first_names = _told_apart([names[0] for names in page.names.values()])
    until = time.monotonic() + _MOST_SECONDS
    page.files = [
        before.get(digest) or _file(digest, name, file.getvalue(), until)
        for name, (digest, (_, file)) in zip(first_names, once.items(), strict=True)
    ]
    _put_together()


def _within_bounds(given: _Given) -> _Given:
    """Files that are read; of those that are too many it is told that they are not."""
    page, read, size_bytes = state(TrainingState), list[tuple[str, BytesIO]](), 0
    page.too_many = []
    for name, file in given:
        size_bytes += file.seek(0, SEEK_END)
        if len(read) == _MOST_FILES:
            page.too_many.append(FailedFile(name, _TOO_MANY_FILES))
        elif size_bytes > _MOST_BYTES:
            page.too_many.append(FailedFile(name, _TOO_LARGE))
        else:
            read.append((name, file))
    return read


def not_read() -> dict[str, list[str]]:
    """Names of all files that were given and not read, by the sentence that says why."""
    page = state(TrainingState)
    names: dict[str, list[str]] = {}
    for file in page.files:
        if file.problem:
            others = page.names.get(file.digest, [])[1:]
            names.setdefault(file.problem, []).extend((file.name, *others))
    for left in page.too_many:
        names.setdefault(left.why, []).append(left.name)
    return names


def _told_apart(names: Sequence[str]) -> list[str]:
    """Names of files, the second of one name as such."""
    return [
        name if not (earlier := names[:place].count(name)) else f"{name} ({earlier + 1})"
        for place, name in enumerate(names)
    ]


def _file(digest: str, name: str, content: bytes, until: float) -> LogFile:
    """A file with what came of it: sessions, a question or a problem."""
    page = state(TrainingState)
    if time.monotonic() > until:
        return LogFile(digest, name, problem=_TOO_LONG)
    said = LogQuestions(
        st.session_state.get("log_zone") or _home(),
        training_kept.activities(),
        page.meanings,
        page.asked_again,
        page.day_first,
    )
    reading = partial(read_training_file, content, said)
    try:
        read = uploads.read(reading, "It", _WAY_ON)
    except uploads.UnreadError as error:
        return LogFile(digest, name, problem=str(error))
    is_asked = read.columns or read.date
    return LogFile(
        digest,
        name,
        None if read.log is None else named(read.log, name),
        read.problem,
        read.is_no_log,
        read.columns,
        read.date,
        read.headers,
        content if is_asked else b"",
    )


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
    state(TrainingState).day_first[file.headers] = day_first
    _ask_again()


def _ask_again() -> None:
    """Read the files again about which there was a question."""
    page, until = state(TrainingState), time.monotonic() + _MOST_SECONDS
    page.files = [
        _file(f.digest, f.name, f.content, until) if f.content else f for f in page.files
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
    failed += page.too_many
    page.log = _merged(logs, failed) if logs else None
    if page.log is not None and page.example:
        page.log = _until_yesterday(page.log)


def _merged(
    logs: Sequence[TrainingLog], failed: Sequence[FailedFile]
) -> TrainingLog | None:
    page = state(TrainingState)
    if sum(len(log.sessions) for log in logs) > MOST_ROWS:
        page.problem = _TOO_MANY_SESSIONS
        return None
    try:
        merged = uploads.read(partial(merge_logs, logs, failed), "The log", _WAY_ON)
    except uploads.UnreadError as error:
        page.problem = str(error)
        return None
    return noted(merged, *page.same)


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
    page.too_many, page.names = [], {}
    page.asked_again = set()
    uploads.release(_upload_key())
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
    for why, names in not_read().items():
        look.fault(f"{', '.join(map(quoted, names))}: {why}")
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
