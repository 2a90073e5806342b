"""A session of a squad that was written down: a row for each athlete, and what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.diary.outcomes import MUSCLES, DiaryError
from riskmodel.diary.squad_session import (
    DRUNK,
    AthleteRecord,
    SquadSession,
    as_content,
    of_content,
    record_problems,
)
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.told import quoted
from riskmodel.reporting.squad_log import WEIGHING
from riskmodel.reporting.squad_sheet import amount_text
from riskmodel.scoring.bands import in_100_text
from riskmodel.store import ConflictError, Item, StoreError
from riskmodel.views import form, keeping, look, squad_sweat, tables, widgets
from riskmodel.views.squad_numbers import Numbers, shown

KIND = "squad_session"
NARROW_PX = 480
_NO, _YES, _ABSENT = "No", "Yes", "Not there"
_ANSWERS = (_NO, _YES, _ABSENT)
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MINUTE = FIELDS["duration_min"]
_WEIGHED = {
    "mass_before_kg": ("before", FIELDS["body_mass_kg"]),
    "mass_after_kg": ("after", FIELDS["body_mass_kg"]),
    "fluid_drunk_l": ("drunk", DRUNK),
}
_OF_ALL = {
    "wbgt_c": ("Measured WBGT", FIELDS["wbgt_c"]),
    "between_weighings_min": ("Minutes between the weighings", _MINUTE),
}


def doing(action: Callable[[], object]) -> None:
    """As `keeping.doing`, also where a session makes no sense."""

    def in_words() -> None:
        try:
            action()
        except DiaryError as error:
            raise StoreError(str(error)) from error

    keeping.doing(in_words)


def _answer_of(record: AthleteRecord) -> str | None:
    if record.absent:
        return _ABSENT
    return None if record.cramp is None else _YES if record.cramp else _NO


class Rows:
    """What is typed of a session, beside what was saved when it was opened."""

    def __init__(self, owner: str, saved: Item) -> None:
        self.owner, self.key = owner, f"after_{saved.id}"
        self.opened: Item = st.session_state.setdefault(f"{self.key}_opened", saved)
        self.session = of_content(self.opened.content)
        self.numbers = Numbers(self.key)
        self.numbers.in_chosen_units(self._fields())
        if self.opened.version != saved.version:
            self._take_up(saved)
        for at, record in enumerate(self.session.athletes):
            muscle = record.muscle if record.muscle in MUSCLES else None
            st.session_state.setdefault(f"{self.key}_{at}_cramp", _answer_of(record))
            st.session_state.setdefault(f"{self.key}_{at}_muscle", muscle)

    def _fields(self) -> Iterator[tuple[Field, str, float | None]]:
        """Every field for a number, with its name and what was saved."""
        for at, record in enumerate(self.session.athletes):
            for name, (_, field) in _WEIGHED.items():
                yield field, f"{at}_{name}", getattr(record, name)
            yield _MINUTE, f"{at}_minute", record.cramp_at_min
        for name, (_, field) in _OF_ALL.items():
            yield field, name, getattr(self.session, name)

    # ------------------------------------------------------- saved in another tab

    def _take_up(self, saved: Item) -> None:
        """Show what was saved, but for what was typed here since."""
        there = of_content(saved.content)
        both = []
        for at, record in enumerate(self.session.athletes):
            if _is_still(record, partial(self._record, at, record)):
                self._forget(f"{at}_")
            elif there.athletes[at] != record:
                both.append(record.athlete)
        for name, (words, _) in _OF_ALL.items():
            value = getattr(self.session, name)
            if _is_still(value, partial(self._of_all, name)):
                self._forget(f"{name}_")
            elif getattr(there, name) != value:
                both.append(words)
        self.opened, self.session = saved, there
        st.session_state[f"{self.key}_opened"] = saved
        st.session_state[f"{self.key}_both"] = both

    def _forget(self, start: str) -> None:
        for key in [*st.session_state]:
            if str(key).startswith(f"{self.key}_{start}"):
                del st.session_state[key]

    # ----------------------------------------------------------------------- drawn

    def show(self, names: pd.Series[str]) -> None:
        """Draw what was expected, the rows, and what is done with them."""
        session = self.session
        if self.opened.problems:
            tables.say(*self.opened.problems)
        if session.list_name:
            look.note(f"List: {quoted(session.list_name, 100)}")
        if both := st.session_state.get(f"{self.key}_both"):
            look.warn(
                f"Also changed in another place: {', '.join(both)}. What stands here "
                "takes its place once you save."
            )
        self._facts()
        st.header("A cramp, in it or within an hour after?", anchor=False)
        weighing = st.toggle("With weights", key=f"{self.key}_weighing")
        if weighing:
            look.note(WEIGHING)
        with st.container(key="after_rows"):
            for at, record in enumerate(session.athletes):
                with st.container(key=f"after_row_{at}"):
                    self._row(at, record, weighing=weighing)
        for name in _OF_ALL if weighing else ["wbgt_c"]:
            words, field = _OF_ALL[name]
            self.numbers.draw(field, words, name, getattr(session, name), width=260)
            _tell(partial(self._of_all, name))
        with st.container(horizontal=True):
            if n_rest := len(self._rest()):
                st.button(
                    f"No cramp for the other {n_rest}",
                    key="after_rest",
                    on_click=self._no_for_the_rest,
                    help="Everybody with a number of whom nothing is said yet.",
                )
            came, problems = self._came()
            st.button(
                "Save what came",
                key="after_save",
                type="primary" if problems or came != session else "secondary",
                on_click=doing,
                args=(self._save,),
            )
        squad_sweat.offer(session, names)

    def _facts(self) -> None:
        said = [self._said(at) for at in range(len(self.session.athletes))]
        here = [
            record
            for record, answer in zip(self.session.athletes, said, strict=True)
            if answer != _ABSENT
        ]
        chances = [r.probability for r in here if r.probability is not None]
        facts = [
            ("Expected", f"{amount_text(sum(chances))} of {len(chances)}"),
            ("Cramps", f"{said.count(_YES)}"),
            ("Not said yet", f"{said.count(None)} of {len(here)}"),
        ]
        with st.container(width=NARROW_PX):
            st.html(look.facts(facts, "Expected and observed"))

    def _row(self, at: int, record: AthleteRecord, *, weighing: bool) -> None:
        expected = (
            "no number"
            if record.probability is None
            else f"{in_100_text(record.probability)} of 100"
        ).replace(" ", _NO_BREAK)
        # `plain` would make blanks of all that is none, so it is given the name alone.
        st.pills(
            f"{widgets.plain(record.athlete)}, {expected}",
            _ANSWERS,
            key=f"{self.key}_{at}_cramp",
            persist_state="session",
            width="stretch",
        )
        if self._said(at) == _YES:
            with st.container(horizontal=True):
                widgets.select(
                    f"Muscle of {record.athlete}",
                    MUSCLES,
                    f"{self.key}_{at}_muscle",
                    index=None,
                    placeholder="Muscle",
                    label_visibility="collapsed",
                    persist_state="session",
                    width=190,
                )
                self.numbers.draw(
                    _MINUTE,
                    f"Minute of {record.athlete}",
                    f"{at}_minute",
                    record.cramp_at_min,
                    placeholder="Minute",
                    label_visibility="collapsed",
                    width=100,
                )
        if weighing:
            with st.container(horizontal=True):
                for name, (words, field) in _WEIGHED.items():
                    unit = units.unit_of(field.unit, form.chosen_units()).label
                    self.numbers.draw(
                        field,
                        f"{record.athlete}, {words}",
                        f"{at}_{name}",
                        getattr(record, name),
                        placeholder=f"{unit} {words}",
                        label_visibility="collapsed",
                        width=88,
                    )
            squad_sweat.tell(self.session, record)
        _tell(partial(self._record, at, record))

    # ------------------------------------------------------------------------ read

    def _said(self, at: int) -> str | None:
        answer: str | None = st.session_state.get(f"{self.key}_{at}_cramp")
        return answer

    def _rest(self) -> list[int]:
        """Who was expected to start and of whom nothing is said yet."""
        return [
            at
            for at, record in enumerate(self.session.athletes)
            if record.probability is not None and self._said(at) is None
        ]

    def _no_for_the_rest(self) -> None:
        for at in self._rest():
            st.session_state[f"{self.key}_{at}_cramp"] = _NO

    def _of_all(self, name: str) -> float | None:
        """What was measured of the session; a DiaryError if it cannot be."""
        _, field = _OF_ALL[name]
        number = self.numbers.read(field, name, getattr(self.session, name))
        if number is not None and not field.low <= number <= field.high:
            allowed = units.allowed(field, form.chosen_units())
            raise DiaryError(f"{shown(number, field)} is not allowed; {allowed} is.")
        return number

    def _record(self, at: int, record: AthleteRecord) -> AthleteRecord:
        """One athlete with what stands in the row; a DiaryError if it makes no sense."""
        said = self._said(at)
        came: dict[str, Any] = {}
        for name, (_, field) in _WEIGHED.items():
            came[name] = self.numbers.read(field, f"{at}_{name}", getattr(record, name))
        muscle, minute = None, None
        if said == _YES:
            muscle = st.session_state.get(f"{self.key}_{at}_muscle")
            minute = self.numbers.read(_MINUTE, f"{at}_minute", record.cramp_at_min)
        now = replace(
            record,
            cramp={_NO: False, _YES: True}.get(said or ""),
            absent=said == _ABSENT,
            muscle=muscle,
            cramp_at_min=minute,
            **came,
        )
        if problems := record_problems(self.session, now):
            raise DiaryError(" ".join(problems))
        return now

    def _came(self) -> tuple[SquadSession, list[str]]:
        """The session with all that can be read, and a sentence on what cannot."""
        athletes, problems = [], []
        of_all: dict[str, Any] = {}
        for at, record in enumerate(self.session.athletes):
            try:
                athletes.append(self._record(at, record))
            except DiaryError as error:
                athletes.append(record)
                problems.append(f"{record.athlete}: {error}")
        for name, (words, _) in _OF_ALL.items():
            try:
                of_all[name] = self._of_all(name)
            except DiaryError as error:
                problems.append(f"{words}: {error}")
        return replace(self.session, athletes=tuple(athletes), **of_all), problems

    def _save(self) -> None:
        """Save all that can be read; of the rest it is said, and it stays typed."""
        came, problems = self._came()
        item, content = self.opened, as_content(came)
        try:
            saved = keeping.store().save(
                self.owner,
                KIND,
                item.name,
                content,
                id=item.id,
                version=item.version,
                scorecard_version=item.scorecard_version or None,
            )
        except ConflictError as error:
            raise StoreError(
                "This session was saved in another place meanwhile. Nothing that you "
                "typed is lost: look at it and save again."
            ) from error
        # No text of another unit may stand for a number that was saved since.
        self.session = came
        self._take_up(replace(item, version=saved.version, content=content))
        if problems:
            raise DiaryError(f"Not saved: {' '.join(problems)} All else is saved.")


def _is_still(saved: object, read: Callable[[], object]) -> bool:
    """Whether what stands there is what was saved; what cannot be read is not."""
    try:
        return read() == saved
    except DiaryError:
        return False


def _tell(read: Callable[[], object]) -> None:
    """Say at a field what is wrong with what stands in it."""
    try:
        read()
    except DiaryError as error:
        look.fault(str(error))
