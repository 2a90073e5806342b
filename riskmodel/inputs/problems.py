"""What is wrong with an answer, as data, and the sentence for it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.sport_words import sports_called
from riskmodel.inputs.told import in_quotes, quoted

Kind = Literal[
    "missing",
    "not_allowed",
    "ambiguous",
    "left_open",
    "no_such_date",
    "sign_not_looked_at",
    "no_such_input",
    "no_scenarios",
    "scenarios_of_another_version",
    "too_many_scenarios",
    "indoors",
    "in_water",
    "nobody_scored",
    "not_calibrated",
]
# Of problems that are about no single answer.
_SENTENCES: Mapping[str, str] = {
    "no_scenarios": "These plans cannot be read: this is no list of plans.",
    "scenarios_of_another_version": (
        "These plans cannot be read: they come from another version."
    ),
    "too_many_scenarios": "There are {value[0]} plans; the first {value[1]} are used.",
    "indoors": (
        "The session is indoors, where the weather outside says little; if it is outdoors, "
        "say what the sky is{name}."
    ),
    "in_water": (
        "Heat in the water is not scored from the air, so that no hour of the weather is "
        "better than another."
    ),
    "nobody_scored": "None of the athletes can be scored.",
    "not_calibrated": (
        "No probability: this scorecard has not been calibrated (cramprisk calibrate)."
    ),
}


_CLOCK = re.compile(r"(\d+):\d+(:\d+)?")


@dataclass(frozen=True)
class Problem:
    """One reason why a session cannot be scored, or an answer not used.

    Attributes
    ----------
    field : str
        A name in `FIELDS`; of ``no_such_input`` the name that was given, and empty
        where it is about no single answer.
    kind : str
    value : str or tuple of str
        As it was written; of warning signs, the names of their levels.

    Examples
    --------
    >>> problem = Problem("sleep_h", "not_allowed", "30")
    >>> print(problem, problem.private)
    Sleep last night (sleep_h) is 30; allowed is 0 to 14 h. True
    """

    field: str
    kind: Kind
    value: str | tuple[str, ...] = ""

    @property
    def label(self) -> str:
        """What people call the question."""
        return FIELDS[self.field].label if self.field in FIELDS else self.field

    @property
    def private(self) -> bool:
        """Whether it tells an answer that stays out of what is shared."""
        return self.field in FIELDS and FIELDS[self.field].private

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, *, names: bool = True) -> str:
        """Say it; without ``names`` as on a page, where no names of programs stand."""
        if self.kind in _SENTENCES:
            return _SENTENCES[self.kind].format(value=self.value, name=" (sky)" * names)
        if self.kind == "no_such_input":
            hint = f" Did you mean {self.meant!r}?" if self.meant else ""
            return f"There is no input {quoted(self.field)!r}.{hint}"
        field = FIELDS[self.field]
        name = f" ({self.field})" * names
        if self.kind == "missing":
            return f"{field.label}{name} is missing; needed is {field.allowed}."
        if self.kind == "sign_not_looked_at":
            signs = "; ".join(field.levels[level] for level in self.value)
            how = " (red_flags_seen)" * names
            return (
                f"{signs}{name}: no score until a doctor has looked at it and said that "
                f"you may train{how}."
            )
        hints = ""
        value = str(self.value)
        if self.kind == "ambiguous":
            sports = sports_called(value)
            means = " or ".join(field.levels[sport] for sport in sports)
            write = f"write {' or '.join(sports)}" if names else "say which"
            return f"{field.label}{name} is {quoted(value)}, which may be {means}: {write}."
        if self.kind == "no_such_date":
            if re.fullmatch(r"\d+([-/.])\d+\1\d+", value):
                wrong = "lies after the session" if _exists(value) else "does not exist"
                return f"The date {value}{name} {wrong}."
            return f"{in_quotes(value)}{name} is no date of birth; write it as 1995-03-13."
        if "1-2" in field.levels and re.search(r"[A-Za-z]{3}|\d{4}", value):
            hints += " A spreadsheet may have turned 1-2 or 3-5 into a date."
        if field.kind == "number" and re.fullmatch(r"-?\d+,\d{3}", value.strip()):
            hints += " Write decimals with a point."
        if field.unit == "min" and (clock := _CLOCK.fullmatch(value.strip())):
            hints += " Write a time as 1:30:00 or 90 min."
            if clock[2]:  # it is such a time, and too long
                hints = f" If minutes are meant, write {clock[1]} min."
        wrong = f"; allowed is {field.allowed}."
        if not names and field.group == "before":
            wrong = ", which is not understood: say which of the signs it is, or none."
        if self.kind == "left_open":
            # Of levels a page shows the words, and no names.
            wrong = ", which is not understood." if field.levels else wrong
            hints += " It is left open."
        return f"{field.label}{name} is {quoted(value)}{wrong}{hints}"

    @property
    def meant(self) -> str:
        """The input whose name is near an unknown one, empty if none is."""
        spelt = self.field.strip().lower()
        near = [known for known in FIELDS if len(spelt) > 2 and spelt in known]
        near = near or difflib.get_close_matches(spelt, FIELDS, 1, 0.6)
        return near[0] if near else ""


def _exists(day: str) -> bool:
    """Whether a date is one of the calendar, written with the year first."""
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


class AnswerError(ValueError):
    """Answers that cannot be used.

    Attributes
    ----------
    problems : tuple of Problem
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


BORN = "born "
"""What an age is written as where only a date of birth is known, and it is no date."""


TWO_CLOCKS = " (hours or minutes?)"
"""What follows a time such as 1:30 in a list, which could be of either."""


def not_allowed(name: str, written: str) -> Problem:
    """Problem with what was written under a question."""
    if name == "age_years" and written.startswith(BORN):
        return Problem(name, "no_such_date", written.removeprefix(BORN))
    if name == "sport" and len(sports_called(written)) > 1:
        return Problem(name, "ambiguous", written)
    return Problem(name, "not_allowed", written.removesuffix(TWO_CLOCKS))


def public_sentences(problems: Iterable[Problem]) -> str:
    """Say which answers need a look, without values and without private questions.

    Examples
    --------
    >>> public_sentences([Problem("age_years", "not_allowed", "200")])
    'Age needs a look.'
    >>> public_sentences([Problem("sleep_h", "not_allowed", "30")])
    'Answers need a look.'
    """
    problems = tuple(problems)
    public = (p.label for p in problems if p.field in FIELDS and not p.private)
    sentences = [f"{label} needs a look." for label in dict.fromkeys(public)]
    if problems and (not sentences or any(p.private for p in problems)):
        sentences.append("Answers need a look.")
    return " ".join(sentences)
