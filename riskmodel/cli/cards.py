"""What the scores rest on: the inputs, the scorecard, its calibration and checks."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.console import Console

import riskmodel
from riskmodel.cli.frame import (
    ScorecardOption,
    app,
    cell_text,
    progress_bar,
    say,
    say_json,
    sentences_for_errors,
    stop,
)
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.installing import how_to_install
from riskmodel.inputs.session import json_schema
from riskmodel.reporting.checks import calibration_lines, published_lines
from riskmodel.reporting.replacing import check_target, replacing
from riskmodel.reporting.scorecard_changes import change_lines
from riskmodel.reporting.spreadsheet import write_csv
from riskmodel.reporting.targets import target_lines, target_rows
from riskmodel.reporting.words import scorecard_lines
from riskmodel.scorecard.changes import compare_scorecards
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.points import PointsCounter
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.sql.script import Dialect, score_script


@app.command()
def template(
    empty: Annotated[
        bool, typer.Option("--empty", help="Only the header, no example row.")
    ] = False,
) -> None:
    """Print a CSV file to fill in: every input as a column, and an example row."""
    example = next(iter(load_examples().values()))
    cells = {name: cell_text(example.get(name, "")) for name in FIELDS}
    frame = pd.DataFrame([cells][: 0 if empty else 1], columns=list(FIELDS))
    write_csv(frame, out := StringIO())
    say(out.getvalue(), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of one session."""
    say_json(json_schema())


@app.command("scorecard")
def scorecard_command(
    scorecard: ScorecardOption = None,
    diff: Annotated[
        str | None,
        typer.Option(help="Only what changed since this one: a version or a file."),
    ] = None,
) -> None:
    """Print the scorecard as a table that a person can follow with a pencil."""
    with sentences_for_errors():
        card = load_scorecard(scorecard)
        if diff is None:
            lines = scorecard_lines(PointsCounter(card))
        else:
            lines = change_lines(compare_scorecards(load_scorecard(diff), card))
        say("\n".join(lines))


@app.command()
def sql(
    dialect: Annotated[Dialect, typer.Option(help="Where it will run.")] = "duckdb",
) -> None:
    """Print the whole score as SQL: a table for sessions, and a view of their scores."""
    say(score_script(dialect), nl=False)


@app.command()
def calibrate(
    out: Annotated[
        Path, typer.Option("--out", help="Where to write the calibration (JSON).")
    ],
    scorecard: ScorecardOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    scenarios: Annotated[
        int, typer.Option(min=10_000, help="Synthetic sessions.")
    ] = 200_000,
    draws: Annotated[
        int, typer.Option(min=2, help="Draws of the assumptions, for each simulator.")
    ] = 80,
) -> None:
    """Fit the curves from points to a probability on synthetic scenarios."""
    fit = _calibration_part("fit")
    with sentences_for_errors():
        check_target(str(out))
        card = load_scorecard(scorecard)
        with progress_bar(1.0, "Calibrating") as (bar, task):
            made = fit.calibrate(
                card,
                seed,
                scenarios,
                draws,
                lambda done, what: bar.update(task, completed=done, description=what),
            )
        with replacing(str(out)) as file:
            file.write(fit.as_text(made))
        load_calibration(out, card)
    say(f"Wrote {out} for scorecard {card.version} ({card.fingerprint}).", err=True)


@app.command()
def check(
    calibration_only: Annotated[
        bool,
        typer.Option("--calibration", help="Against the simulators, on fresh scenarios."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write both reports there (JSON).")
    ] = None,
    scorecard: ScorecardOption = None,
    curves: Annotated[
        str | None,
        typer.Option("--curves", help="The calibration to check: a version or a file."),
    ] = None,
) -> None:
    """Compare with published figures, or with the simulators."""
    checks = _calibration_part("checks")
    with sentences_for_errors():
        if out is not None:
            check_target(str(out))
        card = load_scorecard(scorecard)
        calibration = load_calibration(curves, card)
        console = Console(stderr=True)
        published, report = None, None
        if out is not None or not calibration_only:
            with console.status("Drawing the people of the published studies"):
                published = checks.published_checks(card, calibration)
        if out is not None or calibration_only:
            with console.status("Drawing fresh scenarios"):
                report = checks.calibration_checks(card, calibration)
        rows = None if published is None else published.to_dict("records")
        if rows is not None and not calibration_only:
            say("\n".join(published_lines(rows)))
        if report is not None and calibration_only:
            say("\n".join(calibration_lines(report)))
        say("\n".join(["", *target_lines(target_rows(rows, report))]))
        if out is not None:
            with replacing(str(out)) as file:
                file.write(checks.as_text(published, report, card.fingerprint))


def _calibration_part(name: str) -> Any:
    """Import a module that needs scikit-learn, or say how to get it."""
    if find_spec("sklearn") is None:
        stop(f"This needs scikit-learn: {how_to_install('calibration')}")
    return import_module(f"riskmodel.calibration.{name}")


@app.command()
def version() -> None:
    """Print the versions of the program and of its scorecard."""
    card = load_scorecard()
    say(
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} ({card.fingerprint})"
    )
