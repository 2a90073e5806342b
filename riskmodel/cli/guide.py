"""What the cramp guide has on a question."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from riskmodel.cli.frame import app, say, say_json, sentences_for_errors
from riskmodel.reporting.guide import answer_lines, load_guide


@app.command()
def guide(
    question: Annotated[list[str], typer.Argument(help="In your own words.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Answer a question about cramps; warning signs that it holds come first."""
    with sentences_for_errors():
        whole = load_guide()
        answer = whole.answer(" ".join(question))
        if as_json:
            say_json(asdict(answer))
        else:
            say("\n".join(answer_lines(whole, answer)).rstrip())
