"""Scoring one session."""

from __future__ import annotations

from typing import Annotated

import typer

from riskmodel.cli.frame import (
    CalibrationOption,
    ScorecardOption,
    app,
    own_calibration,
    own_scorecard,
    read_session_file,
    say,
    say_json,
    sentences_for_errors,
)
from riskmodel.reporting.outcome import explanation_lines
from riskmodel.reporting.words import assessment_lines
from riskmodel.scoring.assessment import assess
from riskmodel.whatif.outcome import explain_outcome


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
        card = own_scorecard(scorecard)
        session = read_session_file(file, card)
        answer = assess(session, card, own_calibration(calibration))
        if as_json:
            say_json(answer.to_dict())
        else:
            say("\n".join(assessment_lines(answer)), err=bool(answer.problems))
    if answer.problems:
        raise typer.Exit(1)


@app.command("why")
def why_command(
    file: Annotated[str, typer.Argument(help="A JSON session that brought a cramp.")],
    beside: Annotated[
        list[str] | None,
        typer.Option(help="A JSON session without a cramp; may be given several times."),
    ] = None,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Say what stood out in a session that brought a cramp, beside others without one.

    Without others it is laid beside an average session.
    """
    with sentences_for_errors():
        card = own_scorecard(scorecard)
        session, *others = (read_session_file(f, card) for f in (file, *(beside or ())))
        explanation = explain_outcome(
            session, others or None, True, card, own_calibration(calibration)
        )
        say("\n".join(explanation_lines(explanation)))
