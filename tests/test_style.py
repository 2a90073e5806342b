"""Lint, format and types, so that running the tests enforces them too."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize("check", ["ruff check", "ruff format --check", "mypy"])
def test_the_code_is_in_shape(check):
    command = [sys.executable, "-m", *check.split()]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_shows_days_in_one_order():
    fields = [
        (path.name, node)
        for path in sorted((CHECKOUT / "riskmodel" / "views").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("date_input", "datetime_input")
    ]
    assert len(fields) > 5
    for name, call in fields:
        order = [ast.unparse(key.value) for key in call.keywords if key.arg == "format"]
        assert order == ["widgets.DATES"], name
