"""The cramp guide: what to do when it happens, and cramp, spasm or strain."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from riskmodel.datasets import data_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.guards import RED_FLAGS


class GuideError(ValueError):
    """The file of the guide is not what it should be."""


@dataclass(frozen=True)
class Step:
    """One thing to do when it happens, or before: in brief, and at length."""

    heading: str
    brief: str
    text: str
    evidence: str
    sources: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Kind:
    """A cramp, a twitch or a strain, by what a person can notice."""

    name: str
    label: str
    feels: str
    part: str
    lasts: str
    comes: str
    after: str
    do: str
    words: str


@dataclass(frozen=True)
class Choice:
    """One thing that it may be, as a person would say it, and the answer."""

    name: str
    label: str
    icon: str
    heading: str
    text: str


@dataclass(frozen=True)
class Entry:
    """Something that a search can find."""

    heading: str
    text: str
    words: str


@dataclass(frozen=True)
class Guide:
    """The whole guide.

    Attributes
    ----------
    steps : tuple of Step
    late : Step
        When in a session cramps begin.
    kinds : tuple of Kind
    disagreement : Entry
    choices : dict of str to Choice
        By their names, in the order in which they should be thought of.
    """

    steps: tuple[Step, ...]
    late: Step
    kinds: tuple[Kind, ...]
    disagreement: Entry
    choices: dict[str, Choice]

    def entries(self) -> Iterator[Entry]:
        """Everything that can be searched, warning signs first."""
        for name, label in FIELDS["red_flags"].offered().items():
            yield Entry(label, RED_FLAGS[name], name.replace("_", " "))
        for kind in self.kinds:
            text = f"{kind.feels}. {kind.lasts}. {kind.do}."
            yield Entry(
                kind.label, text, f"{kind.words} {kind.part} {kind.comes} {kind.after}"
            )
        for step in (*self.steps, self.late):
            yield Entry(step.heading, step.text, step.words)
        yield self.disagreement

    def search(self, words: str) -> tuple[Entry, ...]:
        """Find what is said about a symptom.

        Parameters
        ----------
        words : str
            Each must begin a word of the entry; case does not matter.

        Returns
        -------
        tuple of Entry
            Empty if nothing was found, or nothing was asked.

        Examples
        --------
        >>> [entry.heading for entry in load_guide().search("eyelid twitch")]
        ['Spasm or twitch']
        """
        wanted = [_stem(word) for word in _words(words)]
        if not wanted:
            return ()
        return tuple(
            entry
            for entry in self.entries()
            if all(
                any(word.startswith(start) for word in _words(" ".join(_texts(entry))))
                for start in wanted
            )
        )


def _texts(entry: Entry) -> tuple[str, ...]:
    return entry.heading, entry.text, entry.words


def _stem(word: str) -> str:
    """Word without an ending, so that "bruises" finds "bruising"."""
    return re.sub(r"(?<=\w{4})(ing|ed|es|e|s)$", "", word)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@cache
def load_guide(path: Path | None = None) -> Guide:
    """Read and check the guide.

    Parameters
    ----------
    path : pathlib.Path, optional
        Another file than the one that comes with the package.

    Returns
    -------
    Guide

    Raises
    ------
    GuideError
        If something is missing or unknown.

    Examples
    --------
    >>> load_guide().steps[0].heading
    'Stop, and stretch the muscle gently'
    """
    path = path or data_file("guide.toml")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return Guide(
            steps=tuple(_row(Step, row) for row in raw["step"]),
            late=_row(Step, raw["late"]),
            kinds=tuple(_row(Kind, row) for row in raw["kind"]),
            disagreement=_row(Entry, {"words": "", **raw["disagreement"]}),
            choices={row["name"]: _row(Choice, row) for row in raw["choice"]},
        )
    except tomllib.TOMLDecodeError as error:
        raise GuideError(f"{path.name} is not TOML: {error}.") from None
    except KeyError as error:
        raise GuideError(f"{path.name} lacks {error.args[0]!r}.") from None


def _row(kind: Any, row: dict[str, Any]) -> Any:
    known = [field.name for field in fields(kind)]
    for name in row:
        if name not in known:
            raise GuideError(f"A {kind.__name__.lower()} of the guide has no {name!r}.")
    values = {name: row[name] for name in known}
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})
