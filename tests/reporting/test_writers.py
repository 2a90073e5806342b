"""Every table that leaves the program, whoever writes it: no text in it is a formula."""

import ast
import csv
import io
import re
import unicodedata
from decimal import Decimal
from functools import cache

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from riskmodel.inputs.formulas import as_it_was, harmless, table_as_it_was
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx, write_csv
from riskmodel.squad.file import read_squad_file
from tests import CHECKOUT

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
QUOTES = list("'\"\u2018\u2019\u201c\u201d\xab")
WRITERS = {
    *("to_csv", "to_excel", "to_markdown", "to_clipboard"),
    *("ExcelWriter", "Workbook", "DictWriter"),
    *("to_parquet", "write_table", "ParquetWriter", "CSVWriter"),
}
AT_HOME = "riskmodel/reporting/spreadsheet.py"
# Not for people: text in memory, which our own reader of tables takes on.
IN_MEMORY = {"riskmodel/training/workbook.py"}


@cache
def skipped_signs():
    """Everything without a width of its own, and every kind of blank and control."""
    kinds = ("Cc", "Cf", "Zs", "Zl", "Zp")
    return [
        sign
        for sign in map(chr, range(0x110000))
        if unicodedata.category(sign) in kinds or sign in "\u034f\ufe00\ufe0f"
    ]


def writers(source):
    """Lines in which a program writes a table by itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in (
            "csv",
            "openpyxl",
            "pandas",
        ):
            yield from (node.lineno for a in node.names if a.name in {*WRITERS, "writer"})
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func
            of_csv = isinstance(called.value, ast.Name) and called.value.id == "csv"
            if called.attr in WRITERS or (called.attr == "writer" and of_csv):
                yield node.lineno


def test_every_writer_of_a_table_stands_in_one_place():
    found = {
        path.relative_to(CHECKOUT).as_posix()
        for path in [*(CHECKOUT / "riskmodel").rglob("*.py"), CHECKOUT / "app.py"]
        if any(writers(path.read_text(encoding="utf-8")))
    }
    assert found == {AT_HOME, *IN_MEMORY}


@pytest.mark.parametrize(
    "code",
    [
        "table.to_csv(out)",
        "import csv\ncsv.writer(out)",
        "from csv import DictWriter",
        "import openpyxl\nopenpyxl.Workbook()",
        "import pandas as pd\npd.ExcelWriter(out)",
        "from pandas import ExcelWriter",
        "pyarrow.parquet.write_table(table, out)",
    ],
)
def test_a_writer_of_its_own_would_be_found(code):
    assert [*writers(code)]
    assert not [*writers("from riskmodel.reporting.spreadsheet import to_csv\nto_csv(x)")]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", *QUOTES])
def test_a_formula_is_marked_whatever_stands_before_it(before, sign):
    for skipped in ("", *skipped_signs()):
        marked = harmless(f"{before}{skipped}{sign}1+1")
        assert marked.startswith("'"), (before, skipped, sign)


@pytest.mark.parametrize("text", ["-5", "+5", "-1,234.5", "-.5", "-5 %", "-1e9", "-", "--"])
def test_numbers_and_dashes_stay_as_a_person_writes_them(text):
    assert harmless(text) == text
    table = pd.DataFrame({"n": [-5.0, 3], "i": [-1, 2], "text": [text, "x"]})
    for cells in (table, table.astype(object)):
        read = pd.read_csv(io.BytesIO(to_csv(cells)), dtype={"text": str})
        assert read["n"].tolist() == [-5.0, 3.0]
        assert read["text"][0] == text


@pytest.mark.parametrize(
    "number",
    [2**1024, -(2**1024), 10**5000, Decimal("sNaN"), 10**300, Decimal("NaN"), True],
    ids=lambda number: type(number).__name__,
)
@pytest.mark.parametrize(
    ("write", "read"),
    [
        (to_csv, pd.read_csv),
        (lambda t: to_xlsx(t, "a"), pd.read_excel),
    ],
    ids=["CSV", "workbook"],
)
def test_every_number_is_written_however_long_it_is(write, read, number):
    content = write(pd.DataFrame({"n": ["x", number], "of": ["a", "b"]}))
    table = read(io.BytesIO(content), keep_default_na=False, dtype=object)
    assert table["of"].tolist() == ["a", "b"]
    if not isinstance(number, Decimal):
        assert str(table["n"][1]) not in ("", "x")


NUMBER_OR_DASH = r"[+\-\uff0b\uff0d]?[\d.' ]*%?|-+|\++"
nasty = st.text(
    st.sampled_from([*SIGNS, *";|,\t\r\n '\"", "\u200b", "\xa0", "a", "5", "\0", "\ud800"]),
    max_size=12,
)


@given(nasty)
@example("x;;=1")
@example("'=1")
@example("\t'\t'=1")
def test_a_text_comes_back_as_it_was(text):
    # What is no text of a file is not written at all.
    plain = re.sub("[\0\ud800]", "", text)
    assert as_it_was(harmless(text)) == plain


@given(st.lists(nasty, min_size=1, max_size=3), st.sampled_from(",;\t|"))
@example(["x\n=1+1"], ";")
@example(["x\t=1+1"], "\t")
@example(["-\r"], ",")
def test_no_spreadsheet_finds_a_formula_wherever_it_cuts(texts, cut):
    table = pd.DataFrame({"name": ["Ada", *texts], "=head": ["x", *texts]}, dtype=object)
    write_csv(table, out := io.StringIO(newline=""))
    for content in (out.getvalue(), to_csv(table).decode("utf-8-sig")):
        for line in csv.reader(io.StringIO(content, newline=""), delimiter=cut):
            for cell in line:
                # Of a line that is cut wrongly, a comma ends a cell of ours.
                first = cell.split(",")[0].strip("\"' \xa0\u200b")
                begins = re.match(f'[" \xa0\u200b]*[{re.escape(SIGNS)}]', cell)
                assert not begins or re.fullmatch(NUMBER_OR_DASH, first), (line, cell)


@given(st.lists(nasty, min_size=1, max_size=3))
def test_in_a_workbook_every_text_is_a_text(texts):
    table = pd.DataFrame({"name": [*texts, "=1+1", "#REF!"], "=head": -1.5}, dtype=object)
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, "Sheet"))).active
    kinds = {(type(c.value), c.data_type) for row in sheet.iter_rows() for c in row}
    nothing = {(type(None), "n"), (type(None), "inlineStr")}
    assert kinds <= {(str, "s"), (float, "n"), *nothing}


NAMES = ["=Ada", "'=Ada", "\uff1dAda", "-Ada", "'Ada", "@ada", "Ada;=Bo", "- Ada\n=Bo"]


@pytest.mark.parametrize("write", [to_csv, lambda table: to_xlsx(table, "Squad")])
def test_names_of_a_list_that_we_wrote_come_back(write):
    table = pd.DataFrame({"athlete": NAMES, "age_years": 30, "=note": "+x"})
    raw = read_squad_file(write(table))
    assert raw.headers == ("athlete", "age_years", "=note")
    assert raw.cells[0].tolist() == NAMES
    assert set(raw.cells[2]) == {"+x"}


def test_a_table_of_our_own_comes_back_with_its_headers():
    table = pd.DataFrame({"=x": ["=1", "Ada"], "n": [-1.0, 2.0]})
    write_csv(table, out := io.StringIO())
    read = pd.read_csv(io.StringIO(out.getvalue()))
    pd.testing.assert_frame_equal(table_as_it_was(read), table)
