"""A plain table is read by pandas exactly as the careful reader would read it."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riskmodel.training import table_body
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_table import OWN, Table
from riskmodel.training.table_body import TableBody, body_of

HEADERS = ["When", "Minutes", "Words"]
PLACES = {"start": 0, "duration_min": 1, "sport": 2}


def table(text: str, *, titles: int = 0, mark: str = ",") -> Table:
    return Table(OWN, mark, HEADERS, PLACES, text, titles + 1)


def read_carefully(read: Table) -> TableBody | TrainingLogError:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_body, "_is_plain", lambda _: False)
        try:
            return body_of(read)
        except TrainingLogError as error:
            return error


def same_in_both_ways(read: Table) -> None:
    careful = read_carefully(read)
    if isinstance(careful, TrainingLogError):
        with pytest.raises(TrainingLogError, match=re.escape(str(careful))):
            body_of(read)
        return
    plain = body_of(read)
    pd.testing.assert_frame_equal(plain.columns, careful.columns)
    assert plain.widths.tolist() == careful.widths.tolist()
    for place in range(len(careful.widths)):
        assert plain.rows()[place] == careful.rows()[place]


CELL = st.text("a1 \t\"',;\n\r\u2028\u00e9", max_size=6)


@given(
    st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(",;\t"),
    st.integers(0, 2),
)
def test_tables_that_programs_write(rows, end, quoting, mark, titles):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=quoting, delimiter=mark)
    writer.writerows([["A title\n in lines", "x"]] * titles + [HEADERS] + rows)
    same_in_both_ways(table(out.getvalue(), titles=titles, mark=mark))


@given(st.text('a1",\r\n', max_size=40))
@example('1,2,"a"\n"b",2,3')
@example('1,2,5" x 6"\n1,2,3\n')
@example('1,2,""a""\n')
@example('1,2,"a""b"\n\n\n')
@example('1,2,3\r"a",2,3\n')
@example('1,2,3\r"a"\n')
@example("1,2,3\n\n1,2,3\n")
@example("1,2,3,\n1,2,3,\n")
def test_any_text(below):
    same_in_both_ways(table("When,Minutes,Words\n" + below))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("h,h,h\n1,2,3\n", True),
        ('h,h,h\r\n1,"2,\r\n5",3', True),
        ("h,h,h\n1,2\n", False),
        ("h,h,h\n1,2,3,4\n", False),
        ("h,h,h\n1,2,3\n\n1,2,3\n", False),
        ('h,h,h\n1,2,6"\n', False),
        ('h,h,h\n1,2,"6\n', False),
        ("h,h,h\n", False),
    ],
)
def test_what_is_plain(text, plain):
    assert table_body._is_plain(table(text)) == plain
