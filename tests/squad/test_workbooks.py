"""Workbooks as people have them: hidden, merged, typed as times, not worked out."""

import io
import time
import zipfile
from contextlib import suppress
from datetime import date, datetime, timedelta
from datetime import time as clock

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.worksheet.properties import WorksheetProperties

from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad, read_squad_file
from riskmodel.squad.limits import SquadFileError
from riskmodel.squad.scores import score_squad
from tests.squad.test_squad import PLAN

DAY = date(2026, 7, 28)
HEAD = ["Name", "Age", "Weight (kg)"]
ROWS = [HEAD, ["Ada", 31, 62], ["Ben", 24, 80], ["Caitlin", 28, 70]]


def book(rows=ROWS, change=lambda sheet: None, **others):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Squad 2026"
    for row in rows:
        sheet.append(row)
    change(sheet)
    for title, (state, more) in others.items():
        other = made.create_sheet(title)
        other.sheet_state = state
        for row in more:
            other.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def names(raw):
    return raw.cells[0].tolist()


# ------------------------------------------------------------------ what is hidden


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_never_taken_and_told(state):
    old = [[*HEAD, "Height (cm)", "Sex"], ["Former athlete", 99, 50, 150, "m"]]
    raw = read_squad_file(book(Old=(state, old)))
    assert names(raw) == ["Ada", "Ben", "Caitlin"]
    assert raw.told == ("1 hidden sheet was left out: Old.",)
    assert names(read_squad_file(book(Old=(state, old)), sheet="Old")) == ["Former athlete"]


def hide_row(sheet):
    sheet.row_dimensions[3].hidden = True


def collapse(sheet):
    sheet.row_dimensions.group(3, 3, hidden=True)
    sheet.row_dimensions[4].collapsed = True


def filtered(sheet):
    sheet.auto_filter.ref = "A1:C4"
    sheet.auto_filter.add_filter_column(0, ["Ada", "Caitlin"])
    sheet.row_dimensions[3].hidden = True


@pytest.mark.parametrize("hide", [hide_row, collapse, filtered])
def test_hidden_rows_are_left_out_and_told_unless_they_are_wanted(hide):
    content = book(change=hide)
    raw = read_squad_file(content)
    assert names(raw) == ["Ada", "Caitlin"]
    assert raw.told == ("Row 3 “Ben” was left out: it is hidden in the sheet.",)
    everybody = read_squad_file(content, hidden_rows=True)
    assert (names(everybody), everybody.told) == (["Ada", "Ben", "Caitlin"], ())


def test_hidden_columns_are_left_out_and_told():
    def hide(sheet):
        sheet.column_dimensions.group("B", "C", hidden=True)

    rows = [[*row, "f" if at else "Sex"] for at, row in enumerate(ROWS)]
    raw = read_squad_file(book(rows, hide))
    assert raw.headers == ("Name", "Sex")
    (note,) = raw.told
    assert note.startswith("2 hidden columns were left out: Age, Weight (kg).")


def test_what_is_all_hidden_says_so():
    def hide(sheet):
        for row in range(1, 5):
            sheet.row_dimensions[row].hidden = True

    with pytest.raises(
        SquadFileError, match="Everything in the sheet Squad 2026 is hidden"
    ):
        read_squad_file(book(change=hide))
    with pytest.raises(SquadFileError, match=r"No sheet in sight .* Hidden is Old"):
        read_squad_file(book(rows=[], Old=("hidden", ROWS)))


def test_sheets_that_look_alike_are_told_and_one_can_be_named():
    women = [HEAD, ["Dora", 22, 60]]
    content = book(Women=("visible", women), Notes=("visible", [["do", "not"]]))
    raw = read_squad_file(content)
    assert raw.alike == ("Squad 2026", "Women")
    assert raw.told == ("The sheets Squad 2026 and Women look alike; read was Squad 2026.",)
    assert names(read_squad_file(content, sheet="Women")) == ["Dora"]
    assert read_squad(content, sheet="Women")["athlete"].tolist() == ["Dora"]
    with pytest.raises(SquadFileError, match=r"no sheet Men .* Squad 2026, Women, Notes"):
        read_squad_file(content, sheet="Men")


# ------------------------------------------------------- formulas, merges and formats


def test_formulas_that_nobody_worked_out_are_named_but_not_those_of_a_sum():
    rows = [HEAD, ["Ada", "=30+1", 62], ["Ben", 24, "=80"], ["Average", "=B2", "=C2"]]
    notes = read_squad_file(book(rows)).told
    assert notes[0].startswith(
        "B2, C3 hold formulas without a value: open the file in Excel"
    )
    assert len(notes) == 2


def test_a_merged_cell_counts_for_each_row_that_it_spans():
    rows = [
        [*HEAD, "Sex"],
        ["Ada", 31, 62, "f"],
        ["Bea", 24, 80, None],
        ["Cy", 28, 70, "m"],
    ]
    raw = read_squad_file(book(rows, lambda sheet: sheet.merge_cells("D2:D3")))
    assert raw.cells[3].tolist() == ["f", "f", "m"]
    assert raw.told == ("1 merged cell was read for each row that it spans: D2.",)


def test_headers_in_two_rows_are_read_where_the_upper_one_is_merged():
    def merge(sheet):
        sheet.merge_cells("A1:A2")
        sheet.merge_cells("B1:C1")

    rows = [["Name", "Body", None], [None, "Age", "Weight (kg)"], ["Ada", 31, 62]]
    assert read_squad_file(book(rows, merge)).headers == ("Name", "Age", "Weight (kg)")


@pytest.mark.parametrize(
    ("header", "value", "number_format", "field", "answer"),
    [
        ("Weight", 62, '0" kg"', "body_mass_kg", 62.0),
        ("Weight", 154, '0.0" lb"', "body_mass_kg", 69.85),
        ("Humidity", 0.45, "0%", "relative_humidity_pct", 45.0),
        ("Humidity", 0.455, "0.0%", "relative_humidity_pct", 45.5),
        ("Weight (kg)", "'62,5", "@", "body_mass_kg", 62.5),
        ("Weight (kg)", "62.5\N{NO-BREAK SPACE}kg", "@", "body_mass_kg", 62.5),
        ("Weight (kg)", "\N{NO-BREAK SPACE}62,5", "@", "body_mass_kg", 62.5),
        ("Weight (kg)", 62.5, "[Red]0.00", "body_mass_kg", 62.5),
    ],
)
def test_a_number_is_read_as_it_is_shown(header, value, number_format, field, answer):
    def change(sheet):
        sheet["B2"].number_format = number_format

    raw = read_squad_file(book([["Name", header], ["Ada", value]], change))
    squad = squad_frame(raw, match_columns(raw), DAY)
    assert squad[field].tolist() == pytest.approx([answer])


# ------------------------------------------------------------- times and durations


@pytest.mark.parametrize(
    ("value", "number_format", "minutes"),
    [
        (clock(1, 30), "h:mm", 90.0),
        (clock(2, 0), "hh:mm:ss", 120.0),
        (timedelta(hours=1, minutes=30), "[h]:mm", 90.0),
        (timedelta(hours=20), "[hh]:mm:ss", 1200.0),
        (0.0625, "h:mm", 90.0),
        (0.75, "[h]:mm:ss", 1080.0),
        ("1h30", "@", 90.0),
        ("90 min", "@", 90.0),
    ],
)
def test_an_excel_time_is_a_duration_whatever_unit_its_column_has(
    value, number_format, minutes
):
    def change(sheet):
        sheet["B2"].number_format = number_format

    for header in ("Longest session", "Longest session (h)"):
        raw = read_squad_file(book([["Name", header], ["Ada", value]], change))
        columns = match_columns(raw)
        assert not any(column.question for column in columns)
        squad = squad_frame(raw, columns, DAY)
        assert squad["longest_recent_min"].tolist() == [minutes]


def test_a_duration_over_a_day_that_excel_shows_as_a_time_is_no_date():
    def change(sheet):
        sheet["B2"].number_format = "h:mm"

    raw = read_squad_file(book([["Name", "Longest session"], ["Ada", 1.5]], change))
    assert raw.cells[1].tolist() == ["36:00:00"]


@pytest.mark.parametrize(
    ("unit", "cell", "minutes"),
    [
        ("min", "1:30:00", 90.0),
        ("min", "90:00", 90.0),
        ("min", "1 h 30", 90.0),
        ("min", "1:30", "1:30 (hours or minutes?)"),
        ("min", "90:00:00", "90:00:00 (hours or minutes?)"),
        ("h", "1:30", 90.0),
        ("h", "1,5", 90.0),
        ("h", "1:75", "1:75"),
    ],
)
def test_a_clock_in_a_list_is_read_unless_it_can_be_two(unit, cell, minutes):
    squad = read_squad(f"Name;Longest session ({unit})\nAda;{cell}\n".encode())
    assert squad["longest_recent_min"].tolist() == [minutes]


@pytest.mark.parametrize(
    ("cell", "hours"),
    [("7:30", 7.5), ("7h30", 7.5), ("7,5 h", 7.5), ("450 min", 7.5), ("8", 8.0)],
)
def test_sleep_is_read_as_people_write_it(cell, hours):
    squad = read_squad(f"Name;Sleep (h)\nAda;{cell}\n".encode())
    assert squad["sleep_h"].tolist() == [hours]


def test_a_clock_that_can_be_two_says_how_to_write_it_and_a_column_shows_a_cell():
    squad = read_squad(b"Name;Age;Longest session (min)\nAda;30;1:30\n")
    ((problem,),) = score_squad(squad, PLAN)["left_open"]
    assert "Write a time as 1:30:00 or 90 min." in str(problem)
    with pytest.raises(SquadFileError, match=r'^Column "Longest session", such as 90: '):
        read_squad(b"Name;Longest session\nAda;?\nBen;90\n")


# --------------------------------------------------------------------- other files


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("content.xml", "OpenDocument"),
        ("xl/workbook.bin", "binary Excel"),
        ("word/document.xml", "Word"),
        ("Index/Document.iwa", "Numbers"),
        ("Index.zip", "Numbers"),
    ],
)
def test_another_packed_file_is_named_with_what_to_save_it_as(part, words):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr(part, "x")
    with pytest.raises(SquadFileError, match=f"{words}.* save the table as .xlsx or CSV"):
        read_squad_file(content.getvalue())


# ------------------------------------------------------------------ hostile workbooks

_SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'%s<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
    b'<c r="B1" t="inlineStr"><is><t>Age</t></is></c></row>%s</sheetData>%s</worksheet>'
)
_ADA = (
    b'<row r="2"><c r="A2" t="inlineStr"><is><t>Ada</t></is></c>'
    b'<c r="B2"><v>30</v></c></row>'
)


def with_sheet(before=b"", rows=_ADA, after=b""):
    source = zipfile.ZipFile(io.BytesIO(book()))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            is_sheet = name.endswith("sheet1.xml")
            packed.writestr(
                name, _SHEET % (before, rows, after) if is_sheet else source.read(name)
            )
    return content.getvalue()


@pytest.mark.parametrize(
    "hostile",
    [
        {"rows": _ADA + b'<row r="3"/>' * 6_000_000},
        {"rows": _ADA + b"<row>" + b"<c/>" * 6_000_000 + b"</row>"},
        {"rows": _ADA + b'<row r="999999999999"><c><v>1</v></c></row>'},
        {
            "rows": _ADA
            + b'<row><c t="inlineStr"><is><t>'
            + b"x" * 50_000
            + b"</t></is></c></row>"
        },
        {"rows": _ADA + b'<row r="0"><c><v>1</v></c></row>'},
    ],
)
def test_a_hostile_sheet_is_refused_before_it_costs_much(hostile):
    content = with_sheet(**hostile)
    start = time.process_time()
    with pytest.raises(SquadFileError, match="too large"):
        read_squad_file(content)
    assert time.process_time() - start < 5.0


@pytest.mark.parametrize(
    "hostile",
    [
        {
            "before": b"<cols>"
            + b'<col min="1" max="16384" hidden="1"/>' * 500_000
            + b"</cols>"
        },
        {"rows": _ADA + b'<row r="1048576"><c><v>1</v></c></row>'},
        {
            "rows": b"".join(_ADA.replace(b"2", b"%d" % n) for n in range(2, 5002)),
            "after": b"<mergeCells>"
            + b'<mergeCell ref="A2:A1048576"/>' * 900_000
            + b"</mergeCells>",
        },
    ],
    ids=["hidden_columns", "gap", "merged_cells"],
)
def test_a_hostile_sheet_costs_little_whether_it_is_read_or_refused(hostile):
    content = with_sheet(**hostile)
    start = time.process_time()
    with suppress(SquadFileError):
        read_squad_file(content)
    assert time.process_time() - start < 10.0


@pytest.mark.parametrize(
    "odd",
    [
        {"before": b'<dimension ref="A1:A1"/>'},
        {"before": b'<cols><col min="3" max="999999999" hidden="1"/></cols>'},
        {
            "after": b"<mergeCells>"
            + b'<mergeCell ref="A2:A1048576"/>' * 10_000
            + b"</mergeCells>"
        },
        {"rows": _ADA + b'<row r="3" hidden="1"/>' * 10_000},
    ],
)
def test_an_odd_sheet_is_read_whole(odd):
    assert names(read_squad_file(with_sheet(**odd))) == ["Ada"]


def test_a_group_of_rows_that_is_not_collapsed_stays():
    def change(sheet):
        sheet.sheet_properties = WorksheetProperties()
        sheet.row_dimensions.group(3, 4, hidden=False)

    assert names(read_squad_file(book(change=change))) == ["Ada", "Ben", "Caitlin"]


@pytest.mark.parametrize(
    "how", [b'hidden="1"', b'hidden="true"', b'ht="0" customHeight="1"']
)
def test_a_row_or_column_without_a_size_is_hidden_too(how):
    ben = b'<row r="3" %s><c r="A3" t="str"><v>Ben</v></c><c><v>24</v></c></row>' % how
    assert names(read_squad_file(with_sheet(rows=_ADA + ben))) == ["Ada"]
    column = b'<cols><col min="3" max="3" %s/></cols>' % how.replace(b"ht=", b"width=")
    more = _ADA.replace(b"</row>", b"<c><v>7</v></c></row>")
    assert read_squad_file(with_sheet(column, more)).headers == ("Name", "Age")


def test_days_of_a_workbook_that_counts_from_1904_are_those_that_it_shows():
    def content(epoch, days):
        made = openpyxl.Workbook()
        made.epoch = epoch
        for row in (
            ["Name", "Date of birth", "Age"],
            ["Ada", days, None],
            ["Ben", "?", 30],
        ):
            made.active.append(row)
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()

    for epoch, since in (
        (CALENDAR_WINDOWS_1900, "days:"),
        (CALENDAR_MAC_1904, "from 1904:"),
    ):
        days = (datetime(1995, 7, 28) - epoch).days
        ages = [
            read_squad(content(epoch, days + n), DAY)["age_years"].iloc[0] for n in (0, 1)
        ]
        assert ages == [31, 30]
        assert since in read_squad(content(epoch, days), DAY).attrs["notes"][-1]
