"""Tables of text: quotation marks that nobody closed, and those that hold line ends."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskmodel.inputs.tables import TableFileError, csv_rows, text_of
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.limits import SquadFileError
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import log_columns

CELLS = st.text(st.sampled_from('ab",;\n\r '), max_size=4)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), max_size=5))
def test_what_a_program_writes_comes_back_quotes_and_line_ends_and_all(rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    assert csv_rows(out.getvalue(), ",") == rows


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('a,b\n1,2\n3,"4\n5,6\n7,8\n', 3),  # up to the end
        ('a,b\n1,2\n3,"4', 3),  # in the last row
        ('a,b\n1,2\n3,"4\n', 3),
        ('a,b\n"x\ny",2\n3,"4\n5,"6",7\n', 3),  # up to the next quotation mark
        ('"a,b\n' + "1,2\n" * 40_000, 1),  # more than a cell can hold
    ],
)
def test_a_quotation_mark_without_end_is_named_with_its_row(text, row):
    with pytest.raises(TableFileError, match=f"in row {row} is not closed"):
        csv_rows(text, ",")


def test_inches_and_words_after_a_quoted_one_are_no_trouble():
    assert csv_rows('Ann,6"\n"Ann" B,"6"" "', ",") == [["Ann", '6"'], ["Ann B", '6" ']]


# Words with what Windows has where Latin-1 has control characters.
WINDOWS = [
    *("5 €", "O’Brien", "‘Nan’", "“Bo”", "„Bo“", "‹Bo›", "Ann – Lee", "Ann — Lee"),  # noqa: RUF001
    *("and so on…", "Šime", "Žarko", "žena", "Tomáš", "Œdipe", "cœur", "Ÿves", "Team™"),
    *("• first", "30 ‰"),
]


@pytest.mark.parametrize("word", WINDOWS)
def test_a_file_of_windows_is_read_with_the_letters_of_windows(word):
    content = f"Name,Age\n{word},31\nZoë,30\n".encode("cp1252")
    assert text_of(content) == f"Name,Age\n{word},31\nZoë,30\n"
    assert read_squad_file(content).cells.iloc[0, 0] == word


OPEN = b'Activity Type,Date,Calories,Time\n%s\n' % b"\n".join(
    b'Run,2026-07-0%d 07:00:00,%s1,01:00:00' % (day, b'"' if day == 3 else b"")
    for day in range(1, 8)
)  # fmt: skip


def test_a_log_and_a_squad_say_so_and_lose_no_row_in_silence():
    with pytest.raises(TrainingLogError, match="in row 4 is not closed"):
        read_log(OPEN)
    with pytest.raises(SquadFileError, match="in row 3 is not closed"):
        read_squad_file(b'Name,Age\nAda,31\n"Ben,28\nCleo,40\n')
    for reads in (read_log, log_columns):
        with pytest.raises(TrainingLogError, match="in row 1 is not closed"):
            reads(b'"When,Minutes\n3.5.2026,60\n4.5.2026,60\n')
    closed = read_squad_file(b'Name,Age\n"Ada\nLovelace",31\n')
    assert closed.cells.iloc[0].tolist() == ["Ada\nLovelace", "31"]
