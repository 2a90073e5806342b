"""Scoring: one session, and every row of a file."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any

import pandas as pd
import typer

from riskmodel.cli.frame import (
    CalibrationOption,
    ScorecardOption,
    app,
    own_calibration,
    own_scorecard,
    progress_bar,
    read_session_file,
    replacing,
    sentences_for_errors,
    stop,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.words import assessment_lines
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import UnknownColumnWarning, assess, assess_frame
from riskmodel.scoring.probability import Calibration

_ROWS_AT_ONCE = 20_000


@app.command("assess")
def assess_command(
    file: Annotated[str, typer.Argument(help="A JSON session, or - to read it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score one planned session.

    Ends with 1 if the session cannot be scored, 2 if the file cannot be read.
    """
    with sentences_for_errors():
        session = read_session_file(file)
        answer = assess(session, own_scorecard(scorecard), own_calibration(calibration))
        if as_json:
            typer.echo(json.dumps(answer.to_dict(), indent=2, ensure_ascii=False))
        else:
            typer.echo("\n".join(assessment_lines(answer)), err=bool(answer.problems))
    if answer.problems:
        raise typer.Exit(1)


@app.command()
def batch(
    source: Annotated[str, typer.Argument(metavar="IN.csv", help="Or - to read it.")],
    target: Annotated[str, typer.Argument(metavar="OUT.csv", help="Or - to print it.")],
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score every row of a CSV file; rows with problems stay and say why.

    Ends with 1 if no row could be scored.  The output has the columns of the input
    and then the results.  A result with the name of an input column is called
    NAME_used.
    """
    with sentences_for_errors():
        if (
            source != "-"
            and target != "-"
            and os.path.realpath(source) == os.path.realpath(target)
        ):
            stop("IN.csv and OUT.csv are the same file; choose another name.")
        card, curves = own_scorecard(scorecard), own_calibration(calibration)
        with _opened(source) as (lines, size), replacing(target) as out:
            rows, bad, unknown = _score_chunks(lines, size, out, card, curves)
    for sentence in unknown:
        typer.echo(f"Not used: {sentence}", err=True)
    noun = "session" if rows == 1 else "sessions"
    typer.echo(f"{rows} {noun} read, {rows - bad} scored, {bad} with problems.", err=True)
    if rows and bad == rows:
        raise typer.Exit(1)


def _score_chunks(
    lines: IO[bytes],
    size: int,
    out: IO[str],
    card: Scorecard | None,
    curves: Calibration | None,
) -> tuple[int, int, list[str]]:
    """Score a CSV stream piece by piece, so that memory stays flat."""
    header = lines.peek(1 << 16).split(b"\n", 1)[0]  # type: ignore[attr-defined]
    separator = max(",;\t", key=lambda mark: header.count(mark.encode()))
    chunks = pd.read_csv(
        lines,
        sep=separator,
        # Where the comma is the decimal mark, spreadsheets separate by other marks.
        decimal="." if separator == "," else ",",
        chunksize=_ROWS_AT_ONCE,
        index_col=False,  # a comma at the end of every row is no name of the row
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        low_memory=False,
    )
    rows = bad = 0
    unknown: list[str] = []
    with progress_bar(size) as (bar, task):
        for chunk in chunks:
            chunk.columns = [_spelt(name) for name in chunk.columns]
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", UnknownColumnWarning)
                results = assess_frame(chunk, card, curves)
            unknown = unknown or [str(w.message) for w in caught]
            clashing = {c: f"{c}_used" for c in results.columns if c in chunk.columns}
            joined = pd.concat([chunk, results.rename(columns=clashing)], axis=1)
            joined.to_csv(out, index=False, header=rows == 0)
            rows += len(chunk)
            bad += int((results["problems"] != "").sum())
            bar.update(task, completed=lines.tell() if lines.seekable() else None)
    return rows, bad, unknown


def _spelt(name: str) -> str:
    """Write a column's name as inputs are written: no capitals, no spaces around."""
    plain = name.strip().lower()
    return plain if plain in FIELDS else name


@contextmanager
def _opened(source: str) -> Iterator[tuple[IO[Any], int]]:
    if source == "-":
        yield sys.stdin.buffer, 0
        return
    path = Path(source)
    with path.open("rb") as lines:
        yield lines, path.stat().st_size
