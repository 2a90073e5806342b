"""Tables as people have them in files: which encoding, which separator, which words.

What a table means is a question for the module that reads it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from riskmodel.inputs.encodings import guess_encoding
from riskmodel.inputs.told import ToldError, grouped

SEPARATORS = ";\t|,"
FIRST_ROWS = 10
"""How far down the headers may stand, below titles."""
MOST_ROWS_SEEN, MOST_CELLS_SEEN = 250_000, 5_000_000
"""Of a table, with those that hold nothing.  Judgement: 50,000 sessions of 100 columns."""
_HEAD_CHARACTERS = 1_000_000  # in which the first rows stand


class TableFileError(ToldError, ValueError):
    """A file that holds no table; the message says why in one sentence."""


class TooManyRowsError(TableFileError):
    """A file with more rows than can be read."""


_KINDS = {b"%PDF": "a PDF", b"\xff\xd8\xff": "a picture", b"\x89PNG": "a picture"}


@dataclass(frozen=True)
class FileText:
    """Text of a file, and how its bytes were read.

    Attributes
    ----------
    text : str
        Without a byte-order mark.
    encoding : str
        For a person, such as ``Greek, Windows (cp1253)``.
    doubt : bool
        Whether it may as well be in another one.
    """

    text: str
    encoding: str = "UTF-8"
    doubt: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of a doubtful encoding, empty if there is no doubt."""
        if not self.doubt:
            return ()
        if self.encoding == "UTF-8":
            broken = "Some letters of this UTF-8 file are broken and were read as \ufffd"
            return (f"{broken}: correct them in the file.",)
        said = f"The file does not say its encoding; it was read as {self.encoding}."
        return (f"{said} If letters are wrong, save it as UTF-8.",)


def read_text(content: bytes, save_as: str = ".xlsx or CSV") -> FileText:
    r"""Read the text of a file, whichever program wrote it.

    Parameters
    ----------
    content : bytes
    save_as : str
        What the caller can read, for the sentence that says so.

    Raises
    ------
    TableFileError
        If it is another kind of file, or holds no text.

    Examples
    --------
    >>> read_text(b"\xef\xbb\xbfName;Alter").text, read_text("Größe".encode("cp1252")).text
    ('Name;Alter', 'Größe')
    >>> read_text("Bjørn".encode("cp1252"))
    FileText(text='Bjørn', encoding='Western European, Windows (cp1252)', doubt=True)
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableFileError(
            "This is an old Excel file (.xls), or one with a password: save it without a "
            f"password, as {save_as}."
        )
    for start, kind in _KINDS.items():
        if content.startswith(start):
            raise TableFileError(f"This is {kind}: give the table as {save_as}.")
    if not content.strip():
        raise TableFileError(f"This file is empty: give the table as {save_as}.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = FileText(content.decode("utf-16", "replace"), "UTF-16")
    else:
        try:
            text = FileText(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            guess = guess_encoding(content)
            told = content.decode(guess.encoding, "replace")
            text = FileText(told, guess.label, guess.doubt or "\ufffd" in told)
    if "\0" in text.text or not text.text.strip():
        raise TableFileError(f"This file holds no text: save the table as {save_as}.")
    return text


def text_of(content: bytes, save_as: str = ".xlsx or CSV") -> str:
    """Text of a file alone, as from `read_text`."""
    return read_text(content, save_as).text


def separator(text: str) -> str:
    """Mark that cuts most of the first lines; a decimal comma loses against others.

    Examples
    --------
    >>> separator("Name;Height"), separator("Name,Age")
    (';', ',')
    """
    lines = text[:_HEAD_CHARACTERS].splitlines()[:FIRST_ROWS]
    return max(
        SEPARATORS, key=lambda mark: (sum(mark in line for line in lines), mark != ",")
    )


def csv_rows(text: str, mark: str) -> list[list[str]]:
    r"""Cells of a CSV text, with quotes and line ends inside them.

    Parameters
    ----------
    text : str
    mark : str
        Separator of the cells, one character.

    Returns
    -------
    list of list of str
        One for each row, an empty line as an empty row.

    Raises
    ------
    TableFileError
        If there are more than `MOST_ROWS_SEEN` lines or `MOST_CELLS_SEEN` cells, or a
        quotation mark is not closed, so that rows would vanish in a cell; the message
        names the row, counted from 1.

    Examples
    --------
    >>> csv_rows('a,b\r\n"x\ny",2', ",")
    [['a', 'b'], ['x\ny', '2']]
    """
    refuse_many_cells(text, mark)
    with suppress(csv.Error):  # every quotation mark is closed where its cell ends
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    # One line more than there are, which only a cell without an end takes in.
    lines = [*io.StringIO(text, newline=""), "\n"]
    reader = csv.reader(lines, delimiter=mark)
    rows: list[list[str]] = []
    start = 0
    try:
        for row in reader:
            if reader.line_num - start > 1 and not _closed(
                lines[start : reader.line_num], mark
            ):
                raise _without_end(len(rows) + 1)
            rows.append(row)
            start = reader.line_num
    except csv.Error as error:
        if reader.line_num - start > 1:  # a cell that took in too much of the file
            raise _without_end(len(rows) + 1) from error
        raise TableFileError("This file is no table that can be read.") from error
    return rows[:-1]


def refuse_many_cells(text: str, mark: str) -> None:
    """Refuse a CSV text of too many lines or cells before anything is made of them."""
    lines = max(text.count("\n"), text.count("\r"))
    if lines > MOST_ROWS_SEEN:
        raise too_many_rows(MOST_ROWS_SEEN)
    if lines + text.count(mark) > MOST_CELLS_SEEN:
        raise TableFileError(
            f"This file has more than the {grouped(MOST_CELLS_SEEN)} cells that can be "
            "read."
        )


def too_many_rows(most: int) -> TooManyRowsError:
    """Say how many rows are allowed."""
    return TooManyRowsError(
        f"This file has more than the {grouped(most)} rows that can be read."
    )


def _closed(lines: list[str], mark: str) -> bool:
    """Whether a cell over several lines ends with its quotation mark.

    Where it does not, the next quotation mark of the file has ended it, in the middle of
    another row.
    """
    try:
        list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error:
        return False
    return True


def _without_end(row: int) -> TableFileError:
    return TableFileError(
        f"A quotation mark that opens in row {row} is not closed where its cell ends, so "
        "rows below it cannot be told apart: close it, or write it twice within a cell."
    )


def folded(text: str) -> str:
    """Text without case, accents and punctuation, in whatever letters it is written.

    Examples
    --------
    >>> folded("Größe (cm)"), folded("Type d'activité")
    ('grosse cm', 'type d activite')
    >>> folded("LØB, 5 km"), folded("ランニング")
    ('løb 5 km', 'ランニング')
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()
    # Accents of Latin, Greek and Cyrillic letters; other scripts have marks that make
    # another letter, such as those of the kana.
    plain = unicodedata.normalize("NFC", re.sub(r"[\u0300-\u036f]", "", plain))
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in plain)
    return " ".join("".join(kept).split())
