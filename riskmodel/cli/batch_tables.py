"""What a table is that is to be scored: one of our own columns, or a coach's list."""

from __future__ import annotations

import csv
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import (
    Callable,
    Collection,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from riskmodel.cli.batch_pieces import (
    LONGEST_LINE,
    Piece,
    Rows,
    csv_pieces,
    open_parquet,
    parquet_pieces,
    put_back,
    spelt,
    too_long,
)
from riskmodel.cli.frame import standard_input, stop
from riskmodel.datasets import load_examples
from riskmodel.inputs.encodings import Guess, encoding_of_lines
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.files import is_parquet, open_file
from riskmodel.inputs.formulas import as_it_was
from riskmodel.inputs.reading import refuse_repeated
from riskmodel.inputs.tables import FileText
from riskmodel.inputs.told import in_quotes
from riskmodel.inputs.workbook import MOST_UNZIPPED_BYTES
from riskmodel.reporting.spreadsheet import csv_header, csv_lines
from riskmodel.reporting.squad_lines import known_word_notes
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.file import certain_columns, read_squad_file
from riskmodel.squad.headers import meanings
from riskmodel.squad.notes import squad_notes
from riskmodel.squad.plan import (
    ATHLETE_FIELDS,
    PLAN_FIELDS,
    SESSION_FIELDS,
    may_be_left_open,
)
from riskmodel.squad.unknown import unknown_words

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_HEAD_BYTES = 1 << 16
_MOST_COLUMNS = 1_000  # judgement
_REQUIRED = tuple(name for name, asked in FIELDS.items() if asked.required)


@dataclass
class Table:
    """A table to score, piece by piece."""

    pieces: Callable[[], Iterator[Piece]]
    """Where it can be read again, from the first on each time."""
    notes: list[str] = field(default_factory=list)
    n_whole: int = 0  # of whatever is counted, 0 where nobody knows
    n_done: Callable[[], int] | None = None
    """How much of it is read; None where that is the number of rows."""
    columns: frozenset[str] = frozenset()
    ours: bool = True  # names its columns as the template does
    typed: bool = False  # knows of each column what it holds


@contextmanager
def open_table(
    source: str,
    plan: Mapping[str, Any],
    how: Mapping[str, Any],
    *,
    to_parquet: bool = False,
) -> Iterator[Table]:
    """Say what a table is: one of our own, of any length, or else a list of athletes.

    Parameters
    ----------
    source : str
        A file, Parquet by its ending, or ``-`` for CSV from standard input.
    plan : mapping of str to answer
        What holds for every row.
    how : mapping
        How a list is read, see `read_squad_file`.
    to_parquet : bool
        Whether it becomes Parquet: its pieces may be read more than once, and columns
        are kept that no text can show.
    """
    with ExitStack() as files:
        lines: IO[bytes] = (
            standard_input()
            if source == "-"
            else files.enter_context(open_file(source, piped=True))
        )
        if to_parquet and not lines.seekable():
            aside = files.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(lines, aside)
            aside.seek(0)
            lines = aside
        if is_parquet(source):
            table = _parquet_table(lines, plan, how, keep_all=to_parquet)
        else:
            table = _csv_table(lines, plan, how)
        table.notes += plan_notes(table.columns, plan)
        yield table


def plan_notes(columns: Collection[str], plan: Mapping[str, Any]) -> list[str]:
    """Say which answers of a table give way to those of the session."""
    labels = [FIELDS[n].label for n in SESSION_FIELDS if n in columns and n in plan]
    told = ", ".join(labels)
    return [f"Of the session, not of the table: {told}."] * bool(labels)


def _csv_table(lines: IO[bytes], plan: Mapping[str, Any], how: Mapping[str, Any]) -> Table:
    again = lines.seekable()
    start = lines.tell() if again else 0
    lines, head, guess = _looked_at(lines)
    separator, headers = _first_row(head, guess.encoding)
    if not are_ours(headers):
        content = lines.read(MOST_UNZIPPED_BYTES + 1)
        return _list_of_athletes(content, plan, how)
    _refuse_columns(headers)

    def pieces() -> Iterator[Piece]:
        if again:
            lines.seek(start)
        return csv_pieces(lines, separator, guess, headers)

    table = Table(pieces, [*FileText("", guess.label, guess.doubt).notes])
    if again:
        table.n_whole, table.n_done = lines.seek(0, os.SEEK_END), lines.tell
    table.columns = frozenset(headers)
    return table


def _parquet_table(
    lines: IO[bytes], plan: Mapping[str, Any], how: Mapping[str, Any], *, keep_all: bool
) -> Table:
    from riskmodel.inputs.arrow_columns import has_texts

    file, headers = parquet_opened(lines)
    ours = are_ours(headers)
    no_texts = [c.name for c in file.schema_arrow if not has_texts(c.type)]
    left_out = [] if ours and keep_all else no_texts
    notes = [_not_written(left_out)] if left_out else []
    if ours:
        table = Table(lambda: parquet_pieces(file, left_out), notes, file.metadata.num_rows)
        table.columns, table.typed = frozenset(headers), True
        return table
    content = BytesIO()
    for n, piece in enumerate(parquet_pieces(file, left_out)):
        content.write(csv_header(piece.table.column_names) if n == 0 else b"")
        content.write(csv_lines(piece.table))
        if content.tell() > MOST_UNZIPPED_BYTES:
            break
    table = _list_of_athletes(content.getvalue(), plan, how)
    table.notes[:0] = notes
    return table


def _not_written(columns: list[str]) -> str:
    named = ", ".join(map(in_quotes, columns))
    return f"Not written: {named}, of a type that a table of text cannot show."


def parquet_opened(lines: IO[bytes]) -> tuple[pq.ParquetFile, list[str]]:
    """A Parquet table whose columns can be read, and their names."""
    import pyarrow as pa

    from riskmodel.inputs.arrow_columns import check_types

    try:
        file = open_parquet(lines)
    except (pa.ArrowException, OSError) as error:
        raise ValueError("The file is not a Parquet table, or not a whole one.") from error
    headers = [spelt(name) for name in file.schema_arrow.names]
    _refuse_columns(headers)
    check_types(file.schema_arrow)
    return file, headers


def utf8_opened(lines: IO[bytes]) -> tuple[IO[bytes], str, list[str]]:
    """Lines of a table in UTF-8 from its first on, its separator and its headers."""
    head = lines.read(_HEAD_BYTES)
    b"".join(head.splitlines()[:1]).decode("utf-8-sig")
    _refuse_long_header(head)
    separator, headers = _first_row(head, "utf-8-sig")
    _refuse_columns(headers)
    return put_back(head, lines), separator, headers


def lacking_notes(
    lacking: Container[str], files: Sequence[str], *, ours: bool
) -> Iterator[str]:
    """Say which columns the rows of IN and OUT would have needed, and what to type."""

    def named(fields: Iterable[str]) -> str:
        lacked = (name for name in fields if name in lacking)
        return ", ".join(n if ours else FIELDS[n].label for n in lacked)

    if of_plan := named(PLAN_FIELDS):
        example = next(iter(load_examples().values()))
        plan = {name: example[name] for name in PLAN_FIELDS if name in lacking}
        command = shlex.join(["cramprisk", "batch", *files, "--session", "plan.json"])
        yield f"No column for {of_plan}; with --session all have the same: {command}"
        yield f"Where plan.json is such as {json.dumps(plan)}"
        yield (
            "cramprisk template prints a table of sessions to fill in; cramprisk squad "
            "says who of a list needs attention."
        )
    if own := named(ATHLETE_FIELDS):
        yield f"No column for {own}, which every athlete answers."


def _first_row(head: bytes, encoding: str) -> tuple[str, list[str]]:
    """Separator and headers of a table of our own, none where it can be none."""
    first = head.decode(encoding, "replace").lstrip("\ufeff").splitlines()[:1]
    if head.startswith(b"PK") or not first or "\0" in first[0]:
        return ",", []
    separator = max(",;\t", key=first[0].count)
    return separator, [
        spelt(str(as_it_was(name))) for name in next(csv.reader(first, delimiter=separator))
    ]


def _foreign(lines: IO[bytes]) -> Iterator[bytes]:
    """Lines with foreign letters around; none is so long that it would fill the memory."""
    while block := lines.read(_HEAD_BYTES):
        rest = lines.readline(LONGEST_LINE + 1)
        if len(rest) > LONGEST_LINE and not _ends(rest):
            raise too_long()
        if not (block.isascii() and rest.isascii()):
            yield from (block + rest).splitlines(keepends=True)


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
        lines = put_back(head, lines)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return lines, head, Guess("utf-16", doubt=False)
    _refuse_long_header(head)
    if not again:
        whole = head if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n") + 1]
        return lines, head, encoding_of_lines(whole.splitlines(keepends=True))
    if head.startswith(b"PK"):
        return lines, head, Guess("utf-8", doubt=False)
    guess = encoding_of_lines(_foreign(lines))
    lines.seek(start)
    return lines, head, guess


def _refuse_columns(headers: list[str], *, more: bool = False) -> None:
    """Stop at equal columns, or too many, before anything is made of them."""
    refuse_repeated(pd.Index([name for name in headers if name.strip()], dtype=object))
    if more or len(headers) > _MOST_COLUMNS:
        raise ValueError(f"There are too many columns; allowed is up to {_MOST_COLUMNS}.")


def _refuse_long_header(head: bytes) -> None:
    """Stop at a first row of our own table that does not end."""
    if len(head) == _HEAD_BYTES and not _ends(head):
        headers = _first_row(head, "latin-1")[1]  # equal bytes stay equal
        if are_ours(headers):
            _refuse_columns(headers[:-1], more=True)


def _ends(line: bytes) -> bool:
    return b"\n" in line or b"\r" in line


def are_ours(headers: list[str]) -> bool:
    """Whether a table names its columns as the template does, whatever else it has."""
    ours = FIELDS.keys() & set(headers)
    others = (
        targets for name in headers if name not in ours if (targets := meanings(name))
    )
    return ours.issuperset(_REQUIRED) or (
        bool(ours) and all(ours.intersection(targets) for targets in others)
    )


def _list_of_athletes(
    content: bytes, plan: Mapping[str, Any], how: Mapping[str, Any]
) -> Table:
    """Read a list as the Squad page does, but stop where that would ask."""
    if len(content) > MOST_UNZIPPED_BYTES:
        stop(
            "This table is too large for a list of athletes; name its columns as "
            "the template does."
        )
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
    notes += known_word_notes(answers)
    rows = Rows(raw.cells.set_axis(list(raw.headers), axis=1), answers)
    return Table(
        lambda: iter([rows]), notes, columns=frozenset(answers.columns), ours=False
    )
