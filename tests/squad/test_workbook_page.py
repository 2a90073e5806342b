"""The page Squad with lists as people have them: what is told, asked and switched."""

import io

import openpyxl
import pytest

from riskmodel.views.state import SquadState
from tests.squad.test_squad import PLAN
from tests.squad.test_squad_page import html_of, opened, press

HEAD = ["Name", "Age", "Weight (kg)", "Shirt"]


def workbook(hide=(), head=HEAD, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in [head, *rows]:
            sheet.append(row)
        for row in hide:
            sheet.row_dimensions[row].hidden = True
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def bring(content):
    page = opened(PLAN)
    page.session_state["box_squad_groups"] = True
    page.run()
    page.file_uploader[0].upload("list.xlsx", content).run()
    assert not page.exception
    page.session_state["box_squad_groups"] = False
    return page.run()


def names(page):
    return page.session_state[SquadState.__name__].athletes["athlete"].tolist()


def switch(page, label):
    next(t for t in page.toggle if t.label == label).set_value(True).run()
    assert not page.exception


ROWS = [["Ada", 31, 62, 7], ["Ben", 24, 80, 9], ["Caitlin", 28, 70, 1]]
SUMMARY = "Count summary rows as athletes"
HIDDEN = "Count hidden rows as athletes"


def test_rows_that_were_left_out_are_told_and_counted_with_a_switch():
    page = bring(workbook(Squad=[*ROWS, ["Average", 27.7, 70.7, None]], hide=[3]))
    # A column of shirts is left out, which is told before anything is taken.
    assert "Row 3 “Ben” was left out: it is hidden in the sheet." in html_of(page)
    press(page, "Use these columns")
    assert names(page) == ["Ada", "Caitlin"]
    assert "Row 5 “Average” was left out" in html_of(page)
    switch(page, HIDDEN)
    assert names(page) == ["Ada", "Ben", "Caitlin"]
    assert "hidden in the sheet" not in html_of(page)
    switch(page, SUMMARY)
    assert names(page) == ["Ada", "Ben", "Caitlin", "Average"]
    next(t for t in page.toggle if t.label == HIDDEN).set_value(False).run()
    assert names(page) == ["Ada", "Caitlin", "Average"]


def test_what_was_said_of_columns_stays_when_rows_count():
    page = bring(workbook(Squad=ROWS, hide=[3]))
    page.session_state["columns_left_out"] = True
    page.run()
    (meaning,) = [s for s in page.selectbox if s.label == "Meaning of column 4"]
    meaning.set_value("sessions_per_week").run()
    switch(page, HIDDEN)
    press(page, "Use these columns")
    athletes = page.session_state[SquadState.__name__].athletes
    assert athletes["sessions_per_week"].tolist() == [7, 9, 1]


@pytest.mark.parametrize("ask", [True, False])
@pytest.mark.parametrize("looked_at", [True, False])
def test_how_a_column_is_written_is_said_by_the_rows_that_count(ask, looked_at):
    head = ["Name", "Height", "Shirt" if ask else "Age"]
    rows = [["Ada", 168, 22], ["Ben", "1.78 m", 23], ["Caitlin", 181, 24]]
    page = bring(workbook(hide=[3], head=head, Squad=rows))
    if ask and looked_at:
        page.session_state["columns_understood"] = True
        page.run()
    switch(page, HIDDEN)
    if ask:
        press(page, "Use these columns")
    athletes = page.session_state[SquadState.__name__].athletes
    assert athletes["height_cm"].tolist() == [168, 178, 181]


def test_a_column_that_counted_rows_put_in_doubt_is_asked_about():
    head = ["Name", "Height"]
    rows = [["Ada", 168], ["Ben", 70], ["Caitlin", 181]]
    page = bring(workbook(hide=[3], head=head, Squad=rows))
    assert names(page) == ["Ada", "Caitlin"]
    switch(page, HIDDEN)
    assert page.session_state[SquadState.__name__].asked is not None


def test_sheets_that_look_alike_are_asked_about_before_one_is_taken():
    page = bring(workbook(Men=ROWS[1:2], Women=[ROWS[0], ROWS[2]]))
    labels = [button.label for button in page.button]
    assert {"Men", "Women", "Cancel"} <= {*labels}
    assert "Use these columns" not in labels
    press(page, "Women")
    press(page, "Use these columns")
    assert names(page) == ["Ada", "Caitlin"]
