"""Lint, format and types, so that running the tests enforces them too."""

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
