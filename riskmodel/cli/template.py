"""What is asked: as a table to fill in, and described to programs."""

from __future__ import annotations

from io import StringIO
from typing import Annotated

import typer

from riskmodel.cli.frame import app, cell_text, say, say_json
from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.schema import json_schema
from riskmodel.reporting.spreadsheet import write_rows


@app.command()
def template(
    empty: Annotated[
        bool, typer.Option("--empty", help="Only the header, no example row.")
    ] = False,
) -> None:
    """Print a CSV file to fill in: every input as a column, and an example row."""
    example = next(iter(load_examples().values()))
    cells = [cell_text(example.get(name, "")) for name in FIELDS]
    write_rows([list(FIELDS)] if empty else [list(FIELDS), cells], out := StringIO())
    say(out.getvalue(), nl=False)


@app.command()
def schema() -> None:
    """Print the JSON Schema of one session."""
    say_json(json_schema())
