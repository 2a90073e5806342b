"""Tables of our own columns piece by piece, so that memory stays flat.

Each piece is small enough to be sent to another process, and is read where it is scored.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

import pandas as pd

from riskmodel.inputs.encodings import Guess
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.formulas import MARK, as_it_was, table_as_it_was
from riskmodel.inputs.installing import arrow_is_there

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from _typeshed import WriteableBuffer

ROWS_AT_ONCE = 20_000
ROWS_OF_PARQUET = 32_768  # one group of rows of the output each
BLOCK_BYTES = 1 << 22  # of a plain CSV table; about 12,000 rows with every column
LONGEST_LINE = 1_000_000  # bytes; judgement
_BUFFER_BYTES = 1 << 16
_OPTIONS: dict[str, Any] = {
    "index_col": False,  # a comma at the end of every row is no name of the row
    "keep_default_na": False,
    "na_values": [""],
    "low_memory": False,
}

Cells = Any
"""A table of pandas, or of Arrow where it is installed."""


class Piece(Protocol):
    """Some rows of a table."""

    def read(self) -> tuple[Cells, pd.DataFrame]:
        """Cells as they are, and the answers in them."""


@dataclass(frozen=True)
class Rows:
    """Rows that were read already."""

    cells: Cells
    answers: pd.DataFrame

    def read(self) -> tuple[Cells, pd.DataFrame]:
        """Both as they are."""
        return self.cells, self.answers


@dataclass(frozen=True)
class ArrowRows:
    """Rows as Arrow holds them."""

    table: pa.Table

    def read(self) -> tuple[Cells, pd.DataFrame]:
        """Read the answers where they are scored."""
        from riskmodel.inputs.arrow_columns import answers_in

        return self.table, answers_in(self.table)


@dataclass(frozen=True)
class Block:
    """Whole lines of a CSV table in UTF-8 in which nothing is quoted."""

    content: bytes
    headers: list[str]
    n_lines_before: int

    def read(self) -> tuple[Cells, pd.DataFrame]:
        """Read what is plain at once, and lines of other lengths as pandas does."""
        import pyarrow as pa

        try:
            table = _read_plain(self.content, self.headers)
        except pa.ArrowInvalid:
            # With lines before, so that an error names the line of the file.
            lines = io.BytesIO(b"\n" * self.n_lines_before + self.content)
            with _no_cell_left_out():
                frame = pd.read_csv(
                    lines, names=self.headers, header=None, dtype=str, **_OPTIONS
                )
            table = _texts(frame, self.headers)
        if MARK.encode() in self.content:
            table = _as_it_was(table)
        return ArrowRows(table).read()


def _read_plain(content: bytes, headers: list[str]) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    from riskmodel.inputs.arrow_columns import CODED_TEXT, TEXT

    return csv.read_csv(
        pa.BufferReader(content),
        csv.ReadOptions(
            column_names=headers, use_threads=False, block_size=len(content) + 1
        ),
        csv.ParseOptions(quote_char=False, newlines_in_values=False),
        csv.ConvertOptions(
            column_types={n: CODED_TEXT if _is_coded(n) else TEXT for n in headers},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _is_coded(name: str) -> bool:
    """Whether a column has few different texts."""
    return name in FIELDS and FIELDS[name].kind in ("level", "levels")


def _texts(frame: pd.DataFrame, names: list[str]) -> pa.Table:
    import pyarrow as pa

    from riskmodel.inputs.arrow_columns import as_arrow

    return pa.table([as_arrow(column) for _, column in frame.items()], names)


def _as_it_was(table: pa.Table) -> pa.Table:
    import pyarrow as pa

    from riskmodel.inputs.arrow_columns import texts_as_they_were

    columns = [texts_as_they_were(column.combine_chunks()) for column in table.columns]
    return pa.table(columns, table.column_names)


def spelt(name: str) -> str:
    """Write a column's name as inputs are written: no capitals, no spaces around."""
    plain = name.strip().lower()
    return plain if plain in FIELDS else name


def csv_pieces(
    lines: IO[bytes], separator: str, guess: Guess, headers: list[str]
) -> Iterator[Piece]:
    """Pieces of a CSV table that begins with its headers, at least one."""
    any_piece = False
    plain = separator == "," and guess.encoding == "utf-8-sig" and not guess.doubt
    for piece in (
        _blocks(lines, guess, headers)
        if plain and arrow_is_there()
        else _by_pandas(lines, separator, guess, headers)
    ):
        any_piece = True
        yield piece
    if not any_piece:
        nothing = pd.DataFrame(columns=headers, dtype="str")
        yield Rows(nothing, nothing)


def _blocks(lines: IO[bytes], guess: Guess, headers: list[str]) -> Iterator[Piece]:
    """Whole lines at once, up to where something is quoted."""
    first = lines.readline()
    n_lines = 1
    if not _is_plain_header(first, headers):
        yield from _by_pandas(put_back(first, lines), ",", guess, headers)
        return
    while block := lines.read(BLOCK_BYTES):
        block += lines.readline()
        if b'"' in block or b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
            # With lines before, as above.
            lines = put_back(b"\n" * n_lines + block, lines)
            yield from _by_pandas(lines, ",", guess, headers, below=True)
            return
        yield Block(block, headers, n_lines)
        n_lines += block.count(b"\n")


def _is_plain_header(line: bytes, headers: list[str]) -> bool:
    """Whether the first line holds the headers and no sign that needs a closer look."""
    text = line.decode("utf-8-sig", "replace").rstrip("\r\n")
    names = text.split(",")
    return (
        len(headers) > 1
        and '"' not in text
        and text.splitlines() == [text]
        and all(name.strip() for name in names)
        and len(names) == len(headers) == len(set(headers))
    )


def _by_pandas(
    lines: IO[bytes],
    separator: str,
    guess: Guess,
    headers: list[str],
    *,
    below: bool = False,
) -> Iterator[Piece]:
    """Read a table of any kind as texts, from its headers or from below them."""
    options = dict(_OPTIONS)
    if below:
        options |= {"names": headers, "header": None}
    chunks: Any = pd.read_csv(
        lines,
        sep=separator,
        dtype=str,  # what a number means that has a comma is told elsewhere
        chunksize=ROWS_AT_ONCE,
        encoding=guess.encoding,
        # What is broken has been told; what nobody has seen stops the table.
        encoding_errors="replace" if guess.is_damaged else "strict",
        **options,
    )
    while (chunk := _next_piece(chunks)) is not None:
        names = _as_in_file(list(map(str, chunk.columns)), headers)
        if arrow_is_there():
            yield ArrowRows(_as_it_was(_texts(chunk, names)))
            continue
        chunk = table_as_it_was(chunk).set_axis(names, axis=1)
        yield Rows(chunk, chunk.loc[:, [name.strip() != "" for name in names]])


def _as_in_file(names: list[str], headers: list[str]) -> list[str]:
    """Names of columns, without those that pandas makes up for blank headers."""
    made_up = (f"Unnamed: {place}" for place in range(len(names)))
    written = [*headers, *[""] * len(names)]
    return [
        "" if name == instead and not header.strip() else spelt(str(as_it_was(name)))
        for name, instead, header in zip(names, made_up, written, strict=False)
    ]


def _next_piece(pieces: Iterator[pd.DataFrame]) -> pd.DataFrame | None:
    """The next rows, None after the last."""
    with _no_cell_left_out():
        return next(pieces, None)


@contextmanager
def _no_cell_left_out() -> Iterator[None]:
    """Refuse what pandas would leave out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            yield
    except pd.errors.ParserWarning:
        raise ValueError(
            "Rows have more cells than there are headers: give each column a header, and "
            "put a text that holds a separator into quotes."
        ) from None


def open_parquet(file: IO[bytes]) -> pq.ParquetFile:
    """Open a Parquet table, of which texts that are few come coded."""
    from pyarrow import parquet

    from riskmodel.inputs.arrow_columns import is_text

    schema = parquet.read_schema(file)
    coded = [c.name for c in schema if _is_coded(spelt(c.name)) and is_text(c.type)]
    file.seek(0)
    # With a buffer, else the columns of a whole group of rows would be held at once.
    # Nor read ahead, which holds all of the file by its end.
    return parquet.ParquetFile(
        file, read_dictionary=coded, buffer_size=1 << 20, pre_buffer=False
    )


def parquet_pieces(
    file: pq.ParquetFile, left_out: Container[str] = ()
) -> Iterator[ArrowRows]:
    """Pieces of a Parquet table, at least one, without some of its columns."""
    import pyarrow as pa

    schema = file.schema_arrow
    kept = [place for place, name in enumerate(schema.names) if name not in left_out]
    names = [spelt(schema.names[place]) for place in kept]
    any_piece = False
    for table in _filled(file.iter_batches(ROWS_OF_PARQUET, use_threads=False)):
        any_piece = True
        yield ArrowRows(pa.table([table.column(place) for place in kept], names))
    if not any_piece:
        yield ArrowRows(schema.empty_table().select(kept).rename_columns(names))


def _filled(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Join batches that end with a group of rows: few rows cost much of what many do."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(one.num_rows for one in held) >= ROWS_OF_PARQUET:
            yield pa.Table.from_batches(held).unify_dictionaries()
            held = []
    if held:
        yield pa.Table.from_batches(held).unify_dictionaries()


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
        if self._n_bytes > LONGEST_LINE:
            raise too_long()
        memoryview(buffer).cast("B")[: len(piece)] = piece
        return len(piece)


def put_back(head: bytes, rest: IO[bytes]) -> IO[bytes]:
    """Lines from where they were before their head was read."""
    return io.BufferedReader(_PutBack(head, rest), _BUFFER_BYTES)


def too_long() -> ValueError:
    """An error about a line that would fill the memory."""
    return ValueError(
        f"A line is longer than {LONGEST_LINE // 1000} kB, and no session is."
    )
