"""What a question in a person's own words is about: plain rules, the same each time.

Words are brought to their stems, to the first of those that count as one, and, if nobody
listed them, to the listed word that they are most like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

Item = tuple[frozenset[str], ...]
"""Places that words of a question must fill, each with any of its stems."""

_LIKENESS = 0.82  # of 1; judgement: "mangesium" is magnesium, "take" is not tape
_LIKENESS_ELSE = 0.9  # if it begins with another letter: "lectrolytes"; judgement
_LETTERS = 4  # that a word needs to be taken for a misspelt one; judgement
_APOSTROPHE = "['\N{RIGHT SINGLE QUOTATION MARK}]"
_NUMBERS = frozenset(["two", "three", "four", "five", "six", "seven", "ten", "few"])


def stem(word: str) -> str:
    """Word without its ending and a doubled last letter.

    Examples
    --------
    >>> [stem(word) for word in ("cramps", "swimming", "swim", "hamstrings", "numbness")]
    ['cramp', 'swim', 'swim', 'hamstr', 'numb']
    """
    one = re.sub(r"(?<=\w{3})(ness|es|(?<!s)s)$", "", word)
    short = re.sub(r"(?<=\w{3})(ing|ed|e)$", "", one)
    return re.sub(r"(?<=\w{2})(\w)\1$", r"\1", short)


@dataclass(frozen=True)
class Index:
    """What things are found by.

    Attributes
    ----------
    words : mapping of str to tuple of str
        Items of each thing, by its name.  Every word of an item must be in a question, in
        any order; ``a|b`` is either.
    alike : mapping of str to tuple of str
        For a word, others that count as it.
    plain : tuple of str
        Ordinary words, which are never taken for a misspelt one.
    """

    words: Mapping[str, tuple[str, ...]]
    alike: Mapping[str, tuple[str, ...]]
    plain: tuple[str, ...] = ()

    @cached_property
    def _firsts(self) -> dict[str, str]:
        rows = self.alike.items()
        return {stem(other): stem(word) for word, row in rows for other in row}

    @cached_property
    def _items(self) -> dict[str, list[Item]]:
        return {name: [*map(self._item, texts)] for name, texts in self.words.items()}

    def _item(self, text: str) -> Item:
        return tuple(
            frozenset(self._counted(word) for word in place.split("|"))
            for place in text.split()
        )

    def _counted(self, word: str) -> str:
        """Stem of a word, or of the one that it counts as."""
        return self._firsts.get(stem(word), stem(word))

    @cached_property
    def _spelt(self) -> dict[str, str]:
        """Every word that something is found by, with its stem; in alphabetical order."""
        texts = " ".join(text for row in self.words.values() for text in row)
        others = (other for row in self.alike.values() for other in row)
        return {word: stem(word) for word in sorted({*re.split(r"[ |]", texts), *others})}

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(self._spelt.values())

    def read(self, question: str) -> frozenset[str]:
        """Stems of a question, misspelt ones mended; a number adds ``number``."""
        words = re.findall(r"\w+", re.sub(_APOSTROPHE, "", question.casefold()))
        stems = {self._counted(self._mended(word)) for word in words}
        if any(word.isdigit() or word in _NUMBERS for word in words):
            stems.add("number")
        return frozenset(stems)

    def _mended(self, word: str) -> str:
        """Listed word that a misspelt one is most like, by its first letter if it can."""
        if stem(word) in self._stems or word in self.plain or len(word) < _LETTERS:
            return word
        near = [known for known in self._spelt if known[0] == word[0]]
        mixed = [known for known in near if sorted(known) == sorted(word)]
        alike = get_close_matches(word, near, 1, _LIKENESS)
        other = get_close_matches(word, self._spelt, 1, _LIKENESS_ELSE)
        return next(iter(mixed or alike or other), word)

    def explained(self, name: str, words: frozenset[str]) -> frozenset[str]:
        """Words of a question that a thing accounts for, by its items that are all there.

        Examples
        --------
        >>> items = {"night": ("calf|leg night", "stretch bed")}
        >>> index = Index(items, alike={"calf": ("calves",)})
        >>> sorted(index.explained("night", index.read("My calves at night, in bed")))
        ['calf', 'night']
        """
        shares = ([place & words for place in item] for item in self._items[name])
        # One word cannot fill two places.
        whole = (
            frozenset().union(*share)
            for share in shares
            if all(share) and len(frozenset().union(*share)) >= len(share)
        )
        return frozenset().union(*whole)


def likeliest(
    shares: Mapping[str, frozenset[str]], weights: Mapping[str, int], most: int
) -> list[str]:
    """Names of what explains most of a question, and of what is meant besides.

    Of two that weigh as much, the first is the likelier.  Besides is named what weighs as
    much as the likeliest, or explains a word that it leaves.
    """
    best, *others = sorted(shares, key=lambda name: -weights[name])
    left = [n for n in others if weights[n] == weights[best] or shares[n] - shares[best]]
    return [best, *left][:most]
