"""One reader of Excel files for lists of athletes, training logs and weather."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

import openpyxl
import pytest

from riskmodel.inputs.rows import MOST_COLUMNS
from riskmodel.inputs.workbook import read_workbook
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.limits import SquadFileError
from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.hours import WeatherError
from tests.weather.test_saved_files import PLAIN, ROWS, native, workbook

ROOMS = {
    "squad": (read_squad_file, SquadFileError),
    "training": (read_log, TrainingLogError),
    "weather": (read_weather_file, WeatherError),
}


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def many_columns():
    book = openpyxl.Workbook()
    book.active.append(["Name", *range(MOST_COLUMNS)])
    return saved(book)


def many_tags():
    content = io.BytesIO(saved(openpyxl.Workbook()))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", "<a/>" * 2_000_001)
    return content.getvalue()


def many_sheets():
    book = openpyxl.Workbook()
    for _ in range(100):
        book.create_sheet()
    return saved(book)


def one_row_far_down():
    """A file that says of a cell that it is in a row that no sheet has."""
    book = openpyxl.Workbook()
    book.active.append([1])
    content, out = io.BytesIO(saved(book)), io.BytesIO()
    with zipfile.ZipFile(content) as packed, zipfile.ZipFile(out, "w") as into:
        for name in packed.namelist():
            into.writestr(name, packed.read(name).replace(b'r="1"', b'r="99999999"'))
    return out.getvalue()


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (many_columns, "more than the 200 columns"),
        (many_tags, "too large"),
        (many_sheets, "too large"),
        (one_row_far_down, "too large"),
        (lambda: saved(openpyxl.Workbook()), "nothing in this workbook"),
        (lambda: many_columns()[:900], r"no Excel file|damaged"),
    ],
)
def test_what_is_too_large_or_spoilt_is_refused_alike_in_every_room(room, content, words):
    read, refusal = ROOMS[room]
    with pytest.raises(refusal, match=words):
        read(content())


def log_with_hidden_parts():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["When", "Minutes", "What", "Sum"])
    for day in (1, 3, 5):
        sheet.append([datetime(2026, 7, day), 60, "Run", "=B2*2"])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    book.create_sheet("Old").sheet_state = "hidden"
    return saved(book)


def test_what_hides_in_a_log_is_read_and_told():
    columns = {"When": "start", "Minutes": "duration_min", "What": "sport"}
    log = read_log(log_with_hidden_parts(), columns=columns)
    assert log.sessions["duration_min"].tolist() == [60, 60, 60]
    notes = {dict(note.details).get("text") for note in log.report.notes}
    assert notes >= {
        "1 hidden sheet was left out: Old.",
        "1 hidden column was read like the others: Minutes.",
        "1 hidden row was read like the others: 3.",
        "D2, D3, D4 hold formulas without a value: open the file in Excel or LibreOffice "
        "and save it.",
    }


def test_as_seen_leaves_out_what_hides():
    file = io.BytesIO(log_with_hidden_parts())
    (sheet,) = read_workbook(file, most_rows=10, as_seen=True).sheets
    assert [number for number, _ in sheet.rows] == [1, 2, 4]
    assert sheet.rows[1][1][1] is None
    assert sheet.hidden_columns == ("Minutes",)


@pytest.mark.parametrize(
    ("cell", "form", "read"),
    [
        (datetime(2026, 7, 28, 14), "hh:mm", datetime(2026, 7, 28, 14)),
        (timedelta(hours=26, seconds=5), "[h]:mm:ss", "26:00:05"),
        (timedelta(hours=26), "h:mm", "26:00:00"),
        (0.85, "0%", 0.85),
        (10.5, '0.0 "km"', 10.5),
    ],
)
def test_a_cell_is_its_value_whatever_its_format_leaves_out(cell, form, read):
    book = openpyxl.Workbook()
    book.active.append([cell])
    book.active["A1"].number_format = form
    (sheet,) = read_workbook(io.BytesIO(saved(book)), most_rows=10).sheets
    assert sheet.rows == [(1, [read])]


def test_what_hides_in_a_file_of_weather_is_read_and_told():
    book = openpyxl.load_workbook(io.BytesIO(workbook([[*map(native, r)] for r in ROWS])))
    book.active.row_dimensions[5].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.create_sheet("Old").sheet_state = "hidden"
    weather = read_weather_file(saved(book))
    assert weather.frame.equals(PLAIN)
    assert weather.notes[:3] == (
        "1 hidden sheet was left out: Old.",
        f"1 hidden column was read like the others: {ROWS[0][2]}.",
        "1 hidden row was read like the others: 5.",
    )
