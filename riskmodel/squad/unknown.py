"""Words in a list that nobody can read: each distinct one once, and what a person says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame
from riskmodel.inputs.session import coded
from riskmodel.squad.items import item_answer, items_in, put_together
from riskmodel.squad.names import OPEN, exact, known_word
from riskmodel.squad.plan import may_be_left_open

Word = tuple[str, str]
"""A question, by its name in `FIELDS`, and a word under it; case and accents are alike."""


@dataclass(frozen=True)
class UnknownWord:
    """A word in a list that answers no question by itself.

    Attributes
    ----------
    field : str
        The question that it stands under.
    word : str
        As it was written first; an item of a list, or the whole cell.
    n_athletes : int
    rows : tuple
        Of the list, as its index calls them.
    what : str
        What it is, in plain words, where that is known and only the answer is not.
    """

    field: str
    word: str
    n_athletes: int
    rows: tuple[Any, ...]
    what: str = ""


def unknown_words(squad: pd.DataFrame) -> tuple[UnknownWord, ...]:
    """Find the words that a person can settle, the most frequent first.

    Parameters
    ----------
    squad : pandas.DataFrame
        As from `riskmodel.squad.cells.squad_frame` or `riskmodel.read_squad`.

    Returns
    -------
    tuple of UnknownWord
        Of questions that need no answer for a score.

    Examples
    --------
    >>> squad = pd.DataFrame({"medications": ["Xyz", "statin; xyz", "none"]})
    >>> unknown_words(squad)
    (UnknownWord(field='medications', word='Xyz', n_athletes=2, rows=(0, 1), what=''),)
    """
    return _collected(squad, lambda answer: answer is None)


def open_words(squad: pd.DataFrame) -> tuple[UnknownWord, ...]:
    """As `unknown_words`, those that are known and that no question is about.

    Examples
    --------
    >>> squad = pd.DataFrame({"conditions": ["asthma", "none"]})
    >>> [(word.word, word.what) for word in open_words(squad)]
    [('asthma', 'asthma')]
    """
    return _collected(squad, lambda answer: answer == OPEN)


def settle(squad: pd.DataFrame, settled: Mapping[Word, Any]) -> pd.DataFrame:
    """Put in what a person said of words.

    Parameters
    ----------
    squad : pandas.DataFrame
        As for `unknown_words`; it stays as it is, so that what was said of a word also
        holds after the list has changed.
    settled : mapping of (field, word) to answer
        A level, ``none``, several levels with ``;`` between them, or a number where one
        is asked; None leaves the question open.

    Returns
    -------
    pandas.DataFrame
        A cell of which a word is not settled stays as it was written: when it is scored
        the question is left open, and the cell is named.

    Raises
    ------
    AnswerError
        If an answer is none of the question.

    Examples
    --------
    >>> squad = pd.DataFrame({"medications": ["Xyz", "statin; xyz", "Abc"]})
    >>> settle(squad, {("medications", "xyz"): "none"})["medications"].tolist()
    ['none', 'statin', 'Abc']
    """
    said = {(name, exact(word)): answer for (name, word), answer in settled.items()}
    for (name, _), answer in said.items():
        coded(name, [answer])  # raises if it is not allowed
    out = squad.copy()
    for name, rows, cells in _unread(squad):
        column = out[name].astype(object).to_numpy(copy=True)
        answers = {cell: _settled(name, cell, said) for cell in set(cells)}
        for row, cell in zip(rows.tolist(), cells, strict=True):
            column[row] = answers[cell] if answers[cell] != cell else column[row]
        out[name] = pd.Series(column, out.index, dtype=object)
    return out


def with_settled_words(squad: pd.DataFrame, settled: Mapping[Word, Any]) -> pd.DataFrame:
    """Write what a person said of words in their place, and leave the others.

    For a list that is kept: what `settle` leaves open, such as a condition that no
    question is about, still stands there for whoever opens it again, and of a cell with
    several words only those that are not settled are asked about again.

    Examples
    --------
    >>> squad = pd.DataFrame({"medications": ["Xyz; Abc", "asthma spray"]})
    >>> with_settled_words(squad, {("medications", "xyz"): "statin"})["medications"][0]
    'statin; Abc'
    """
    said = {(name, exact(word)): answer for (name, word), answer in settled.items()}
    out = squad.copy()
    for name, rows, cells in _unread(squad):
        column = out[name].astype(object).to_numpy(copy=True)
        for row, cell in zip(rows.tolist(), cells, strict=True):
            if (words := _written(name, cell, said)) != cell:
                column[row] = words
        out[name] = pd.Series(column, out.index, dtype=object)
    return out


def _written(name: str, cell: str, said: Mapping[Word, Any]) -> Any:
    """A cell with what was said of its words."""
    items = _words(name, cell)
    words = [said.get((name, exact(item)), item) for item in items]
    if None in words:
        if _settled(name, cell, said) is cell:
            return cell  # what is left open must not leave a cell that is not settled
        words = [item for item in items if _meant(name, item) == OPEN]
    return "; ".join(words) or None if FIELDS[name].levels else (words or [None])[0]


def leave_open(squad: pd.DataFrame) -> pd.DataFrame:
    """Leave every question open whose cell cannot be read, but for warning signs.

    For a reader as strict as `riskmodel.assess_frame`; `riskmodel.score_squad` does it
    by itself.

    Examples
    --------
    >>> leave_open(pd.DataFrame({"sleep_h": ["8", "well"]}))["sleep_h"].tolist()
    ['8', None]
    """
    words = unknown_words(squad)
    return settle(
        squad, {(w.field, w.word): None for w in words if may_be_left_open(w.field)}
    )


def _settled(name: str, cell: str, said: Mapping[Word, Any]) -> Any:
    """Answer of a cell; None if it is open, and the cell itself if it is not settled."""
    items = _words(name, cell)
    answers = [said.get((name, exact(item)), _meant(name, item)) for item in items]
    known = [
        answer is not None or (name, exact(item)) in said
        for item, answer in zip(items, answers, strict=True)
    ]
    if not all(known):
        return cell
    if FIELDS[name].kind in ("level", "levels"):
        return put_together(answers)
    return answers[0]


def _meant(name: str, item: str) -> str | None:
    """As `item_answer`; None of a number or a time, which have no words."""
    return item_answer(name, item) if FIELDS[name].levels else None


def _words(name: str, cell: str) -> list[str]:
    return items_in(name, cell) if FIELDS[name].levels else [cell.strip()]


def _unread(squad: pd.DataFrame) -> Iterator[tuple[str, NDArray[np.intp], list[str]]]:
    """Cells that cannot be read of questions that are not required, by question."""
    asked = [c for c in squad.columns if c in FIELDS and not FIELDS[c].required]
    for rows, problems in read_frame(squad[asked]).findings:
        if problems[0].kind == "not_allowed":
            yield problems[0].field, rows, [str(problem.value) for problem in problems]


def _collected(
    squad: pd.DataFrame, wanted: Callable[[str | None], bool]
) -> tuple[UnknownWord, ...]:
    """Words with a meaning of a kind, each with the rows in which it stands."""
    spelt: dict[Word, str] = {}
    rows_of: dict[Word, dict[int, None]] = {}
    for name, rows, cells in _unread(squad):
        items = {
            cell: [i for i in _words(name, cell) if wanted(_meant(name, i))]
            for cell in dict.fromkeys(cells)
        }
        for row, cell in zip(rows.tolist(), cells, strict=True):
            for item in items[cell]:
                word = name, exact(item)
                spelt.setdefault(word, item)
                rows_of.setdefault(word, {})[row] = None
    index = squad.index.tolist()
    words = []
    for (name, plain), rows_in in rows_of.items():
        known = known_word(name, plain)
        labels = tuple(index[row] for row in rows_in)
        what = known.what if known is not None else ""
        words.append(UnknownWord(name, spelt[name, plain], len(rows_in), labels, what))
    return tuple(sorted(words, key=lambda word: -word.n_athletes))
