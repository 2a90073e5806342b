"""What files and people wrote, as sentences show it."""

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
from riskmodel.inputs.told import LONGEST_LINE, as_text, in_quotes, quoted
from riskmodel.store.errors import StoreError


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


def test_a_quote_is_short_and_in_sight():
    assert quoted("a" * 81) == "a" * 79 + "\N{HORIZONTAL ELLIPSIS}"
    assert quoted("\r\n\t\ufeffx") == "    x"
    assert in_quotes("x" * 99, 3) == "\u201cxx\N{HORIZONTAL ELLIPSIS}\u201d"
    assert as_text("a\ud800b") == "a?b"


@pytest.mark.parametrize("value", [10**5000, {"a"}, object, float("nan"), None], ids=type)
def test_every_value_has_a_spelling(value):
    assert 0 < len(spelling(value)) < 60
