"""What Arrow does with texts and numbers of a table is what Python does."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riskmodel.inputs.arrow_columns import as_arrow, texts_of
from riskmodel.inputs.formulas import MARK, MAY_CHANGE, as_it_was, harmless
from riskmodel.reporting.spreadsheet import csv_header, csv_lines, write_csv

SIGNS = [*"=+-@'\";,|\t\r\n \0ab5.", "\uff1d", "\u200b", "\xa0", "\ufffe", "\x1f"]
texts = st.text(st.sampled_from(SIGNS), max_size=9)
numbers = st.floats(allow_nan=False) | st.integers(-100, 100).map(lambda n: n / 2)


@given(texts | st.text(max_size=5))
def test_a_text_that_changes_holds_what_is_looked_for(text):
    try:
        cells = pa.array([text])
    except UnicodeEncodeError:  # half of a pair, which Arrow holds in no text
        return
    if harmless(text) != text:
        assert pc.match_substring_regex(cells, MAY_CHANGE).to_pylist() == [True]
    if as_it_was(text) != text:
        assert MARK in text


@given(st.lists(numbers, max_size=700))
@example([n / 2 for n in range(-400, 400)])
@example([1e16, 1e-5, 5e-324, -0.0, math.inf, -math.inf, 123456789012345680.0, 0.1])
def test_numbers_are_written_as_python_writes_them(values):
    assert texts_of(pa.array(values, pa.float64())).to_pylist() == list(map(repr, values))


@given(st.lists(st.tuples(texts, texts, numbers), min_size=1, max_size=5), st.booleans())
def test_arrow_writes_csv_as_pandas_does(rows, raw):
    # An end of a line as of old is quoted by us alone: to a reader it is one.
    rows = [(a.replace("\r", ""), b.replace("\r", ""), n) for a, b, n in rows]
    table = pd.DataFrame(rows, columns=["=a", "b", "n"])
    table["c"] = pd.Categorical(table["b"])
    table["t"] = [True, *[False] * (len(table) - 1)]
    table.loc[0, "n"] = np.nan
    arrow = pa.table([as_arrow(table[name]) for name in table], list(table.columns))
    write_csv(table, ours := io.StringIO(newline=""), raw=raw)
    theirs = csv_header(arrow.column_names, raw=raw) + bytes(csv_lines(arrow, raw=raw))
    assert theirs.decode() == ours.getvalue()


def test_every_end_of_a_line_within_a_cell_is_quoted():
    cells = ["a\rb", "c\nd", "e\r\nf", 'g"h', "i,j"]
    table = pa.table({"n": [1, 2, 3, 4, 5], "text": cells})
    read = csv.reader(io.StringIO(str(csv_lines(table), "utf-8"), newline=""))
    assert [row[1] for row in read] == cells


@pytest.mark.parametrize("value", [pd.NaT, None, np.nan, pd.NA])
def test_what_is_missing_is_nothing(value):
    column = as_arrow(pd.Series([value, "x"], dtype=object))
    assert texts_of(column).to_pylist() == [None, "x"]
