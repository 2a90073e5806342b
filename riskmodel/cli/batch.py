"""Scoring every row of a table, of our own fields or as a coach has it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Annotated, Any, TextIO, cast

import pandas as pd
import typer

from riskmodel.cli.batch_pieces import arrow_is_there
from riskmodel.cli.batch_scores import Scored, Scoring, scored_in_order
from riskmodel.cli.batch_tables import Table, is_parquet, lacking_notes, open_table
from riskmodel.cli.cluster import batch_folder, is_pattern
from riskmodel.cli.frame import (
    CalibrationOption,
    HiddenRowsOption,
    ScorecardOption,
    SheetOption,
    SummariesOption,
    app,
    in_sight,
    own_calibration,
    own_scorecard,
    progress_bar,
    read_session_file,
    say,
    sentences_for_errors,
    stop,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.installing import how_to_install
from riskmodel.inputs.session import tidy
from riskmodel.inputs.told import in_quotes
from riskmodel.reporting.replacing import check_target, is_same_file, replacing
from riskmodel.reporting.spreadsheet import parquet_writer
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.plan import PLAN_FIELDS

if TYPE_CHECKING:
    from riskmodel.cli.parts import Counts


@app.command()
def batch(
    source: Annotated[
        str,
        typer.Argument(metavar="IN", help="CSV, Excel or .parquet; - for CSV."),
    ],
    target: Annotated[str, typer.Argument(metavar="OUT.csv", help="Or .parquet, or -.")],
    session: Annotated[
        str | None,
        typer.Option(help="The planned session of all (JSON); goes before the table's."),
    ] = None,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="For programs: texts that a spreadsheet may run stay."),
    ] = False,
    sheet: SheetOption = "",
    hidden_rows: HiddenRowsOption = False,
    summaries: SummariesOption = False,
    columns: Annotated[
        str, typer.Option(help="Only these results, as in probability,band.")
    ] = "",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes, else 1.")] = None,
    scheduler: Annotated[
        str, typer.Option(help="Of many files, a Dask scheduler: tcp://host:8786.")
    ] = "",
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score every row of a table; all stay, and say what is wrong.

    The columns are named as in the template, in any number of rows, or as a coach
    names them: in several languages and units, with titles above.  What a column means
    is never guessed.  An optional answer that cannot be read is left open; problems
    names it, and what costs a row its score.  Ends with 1 if no row could be scored.  The
    output has the columns of the input and then the results.  A result with the name of
    an input column is called NAME_used.  IN may name many files, as in 'in/*.parquet';
    each goes under its own name into OUT, a folder.
    """
    how = {"sheet": sheet, "hidden_rows": hidden_rows, "summaries": summaries}
    with sentences_for_errors(), _ended_in_order():
        if scheduler and jobs is not None:
            stop("--jobs is for this machine; the workers of a --scheduler are its own.")
        many = bool(scheduler) or is_pattern(source)
        if not many:
            _check(source, target)
        elif any(how.values()):
            stop("--sheet, --hidden-rows and --summaries are for one workbook or list.")
        card, curves = own_scorecard(scorecard), own_calibration(calibration)
        plan, notes = ({}, []) if session is None else _plan(session, card)
        wanted, detail = _wanted(columns, card, curves)
        scoring = Scoring(plan, card, curves, True, wanted, detail, raw)
        run: _Run | Counts
        if many:
            run = batch_folder(source, target, scoring, scheduler, jobs or 1)
        else:
            run = _one_table(source, target, scoring, how, jobs or 1)
    has_reasons = not wanted or "problems" in wanted
    _tell(notes, run, (source, target), has_reasons=has_reasons)


def _one_table(
    source: str, target: str, scoring: Scoring, how: Mapping[str, Any], jobs: int
) -> _Run:
    as_csv = not is_parquet(target)
    with open_table(source, scoring.plan, how, to_parquet=not as_csv) as table:
        numbers = None if as_csv or table.typed else _numbers(table)
        scoring = replace(scoring, ours=table.ours, numbers=numbers, as_csv=as_csv)
        return _run(table, scored_in_order(scoring, table.pieces(), jobs), target)


def _tell(
    notes: Iterable[str], run: _Run | Counts, files: Sequence[str], *, has_reasons: bool
) -> None:
    """Say what came of all rows; ends with 1 if none could be scored."""
    for note in (*run.notes, *notes, *lacking_notes(run.lacking, files, ours=run.ours)):
        say(note, err=True)
    noun = "session" if run.n_rows == 1 else "sessions"
    n_scored = run.n_rows - run.n_bad
    answers = f"{run.n_open} answer{'s' * (run.n_open != 1)} left open"
    counts = [f"{run.n_rows} {noun} read, {n_scored} scored, {run.n_bad} without a score"]
    say(f"{'; '.join(counts + [answers] * bool(run.n_open))}.", err=True)
    if run.n_bad or run.n_open:
        where = "See the column problems" if has_reasons else "Add problems to --columns"
        say(f"{where} for what is wrong in which row.", err=True)
    if run.n_rows and not n_scored:
        raise typer.Exit(1)


def _check(source: str, target: str) -> None:
    if is_same_file(source, target):
        stop("IN and OUT.csv are the same file; choose another name.")
    check_target(target)
    if any(map(is_parquet, (source, target))) and not arrow_is_there():
        stop(f"Parquet needs pyarrow: {how_to_install('parquet')}")


def _wanted(
    columns: str, card: Scorecard | None, curves: Calibration | None
) -> tuple[tuple[str, ...], bool]:
    """Names of the results to write, empty for all, and whether some are details."""
    if not columns:
        return (), True
    nobody = pd.DataFrame()
    few, known = (
        list(map(str, assess_frame(nobody, card, curves, detail=detail)))
        for detail in (False, True)
    )
    names = tuple(dict.fromkeys(name.strip() for name in columns.split(",")))
    for name in names:
        if name not in known:
            stop(f"No result is called {in_quotes(name)}; there are {', '.join(known)}.")
    return names, not set(names) <= set(few)


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


def _numbers(table: Table) -> frozenset[str]:
    """Columns of ours of which every cell of every piece is a number or nothing."""
    numbers = {name for name, asked in FIELDS.items() if asked.kind == "number"}
    for piece in table.pieces() if table.ours else ():
        _, answers = piece.read()
        numbers = {n for n in numbers & {*answers} if answers[n].dtype.kind in "fiu"}
    return frozenset(numbers) if table.ours else frozenset()


@dataclass
class _Run:
    """What came of the rows so far."""

    notes: list[str]  # of the table
    ours: bool
    n_rows: int = 0
    n_bad: int = 0
    n_open: int = 0
    lacking: set[str] = field(default_factory=set)


def _run(table: Table, every_scored: Iterator[Scored], target: str) -> _Run:
    """Write scored rows as they come, with a bar on the terminal."""
    run, first, start = _Run(table.notes, table.ours), True, time.monotonic()
    with (
        replacing(target) as out,
        progress_bar(table.n_whole) as (bar, task),
        _writer(out, target) as write,
    ):
        for scored in every_scored:
            write(scored)
            if first:
                table.notes += [f"Not used: {columns}" for columns in scored.unused]
            first = False
            run.n_rows += scored.n_rows
            run.n_bad += scored.n_bad
            run.n_open += scored.n_open
            run.lacking |= scored.lacking
            rate = run.n_rows / (time.monotonic() - start)
            done = run.n_rows if table.n_done is None else table.n_done()
            bar.update(task, completed=done, rate=f"{rate:,.0f} rows/s")
    return run


@contextmanager
def _writer(out: IO[str], target: str) -> Iterator[Callable[[Scored], None]]:
    """What writes scored rows one below the other."""
    if is_parquet(target):
        with parquet_writer(cast(TextIO, out).buffer) as write:
            yield lambda scored: write(scored.content)
        return
    shown = in_sight(out)
    header = True

    def write_text(scored: Scored) -> None:
        nonlocal header
        shown.write(scored.header * header + scored.content)
        header = False

    yield write_text


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Leave no half of a file where a program is told to end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
