"""The calibration of a scorecard, and what it is checked against."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from riskmodel.cli.frame import (
    ScorecardOption,
    app,
    progress_bar,
    say,
    sentences_for_errors,
    stop,
)
from riskmodel.inputs.installing import how_to_install
from riskmodel.reporting.checks import calibration_lines, published_lines
from riskmodel.reporting.replacing import check_target, replacing
from riskmodel.reporting.targets import target_lines, target_rows
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scoring.calibration_file import load_calibration


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
    """Fit the curves from points to a probability on synthetic sessions."""
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
        typer.Option("--calibration", help="Against the simulators, on fresh sessions."),
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
            with console.status("Drawing fresh synthetic sessions"):
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
