"""One file of a folder, read, scored and written on whichever machine works on it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from riskmodel import __version__
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.formulas import table_as_it_was
from riskmodel.inputs.reading import refuse_repeated
from riskmodel.reporting.spreadsheet import write_csv
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import assess_frame
from riskmodel.scoring.probability import Calibration

ENDINGS = (".parquet", ".csv")
UNFINISHED = ".unfinished"
"""How the name of a file ends that is still being written; it begins with a dot."""

_ROWS_AT_ONCE = 65_536  # so that memory stays flat; judgement
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Scoring:
    """What is the same for all files, and travels to each.

    Attributes
    ----------
    scorecard, calibration
        Those of whoever asked, not those that come with the program of a worker.
    columns : frozenset of str or None
        To be written, of the file's own and of the results; None for all.
    program : str
        Version of the program that asked.
    """

    scorecard: Scorecard
    calibration: Calibration | None
    columns: frozenset[str] | None = None
    program: str = __version__

    @property
    def detail(self) -> bool:
        """Whether columns are wanted that only the whole answer has."""
        brief = assess_frame(pd.DataFrame(), *self.weights, detail=False).columns
        return self.columns is None or not self.columns <= {*brief, *FIELDS}

    @property
    def weights(self) -> tuple[Scorecard, Calibration | None]:
        """Scorecard and calibration, as `assess_frame` takes them."""
        return self.scorecard, self.calibration

    def kept(self, names: Iterable[str]) -> list[str]:
        """Those of some columns that are to be written."""
        return [name for name in names if self.columns is None or name in self.columns]

    def results(self, answers: pd.DataFrame, cells: Sequence[str]) -> pd.DataFrame:
        """Every result, under a name that no column of the file has."""
        of_ours = answers[[name for name in answers if name in FIELDS]]
        results = assess_frame(of_ours, *self.weights, detail=self.detail)
        clashing = {name: f"{name}_used" for name in results.columns if name in cells}
        return results.rename(columns=clashing)


@dataclass(frozen=True)
class Counts:
    """Rows of a file, and those of them that have problems."""

    rows: int
    with_problems: int


def columns_of(store: Any, path: str) -> list[str]:
    """Columns of a file, as they are read.

    Raises
    ------
    ValueError, OSError
        If it cannot be read, or has two columns of one name.
    """
    with store.open(path, "rb") as file:
        if path.endswith(".csv"):
            names = [*next(_pieces(file, rows=1)).columns]
        else:
            names = pq.read_schema(file).names
    refuse_repeated(pd.Index([spelt(name) for name in names]))
    return names


def score_file(
    from_store: Any, source: str, to_store: Any, target: str, scoring: Scoring
) -> Counts:
    """Score every row of a file into another, which has its name only when it is whole.

    Parameters
    ----------
    from_store, to_store : fsspec.AbstractFileSystem
    source, target : str
        Paths in them, both with one of `ENDINGS`.
    scoring : Scoring

    Raises
    ------
    ValueError, OSError
        If the file cannot be read, or this program is another version than the one that
        asked.
    """
    if scoring.program != __version__:
        raise ValueError(
            f"The worker has version {__version__} of cramp-risk, and who asked has "
            f"{scoring.program}."
        )
    score = _score_csv if source.endswith(".csv") else _score_parquet
    with from_store.open(source, "rb") as file, appearing(to_store, target) as out:
        return score(file, out, scoring)


@contextmanager
def appearing(store: Any, path: str) -> Iterator[IO[bytes]]:
    """Write a file beside the one that is meant, renamed when it is whole.

    Two workers may write the same file, if one of them was only thought to be lost: each
    has a neighbour of its own.
    """
    folder, name = PurePosixPath(path).parent, PurePosixPath(path).name
    store.makedirs(str(folder), exist_ok=True)
    beside = str(folder / f".{name}-{uuid4().hex}{UNFINISHED}")
    try:
        with store.open(beside, "wb") as out:
            yield out
            out.flush()
            with suppress(OSError, AttributeError):  # of a store that is no disk
                os.fsync(out.fileno())
        store.mv(beside, path)
    except BaseException:
        with suppress(OSError):
            store.rm_file(beside)
        raise


def _score_parquet(source: IO[bytes], out: IO[bytes], scoring: Scoring) -> Counts:
    file = pq.ParquetFile(source)
    # Of a file without rows the columns are written too.
    schema = _joined(file.schema_arrow.empty_table(), scoring)[0].schema
    rows, bad = 0, 0
    with pq.ParquetWriter(out, schema) as writer:
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            table, problems = _joined(pa.Table.from_batches([batch]), scoring)
            writer.write_table(table.cast(schema))
            rows, bad = rows + len(table), bad + problems
    return Counts(rows, bad)


def _joined(cells: Any, scoring: Scoring) -> tuple[Any, int]:
    """Arrow table with its results beside it, and how many rows have problems."""
    names = [name for name in cells.column_names if spelt(name) in FIELDS]
    answers = cells.select(names).to_pandas(ignore_metadata=True)
    answers = answers.reindex(range(len(cells))).rename(columns=spelt)
    results = scoring.results(answers, cells.column_names)
    problems = _n_problems(results, cells.column_names)
    added = pa.Table.from_pandas(
        results[scoring.kept(results.columns)], preserve_index=False
    )
    joined = cells.select(scoring.kept(cells.column_names))
    for name, column in zip(added.column_names, added.columns, strict=True):
        joined = joined.append_column(name, column)
    return joined, problems


def _n_problems(results: pd.DataFrame, cells: Sequence[str]) -> int:
    name = "problems_used" if "problems" in cells else "problems"
    return int((results[name] != "").sum())


def _score_csv(source: IO[bytes], out: IO[bytes], scoring: Scoring) -> Counts:
    rows, bad = 0, 0
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    for cells in _pieces(source):
        results = scoring.results(cells.rename(columns=spelt), [*cells.columns])
        joined = pd.concat([cells, results], axis=1)
        write_csv(joined[scoring.kept(joined.columns)], text, header=rows == 0)
        rows, bad = rows + len(cells), bad + _n_problems(results, [*cells.columns])
    text.flush()
    text.detach()  # whoever opened the file closes it
    return Counts(rows, bad)


def _pieces(source: IO[bytes], rows: int = _ROWS_AT_ONCE) -> Iterator[pd.DataFrame]:
    """Rows of a CSV file as they were before a table of ours was made of them."""
    first = source.read(_HEAD_BYTES).partition(b"\n")[0]
    source.seek(0)
    separator = max(",;\t", key=lambda mark: first.count(mark.encode()))
    pieces: Any = pd.read_csv(
        source,
        sep=separator,
        decimal="." if separator == "," else ",",
        chunksize=rows,
        index_col=False,
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        low_memory=False,
    )
    yield from map(table_as_it_was, pieces)


def spelt(name: str) -> str:
    """Write a column's name as inputs are written: no capitals, no spaces around."""
    plain = name.strip().lower()
    return plain if plain in FIELDS else name
