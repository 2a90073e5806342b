"""A text means the same through every door, whatever stands beside it."""

import pandas as pd
import pyarrow as pa
import pytest

from riskmodel.cli.batch_pieces import ArrowRows, Block
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame, read_one

NUMBERS = [
    *("7", " 7", "7 ", "+7", "7.", ".5", "7e0", "1E2", "1e", "e1", "007", "0x7", "0x1p3"),
    *("1e400", "1e-400", "-0", "--7", "- 7", "\u22127", "\u0667", "\uff17", "7_0", "7f"),
    *("inf", "-inf", "+inf", "INF", "infinity", "nan", "NaN", "-nan", "+nan", "nan(1)"),
    *("NAN(x)", "nan()", "7h", "7 h", "7:30", "7:30:00", "7h30", "7½", "½", "1 30", "PT7H"),
    *("7,5", "1,500", "450 min", "7..5", "1d", "0 days 02:00:00", "86 F", "30 °C", "303 K"),
    *("true", "?", "-", "unknown", "7\t", "7\u00a0", "1.7976931348623159e308", "4.9e-324"),
]
TIMES = [
    *("2027-07-04T10:00Z", " 2027-07-04T10:00Z", "2027-07-04 10Z", "20270704T100000Z"),
    *("2027-07-04T10:00:00.1234567Z", "2027-07-04T10:00:00+0200", "2027-07-04T10:00-00:00"),
    *("2027-07-04T10:00:00+02", "2027-07-04T10:00:00 +02:00", "2027-07-04T10:00+25:00"),
    *("2027-07-04", "2027-07-04T10:00", "2027-07-04T24:00Z", "2027-07-04T10:00:60Z"),
    *("2027-07-04t10:00z", "2027-W27-7T10:00Z", "2027-02-30T10:00Z", "20270704", "now"),
    *("1899-01-01T00:00Z", "1900-01-01T00:00Z", "2200-01-01T00:00Z", "2300-01-01T00:00Z"),
    *("nan", "?", "-nan", "1"),
]
LEVELS = [
    *("1", "1.0", "01", "1e0", "+1", "-1", "0", "2", "2.5", "1_0", "1 ", "\uff13", "inf"),
    *("true", "True", "FALSE", "yes", "YES ", "no", " ", "?", "nan", "-nan", "n/a", "none"),
]
OF_KIND = {"number": NUMBERS, "time": TIMES, "level": LEVELS, "levels": LEVELS}
TYPES = [pa.string(), pa.large_string(), pa.string_view()]
TYPES += [pa.dictionary(pa.int32(), pa.string())]
# One number of each unit, as no other is read otherwise, and everything else.
UNITS = {asked.unit: name for name, asked in FIELDS.items() if asked.kind == "number"}
ASKED = [n for n, asked in FIELDS.items() if asked.kind not in ("number", "text")]


def doors(name, text):
    """What a text is read as, each time with the row that it is in."""
    yield "one", read_one({name: text}), 0
    for kind in ("object", "category"):
        yield kind, read_frame(pd.DataFrame({name: [text]}, dtype=kind)), 0
    if "," not in text:
        for before in ([], ["zz"], ["true"], ["1"], ["yes"]):
            lines = "".join(f"{cell},x\n" for cell in [*before, text]).encode()
            cells, answers = Block(lines, [name, "x"], 1).read()
            yield f"beside {before}", read_frame(answers), len(before)
    for kind in TYPES:
        for cells in ([text], [text, "zz"], [text, None]):
            table = pa.table({name: pa.array(cells, kind)})
            yield f"{kind} {cells}", read_frame(ArrowRows(table).read()[1]), 0


def meaning(name, read, row):
    """The answer in a row, and what is wrong with it."""
    wrong = [
        problem.kind
        for rows, problems in read.findings
        for at, problem in zip(rows, problems, strict=True)
        if at == row and problem.field == name
    ]
    return str(read.columns[name][row]), wrong


@pytest.mark.parametrize("name", [*UNITS.values(), *ASKED])
def test_a_text_means_the_same_through_every_door(name):
    asked = FIELDS[name]
    texts = OF_KIND[asked.kind]
    if asked.levels:
        first, *_, last = asked.levels
        texts = [*texts, first, first.upper(), asked.levels[first], f"{first};{last}"]
    for text in texts:
        meanings = {door: meaning(name, read, row) for door, read, row in doors(name, text)}
        assert all(each == meanings["one"] for each in meanings.values()), (text, meanings)


@pytest.mark.parametrize("text", ["1", "1.0", "01", "1e0"])
def test_a_whole_number_is_a_level_however_it_is_written(text):
    name = "pregnancy_trimester"
    assert meaning(name, read_one({name: text}), 0) == meaning(name, read_one({name: 1}), 0)


@pytest.mark.parametrize(("text", "level"), [("true", "yes"), ("False", "no")])
def test_a_truth_value_as_a_text_is_yes_or_no(text, level):
    name = "red_flags_seen"
    same = meaning(name, read_one({name: level}), 0)
    assert meaning(name, read_one({name: text}), 0) == same
