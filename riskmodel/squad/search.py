"""What a name that somebody types means, in every question that it may be about."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodel.inputs.fields import FIELDS
from riskmodel.squad.items import item_answer
from riskmodel.squad.names import known_word, known_words

NAMED = tuple(dict.fromkeys(field for field, _ in known_words()))
"""Questions whose answers people call by other names, in the order of the table."""


@dataclass(frozen=True)
class Meaning:
    """What a name means as an answer to one question.

    Attributes
    ----------
    field : str
        A name in `riskmodel.inputs.fields.FIELDS`.
    what : str
        What it is, in plain words.
    levels : tuple of str
        Levels to answer with; empty where a person must say which, or none is asked.
    asks : bool
        Whether it may mean several levels, so that a person says which.
    warning : str
        What must be known about it, whatever the number says; else empty.
    """

    field: str
    what: str
    levels: tuple[str, ...] = ()
    asks: bool = False
    warning: str = ""


def meanings(name: str) -> tuple[Meaning, ...]:
    """Find what a name of a medicine, a condition, an injury or a remedy means.

    Parameters
    ----------
    name : str
        As somebody types it; it is read as a word in a coach's list is.

    Returns
    -------
    tuple of Meaning
        One for each question that knows the name, those that can be answered first;
        empty if none does.

    Examples
    --------
    >>> [(m.field, m.levels) for m in meanings("Ventolin 100 mcg")]
    [('medications', ('short_acting_beta_agonist',))]
    >>> meanings("Zorblax")
    ()
    """
    found = [m for m in (_meaning(field, name) for field in NAMED) if m is not None]
    # What no question is about says nothing where another question knows it.
    told = [m for m in found if m.levels or m.asks] or found[:1]
    return tuple(sorted(told, key=lambda meaning: not meaning.levels))


def _meaning(field: str, name: str) -> Meaning | None:
    answer, known = item_answer(field, name), known_word(field, name)
    levels = FIELDS[field].levels
    if known is not None and known.is_asked_nowhere:
        return Meaning(field, known.what, warning=known.warning)
    if answer is None:
        return None if known is None else Meaning(field, known.what, asks=True)
    named = tuple(level for level in answer.split(";") if level in levels)
    if not named or answer == "none":
        return None
    what = known.what if known is not None else "; ".join(levels[n] for n in named)
    return Meaning(field, what, named)
