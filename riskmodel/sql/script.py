"""The whole score as one script of SQL: a table of sessions, and a view of their scores."""

from __future__ import annotations

from textwrap import indent
from typing import Literal

from riskmodel.sql.answers import TABLE, answer_steps, table
from riskmodel.sql.chances import PROBABILITIES, chance_steps
from riskmodel.sql.points import factor_steps, points_column
from riskmodel.sql.sources import read_sources

Dialect = Literal["duckdb", "postgresql"]

VIEW = "cramp_scores"
"""The view that the SQL makes."""

_HOW_TO_RUN = {
    "duckdb": "duckdb club.duckdb < cramp.sql",
    "postgresql": "psql club --file cramp.sql",
}


def score_script(dialect: Dialect = "duckdb") -> str:
    """SQL that scores sessions where they lie, in DuckDB or PostgreSQL.

    Made of the data files alone: an implementation of the score beside the engine,
    which shares no code with it.

    Parameters
    ----------
    dialect : "duckdb" or "postgresql"
        For which it is; the statements are those that both understand.

    Returns
    -------
    str
        A statement that makes the table ``cramp_sessions`` where there is none, and one
        that makes the view ``cramp_scores``: for each row ``problems``, empty if it can be
        scored, the points of every factor, ``total_points``, ``probability`` with
        ``probability_low`` and ``probability_high``, and ``probability_ideal``.

    Examples
    --------
    >>> "CREATE OR REPLACE VIEW cramp_scores" in score_script("postgresql")
    True
    """
    sources = read_sources()
    head = [
        f"The score of scorecard {sources.version} ({sources.fingerprint}) as SQL.",
        f"Written by cramprisk sql --dialect {dialect}; run it with",
        f"  {_HOW_TO_RUN[dialect]}",
        f"Then fill the table {TABLE} and read the view {VIEW}.",
        "",
        "floor(2 * points + 0.5) / 2 is the nearest half point, a tie upwards; 0.000000001",
        "is added so that no tie is lost to the last digit of a computer's sum.",
    ]
    comments = "\n".join(f"-- {line}".rstrip() for line in head)
    return f"{comments}\n\n{table()}\n\n{_view()}\n"


def _view() -> str:
    answers = answer_steps()
    factors = factor_steps("answers")
    last = f"factor_{read_sources().factors[-1]['name']}"
    steps = ",\n\n".join([*answers, *factors, *chance_steps(last)])
    points = [points_column(row) for row in read_sources().factors]
    results = [
        *points,
        "total_points",
        *(f"1 / (1 + exp(-{logit})) AS {name}" for name, logit in PROBABILITIES.items()),
    ]
    nothing = ", ".join(["NULL"] * len(results))
    listed = indent(",\n".join(["session_id", "problems", *results]), "    ")
    return (
        f"CREATE OR REPLACE VIEW {VIEW} AS\nWITH\n{steps}\n\n"
        f"SELECT\n{listed}\nFROM ranges\n"
        "UNION ALL\n"
        "-- What cannot be scored keeps its row, and says why.\n"
        f"SELECT session_id, problems, {nothing}\n"
        "FROM checked\nWHERE problems <> '';"
    )
