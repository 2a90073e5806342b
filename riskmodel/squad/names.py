"""What common names in a coach's list mean: medicines, conditions and injuries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from riskmodel.datasets import read_table

OPEN = "open"
"""An answer of the table: known, but no question is about it, so that it answers none."""
ASK = "ask"
"""An answer of the table: known, but it may mean several levels, so that a person says."""

# How much of a medicine and how often says nothing about which it is, nor which side of
# the body about an injury.
_DOSE = re.compile(
    r"\b\d+([.,/]\d+)* ?(mg|mcg|ug|µg|g|ml|iu|units?|puffs?)\b"
    r"|(\s(once daily|twice daily|daily|as needed|prn))+$"
    r"|\((daily|as needed|prn|left|right|l|r)\)"
    r"|^(left|right|l\.?|r\.?) (?=[a-z])"
)
# How it is taken, which of a medicine for asthma says what it is.
_FORM = re.compile(r"\s(tablets?|inhaler)$|\((inhaler|tablets?)\)")
_TABLET = re.compile(r"\btablets?\b")


@dataclass(frozen=True)
class KnownWord:
    """What a word means as an answer to one question.

    Attributes
    ----------
    field : str
        A name in `riskmodel.inputs.fields.FIELDS`.
    word : str
        As the table spells it.
    answer : str
        Levels of the field, separated by ``;``, or ``none``, `OPEN` or `ASK`.
    what : str
        What it is, in plain words.
    source : str
        An ATC code of the World Health Organization, or ``judgement``.
    warning : str
        What a coach must know about it; mostly empty.
    """

    field: str
    word: str
    answer: str
    what: str
    source: str
    warning: str = ""

    @property
    def is_asked_nowhere(self) -> bool:
        """Whether it is something, and nothing that the question asks about."""
        return self.answer == OPEN or (self.answer == "none" and self.source != "judgement")


def exact(text: str) -> str:
    """Text without case, accents and doubled blanks; every other sign stays.

    Of "<6", "0?" and "-2" no part is an answer.

    Examples
    --------
    >>> exact(" Asthme  d\N{RIGHT SINGLE QUOTATION MARK}Effort "), exact("1 \N{EN DASH} 2")
    ("asthme d'effort", '1-2')
    """
    plain = text.casefold().replace("ß", "ss")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.replace("\N{EN DASH}", "-").replace(
        "\N{RIGHT SINGLE QUOTATION MARK}", "'"
    )
    return re.sub(r"(?<=\d) ?- ?(?=\d)", "-", " ".join(plain.replace("_", " ").split()))


@cache
def known_words() -> Mapping[tuple[str, str], KnownWord]:
    """The table, by field and `exact` word."""
    rows = (KnownWord(**row) for row in read_table("names.csv"))
    return {(row.field, exact(row.word)): row for row in rows}


def known_word(field: str, word: str) -> KnownWord | None:
    """Look up a common name of a medicine, a condition or an injury.

    Parameters
    ----------
    field : str
        The question that it stands under.
    word : str
        As it was written; a dose beside it does not matter.

    Examples
    --------
    >>> known_word("medications", "Lipitor 20 mg").answer
    'statin'
    >>> known_word("conditions", "Asthma").answer
    'open'
    >>> known_word("conditions", "asthma?") is None
    True
    """
    table, plain = known_words(), exact(word)
    if (known := table.get((field, plain))) is not None:
        return known
    undosed = " ".join(_DOSE.sub(" ", plain).split())
    if (known := table.get((field, undosed))) is not None:
        return known
    known = table.get((field, " ".join(_FORM.sub(" ", undosed).split())))
    if known is None:
        return None
    # The same name as an inhaler's is another medicine as a tablet, and the other way.
    inhaled, swallowed = "inhaler" in undosed, _TABLET.search(undosed) is not None
    is_for_the_lungs = "inhaler" in known.what or "asthma" in known.what
    return None if (swallowed if is_for_the_lungs else inhaled) else known
