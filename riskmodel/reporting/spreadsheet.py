"""Tables as files for a spreadsheet, in which no text can act as a formula."""

from __future__ import annotations

import csv
import re
from io import BytesIO

import pandas as pd
from pandas.api.types import is_numeric_dtype

# What a spreadsheet takes for a formula, see OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# What a spreadsheet that cuts at ; would take for one, further on in a text.
_AFTER_CUT = re.compile(r";([\"\s]*)(?=[=+\-@])")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
# Signs that no workbook may hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(cell: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("Ada"), harmless("-5"), harmless(-5.0)
    ("'=1+1", 'Ada', '-5', -5.0)
    """
    if not isinstance(cell, str):
        return cell
    text = _AFTER_CUT.sub(r";\1'", _CONTROL.sub("", cell))
    runs = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def harmless_table(table: pd.DataFrame) -> pd.DataFrame:
    """Table as for `harmless`, its headers too."""
    safe = table.copy(deep=False)
    for place, kind in enumerate(table.dtypes):
        if not is_numeric_dtype(kind):
            safe.isetitem(place, table.iloc[:, place].map(harmless).array)
    safe.columns = [str(harmless(str(name))) for name in table.columns]
    return safe


def to_csv(table: pd.DataFrame) -> bytes:
    r"""Write a table as CSV that Excel opens as UTF-8.

    Examples
    --------
    >>> to_csv(pd.DataFrame({"athlete": ["=A1"], "sleep_h": [7.5]})).decode("utf-8-sig")
    '"athlete","sleep_h"\r\n"\'=A1",7.5\r\n'
    """
    text = harmless_table(table).to_csv(
        index=False, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC
    )
    return text.encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame, sheet: str) -> bytes:
    """Write a table as an Excel workbook with one sheet."""
    out = BytesIO()
    harmless_table(table).to_excel(out, index=False, sheet_name=sheet, engine="openpyxl")
    return out.getvalue()
