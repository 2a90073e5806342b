"""What is told of the sheet of a workbook that was read as a coach's list."""

from __future__ import annotations

from collections.abc import Sequence, Set

from riskmodel.squad.raw import some
from riskmodel.squad.workbook import Sheet


def sheet_notes(
    sheet: Sheet,
    titles: Sequence[str],
    alike: Sequence[str],
    hidden: Sequence[str],
    rows: Set[int],
) -> tuple[str, ...]:
    """Say which sheet of a workbook was read, and what of it was not seen.

    ``titles`` are all sheets in sight, ``alike`` those that may as well be the list,
    ``hidden`` the others, and ``rows`` are the rows of athletes.
    """
    notes = []
    others = some([title for title in titles if title != sheet.title])
    if len(alike) > 1:
        notes.append(
            f"The sheets {' and '.join(alike)} look alike; read was {sheet.title}."
        )
    elif others:
        notes.append(f"Read was the sheet {sheet.title}; left out: {others}.")
    if hidden:
        plural = len(hidden) > 1
        notes.append(
            f"{len(hidden)} hidden sheet{'s were' if plural else ' was'} left out: "
            f"{some(hidden)}."
        )
    if n := len(sheet.hidden_columns):
        notes.append(
            f"{n} hidden column{'s were' if n > 1 else ' was'} left out: "
            f"{some(sheet.hidden_columns)}. To count {'them' if n > 1 else 'it'}, show "
            f"{'them' if n > 1 else 'it'} in the sheet."
        )
    if names := [name for row, name in sheet.uncalculated if row in rows]:
        n = len(names)
        notes.append(
            f"{some(names)} hold{'s a formula' if n == 1 else ' formulas'} without a "
            "value: open the file in Excel or LibreOffice and save it."
        )
    if merged := [name for row, name in sheet.merged if row in rows]:
        n = len(merged)
        notes.append(
            f"{n} merged cell{'s were' if n > 1 else ' was'} read for each row that "
            f"{'they span' if n > 1 else 'it spans'}: {some(merged)}."
        )
    return tuple(notes)
