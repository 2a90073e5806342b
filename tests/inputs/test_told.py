"""What files and people wrote, as sentences show it."""

import ast
import re
from datetime import timedelta
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from riskmodel import (
    CalibrationError,
    DiaryError,
    ScorecardError,
    SquadFileError,
    TrainingLogError,
    WeatherError,
)
from riskmodel.inputs.spelling import spelling
from riskmodel.inputs.tables import TableFileError
from riskmodel.inputs.told import (
    LONGEST_LINE,
    as_text,
    grouped,
    in_quotes,
    quoted,
)
from riskmodel.store.errors import StoreError
from tests import CHECKOUT


@pytest.mark.parametrize(
    "kind",
    [
        CalibrationError,
        DiaryError,
        ScorecardError,
        SquadFileError,
        StoreError,
        TableFileError,
        TrainingLogError,
        WeatherError,
    ],
)
def test_no_error_about_a_file_says_more_than_can_be_read(kind):
    told = str(kind(f"Column {'x' * 9999}: name it in another way.\nAnd \0 \u202e\ud800."))
    first, second = told.split("\n")
    assert len(first) == LONGEST_LINE
    assert first.endswith("name it in another way.")  # how to mend it stays
    assert second.split() == ["And", "."]
    assert second.isprintable()


def test_no_sentence_of_a_large_limit_shows_it_without_commas():
    """Limits are constants, and what is shown of them is an f-string."""
    bare = []
    for path in sorted((CHECKOUT / "riskmodel").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            part.value.id
            for part in ast.walk(tree)
            if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
        }
        for name in {name for name in names if re.fullmatch(r"_?(MOST|LONGEST)\w*", name)}:
            module = ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
            value = getattr(import_module(module), name)
            if isinstance(value, int | float) and value >= 10_000:
                bare.append(f"{module}.{name}")
    assert bare == []
    assert [grouped(n) for n in (9999, 10_000, 2e6)] == ["9999", "10,000", "2,000,000"]


def test_no_sentence_of_a_limit_tells_it_twice():
    twice = re.compile(r"\{([^}]*MOST_\w+)[^}]*\}.*\{\1", re.DOTALL)
    told = [
        ast.unparse(part)
        for path in sorted((CHECKOUT / "riskmodel").rglob("*.py"))
        for part in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(part, ast.JoinedStr)
    ]
    assert len(told) > 1000
    assert [text for text in told if twice.search(text)] == []


def test_a_quote_is_short_and_in_sight():
    assert quoted("a" * 81) == "a" * 79 + "\N{HORIZONTAL ELLIPSIS}"
    assert quoted("\r\n\t\ufeffx") == "    x"
    assert in_quotes("x" * 99, 3) == "\u201cxx\N{HORIZONTAL ELLIPSIS}\u201d"
    assert as_text("a\ud800b") == "a?b"


@pytest.mark.parametrize("value", [10**5000, {"a"}, object, float("nan"), None], ids=type)
def test_every_value_has_a_spelling(value):
    assert 0 < len(spelling(value)) < 60


@pytest.mark.parametrize("days", [0, 1.5, -2, 400])
def test_a_span_of_time_is_spelt_alike_whatever_holds_it(days):
    span = timedelta(days=days)
    alike = [span, pd.Timedelta(span), np.timedelta64(span)]
    assert {spelling(value) for value in alike} == {str(pd.Timedelta(span))}
