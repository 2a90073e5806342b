"""Scores of the pieces of a table, in this process or in several, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import StringIO
from typing import IO, TYPE_CHECKING, Any

import pandas as pd

from riskmodel.cli.batch_pieces import ArrowRows, Cells, Piece
from riskmodel.cli.batch_processes import Aside, Others, put_aside
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.installing import arrow_is_there
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.reading import Answers, read_frame
from riskmodel.inputs.settled import is_settled
from riskmodel.reporting.spreadsheet import (
    csv_header,
    csv_lines,
    parquet_writer,
    write_csv,
)
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import result_columns
from riskmodel.scoring.engine import engine
from riskmodel.scoring.probability import Calibration
from riskmodel.scoring.worded import Worded
from riskmodel.squad.plan import unread_left_open, with_plan, without_known_words

if TYPE_CHECKING:
    import pyarrow as pa

_REQUIRED = tuple(name for name, asked in FIELDS.items() if asked.required)
_OF_NUMBERS = {n for n, asked in FIELDS.items() if asked.kind in ("number", "time")}


@dataclass(frozen=True)
class Scored:
    """Rows with their results, ready to be written, and what is told of them."""

    content: Any  # bytes of CSV, or a table of Arrow
    header: bytes
    n_rows: int
    n_bad: int  # without a score
    n_open: int  # answers that could not be read
    lacking: frozenset[str]
    """Required answers that have no column, and that some row needs."""
    unused: tuple[str, ...]
    has_cells: bool = True  # or only the results


@dataclass(frozen=True)
class Scoring:
    """How every piece of a table is scored and written."""

    plan: Mapping[str, Any]
    card: Scorecard | None
    curves: Calibration | None
    ours: bool = True  # whether the table names its columns as the template does
    columns: tuple[str, ...] = ()  # of the results, empty for all
    detail: bool = True  # whether results are wanted that cost more
    raw: bool = False
    numbers: frozenset[str] | None = None
    """Of CSV that becomes Parquet, the columns of which every cell is a number."""
    as_csv: bool = True

    def __call__(self, piece: Piece) -> Scored:
        """Score a piece."""
        cells, answers = piece.read()
        asked = self._with_plan(answers)
        results, kept, opened = self._results(asked)
        n_bad = int((~kept.usable()).sum())
        n_open = sum(rows.size for rows, _ in opened.findings)
        absent = [str(Problem(name, "no_such_input")) for name in kept.unknown_columns]
        unused = (" ".join(absent),) if absent else ()
        if self.columns:
            results = results[list(self.columns)]
        # Nor the name of an input: a table that is scored again has no answers of ours.
        results = results.rename(columns=_free_names(results, {*_names(cells), *FIELDS}))
        header, content = self._written(cells, answers, results)
        lacking = frozenset(_lacking(asked))
        return Scored(content, header, len(answers), n_bad, n_open, lacking, unused)

    def _with_plan(self, answers: pd.DataFrame) -> pd.DataFrame:
        if not self.plan:
            return answers
        others = answers.drop(columns=[n for n in answers if n in FIELDS])
        return with_plan(answers, self.plan).join(others)

    def _results(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Answers, Answers]:
        """As `assess_frame`, but an answer that cannot be read costs no score."""
        kept, opened = unread_left_open(read_frame(frame))
        if not self.ours:
            opened = without_known_words(opened)
        used = engine(self.card, self.curves)
        result = used.run(kept, detail=self.detail)
        columns = result_columns(kept, result, used, detail=self.detail)
        every = replace(kept, findings=(*kept.findings, *opened.findings))
        columns["problems"] = every.problem_texts(names=self.ours)
        return pd.DataFrame(columns, index=frame.index, copy=False), kept, opened

    def _written(
        self, cells: Cells, answers: pd.DataFrame, results: pd.DataFrame
    ) -> tuple[bytes, Any]:
        header = csv_header([*_names(cells), *results], raw=self.raw)
        if not arrow_is_there():
            joined = pd.concat([cells, results], axis=1)
            write_csv(joined, text := StringIO(newline=""), header=False, raw=self.raw)
            return header, text.getvalue().encode()
        table = self._joined(cells, answers, results)
        if not self.as_csv:
            return header, table
        numbers = {n for n in _OF_NUMBERS & {*answers} if answers[n].dtype.kind in "fiuM"}
        return header, csv_lines(table, raw=self.raw, numbers=numbers)

    def _joined(
        self, cells: Cells, answers: pd.DataFrame, results: pd.DataFrame
    ) -> pa.Table:
        import pyarrow as pa

        from riskmodel.inputs.arrow_columns import TEXT, as_arrow, is_text, texts_of

        def of_cells(name: str, column: pa.Array) -> pa.Array:
            if self.numbers is None:
                return column
            if name in self.numbers:
                return as_arrow(answers[name]).cast(pa.float64())
            return column if is_text(column.type) else texts_of(column).cast(TEXT)

        if isinstance(cells, pd.DataFrame):
            cells = pa.table(
                [as_arrow(cells.iloc[:, place]) for place in range(cells.shape[1])],
                list(map(str, cells.columns)),
            )
        columns = [
            of_cells(name, column.combine_chunks())
            for name, column in zip(cells.column_names, cells.columns, strict=True)
        ]
        columns += [_as_arrow(results[name]) for name in results]
        return pa.table(columns, [*cells.column_names, *results.columns])


def _free_names(results: Iterable[Any], taken: Collection[str]) -> dict[str, str]:
    """New names of the results whose names the table has."""
    free = {}
    for name in results:
        new = name
        while new in taken:
            new = f"{new}_used"
        free[name] = new
    return free


def _names(cells: Cells) -> list[str]:
    return list(cells.columns if isinstance(cells, pd.DataFrame) else cells.column_names)


def _as_arrow(results: pd.Series[Any]) -> pa.Array:
    """A column of results, each different text once."""
    import pyarrow as pa

    from riskmodel.inputs.arrow_columns import TEXT, as_arrow

    if isinstance(results.array, Worded):
        places, texts = results.array.distinct()
        words = pa.array(texts).cast(TEXT)
        return pa.DictionaryArray.from_arrays(places.astype("int32"), words)
    column = as_arrow(results)
    return column.dictionary_encode() if column.type == TEXT else column


def _lacking(answers: pd.DataFrame) -> Iterator[str]:
    """Name the required answers that have no column, but that some row needs."""
    absent = [FIELDS[name] for name in _REQUIRED if name not in answers]
    settling = {asked.settled.by for asked in absent if asked.settled}
    read = read_frame(answers[[name for name in answers if name in settling]])
    for asked in absent:
        if not is_settled(asked, read.columns, read.n_sessions).all():
            yield asked.name


@contextmanager
def scored_writer(out: IO[bytes], *, as_csv: bool) -> Iterator[Callable[[Scored], None]]:
    """What writes scored rows one below the other, as CSV or as Parquet."""
    if not as_csv:
        with parquet_writer(out) as write:
            yield lambda scored: write(scored.content)
        return
    header = True

    def write_lines(scored: Scored) -> None:
        nonlocal header
        out.write(scored.header * header)
        out.write(scored.content)
        header = False

    yield write_lines


_AHEAD = 8  # pieces for each other process that may wait for an earlier one
_AT_HAND = 4  # pieces for each, so that it has some while this process writes


def scored_in_order(
    scoring: Scoring, pieces: Iterable[Piece], others: Others | None
) -> Iterator[Scored]:
    """Score pieces in this process and in others, in their order."""
    if others is None:
        yield from map(scoring, pieces)
        return
    waiting: deque[tuple[Piece, Future[Aside] | Future[Scored]]] = deque()
    for piece in pieces:
        n_busy = sum(not future.done() for _, future in waiting)
        if n_busy < _AT_HAND * others.n_processes:
            aside = put_aside(piece, others.folder)
            waiting.append((piece, others.pool.submit(_score, scoring, aside)))
        else:
            waiting.append((piece, _here(scoring, piece)))
        while waiting and (
            waiting[0][1].done() or len(waiting) > _AHEAD * others.n_processes
        ):
            yield _whole(*waiting.popleft())
    while waiting:
        yield _whole(*waiting.popleft())


def _here(scoring: Scoring, piece: Piece) -> Future[Scored]:
    """Score a piece in this process; what is wrong with it is told in its turn."""
    scored: Future[Scored] = Future()
    try:
        scored.set_result(scoring(piece))
    except ValueError as error:
        scored.set_exception(error)
    return scored


def _whole(piece: Piece, future: Future[Aside] | Future[Scored]) -> Scored:
    """What came of a piece, with the cells that were not sent back."""
    answer = future.result()
    scored: Scored = answer.taken_back() if isinstance(answer, Aside) else answer
    if scored.has_cells or not isinstance(piece, ArrowRows):
        return scored
    table, results = piece.table, scored.content
    for name in results.column_names:
        table = table.append_column(name, results[name])
    return replace(scored, content=table, has_cells=True)


def _score(scoring: Scoring, aside: Aside) -> Aside:
    piece = aside.taken_back()
    scored, folder = scoring(piece), aside.path.parent
    if scoring.as_csv or scoring.numbers is not None or not isinstance(piece, ArrowRows):
        return put_aside(scored, folder)
    # Whoever sent the cells still has them.
    table, n_cells = scored.content, piece.table.num_columns
    results = table.select(range(n_cells, table.num_columns))
    return put_aside(replace(scored, content=results, has_cells=False), folder)
