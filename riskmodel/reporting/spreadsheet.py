"""Every table that leaves the program, in which no text can act as a formula.

`tests/reporting/test_writers.py` looks for writers beside these.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import IO, TYPE_CHECKING

from riskmodel.inputs.formulas import harmless, harmless_table

if TYPE_CHECKING:
    import pandas as pd


def write_csv(
    table: pd.DataFrame, out: IO[str], *, header: bool = True, raw: bool = False
) -> None:
    r"""Write a table for programs, which quotes only what needs it.

    Parameters
    ----------
    table : pandas.DataFrame
    out : text file
    header : bool
        Whether to begin with the names of the columns; not where a table goes on.
    raw : bool
        Whether texts stay that a spreadsheet may run.

    Examples
    --------
    >>> from io import StringIO
    >>> import pandas as pd
    >>> write_csv(pd.DataFrame({"athlete": ["=A1"], "sleep_h": [7.5]}), out := StringIO())
    >>> out.getvalue()
    "athlete,sleep_h\n'=A1,7.5\n"
    """
    shown = table if raw else harmless_table(table)
    shown.to_csv(out, index=False, header=header, lineterminator="\n")


def write_rows(rows: Iterable[Sequence[object]], out: IO[str]) -> None:
    r"""Write rows as `write_csv` does those of a table, where no table is at hand.

    Examples
    --------
    >>> from io import StringIO
    >>> write_rows([("athlete", "sleep_h"), ("=A1", 7.5)], out := StringIO())
    >>> out.getvalue()
    "athlete,sleep_h\n'=A1,7.5\n"
    """
    csv.writer(out, lineterminator="\n").writerows(map(harmless, row) for row in rows)


def to_csv(table: pd.DataFrame) -> bytes:
    r"""Write a table as CSV that Excel opens as UTF-8.

    Examples
    --------
    >>> import pandas as pd
    >>> to_csv(pd.DataFrame({"athlete": ["=A1"], "sleep_h": [7.5]})).decode("utf-8-sig")
    '"athlete","sleep_h"\r\n"\'=A1",7.5\r\n'
    """
    text = harmless_table(table).to_csv(
        index=False, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC
    )
    return text.encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame, sheet: str) -> bytes:
    """Write a table as an Excel workbook with one sheet, in which each text is a text."""
    import pandas as pd  # here: rows as text need none

    out = BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl") as book:
        harmless_table(table).to_excel(book, index=False, sheet_name=sheet)
        for row in book.sheets[sheet].iter_rows():
            for cell in row:
                if isinstance(cell.value, str):  # else #REF! would be an error
                    cell.data_type = "s"
    return out.getvalue()
