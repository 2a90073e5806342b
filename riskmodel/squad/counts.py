"""How often, as people write it: 2, twice, 3 x, once or twice, "twice, calf"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from riskmodel.inputs.tables import folded
from riskmodel.squad.headers import words

_VAGUE = re.compile(r"[?<>~+=\u2248\u00b1]|\d[.,:/]\s?\d|\d{4}")
_DASH = "-"


@cache
def _kinds() -> Mapping[str, str]:
    """What each word that may stand beside a number is."""
    table = words()["counts"]
    kinds = {word: "beside" for word in table["beside"]}
    kinds |= {word: "place" for word in table["places"]}
    kinds |= {word: "between" for word in table["between"]}
    cramps = words()["in_doubt"]["cramp_sessions_12mo"]["words"]
    return kinds | {folded(word): "times" for word in (*cramps, *table["times"])}


@cache
def _numbers() -> Mapping[str, int]:
    table = words()["counts"]["words"]
    return {word: int(number) for number, said in table.items() for word in said}


def count_said(text: str, *, places: bool = False) -> tuple[int, int] | None:
    """The least and the most that a text says of how often, None where it is vague.

    Parameters
    ----------
    text : str
        As it was written.
    places : bool, optional
        Whether it may also say where, such as "calf".

    Examples
    --------
    >>> count_said("twice"), count_said("3x"), count_said("ein- bis zweimal")
    ((2, 2), (3, 3), (1, 2))
    >>> count_said("twice, calf", places=True), count_said("often"), count_said("2?")
    ((2, 2), None, None)
    """
    plain = text.replace("\N{EN DASH}", _DASH)
    if _VAGUE.search(plain):
        return None
    parts = [folded(part) or part for part in re.findall(r"\d+|[^\W\d_]+|-", plain)]
    kinds = ["number" if _number(part) is not None else _kind(part) for part in parts]
    allowed = {
        "number",
        "between",
        "times",
        "beside",
        _DASH,
        *(["place"] if places else []),
    }
    if not {*kinds} <= allowed:
        return None
    if not _needs_times().isdisjoint(parts) and "times" not in kinds:
        return None
    at = [place for place, kind in enumerate(kinds) if kind == "number"]
    counts = [number for part in parts if (number := _number(part)) is not None]
    between = kinds[at[0] + 1 : at[-1]] if at else []
    is_range = len(at) == 2 and bool(between) and {*between} <= {"between", _DASH}
    is_minus = any(
        kind == _DASH and kinds[place + 1 : place + 2] == ["number"] and not is_range
        for place, kind in enumerate(kinds)
    )
    if is_minus or not (len(at) == 1 or is_range) or counts != sorted(counts):
        return None
    return counts[0], counts[-1]


@cache
def _needs_times() -> frozenset[str]:
    return frozenset(words()["counts"]["only_with_times"])


def _number(part: str) -> int | None:
    return int(part) if part.isdecimal() else _numbers().get(part)


def _kind(part: str) -> str:
    return _DASH if part == _DASH else _kinds().get(part, "")
