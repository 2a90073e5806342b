"""Tables as people have them in files: which encoding, which separator, which words.

What a table means is a question for the module that reads it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata

SEPARATORS = ";\t|,"
FIRST_ROWS = 10
"""How far down the headers may stand, below titles."""


class TableFileError(ValueError):
    """A file that holds no table; the message says why in one sentence."""


def text_of(content: bytes) -> str:
    r"""Text of a file, whichever program wrote it.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str
        Without a byte-order mark.

    Raises
    ------
    TableFileError
        If it is another kind of file, or holds no text.

    Examples
    --------
    >>> text_of(b"\xef\xbb\xbfName;Alter"), text_of("Größe".encode("cp1252"))
    ('Name;Alter', 'Größe')
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableFileError(
            "This is an old Excel file (.xls), or one with a password: save it as .xlsx "
            "without a password, or as CSV."
        )
    if content.startswith(b"%PDF"):
        raise TableFileError("This is a PDF: save the table as .xlsx or CSV.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if "\0" in text or not text.strip():
        raise TableFileError("This file holds no text: save the table as .xlsx or CSV.")
    return text


def separator(text: str) -> str:
    """Mark that cuts most of the first lines; a decimal comma loses against others.

    Examples
    --------
    >>> separator("Name;Height"), separator("Name,Age")
    (';', ',')
    """
    lines = text.splitlines()[:FIRST_ROWS]
    return max(
        SEPARATORS, key=lambda mark: (sum(mark in line for line in lines), mark != ",")
    )


def csv_rows(text: str, mark: str) -> list[list[str]]:
    r"""Cells of a CSV text, with quotes and line ends inside them.

    Raises
    ------
    TableFileError
        If a cell has no end.

    Examples
    --------
    >>> csv_rows('a,b\r\n"x\ny",2', ",")
    [['a', 'b'], ['x\ny', '2']]
    """
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise TableFileError("This file is no table that can be read.") from error


def folded(text: str) -> str:
    """Text without case, accents and punctuation.

    Examples
    --------
    >>> folded("Größe (cm)"), folded("Type d'activité")
    ('grosse cm', 'type d activite')
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain))
