"""The scorecard as a table, and which one it is."""

from __future__ import annotations

from typing import Annotated

import typer

import riskmodel
from riskmodel.cli.frame import ScorecardOption, app, say, sentences_for_errors
from riskmodel.reporting.scorecard_table import scorecard_lines
from riskmodel.scorecard.file import load_scorecard


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
            lines = scorecard_lines(card)
        else:
            from riskmodel.reporting.scorecard_changes import change_lines
            from riskmodel.scorecard.changes import compare_scorecards

            lines = change_lines(compare_scorecards(load_scorecard(diff), card))
        say("\n".join(lines))


@app.command()
def version() -> None:
    """Print the versions of the program and of its scorecard."""
    card = load_scorecard()
    say(
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} ({card.fingerprint})"
    )
