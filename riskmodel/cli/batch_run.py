"""What `cramprisk batch` does of one table, from its first row to its last."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import typer

from riskmodel.cli.batch_processes import Others
from riskmodel.cli.batch_scores import Scored, Scoring, scored_in_order, scored_writer
from riskmodel.cli.batch_tables import Table, lacking_notes, open_table
from riskmodel.cli.frame import (
    bytes_in_sight,
    progress_bar,
    read_session_file,
    say,
    stop,
)
from riskmodel.cli.parts import Counts
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.files import is_parquet
from riskmodel.inputs.session import tidy
from riskmodel.inputs.told import in_quotes
from riskmodel.reporting.replacing import replacing
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import assess_frame
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.plan import PLAN_FIELDS


def score_table(
    source: str,
    target: str,
    scoring: Scoring,
    how: Mapping[str, Any],
    others: Others | None,
) -> Run:
    """Score one table into another."""
    as_csv = not is_parquet(target)
    with open_table(source, scoring.plan, how, to_parquet=not as_csv) as table:
        numbers = None if as_csv or table.typed else _numbers(table)
        scoring = replace(scoring, ours=table.ours, numbers=numbers, as_csv=as_csv)
        return _run(table, scored_in_order(scoring, table.pieces(), others), target)


def tell(
    notes: Iterable[str], run: Run | Counts, files: Sequence[str], wanted: Sequence[str]
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
        told = not wanted or "problems" in wanted
        where = "See the column problems" if told else "Add problems to --columns"
        say(f"{where} for what is wrong in which row.", err=True)
    if run.n_rows and not n_scored:
        raise typer.Exit(1)


def wanted_results(
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


def plan_in(file: str, card: Scorecard | None) -> tuple[dict[str, Any], list[str]]:
    """Answers of a session file that are the same for all, and a note on the others."""
    answers, problems = tidy(read_session_file(file, card))
    if problems:
        stop("\n".join(map(str, problems)))
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
class Run:
    """What came of the rows so far."""

    notes: list[str]  # of the table
    ours: bool
    n_rows: int = 0
    n_bad: int = 0
    n_open: int = 0
    lacking: set[str] = field(default_factory=set)


def _run(table: Table, every_scored: Iterator[Scored], target: str) -> Run:
    """Write scored rows as they come, with a bar on the terminal."""
    run, first, start = Run(table.notes, table.ours), True, time.monotonic()
    with (
        replacing(target) as out,
        progress_bar(table.n_whole) as (bar, task),
        scored_writer(bytes_in_sight(out), as_csv=not is_parquet(target)) as write,
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
