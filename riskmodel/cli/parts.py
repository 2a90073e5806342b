"""One file of many, read, scored and written on whichever machine works on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import uuid4

from riskmodel import __version__
from riskmodel.cli.batch_pieces import Piece, csv_pieces, parquet_pieces
from riskmodel.cli.batch_scores import Scored, Scoring, scored_writer
from riskmodel.cli.batch_tables import parquet_opened, utf8_opened
from riskmodel.cli.frame import sentence_about
from riskmodel.inputs.encodings import Guess
from riskmodel.inputs.told import as_line

ENDINGS = (".parquet", ".csv")
UNFINISHED = ".part"
"""How the name of a file ends that is still being written; it begins with a dot."""


@dataclass(frozen=True)
class Counts:
    """Rows of files, and what is told of them as of one table."""

    n_rows: int = 0
    n_bad: int = 0
    n_open: int = 0
    lacking: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()
    ours: bool = True  # columns named as in the template
    aside: tuple[str, ...] = ()  # what the session says in place of the files

    @property
    def notes(self) -> list[str]:
        """What is told before the numbers."""
        return [*self.aside, *(f"Not used: {columns}" for columns in self.unused)]

    def __add__(self, other: Counts | Scored) -> Counts:
        return replace(
            self,
            n_rows=self.n_rows + other.n_rows,
            n_bad=self.n_bad + other.n_bad,
            n_open=self.n_open + other.n_open,
            lacking=self.lacking | other.lacking,
            unused=self.unused or other.unused,  # all files have the same columns
        )


@dataclass(frozen=True)
class Failed:
    """Why nothing came of a file."""

    reason: str


def attempt(work: Callable[..., Any], *given: Any) -> Any:
    """What comes of it, or a `Failed`: not every error gets whole to another machine."""
    try:
        return work(*given)
    except OSError as error:
        return Failed(as_line(error.strerror or str(error)).strip())
    except ValueError as error:
        return Failed(as_line(sentence_about(error)).strip())
    except Exception as error:
        return Failed(as_line(f"{type(error).__name__}: {error}").strip())


def columns_of(store: Any, path: str) -> list[str]:
    """Columns of a file as they are read, none of them twice."""
    with store.open(path, "rb") as file:
        return _opened(file, path)[0]


def score_file(
    from_store: Any,
    source: str,
    to_store: Any,
    target: str,
    scoring: Scoring,
    version: str = __version__,
) -> Counts:
    """Score every row of a file into another, which has its name only when it is whole.

    Parameters
    ----------
    from_store, to_store : fsspec.AbstractFileSystem
    source, target : str
        Paths in them, both with the same of `ENDINGS`.
    scoring : Scoring
    version : str
        Of the program that asked.

    Raises
    ------
    ValueError, OSError
        If the file cannot be read, or this program is another version.
    """
    if version != __version__:
        raise ValueError(
            f"The worker has version {__version__} of cramp-risk, and who asked {version}."
        )
    counts, as_csv = Counts(), _is_csv(source)
    score = replace(scoring, as_csv=as_csv)
    with from_store.open(source, "rb") as file, appearing(to_store, target) as out:
        pieces = _opened(file, source)[1]
        with scored_writer(out, as_csv=as_csv) as write:
            for scored in map(score, pieces):
                write(scored)
                counts += scored
    return counts


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


def _is_csv(path: str) -> bool:
    return path.endswith(".csv")


def _opened(file: IO[bytes], path: str) -> tuple[list[str], Iterable[Piece]]:
    """Columns of a file, and the pieces that it is read in."""
    if not _is_csv(path):
        table, names = parquet_opened(file)
        return names, parquet_pieces(table)
    lines, separator, names = utf8_opened(file)
    return names, csv_pieces(lines, separator, Guess("utf-8-sig", doubt=False), names)
