"""Scoring every row of a table, of our own fields or as a coach has it: the command."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from riskmodel.cli.batch_processes import other_processes
from riskmodel.cli.cluster import batch_folder, is_pattern
from riskmodel.cli.frame import (
    CalibrationOption,
    HiddenRowsOption,
    ScorecardOption,
    SheetOption,
    SummariesOption,
    app,
    own_calibration,
    own_scorecard,
    sentences_for_errors,
    stop,
)
from riskmodel.inputs.files import is_parquet
from riskmodel.inputs.installing import arrow_is_there, how_to_install
from riskmodel.reporting.replacing import check_target, is_same_file

if TYPE_CHECKING:
    from riskmodel.cli.batch_run import Run
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
    names it, and what costs a row its score.  Ends with 1 if none has one.  OUT has the
    columns of IN and then the results; one with the name of another is called NAME_used.
    IN may name many files, as in 'in/*.parquet'; each goes into OUT, a folder.
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
        with other_processes(1 if many else jobs or 1) as others:
            # Loaded here, while the others load it, too.
            from riskmodel.cli import batch_run
            from riskmodel.cli.batch_scores import Scoring

            card, curves = own_scorecard(scorecard), own_calibration(calibration)
            plan, notes = ({}, []) if session is None else batch_run.plan_in(session, card)
            wanted, detail = batch_run.wanted_results(columns, card, curves)
            scoring = Scoring(plan, card, curves, True, wanted, detail, raw)
            run: Run | Counts = (
                batch_folder(source, target, scoring, scheduler, jobs or 1)
                if many
                else batch_run.score_table(source, target, scoring, how, others)
            )
    batch_run.tell(notes, run, (source, target), wanted)


def _check(source: str, target: str) -> None:
    if is_same_file(source, target):
        stop("IN and OUT.csv are the same file; choose another name.")
    check_target(target)
    if any(map(is_parquet, (source, target))) and not arrow_is_there():
        stop(f"Parquet needs pyarrow: {how_to_install('parquet')}")


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Leave no half of a file where a program is told to end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # SIGHUP, of a terminal that is closed, is not there on Windows; nohup ignores it.
    ends = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
    before = {end: signal.getsignal(end) for end in ends if end is not None}
    heard = [end for end, how in before.items() if how not in (signal.SIG_IGN, None)]
    for end in heard:
        signal.signal(end, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        for end in heard:
            signal.signal(end, before[end])
