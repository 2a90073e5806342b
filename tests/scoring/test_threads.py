"""Rows that threads share."""

import ast
from pathlib import Path

import pandas as pd
import pytest

import riskmodel
from riskmodel import assess_frame
from riskmodel.scoring import engine as engine_module
from tests.test_snapshot import random_sessions

PACKAGE = Path(riskmodel.__file__).parent


@pytest.fixture(scope="module")
def sessions() -> pd.DataFrame:
    """Open, impossible and unread answers among them."""
    return random_sessions(4_000)


@pytest.mark.parametrize("detail", [False, True])
def test_threads_change_no_number_and_no_word(sessions, detail, monkeypatch):
    monkeypatch.setattr(engine_module, "_BLOCK", 500)  # so that each thread has several
    alone = assess_frame(sessions, detail=detail)
    shared = assess_frame(sessions, detail=detail, threads=3)
    pd.testing.assert_frame_equal(alone, shared, check_exact=True)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_rows_than_threads_are_scored_too(n):
    few = random_sessions(2).head(n)
    alone, shared = assess_frame(few), assess_frame(few, threads=3)
    pd.testing.assert_frame_equal(alone, shared, check_exact=True)


def test_no_thread_is_no_answer():
    with pytest.raises(ValueError, match="threads is 0; allowed is 1 and more"):
        assess_frame(random_sessions(1), threads=0)


# Numbers of half a dozen, made ready once.
PREPARES = {"scorecard/points.py"}


def test_nothing_that_scores_multiplies_matrices():
    """A library for matrices starts threads of its own, which spin while they wait."""
    found = []
    for room in ("inputs", "scorecard", "physiology", "scoring"):
        for path in (PACKAGE / room).glob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            multiplies = any(
                isinstance(node, ast.MatMult)
                or (isinstance(node, ast.Attribute) and node.attr in ("dot", "matmul"))
                for node in ast.walk(tree)
            )
            if multiplies:
                found.append(f"{room}/{path.name}")
    assert {*found} == PREPARES
