"""Texts that a spreadsheet would run: made harmless where we write, and read again.

The mark is an apostrophe.  What begins with one of its own gets another, so that each
text comes back as it was.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# What begins a formula, see OWASP, "CSV Injection"; in full width as Excel takes it too.
_SIGN = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
# What a spreadsheet, or whoever cleans a table, may drop before it: blanks, controls,
# signs without width, quotation marks.
_SKIPPED = (
    r"\s\x00-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    r"'\"`\xb4\u2018-\u201f\xab\xbb\u2039\u203a\uff02\uff07"
)
# Where a program may cut that takes another separator than ours, or no quotes.
_CUTS = r";|\t\r\n"
_FORMULA = re.compile(f"[{_SKIPPED}]*+[{_SIGN}]")
_BEFORE_FORMULA = re.compile(f"(?<![{_SKIPPED}{_CUTS}])[{_SKIPPED}{_CUTS}]++(?=[{_SIGN}])")
_CUT, _MARKED_CUT = re.compile(f"[{_CUTS}]"), re.compile(f"([{_CUTS}])'")
# Numbers and dashes, as people write them on one line, are run by nobody.
_PLAIN = re.compile(
    r"[+\-\uff0b\uff0d]?[\d.,' ]*\d(?:[eE][+-]?\d+)?[ \xa0\u202f]?%?"
    r"|[ \xa0]*(?:-+|\++)[ \xa0]*"
)
# Signs that no workbook may hold, and half a pair of surrogates, which no file may.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MARK = "'"
MAY_CHANGE = f"[{_SIGN}\\x00-\\x1f\ufffe\uffff]"
"""What a text holds, as a pattern, that `as_it_was` or that `harmless` may change."""


def _runs(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula; so it is with a mark before."""
    if text.lstrip("'")[:1] in ("\t", "\r", "\n"):
        return True
    return _FORMULA.match(text) is not None and not _PLAIN.fullmatch(text)


def _is_beyond_tables(cell: object) -> bool:
    """Whether a number raises where it is written: longer than any float, or signalling."""
    if isinstance(cell, Decimal):
        return cell.is_snan()
    return isinstance(cell, int) and abs(cell) > sys.float_info.max


def _spelt(cell: object) -> str:
    from riskmodel.inputs.spelling import spelling  # here: single texts need no pandas

    return spelling(cell)


def harmless(cell: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Also within a text, wherever a program may cut it.  A number that no table can hold
    becomes a text.

    Examples
    --------
    >>> harmless("=1+1"), harmless("Ada"), harmless("-5"), harmless(-5.0), harmless("-")
    ("'=1+1", 'Ada', '-5', -5.0, '-')
    >>> harmless("Ada;=1+1"), harmless("'=1+1")
    ("Ada;'=1+1", "''=1+1")
    """
    if not isinstance(cell, str):
        return _spelt(cell) if _is_beyond_tables(cell) else cell
    text = _BEFORE_FORMULA.sub(
        lambda run: _CUT.sub(r"\g<0>'", run[0]), _NO_TEXT.sub("", cell)
    )
    return f"'{text}" if _runs(text) else text


def as_it_was(cell: object) -> object:
    """Take the mark of `harmless` off again.

    Examples
    --------
    >>> as_it_was("'=1+1"), as_it_was("''=1+1"), as_it_was("'Ada'")
    ('=1+1', "'=1+1", "'Ada'")
    """
    if not isinstance(cell, str) or "'" not in cell:
        return cell
    text = cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell
    return _BEFORE_FORMULA.sub(lambda run: _MARKED_CUT.sub(r"\1", run[0]), text)


def harmless_table(table: pd.DataFrame) -> pd.DataFrame:
    """Table as for `harmless`, its headers too."""
    return _with_texts(table, harmless)


def table_as_it_was(table: pd.DataFrame) -> pd.DataFrame:
    """Table as for `as_it_was`, its headers too."""
    return _with_texts(table, as_it_was)


def _with_texts(table: pd.DataFrame, change: Callable[[object], object]) -> pd.DataFrame:
    """Table whose cells but for numbers, and whose headers, are changed."""
    from pandas.api.types import is_numeric_dtype  # here: single texts need no pandas

    changed = table.copy(deep=False)
    for place, kind in enumerate(table.dtypes):
        if not is_numeric_dtype(kind):
            changed.isetitem(place, table.iloc[:, place].map(change).array)
    changed.columns = [str(change(str(name))) for name in table.columns]
    return changed
