"""What is told of the sheet of a workbook that was read."""

from __future__ import annotations

from collections.abc import Sequence, Set

from riskmodel.inputs.told import quoted
from riskmodel.inputs.workbook import Sheet, Workbook

_NAMED = 3


def some(names: Sequence[str]) -> str:
    """The first of several names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(quoted, names[:_NAMED])) + more


def sheet_notes(
    book: Workbook, sheet: Sheet, rows: Set[int] | None = None
) -> tuple[str, ...]:
    """Say what is hidden, not worked out and merged; of cells only in the rows named."""
    notes = []
    if n := len(book.hidden):
        were = "s were" if n > 1 else " was"
        notes.append(f"{n} hidden sheet{were} left out: {some(book.hidden)}.")
    notes += _hidden(book, sheet)
    if names := _in_rows(sheet.uncalculated, rows):
        hold = "hold formulas" if len(names) > 1 else "holds a formula"
        notes.append(
            f"{some(names)} {hold} without a value: open the file in Excel or LibreOffice "
            "and save it."
        )
    if names := _in_rows(sheet.merged, rows):
        were, span = ("s were", "they span") if len(names) > 1 else (" was", "it spans")
        notes.append(
            f"{len(names)} merged cell{were} read for each row that {span}: {some(names)}."
        )
    return tuple(notes)


def _hidden(book: Workbook, sheet: Sheet) -> list[str]:
    """Hidden columns; rows where they count, as a list that leaves them out tells whom."""
    notes = []
    numbers = [str(number) for number, _ in sheet.hidden_rows]
    for kind, names in (("column", sheet.hidden_columns), ("row", numbers)):
        if not names or (book.as_seen and kind == "row"):
            continue
        were, them = ("s were", "them") if len(names) > 1 else (" was", "it")
        told = f"{len(names)} hidden {kind}{were}"
        notes.append(
            f"{told} left out: {some(names)}. To count {them}, show {them} in the sheet."
            if book.as_seen
            else f"{told} read like the others: {some(names)}."
        )
    return notes


def _in_rows(cells: Sequence[tuple[int, str]], rows: Set[int] | None) -> list[str]:
    return [name for row, name in cells if rows is None or row in rows]
