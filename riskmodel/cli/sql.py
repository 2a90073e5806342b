"""The score as SQL."""

from __future__ import annotations

from typing import Annotated

import typer

from riskmodel.cli.frame import app, say
from riskmodel.sql.script import Dialect, score_script


@app.command()
def sql(
    dialect: Annotated[Dialect, typer.Option(help="Where it will run.")] = "duckdb",
) -> None:
    """Print the whole score as SQL: a table for sessions, and a view of their scores."""
    say(score_script(dialect), nl=False)
