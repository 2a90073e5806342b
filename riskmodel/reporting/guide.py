"""The cramp guide: what to do when it happens, what it is, and what people ask about."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from riskmodel.datasets import data_file
from riskmodel.reporting.guide_search import Index, likeliest
from riskmodel.scorecard.evidence import cited, load_evidence
from riskmodel.scoring.guards import RED_FLAGS

GET_HELP = "Get help first if this is true"
IF_NOT = "If it is not true"
NOTHING = "The guide has nothing on that"
MOST_CRAMPS = "What helps with most cramps"
IF_WORRIED = (
    "If it worries you, ask a doctor; chest pain or trouble to breathe is an emergency."
)
_MORE_FOR_A_NAME = 2  # that a word counts if it names the thing; judgement
_MOST_ENTRIES = 2  # that an answer holds: the likeliest, and one that is meant too


class GuideError(ValueError):
    """The file of the guide is not what it should be."""


@dataclass(frozen=True)
class Entry:
    """One thing that somebody asks about, or a step when a cramp comes.

    Attributes
    ----------
    name, heading, text : str
        The text is empty where `calm` and `alarm` say all.
    evidence : str
        What is known, and how well.
    studies : tuple of str
        Rows of ``data/evidence.csv``.
    words, names : tuple of str
        What a question is found by; what names the thing itself counts more.
    calm, alarm : str
        What speaks for a harmless cramp, and when to get help; may be empty.
    brief : str
        A step in a few words; empty for other entries.
    """

    name: str
    heading: str
    evidence: str
    studies: tuple[str, ...]
    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    text: str = ""
    calm: str = ""
    alarm: str = ""
    brief: str = ""

    @property
    def sources(self) -> str:
        """The studies with their identifiers, or "" if there are none."""
        return f"{cited(self.studies)}." if self.studies else ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is said, in order: the answer, what calms, and when to get help."""
        alarm = f"But: {self.alarm}" if self.alarm else ""
        return tuple(line for line in (self.text, self.calm, alarm) if line)


@dataclass(frozen=True)
class Sign:
    """A warning sign that a question may hold, and what to do about it."""

    name: str
    words: tuple[str, ...]
    text: str


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
    words: tuple[str, ...]

    @property
    def entry(self) -> Entry:
        """The kind as the answer to a question."""
        return Entry(
            name=self.name,
            heading=self.label,
            text=f"{self.feels}. {self.lasts}. {self.do}.",
            evidence="What five guides agree on, in clinical usage.",
            studies=(),
            words=self.words,
        )


@dataclass(frozen=True)
class Choice:
    """One thing that it may be, as a person would say it, and the answer."""

    name: str
    label: str
    icon: str
    heading: str
    text: str


@dataclass(frozen=True)
class Disagreement:
    """Where the guides contradict each other."""

    heading: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What the guide has on a question.

    Attributes
    ----------
    signs : tuple of Sign
        Warning signs that the question holds, the most urgent first; they come first.
    entries : tuple of Entry
        The likeliest first; empty if the guide has nothing on it.
    """

    signs: tuple[Sign, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Guide:
    """The whole guide.

    Attributes
    ----------
    steps : tuple of Entry
        What helps with most cramps, in order.
    late : Entry
        When in a session cramps begin.
    kinds : tuple of Kind
    disagreement : Disagreement
    choices : dict of str to Choice
        By their names, in the order in which they should be thought of.
    topics : tuple of Entry
        What people ask about besides, the likelier of two that are alike first.
    signs : tuple of Sign
        The most urgent first.
    alike : dict of str to tuple of str
        For a word, others that count as it.
    plain : tuple of str
        Ordinary words, which are not taken for misspelt ones.
    """

    steps: tuple[Entry, ...]
    late: Entry
    kinds: tuple[Kind, ...]
    disagreement: Disagreement
    choices: dict[str, Choice]
    topics: tuple[Entry, ...]
    signs: tuple[Sign, ...]
    alike: dict[str, tuple[str, ...]]
    plain: tuple[str, ...]

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Everything that answers a question, by name."""
        kinds = (kind.entry for kind in self.kinds)
        rows = (*self.steps, *kinds, *self.topics, self.late)
        return {entry.name: entry for entry in rows}

    @cached_property
    def _index(self) -> Index:
        words = {sign.name: sign.words for sign in self.signs}
        words |= {e.name: (*e.names, *e.words) for e in self.entries.values()}
        return Index(words, self.alike, self.plain)

    @cached_property
    def _names(self) -> Index:
        return Index({e.name: e.names for e in self.entries.values()}, self.alike)

    def answer(self, question: str) -> Answer:
        """Find what is said about a question in a person's own words.

        Parameters
        ----------
        question : str
            In any wording; endings and small slips of the keyboard do not matter.

        Returns
        -------
        Answer
            Without entries if nothing fits: the general steps are in order then, unless
            it holds a warning sign.

        Examples
        --------
        >>> answer = load_guide().answer("does mangesium help at nite? i have a fever")
        >>> [sign.name for sign in answer.signs]
        ['fever_numbness_tingling']
        >>> [entry.name for entry in answer.entries]
        ['magnesium', 'night']
        """
        words = self._index.read(question)
        signs = (s for s in self.signs if self._index.explained(s.name, words))
        shares = {name: self._index.explained(name, words) for name in self.entries}
        shares = {name: share for name, share in shares.items() if share}
        weights = {
            name: len(share) + _MORE_FOR_A_NAME * len(self._names.explained(name, words))
            for name, share in shares.items()
        }
        names = likeliest(shares, weights, _MOST_ENTRIES) if shares else []
        return Answer(tuple(signs), tuple(self.entries[name] for name in names))


def answer_lines(guide: Guide, answer: Answer) -> list[str]:
    """Write an answer for a terminal: warning signs, then entries or the general steps.

    Examples
    --------
    >>> guide = load_guide()
    >>> answer_lines(guide, guide.answer("do bananas help"))[0]
    'Bananas: good food, no remedy'
    """
    lines = []
    if answer.signs:
        lines += [f"{GET_HELP}:", *(f"    {sign.text}" for sign in answer.signs), ""]
    if answer.signs and answer.entries:
        lines += [f"{IF_NOT}:", ""]
    for entry in answer.entries:
        lines += [entry.heading, *(f"    {line}" for line in entry.sentences)]
        lines += [f"    Evidence: {entry.evidence} {entry.sources}".rstrip(), ""]
    if not answer.signs and not answer.entries:
        lines += [f"{NOTHING}. {IF_WORRIED}", f"{MOST_CRAMPS}:"]
        lines += [f"    {step.heading}. {step.brief}" for step in guide.steps]
    return lines


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
            steps=tuple(_row(Entry, row) for row in raw["step"]),
            late=_row(Entry, raw["late"]),
            kinds=tuple(_row(Kind, row) for row in raw["kind"]),
            disagreement=_row(Disagreement, raw["disagreement"]),
            choices={row["name"]: _row(Choice, row) for row in raw["choice"]},
            topics=tuple(_row(Entry, row) for row in raw["entry"]),
            signs=tuple(_row(Sign, {**_asked(row), **row}) for row in raw["sign"]),
            alike={word: tuple(others) for word, others in raw["alike"].items()},
            plain=tuple(raw["plain"]["words"]),
        )
    except tomllib.TOMLDecodeError as error:
        raise GuideError(f"{path.name} is not TOML: {error}.") from None
    except KeyError as error:
        raise GuideError(f"{path.name} lacks {error.args[0]!r}.") from None


def _asked(sign: dict[str, Any]) -> dict[str, str]:
    """Text of a sign that the question on warning signs asks for."""
    return {} if "text" in sign else {"text": RED_FLAGS[sign["name"]]}


def _row(kind: Any, row: dict[str, Any]) -> Any:
    known = {field.name: field.default for field in fields(kind)}
    for name in row:
        if name not in known:
            raise GuideError(f"Part of the guide, {kind.__name__}, has no {name!r}.")
    needed = [name for name, default in known.items() if default is MISSING]
    values = {name: row[name] for name in (*needed, *row)}
    for study in values.get("studies", ()):
        if study not in load_evidence():
            raise GuideError(f"{values['name']} names {study!r}, no row of evidence.csv.")
    return kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})
