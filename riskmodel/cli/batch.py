"""Scoring every row of a table, of our own fields or as a coach has it."""

from __future__ import annotations

import csv
import io
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from os.path import samefile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from riskmodel.cli.cluster import batch_folder, is_pattern
from riskmodel.cli.frame import (
    CalibrationOption,
    ScorecardOption,
    app,
    in_sight,
    own_calibration,
    own_scorecard,
    progress_bar,
    read_session_file,
    say,
    sentences_for_errors,
    standard_input,
    stop,
)
from riskmodel.inputs.encodings import Guess, encoding_of_lines
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.files import open_file
from riskmodel.inputs.formulas import as_it_was, table_as_it_was
from riskmodel.inputs.reading import read_frame, refuse_repeated
from riskmodel.inputs.session import tidy
from riskmodel.inputs.settled import is_settled
from riskmodel.inputs.tables import FileText
from riskmodel.inputs.workbook import MOST_UNZIPPED_BYTES
from riskmodel.reporting.replacing import check_target, replacing
from riskmodel.reporting.spreadsheet import write_csv
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import UnknownColumnWarning, assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.cells import squad_frame, squad_notes
from riskmodel.squad.columns import meanings
from riskmodel.squad.file import certain_columns, read_squad_file
from riskmodel.squad.plan import (
    ATHLETE_FIELDS,
    PLAN_FIELDS,
    SESSION_FIELDS,
    may_be_left_open,
    with_plan,
)
from riskmodel.squad.unknown import leave_open, unknown_words

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_ROWS_AT_ONCE = 20_000
_HEAD_BYTES = 1 << 16
_LONGEST_LINE = 1_000_000  # bytes; judgement, as is the number of columns
_MOST_COLUMNS = 1_000
_REQUIRED = tuple(name for name, asked in FIELDS.items() if asked.required)


@dataclass
class _Table:
    """A table to score, piece by piece: its cells as they are, and the answers in them."""

    pieces: Iterator[tuple[pd.DataFrame, pd.DataFrame]]
    notes: list[str] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    lacking: set[str] = field(default_factory=set)
    """Required answers that have no column, and that some row needs."""
    ours: bool = True  # names its columns as the template does


@app.command()
def batch(
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A table, CSV or Excel; - to read CSV.")
    ],
    target: Annotated[str, typer.Argument(metavar="OUT.csv", help="Or - to print it.")],
    session: Annotated[
        str | None,
        typer.Option(help="The planned session of all (JSON); goes before the table's."),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="For programs: texts that a spreadsheet may run stay."),
    ] = False,
    sheet: Annotated[str, typer.Option(help="Of a workbook, the sheet to read.")] = "",
    hidden_rows: Annotated[
        bool, typer.Option("--hidden-rows", help="Count rows that a workbook hides.")
    ] = False,
    summaries: Annotated[
        bool, typer.Option("--summaries", help='Count rows such as "Average" in a list.')
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Of many files, how many at once.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(help="Of many files, a Dask scheduler: tcp://host:8786.")
    ] = None,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score every row of a table; rows with problems stay and say why.

    The columns are named as in the template, in any number of rows, or as a coach
    names them: in several languages and units, with titles above.  What a column means
    is never guessed.  Ends with 1 if no row could be scored.  The output has the
    columns of the input and then the results.  A result with the name of an input
    column is called NAME_used.  With IN as 'in/*.parquet', a pattern, or an address of
    another store, OUT is a folder, into which every file goes under its own name.
    """
    with sentences_for_errors():
        if scheduler or is_pattern(source):
            if session or raw or sheet or hidden_rows or summaries:
                stop("Of many files --session, --raw and those of a list do not count.")
            card, curves = own_scorecard(scorecard), own_calibration(calibration)
            total = batch_folder(
                *(source, target),
                scheduler=scheduler,
                jobs=jobs,
                scorecard=card,
                calibration=curves,
            )
            return _tell(total.rows, total.with_problems)
        if "-" not in (source, target) and _same(source, target):
            stop("IN and OUT.csv are the same file; choose another name.")
        check_target(target)
        card, curves = own_scorecard(scorecard), own_calibration(calibration)
        plan, unused = ({}, []) if session is None else _plan(session, card)
        with _opened(source) as (lines, size):
            how = {"sheet": sheet, "hidden_rows": hidden_rows, "summaries": summaries}
            table = _table(lines, plan, how)
            table.notes += unused
            with replacing(target) as out, progress_bar(size) as (bar, task):
                rows, bad = 0, 0
                for scored, problems in _scored(table, plan, card, curves):
                    write_csv(scored, in_sight(out), header=rows == 0, raw=raw)
                    rows, bad = rows + len(scored), bad + problems
                    bar.update(task, completed=lines.tell() if lines.seekable() else None)
    for note in (*table.notes, *_lacking_notes(table)):
        say(note, err=True)
    _tell(rows, bad)


def _tell(rows: int, bad: int) -> None:
    noun = "session" if rows == 1 else "sessions"
    say(f"{rows} {noun} read, {rows - bad} scored, {bad} with problems.", err=True)
    if rows and bad == rows:
        raise typer.Exit(1)


def _same(source: str, target: str) -> bool:
    return Path(source).is_file() and Path(target).exists() and samefile(source, target)


def _plan(file: str, card: Scorecard | None) -> tuple[dict[str, Any], list[str]]:
    """Answers of a session file that are the same for all, and a note on the others."""
    answers, problems = tidy(read_session_file(file, card))
    if problems:
        stop(" ".join(map(str, problems)))
    plan = {name: value for name, value in answers.items() if name in PLAN_FIELDS}
    others = ", ".join(
        FIELDS[name].label for name in FIELDS if name in answers.keys() - plan
    )
    notes = [f"Not used of the session, as it differs by athlete: {others}."]
    return plan, notes if others else []


@contextmanager
def _opened(source: str) -> Iterator[tuple[IO[Any], int]]:
    if source == "-":
        yield standard_input(), 0
        return
    with open_file(source, piped=True) as lines:
        yield lines, os.fstat(lines.fileno()).st_size


def _table(lines: IO[bytes], plan: Mapping[str, Any], how: Mapping[str, Any]) -> _Table:
    """Say what a table is: one of our own, of any length, or else a list of athletes."""
    lines, head, guess = _looked_at(lines)
    separator, headers = _first_row(head, guess.encoding)
    if _are_ours(headers):
        _refuse_columns(headers)
        notes = FileText("", guess.label, guess.doubt).notes
        table = _Table(_own_pieces(lines, separator, guess), [*notes])
        table.columns = frozenset(headers)
    else:
        content = lines.read(MOST_UNZIPPED_BYTES + 1)
        if len(content) > MOST_UNZIPPED_BYTES:
            stop(
                "This table is too large for a list of athletes; name its columns as "
                "the template does."
            )
        table = _list_of_athletes(content, plan, how)
    aside = [FIELDS[n].label for n in SESSION_FIELDS if n in table.columns & plan.keys()]
    if aside:
        table.notes.append(f"Of the session, not of the table: {', '.join(aside)}.")
    return table


def _lacking_notes(table: _Table) -> Iterator[str]:
    """Say which columns the rows that were scored would have needed."""

    def named(fields: Iterable[str]) -> str:
        lacking = (name for name in fields if name in table.lacking)
        return ", ".join(n if table.ours else FIELDS[n].label for n in lacking)

    if of_plan := named(PLAN_FIELDS):
        yield f"No column for {of_plan}; --session session.json gives a plan."
    if own := named(ATHLETE_FIELDS):
        yield f"No column for {own}, which every athlete answers."


def _lacking(answers: pd.DataFrame) -> Iterator[str]:
    """Name the required answers that have no column, but that some row needs."""
    absent = [FIELDS[name] for name in _REQUIRED if name not in answers]
    settling = {asked.settled.by for asked in absent if asked.settled}
    read = read_frame(answers[[name for name in answers if name in settling]])
    for asked in absent:
        if not is_settled(asked, read.columns, read.n_sessions).all():
            yield asked.name


def _first_row(head: bytes, encoding: str) -> tuple[str, list[str]]:
    """Separator and headers of a table of our own, none where it can be none."""
    first = head.decode(encoding, "replace").lstrip("\ufeff").splitlines()[:1]
    if head.startswith(b"PK") or not first or "\0" in first[0]:
        return ",", []
    separator = max(",;\t", key=first[0].count)
    return separator, [
        _spelt(str(as_it_was(name)))
        for name in next(csv.reader(first, delimiter=separator))
    ]


class _PutBack(io.RawIOBase):
    """A stream that cannot be rewound, from where it was before its head was read."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = io.BytesIO(head), rest
        self._n_bytes = 0  # of the line that is being read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        size = memoryview(buffer).nbytes
        piece = self._head.read(size) or self._rest.read(size)
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        self._n_bytes = len(piece) - end - 1 + (self._n_bytes if end < 0 else 0)
        if self._n_bytes > _LONGEST_LINE:
            raise _too_long()
        memoryview(buffer).cast("B")[: len(piece)] = piece
        return len(piece)


def _short(lines: IO[bytes]) -> Iterator[bytes]:
    """Lines, none of which is so long that it would fill the memory."""
    while line := lines.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE and not _ends(line):
            raise _too_long()
        yield line


def _too_long() -> ValueError:
    return ValueError(
        f"A line is longer than {_LONGEST_LINE // 1000} kB, and no session is."
    )


def _looked_at(lines: IO[bytes]) -> tuple[IO[bytes], bytes, Guess]:
    """Give the lines from where they were, their head, and which encoding they are in.

    Of what cannot be read twice, only the head says the encoding.
    """
    again = lines.seekable()
    start = lines.tell() if again else 0  # of standard input, lines may be read already
    head = lines.read(_HEAD_BYTES)
    if again:
        lines.seek(start)
    else:
        lines = io.BufferedReader(_PutBack(head, lines), _HEAD_BYTES)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return lines, head, Guess("utf-16", doubt=False)
    _refuse_long_header(head)
    if not again:
        whole = head if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n") + 1]
        return lines, head, encoding_of_lines(whole.splitlines(keepends=True))
    if head.startswith(b"PK"):
        return lines, head, Guess("utf-8", doubt=False)
    guess = encoding_of_lines(_short(lines))
    lines.seek(start)
    return lines, head, guess


def _refuse_columns(headers: list[str], *, more: bool = False) -> None:
    """Stop at equal columns, or too many, before anything is made of them."""
    refuse_repeated(pd.Index([name for name in headers if name.strip()], dtype=object))
    if more or len(headers) > _MOST_COLUMNS:
        stop(f"There are too many columns; allowed is up to {_MOST_COLUMNS}.")


def _refuse_long_header(head: bytes) -> None:
    """Stop at a first row of our own table that does not end."""
    if len(head) == _HEAD_BYTES and not _ends(head):
        headers = _first_row(head, "latin-1")[1]  # equal bytes stay equal
        if _are_ours(headers):
            _refuse_columns(headers[:-1], more=True)


def _ends(line: bytes) -> bool:
    return b"\n" in line or b"\r" in line


def _spelt(name: str) -> str:
    """Write a column's name as inputs are written: no capitals, no spaces around."""
    plain = name.strip().lower()
    return plain if plain in FIELDS else name


def _are_ours(headers: list[str]) -> bool:
    """Whether a table names its columns as the template does, whatever else it has."""
    ours = FIELDS.keys() & set(headers)
    others = (
        targets for name in headers if name not in ours if (targets := meanings(name))
    )
    return ours.issuperset(_REQUIRED) or (
        bool(ours) and all(ours.intersection(targets) for targets in others)
    )


def _own_pieces(
    lines: IO[bytes], separator: str, guess: Guess
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Read a table of our own piece by piece, so that memory stays flat."""
    chunks: Any = pd.read_csv(
        lines,
        sep=separator,
        # Where the comma is the decimal mark, spreadsheets separate by other marks.
        decimal="." if separator == "," else ",",
        chunksize=_ROWS_AT_ONCE,
        index_col=False,  # a comma at the end of every row is no name of the row
        keep_default_na=False,
        na_values=[""],
        encoding=guess.encoding,
        # What is broken has been told; what nobody has seen stops the table.
        encoding_errors="replace" if guess.is_damaged else "strict",
        low_memory=False,
    )
    while (chunk := _next_piece(chunks)) is not None:
        chunk = table_as_it_was(chunk)
        chunk.columns = [_spelt(name) for name in chunk.columns]
        yield chunk, chunk


def _next_piece(pieces: Iterator[pd.DataFrame]) -> pd.DataFrame | None:
    """The next rows, None after the last; what pandas would leave out is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return next(pieces, None)
    except pd.errors.ParserWarning:
        raise ValueError(
            "Rows have more cells than there are headers: give each column a header, and "
            "put a text that holds a separator into quotes."
        ) from None


def _list_of_athletes(
    content: bytes, plan: Mapping[str, Any], how: Mapping[str, Any]
) -> _Table:
    """Read a list as the Squad page does, but stop where that would ask."""
    raw = read_squad_file(content, **how)
    columns = certain_columns(raw)
    start = plan.get("start_time")
    on = date.today() if start is None else datetime.fromisoformat(start).date()
    answers = squad_frame(raw, columns, on)
    notes = [*raw.told, *squad_notes(raw, columns, on)]
    for word in (w for w in unknown_words(answers) if may_be_left_open(w.field)):
        count = f"{word.n_athletes} row{'s' * (word.n_athletes != 1)}"
        label = FIELDS[word.field].label
        notes.append(f"Not understood and left open: {label} {word.word}, in {count}.")
    answers = leave_open(answers)
    cells = raw.cells.set_axis(list(raw.headers), axis=1)
    columns_read = frozenset(answers.columns)
    return _Table(iter([(cells, answers)]), notes, columns_read, ours=False)


def _scored(
    table: _Table,
    plan: Mapping[str, Any],
    card: Scorecard | None,
    curves: Calibration | None,
) -> Iterator[tuple[pd.DataFrame, int]]:
    """Cells with their results beside them, and how many rows have problems."""
    first = True
    for cells, answers in table.pieces:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UnknownColumnWarning)
            if plan:
                others = answers.drop(columns=[n for n in answers if n in FIELDS])
                answers = with_plan(answers, plan).join(others)
            results = assess_frame(answers, card, curves)
        if not table.ours:
            results["problems"] = read_frame(answers).problem_texts(names=False)
        if first:
            table.notes += [f"Not used: {warning.message}" for warning in caught]
        first = False
        table.lacking |= {*_lacking(answers)}
        clashing = {c: f"{c}_used" for c in results.columns if c in cells.columns}
        joined = pd.concat([cells, results.rename(columns=clashing)], axis=1)
        yield joined, int((results["problems"] != "").sum())
