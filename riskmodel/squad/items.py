"""Words in the cells of a coach's list: each by itself, and what a cell of several says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.sport_words import sports_called
from riskmodel.squad.columns import SEX_LETTERS, UNITS
from riskmodel.squad.counts import count_said
from riskmodel.squad.headers import words
from riskmodel.squad.names import ASK, OPEN, exact, known_word

_MOST_CRAMPS = 366
"""More sessions in a year than this are no count but something else."""
_BETWEEN_ITEMS = r"[;,/&+\n]|\s(?:and|und)\s"


@cache
def _cell_words(name: str, unit: str) -> Mapping[str, str]:
    """What cells may say for the levels of a question."""
    field = FIELDS[name]
    spelt: dict[str, str] = {}
    cells = words()["cells"]
    # Where none is an answer, no says the same.
    has_none = "none" in field.levels or field.kind == "levels"
    for level, said in {**cells, "none": [*cells["none"], *cells["no"]]}.items():
        if level in field.levels or (level == "none" and has_none):
            spelt |= {exact(word): level for word in said}
    for level, said in words()["cells_of"].get(name, {}).items():
        spelt |= {exact(word): level for word in said}
    if name == "sex":
        spelt |= SEX_LETTERS[unit]
    spelt |= {exact(label): level for level, label in field.levels.items()}
    spelt |= {exact(level): level for level in field.levels}
    return spelt


@lru_cache(maxsize=100_000)
def item_answer(name: str, item: str, unit: str = "") -> str | None:
    """What one word means: levels, ``none`` or `OPEN`; None where a person must say."""
    spelt = _cell_words(name, unit or (UNITS[name][0] if name in UNITS else ""))
    if (found := spelt.get(exact(item))) is not None:
        return found
    if name == "cramp_sessions_12mo" and (found := _cramps(item)) is not None:
        return found
    if name == "sport" and len(sports := sports_called(item)) == 1:
        return sports[0]
    known = known_word(name, item)
    return None if known is None or known.answer == ASK else known.answer


def items_in(name: str, text: str) -> list[str]:
    """Words of a cell: of a list each item, of another question the whole."""
    if FIELDS[name].kind != "levels" or item_answer(name, text) is not None:
        return [text.strip()]
    return [item.strip() for item in re.split(_BETWEEN_ITEMS, text) if item.strip()]


def put_together(answers: Sequence[str | None]) -> str | None:
    """Make one answer of those that the words of a cell mean; None leaves it open.

    A word that is not known leaves the whole question open: the known ones alone would
    say that there is nothing else.  What no question is about adds nothing to the others.
    """
    if None in answers:
        return None
    every = [level for answer in answers if answer for level in answer.split(";")]
    named = [level for level in every if level not in ("none", OPEN)]
    if named or OPEN in every:
        return ";".join(dict.fromkeys(named)) or None
    return "none" if every else None


def is_known_and_open(name: str, text: str) -> bool:
    """Whether a cell holds nothing but words that no question is about."""
    if FIELDS[name].kind not in ("level", "levels"):
        return False
    answers = {item_answer(name, item) for item in items_in(name, text)}
    return bool(answers) and answers <= {OPEN, "none"}


def is_interpreted(name: str, item: str) -> bool:
    """Whether a word was read as a level that it does not say: a name, or how often."""
    if item_answer(name, item) in (None, "none", OPEN):
        return False
    said_as_it_is = exact(item) in _cell_words(name, UNITS.get(name, ("",))[0])
    return not said_as_it_is and not item.strip().isdecimal() and name != "sport"


def _cramps(text: str) -> str | None:
    """Level of a number of sessions with a cramp, such as 1-2 for "twice, calf"."""
    count = count_said(text, places=True)
    if count is None or count[1] > _MOST_CRAMPS:
        return None
    levels = {_level_of(number) for number in count}
    return levels.pop() if len(levels) == 1 else None


def _level_of(count: int) -> str:
    return "0" if count == 0 else "1-2" if count < 3 else "3-5" if count < 6 else "6+"
