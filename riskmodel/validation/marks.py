"""What a column of outcomes says: yes, no, nothing, or something else."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.tables import folded
from riskmodel.inputs.told import in_quotes
from riskmodel.squad.headers import words
from riskmodel.validation.table import RecordsError

Blank = Literal["no", "unknown"]
"""What a blank cell of such a column means."""
_TICKS = frozenset("\N{CHECK MARK}\N{HEAVY CHECK MARK}\N{BALLOT BOX WITH CHECK}"
                   "\N{WHITE HEAVY CHECK MARK}\N{MULTIPLICATION SIGN}")  # fmt: skip
_LOOKS = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"  # which say how a tick looks


class Marks(NamedTuple):
    """Cells of a column, by what they say.

    Attributes
    ----------
    said : pandas.Series of boolean
        Yes or no; missing where a cell says neither.
    blank, not_read : ndarray of bool
        Cells that say nothing, and those that say something else.
    """

    said: pd.Series[bool]
    blank: NDArray[np.bool_]
    not_read: NDArray[np.bool_]


def yes_or_no(cells: pd.Series[str]) -> Marks:
    """Read cells in the languages that a list may be in, or ticked."""
    text, known_words = cells.astype(str).str.strip(), words()["cells"]
    plain = text.map(folded)
    ticked = text.str.strip(_LOOKS).isin(_TICKS)
    yes = ticked | plain.isin([*known_words["yes"], "1", "1.0"])
    no = plain.isin([*known_words["no"], "0", "0.0"])
    said: pd.Series[bool] = pd.Series(pd.NA, cells.index, dtype="boolean")
    said[yes], said[no] = True, False
    blank = text.map(is_blank).to_numpy(dtype=bool)
    return Marks(said, blank, (~yes & ~no & ~blank).to_numpy())


def outcomes(cells: pd.Series[str], blank: Blank | None) -> Marks:
    """Read whether there was a cramp; in a column of one mark a blank may mean anything.

    Parameters
    ----------
    cells : pandas.Series of str
    blank : {"no", "unknown"}, optional
        What a blank means.

    Raises
    ------
    RecordsError
        If it is not said what a blank means and no cell says no, or if what cannot be read
        stands where all of the other answer would be.
    """
    marks = yes_or_no(cells)
    answers = marks.said.dropna().unique()
    if len(answers) == 1:
        _check_the_only(marks, cells, blank, yes=bool(answers[0]))
    if blank != "no":
        return marks
    return marks._replace(said=marks.said.mask(marks.blank, other=False))


def _check_the_only(
    marks: Marks, cells: pd.Series[str], blank: Blank | None, *, yes: bool
) -> None:
    """Refuse a column in which only yes, or only no, is certain, and the rest is open."""
    known = marks.said.notna().to_numpy()
    seen = f"Of the outcomes {known.sum()} say {_usual(cells[known])}"
    if yes and blank is None and marks.blank.any():
        rest = f"the other {marks.blank.sum()} are blank ({_usual(cells[marks.blank])})"
        rest = rest if cells[marks.blank].str.strip().any() else rest.partition(" (")[0]
        raise RecordsError(
            f"{seen} and {rest}, none says no: add --blank-is-no if a blank means that no "
            "cramp came, or --blank-is-unknown if nobody knows (in Python blank='no' or "
            "blank='unknown')."
        )
    if marks.not_read.any() and not (yes and blank == "no" and marks.blank.any()):
        other = "no" if yes else "yes"
        raise RecordsError(
            f"{seen}, and {marks.not_read.sum()} say something that is neither yes nor no, "
            f"such as {_usual(cells[marks.not_read])}: if that means {other}, write "
            f"{other}; if nobody knows, leave it blank."
        )


def _usual(cells: pd.Series[str]) -> str:
    """The cell that is most often there, as a sentence shows it."""
    return in_quotes(cells.str.strip().mode()[0], 20)
