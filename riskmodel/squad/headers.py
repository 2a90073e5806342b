"""What a header of a coach's list can mean, in whatever words and with which signs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from riskmodel.datasets import data_file
from riskmodel.inputs.date_words import date_words
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded
from riskmodel.inputs.units import UNITS_NAMED

HELPERS: Mapping[str, str] = {
    "first_name": "First name",
    "last_name": "Last name",
    "date_of_birth": "Date of birth",
}
"""Columns that are no question but make the answer to one."""

TARGETS: Mapping[str, str] = {
    "athlete": FIELDS["athlete"].label,
    **HELPERS,
    **{name: field.label for name, field in FIELDS.items() if name != "athlete"},
}
"""What a column can be, with its label."""

_IN_BEFORE_A_UNIT = frozenset({"in", "en", "em"})
_BRACKETS = re.compile(r"[()\[\]:\n]")
_PARTS = re.compile(r"[/|()\[\]:\n;]|\s[-\u2013\u2014]\s")
_BESIDE = r"\s?(?:(?:of|de|di|da|del|des|der|van)\s)?"
_SHORTEST_ALONE = 5
"""Letters of a word that is cut by a dot and stands alone: "Ges." may be anything."""


class Header(NamedTuple):
    """What a header can mean.

    Attributes
    ----------
    targets : tuple of str
        Of `TARGETS`; empty if it is not understood.
    phrase : str
        The words of the table that it is taken for, without case and signs.
    way : str
        The unit that it names, or the order of its dates.
    """

    targets: tuple[str, ...] = ()
    phrase: str = ""
    way: str = ""


@cache
def words() -> dict[str, dict[str, Any]]:
    """Read the table of words."""
    return tomllib.loads(data_file("squad_columns.toml").read_text("utf-8"))


def without_unit(header: str) -> tuple[str, str]:
    """Header without its unit, and the unit it names; "the last 24 hours" is none.

    Examples
    --------
    >>> without_unit("Größe (in cm)"), without_unit("last 24 hours")
    (('grosse', 'cm'), ('last 24 hours', ''))
    """
    said = folded(header).split()
    for length in (2, 1):
        before, last = said[:-length], " ".join(said[-length:])
        if before and not before[-1].isdecimal() and (unit := UNITS_NAMED.get(last)):
            if len(before) > 1 and before[-1] in _IN_BEFORE_A_UNIT:
                before.pop()
            return " ".join(before), unit
    # Minutes or hours alone are a header and a unit at once.
    whole = " ".join(said)
    return whole, UNITS_NAMED.get(whole, "")


def asked_of(target: str) -> dict[str, Any]:
    """What to ask about a header of this target that means other things too."""
    asked: dict[str, Any] = words()["in_doubt"].get(target, {})
    return asked


@cache
def _dictionary() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    table = words()
    for target, label in TARGETS.items():
        base = re.sub(r"_(kg|cm|c|h|min|pct|l_h|m_s)$", "", target)
        own = [folded(target), folded(label), folded(base)]
        listed = [*table["columns"].get(target, []), *asked_of(target).get("words", [])]
        for word in {*own, *map(folded, listed)}:
            found.setdefault(word, []).append(target)
    return {word: tuple(targets) for word, targets in found.items()}


@cache
def _without_blanks() -> Mapping[str, str]:
    """Words of the dictionary by their letters alone."""
    return {word.replace(" ", ""): word for word in _dictionary()}


def meanings(header: str) -> tuple[str, ...]:
    """What a header can mean, of `TARGETS`.

    Examples
    --------
    >>> meanings("Größe (cm)"), meanings("D.o.B."), meanings("Shirt number")
    (('height_cm',), ('date_of_birth',), ())
    >>> meanings("Player (surname, name)"), meanings("Fecha de nac.")
    (('athlete',), ('date_of_birth',))
    """
    return read_header(header).targets


@lru_cache(maxsize=10_000)
def read_header(header: str) -> Header:
    """Read a header: its own words, or else each of its parts, or what dots cut.

    Examples
    --------
    >>> read_header("Geb.-Datum (TT.MM.JJJJ)").way
    'day first'
    >>> read_header("Gewicht / Weight (kg)")
    Header(targets=('body_mass_kg',), phrase='gewicht', way='kg')
    """
    text, order = _without_order(header)
    if read := _in_one(text):
        return read._replace(way=order or read.way)
    unit = without_unit(text)[1]
    for marks in (_BRACKETS, _PARTS):
        parts = [_in_one(part) for part in marks.split(text) if folded(part)]
        known = [part for part in parts if part or not unit]
        if known and known[0] and len({part and part.targets for part in known}) == 1:
            return known[0]._replace(way=order or unit or known[0].way)
    return _cut_by_dots(text)._replace(way=order or unit)


def _in_one(text: str) -> Header | None:
    """A header that stands in the dictionary, or is made of words of names."""
    if named := _of_names(text):
        return Header((named,), folded(text))
    known, (plain, unit) = _dictionary(), without_unit(text)
    for phrase in (plain, folded(text)):
        if phrase in known:
            return Header(known[phrase], phrase, unit)
    if joined := _without_blanks().get(plain.replace(" ", "")):
        return Header(known[joined], joined, unit)
    return None


# --------------------------------------------------------------------------- names


@cache
def _words_of_names() -> Mapping[str, str]:
    """Kind of each word in headers of names; what stands last in the table goes last."""
    table = words()["names"]
    kinds = ("beside", "person", "whole", "last", "first")
    return {word: kind for kind in kinds for word in table[kind]}


def _of_names(header: str) -> str:
    """Which part of a name a header asks for, "" if it is none."""
    whole = folded(header)
    if not whole or whole in words()["names"]["not_alone"]:
        return ""
    kinds = {*_kinds(whole.split())}
    asked = kinds - {"beside", "person"}
    if "" in kinds or not kinds - {"beside"}:
        return ""
    # "Name (surname)" asks for one part alone.
    inside = re.search(r"[(\[](.+)[)\]]", header)
    narrowed = {*_kinds(folded(inside[1]).split())} - {"beside", "person"} if inside else ()
    if len(narrowed) == 1 and "whole" in asked:
        asked = {*narrowed}
    return f"{asked.pop()}_name" if asked in ({"first"}, {"last"}) else "athlete"


def _kinds(said: Sequence[str]) -> Iterator[str]:
    """Kinds of the words of a header, the longest first; "" for one that is none."""
    known, at = _words_of_names(), 0
    while at < len(said):
        for length in (3, 2, 1):
            phrase = " ".join(said[at : at + length])
            if phrase in known or length == 1:
                yield known.get(phrase, "")
                break
        at += length


# ------------------------------------------------------------------- what is cut short


def _cut_by_dots(text: str) -> Header:
    """A header such as "Fecha nac." or "Geb.datum": what ends in a dot may go on."""
    longer = re.sub(r"([^\W\d_]{3,})\.", _gone_on, text)
    if longer != text and (named := _of_names(longer)):
        return Header((named,), folded(longer))
    plain = re.sub(r"[(\[].*", "", text)
    pieces = re.findall(r"([^\W\d_]+)(\.?)", plain)
    longest = max((len(word) for word, _ in pieces), default=0)
    least = 3 if len(pieces) > 1 else _SHORTEST_ALONE
    if "." not in plain or longest < least or re.search(r"\d", plain):
        return Header()
    form = re.compile(
        _BESIDE.join(folded(word) + (r"\w*" if dot else "") for word, dot in pieces)
    )
    known = _dictionary()
    meant = {phrase: known[phrase] for phrase in known if form.fullmatch(phrase)}
    targets = dict.fromkeys(target for of_one in meant.values() for target in of_one)
    return Header(tuple(targets), next(iter(meant), ""))


def _gone_on(match: re.Match[str]) -> str:
    """A word of names that goes on as a cut one begins, if all such are of one kind."""
    known, cut = _words_of_names(), folded(match[1])
    longer = [word for word in known if word.startswith(cut) and known[word] != "beside"]
    one_kind = len({known[word] for word in longer}) == 1
    return min(longer, key=len) if one_kind else match[0]


@cache
def _parts_of_dates() -> Mapping[str, frozenset[str]]:
    return {part: frozenset(said) for part, said in date_words()["in_headers"].items()}


def _without_order(header: str) -> tuple[str, str]:
    """Header without how its dates are written, and the order that this says."""
    form = r"([^\W\d_]+)([-/. ]+)([^\W\d_]+)\2([^\W\d_]+)"
    for match in re.finditer(rf"(?<![^\W\d_])(?={form}(?![^\W\d_]))", header):
        first, second, third = map(folded, match.group(1, 3, 4))
        said = _parts_of_dates()
        day, month, year = said["day"], said["month"], said["year"]
        rest = header[: match.start()] + header[match.end(4) :]
        if first in day and second in month and third in year:
            return rest, "day first"
        if first in month and second in day and third in year:
            return rest, "month first"
        if first in year and second in month and third in day:
            return rest, "year first"
    return header, ""
