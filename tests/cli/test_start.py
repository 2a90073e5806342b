"""What a command loads: nothing of what only others need."""

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.models import Context

from riskmodel.cli import app
from riskmodel.datasets import kept_scorecards
from riskmodel.reporting.scorecard_table import scorecard_lines
from riskmodel.scorecard.averages import average_points
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.points import Curve, to_half_points
from riskmodel.scorecard.population import load_population
from tests import CHECKOUT

PROGRAM = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in REFUSED:
            raise AssertionError(f"{name} is loaded")

sys.meta_path.insert(0, Nothing())
from riskmodel.cli import run
run("cramprisk")
"""
NUMBERS = {"numpy", "pandas", "pyarrow", "scipy"}
"""What no command needs that scores nothing."""
VALUES = {"pydantic", "markdown_it", "pygments"}
"""What typer loads for values that are given, and for help that nobody asked for."""


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        *(
            (command, NUMBERS | VALUES)
            for command in (
                ["--help"], ["version"], ["template"], ["template", "--empty"],
                ["schema"], ["scorecard"],
            )
        ),
        (["scorecard", "--scorecard", "2026.1"], NUMBERS),
        (["sql"], NUMBERS),
        (["sql", "--dialect", "postgresql"], NUMBERS),
        ([], NUMBERS),
        (["app", "--help"], NUMBERS),
        (["template", "--nothing"], NUMBERS),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_command_that_scores_nothing_loads_no_numbers(command, refused):
    program = PROGRAM.replace("REFUSED", repr(refused))
    done = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=CHECKOUT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert "is loaded" not in done.stderr
    assert done.returncode == (2 if command in ([], ["template", "--nothing"]) else 0)
    assert done.stdout or done.stderr


@pytest.mark.parametrize("columns", [20, 59, 60, 61, 75, 80, 100, 200])
def test_the_help_of_the_program_is_what_typer_would_print(columns, monkeypatch):
    """Its sentences are those of the commands, too, which typer loads for it."""
    monkeypatch.setitem(os.environ, "COLUMNS", str(columns))
    program = get_command(app)
    context = Context(program, info_name="cramprisk", help_option_names=["-h", "--help"])
    pages = []
    for kind in (type(program), TyperGroup):
        with redirect_stdout(io.StringIO()) as printed:
            kind.format_help(program, context, context.make_formatter())
        pages.append(printed.getvalue())
    assert pages[0] == pages[1]
    assert len(re.findall(r"^│ [a-z]+ ", pages[0], re.M)) == len(program.commands)


@pytest.mark.parametrize("version", [*kept_scorecards(), None])
def test_averages_without_arrays_are_those_of_the_curves(version):
    card = load_scorecard(version)
    shares = load_population().shares
    for factor in card.factors:
        average = average_points(factor)
        of_factor = shares.get(factor.quantity)
        assert (average == average) == (of_factor is not None)
        if factor.kind == "curve" and of_factor:
            curve = Curve([(knot.at, knot.points) for knot in factor.knots])
            points = to_half_points(curve([*map(float, of_factor)]))
            assert average == to_half_points(points @ [*of_factor.values()])
    assert f"version {card.version}" in next(iter(scorecard_lines(card)))
