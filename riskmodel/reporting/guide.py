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
    """One thing to do when it happens, or before."""

    heading: str
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
class Question:
    """A yes-or-no question; `yes` and `no` name the next one, or an end after ``>``."""

    name: str
    text: str
    yes: str
    no: str


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
    questions : dict of str to Question
        In their order; the first begins the path.
    ends : dict of str to str
    """

    steps: tuple[Step, ...]
    late: Step
    kinds: tuple[Kind, ...]
    disagreement: Entry
    questions: dict[str, Question]
    ends: dict[str, str]

    def entries(self) -> Iterator[Entry]:
        """Everything that can be searched, warning signs first."""
        for name, label in FIELDS["red_flags"].levels.items():
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

    def walk(self, answers: dict[str, bool]) -> tuple[tuple[Question, ...], str | None]:
        """Follow the decision path as far as it is answered.

        Parameters
        ----------
        answers : dict of str to bool
            By the names of the questions.

        Returns
        -------
        asked : tuple of Question
            Those on the path, the last one perhaps not answered yet.
        end : str or None
            What it comes to, if the path has been walked to its end.

        Examples
        --------
        >>> asked, end = load_guide().walk({"warning": True})
        >>> len(asked), end.split(".")[0]
        (1, 'Get help first')
        """
        asked = []
        name = next(iter(self.questions))
        while True:
            question = self.questions[name]
            asked.append(question)
            if name not in answers:
                return tuple(asked), None
            name = question.yes if answers[name] else question.no
            if name.startswith(">"):
                return tuple(asked), self.ends[name[1:]]


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
        If something is missing, unknown or leads nowhere.

    Examples
    --------
    >>> load_guide().steps[0].heading
    'Stop, and stretch the muscle gently'
    """
    path = path or data_file("guide.toml")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        guide = Guide(
            steps=tuple(_row(Step, row) for row in raw["step"]),
            late=_row(Step, raw["late"]),
            kinds=tuple(_row(Kind, row) for row in raw["kind"]),
            disagreement=_row(Entry, {"words": "", **raw["disagreement"]}),
            questions={row["name"]: _row(Question, row) for row in raw["question"]},
            ends=dict(raw["end"]),
        )
    except tomllib.TOMLDecodeError as error:
        raise GuideError(f"{path.name} is not TOML: {error}.") from None
    except KeyError as error:
        raise GuideError(f"{path.name} lacks {error.args[0]!r}.") from None
    _check_path(guide, path.name)
    return guide


def _row(kind: Any, row: dict[str, Any]) -> Any:
    known = [field.name for field in fields(kind)]
    for name in row:
        if name not in known:
            raise GuideError(f"A {kind.__name__.lower()} of the guide has no {name!r}.")
    values = {name: row[name] for name in known}
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})


def _check_path(guide: Guide, file: str) -> None:
    """Every answer leads to a later question or to an end, so that each path ends."""
    order = list(guide.questions)
    if not order:
        raise GuideError(f"{file} asks no question.")
    for place, question in enumerate(guide.questions.values()):
        for target in (question.yes, question.no):
            known = guide.ends if target.startswith(">") else order[place + 1 :]
            if target.removeprefix(">") not in known:
                raise GuideError(f"In {file}, {question.name!r} leads to {target!r}.")
