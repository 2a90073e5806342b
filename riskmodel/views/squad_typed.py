"""What is typed of a squad's session: saved at each tap, each part by itself.

Two people may write of one session at once.  What only one of them has changed counts;
where both have changed the same, neither takes the other's place unasked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

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
from riskmodel.store import ConflictError, Item, StoreError
from riskmodel.views import clock, device, form, keeping
from riskmodel.views.squad_numbers import Numbers, shown

KIND = "squad_session"
NO, YES, ABSENT = "No", "Yes", "Not there"
MINUTE = FIELDS["duration_min"]
WEIGHED = {
    "mass_before_kg": ("before", FIELDS["body_mass_kg"]),
    "mass_after_kg": ("after", FIELDS["body_mass_kg"]),
    "fluid_drunk_l": ("drunk", DRUNK),
}
OF_ALL = {
    "wbgt_c": ("Measured WBGT", FIELDS["wbgt_c"]),
    "between_weighings_min": ("Minutes between the weighings", MINUTE),
}
_CRAMP = ("cramp", "absent", "muscle", "cramp_at_min")
_GOES_WITH = {"kg": "l/h", "lb": "oz/h"}
_TRIES = 3


class Place(NamedTuple):
    """A part that is saved by itself: of an athlete by the row, or of the session."""

    at: int | None
    part: str

    @property
    def key(self) -> str:
        """What the widgets of it are called."""
        return self.part if self.at is None else f"{self.at}_{self.part}"

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the record in which it lies."""
        return _CRAMP if self.part == "cramp" else (self.part,)

    def of(self, session: SquadSession) -> dict[str, Any]:
        """What a session holds of it."""
        one = session if self.at is None else session.athletes[self.at]
        return {name: getattr(one, name) for name in self.fields}


class Typed:
    """What stands in the fields of a session, beside what is saved of it."""

    def __init__(self, owner: str, saved: Item) -> None:
        self.owner, self.key = owner, f"after_{saved.id}"
        self.opened: Item = st.session_state.setdefault(f"{self.key}_opened", saved)
        self.session = of_content(self.opened.content)
        self.usual = self.session.mass_unit or form.chosen_units().get("kg", "kg")
        self.unit_key = f"{self.key}_unit_{self.usual}"
        self._take_back()
        self.chosen = self._units()
        self.numbers = Numbers(self.key, self.chosen)
        self.numbers.in_chosen_units(self._fields())
        if self.opened.version != saved.version:
            self._take_up(saved)
        self._fill()

    def _units(self) -> dict[str, str]:
        """Units of the list, where it had some, until somebody chooses others here."""
        unit = st.session_state.setdefault(self.unit_key, self.usual) or self.usual
        return in_units(form.chosen_units(), unit)

    def places(self) -> Iterator[Place]:
        """Every part."""
        for at in range(len(self.session.athletes)):
            yield from (Place(at, part) for part in ("cramp", *WEIGHED))
        yield from (Place(None, name) for name in OF_ALL)

    def _fields(self) -> Iterator[tuple[Field, str, float | None]]:
        """Every field for a number, with its name and what was saved."""
        for at, record in enumerate(self.session.athletes):
            for name, (_, field) in WEIGHED.items():
                yield field, f"{at}_{name}", getattr(record, name)
            yield MINUTE, f"{at}_minute", record.cramp_at_min
        for name, (_, field) in OF_ALL.items():
            yield field, name, getattr(self.session, name)

    def _fill(self) -> None:
        """Let what nobody has touched show what was saved."""
        for at, record in enumerate(self.session.athletes):
            muscle = record.muscle if record.muscle in MUSCLES else None
            st.session_state.setdefault(f"{self.key}_{at}_cramp", answer_of(record))
            st.session_state.setdefault(f"{self.key}_{at}_muscle", muscle)

    # ------------------------------------------------------------------------ read

    def said(self, at: int) -> str | None:
        """What is tapped of an athlete."""
        answer: str | None = st.session_state.get(f"{self.key}_{at}_cramp")
        return answer

    def _read(self, place: Place) -> dict[str, Any]:
        """What stands in a part; a DiaryError if it makes no sense."""
        saved = place.of(self.session)
        if place.part == "cramp":
            return self._read_cramp(place, saved)
        _, field = WEIGHED.get(place.part) or OF_ALL[place.part]
        number = self.numbers.read(field, place.key, saved[place.part])
        if number is not None and not field.low <= number <= field.high:
            there = f"{shown(number, field, self.chosen)} {self.numbers.unit(field)}"
            raise DiaryError(f"{there}: allowed is {units.allowed(field, self.chosen)}.")
        return {place.part: number}

    def _read_cramp(self, place: Place, saved: dict[str, Any]) -> dict[str, Any]:
        at, said, muscle, minute = place.at, self.said(place.at or 0), None, None
        if said == YES:
            muscle = st.session_state.get(f"{self.key}_{at}_muscle")
            minute = self.numbers.read(MINUTE, f"{at}_minute", saved["cramp_at_min"])
        cramp = {NO: False, YES: True}.get(said or "")
        return dict(zip(_CRAMP, (cramp, said == ABSENT, muscle, minute), strict=True))

    def came(self) -> tuple[SquadSession, dict[Place, str]]:
        """The session with all that can be saved, and a sentence on what cannot.

        A tap counts, whatever stands in the minute beside it.
        """
        now, problems, held = self.session, {}, self.held()
        for place in self.places():
            if place.key in held:
                continue
            try:
                typed = self._read(place)
                if typed != place.of(self.session):
                    now = self._with(now, place, typed)
            except DiaryError as error:
                problems[place] = str(error)
                if place.part == "cramp" and place.at is not None:
                    yes = replace(now.athletes[place.at], cramp=True, absent=False)
                    now = _with_record(now, place.at, yes)
        return now, problems

    def _with(self, session: SquadSession, place: Place, typed: Any) -> SquadSession:
        if place.at is None:
            return replace(session, **typed)
        record = replace(session.athletes[place.at], **typed)
        if problems := record_problems(session, record):
            raise DiaryError(" ".join(problems))
        return _with_record(session, place.at, record)

    # ------------------------------------------------------------------------ save

    def save(self) -> None:
        """Save all that can be read; of the rest it is said, and it stays typed."""
        for _ in range(_TRIES):
            came, _ = self.came()
            if came == self.session:
                return
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
            except ConflictError:
                self._take_up(keeping.store().load(self.owner, KIND, item.id))
                self._fill()
                continue
            # No text of another unit may stand for a number that was saved since.
            self.session = came
            self._take_up(replace(item, version=saved.version, content=content))
            self._fill()
            st.session_state[f"{self.key}_saved"] = clock.told(datetime.now(UTC))
            return
        raise StoreError("Others are saving here too: tap once more.")

    @property
    def saved_at(self) -> str:
        """When something was saved here last, "" if nothing was."""
        at: str = st.session_state.get(f"{self.key}_saved", "")
        return at

    # ------------------------------------------------------- changed by two at once

    def held(self) -> dict[str, str]:
        """Parts that were changed in two places, by key, with what is saved there."""
        held: dict[str, str] = st.session_state.setdefault(f"{self.key}_held", {})
        return held

    def _take_up(self, saved: Item) -> None:
        """Show what was saved, but for what was typed here since."""
        there = of_content(saved.content)
        for place in self.places():
            with suppress(DiaryError):  # what cannot be read stays as it was typed
                typed, new = self._read(place), place.of(there)
                if typed in (place.of(self.session), new):
                    self._forget(place)
                elif new != place.of(self.session):
                    self.held()[place.key] = self._told(place, there)
        self.opened, self.session = saved, there
        st.session_state[f"{self.key}_opened"] = saved

    def _told(self, place: Place, session: SquadSession) -> str:
        """What a session holds of a part, in words."""
        if place.part != "cramp" or place.at is None:
            _, field = WEIGHED.get(place.part) or OF_ALL[place.part]
            number = shown(place.of(session)[place.part], field, self.chosen)
            return f"{number} {self.numbers.unit(field)}" if number else "nothing"
        record = session.athletes[place.at]
        at = shown(record.cramp_at_min, MINUTE, self.chosen)
        words = (answer_of(record) or "not said", MUSCLES.get(record.muscle or "", ""),
                 at and f"minute {at}")  # fmt: skip
        return ", ".join(filter(None, words))

    def keep_mine(self, place: Place) -> None:
        """Let what stands here take the place of what was saved elsewhere."""
        self.held().pop(place.key, None)
        self.save()

    def take_theirs(self, place: Place) -> None:
        """Let what was saved elsewhere stand here."""
        self._forget(place)
        self._fill()

    def _forget(self, place: Place) -> None:
        self.held().pop(place.key, None)
        if place.part != "cramp":
            self.numbers.forget(place.key)
            return
        for name in (f"{place.at}_cramp", f"{place.at}_muscle"):
            st.session_state.pop(f"{self.key}_{name}", None)
        self.numbers.forget(f"{place.at}_minute")

    # ------------------------------------------------------------------ over a reload

    def remember(self) -> None:
        """Let the tab hold what is not saved, so that a reload does not lose it."""
        starts = tuple(
            self._start(place) for place in self.places() if not self._is_saved(place)
        )
        chosen = {self.unit_key: self.usual, f"{self.key}_weighing": False}
        kept = {
            name: typed
            for name, typed in st.session_state.items()
            if str(name).startswith(starts) or typed != chosen.get(str(name), typed)
        }
        if kept:
            st.session_state[f"{self.key}_back"] = True
        whole = {"typed": kept, "held": self.held()}
        device.remember(self.key, json.dumps(whole, ensure_ascii=False) if kept else "")

    def _start(self, place: Place) -> str:
        """How keys of a part begin; of an athlete, those of all parts."""
        return f"{self.key}_{place.part if place.at is None else place.at}_"

    def _is_saved(self, place: Place) -> bool:
        try:
            return self._read(place) == place.of(self.session)
        except DiaryError:
            return False

    def _take_back(self) -> None:
        """Take back, once in a visit, what the tab held before a reload."""
        text, key = device.of_tab(self.key), f"{self.key}_back"
        if not text or key in st.session_state:
            return
        st.session_state[key] = True
        starts = tuple(map(self._start, self.places()))
        offered = {"cramp": (NO, YES, ABSENT, None), "muscle": (*MUSCLES, None),
                   "weighing": (True, False), "unit": tuple(_GOES_WITH)}  # fmt: skip
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            whole = json.loads(text)
            for name, typed in whole["typed"].items():
                part = "unit" if name == self.unit_key else name.rpartition("_")[2]
                if part not in offered and name.startswith(starts):
                    st.session_state[name] = str(typed)
                elif part in offered and typed in offered[part]:
                    st.session_state[name] = typed
            self.held().update({str(k): str(v) for k, v in whole["held"].items()})


def in_units(chosen: Mapping[str, str], mass_unit: str) -> dict[str, str]:
    """Units that somebody chose, with weights in another one and drinks as goes with it."""
    if mass_unit in ("", chosen.get("kg", "kg")):
        return dict(chosen)
    return {**chosen, "kg": mass_unit, "l/h": _GOES_WITH[mass_unit]}


def answer_of(record: AthleteRecord) -> str | None:
    """What is tapped of an athlete who was saved so."""
    if record.absent:
        return ABSENT
    return None if record.cramp is None else YES if record.cramp else NO


def _with_record(session: SquadSession, at: int, record: AthleteRecord) -> SquadSession:
    athletes = (*session.athletes[:at], record, *session.athletes[at + 1 :])
    return replace(session, athletes=athletes)
