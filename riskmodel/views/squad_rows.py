"""A session of a squad that was written down: a row for each athlete, and what came."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.diary.outcomes import MUSCLES, DiaryError
from riskmodel.diary.squad_session import AthleteRecord
from riskmodel.inputs import units
from riskmodel.inputs.fields import Field
from riskmodel.inputs.told import names_text, quoted
from riskmodel.reporting.squad_log import weighing_text
from riskmodel.reporting.squad_sheet import amount_text
from riskmodel.scoring.bands import in_100_text
from riskmodel.store import Item, StoreError
from riskmodel.views import keeping, look, squad_sweat, tables, widgets
from riskmodel.views.squad_typed import (
    ABSENT,
    MINUTE,
    NO,
    OF_ALL,
    WEIGHED,
    YES,
    Place,
    Typed,
)

NARROW_PX = 480
NOTE = "squad_diary_note"
"""Key of what came of the last click."""
_ANSWERS = (NO, YES, ABSENT)
NO_BREAK = "\N{NO-BREAK SPACE}"
_WIDTHS_PX = {"muscle": 190, "minute": 100, "weight": 88}


def doing(action: Callable[[], object]) -> None:
    """As `keeping.doing`, also where a session makes no sense."""

    def in_words() -> None:
        try:
            action()
        except DiaryError as error:
            raise StoreError(str(error)) from error

    st.session_state[NOTE] = ""
    keeping.doing(in_words)


class Rows:
    """The rows of a session, each saved as it is tapped."""

    def __init__(self, owner: str, saved: Item) -> None:
        self.typed = Typed(owner, saved)
        self.key, self.numbers = self.typed.key, self.typed.numbers
        self.save = partial(doing, self.typed.save)

    def show(self, names: pd.Series[str]) -> None:
        """Draw what was expected, the rows, and what is done with them.

        ``names`` are those of the list that is open, by its index.
        """
        typed, session = self.typed, self.typed.session
        self.came, self.problems = typed.came()
        self.listed_kg = squad_sweat.listed_masses(names)
        if typed.opened.problems:
            tables.say(*typed.opened.problems)
        st.header("A cramp, in it or within an hour after?", anchor=False)
        with st.container(key="after_all"):
            self._status()
            weighing = self._measured()
            with st.container(key="after_rows"):
                for at, record in enumerate(session.athletes):
                    with st.container(key=f"after_row_{at}"):
                        self._row(at, record, weighing=weighing)
        self._rest()
        if weighing:
            look.note(weighing_text(typed.chosen))
        if session.list_name:
            look.note(f"List: {quoted(session.list_name, 100)}")
        doubtful = {r.athlete for r in session.athletes if self._doubts(r)}
        squad_sweat.offer(session, names, doubtful)
        typed.remember()

    def _counts(self) -> str:
        """Say how many are expected; gives back what came until now."""
        said = [self.typed.said(at) for at in range(len(self.came.athletes))]
        here = [
            record
            for record, answer in zip(self.came.athletes, said, strict=True)
            if answer != ABSENT
        ]
        chances = [r.probability for r in here if r.probability is not None]
        look.note(f"Expected: {amount_text(sum(chances))} of {len(chances)}.")
        return f"Cramps {said.count(YES)}, not said yet {said.count(None)}."

    def _status(self) -> None:
        """Say whether all is saved; it stays in sight."""
        typed, athletes = self.typed, self.typed.session.athletes
        words = {name: what for name, (what, _) in OF_ALL.items()}
        open_places = [
            *self.problems,
            *(place for place in typed.places() if place.key in typed.held()),
        ]
        open_ = dict.fromkeys(
            words[place.part] if place.at is None else athletes[place.at].athlete
            for place in open_places
        )
        counts = self._counts()
        with st.container(key="after_saved"):
            if self.came != typed.session:
                look.fault(f"{counts} Not saved yet.")
                st.button(
                    "Save what came", key="after_save", type="primary", on_click=self.save
                )
            elif open_:
                look.fault(f"{counts} Not saved yet: {names_text([*open_])}. See there.")
            elif typed.saved_at:
                look.note(f"{counts} Saved at {typed.saved_at}")
            else:
                look.note(f"{counts} Each tap is saved.")

    def _measured(self) -> bool:
        """Ask for what was measured of all; gives back whether weights are asked for."""
        weighing = st.toggle(
            "With weights", key=f"{self.key}_weighing", persist_state="session"
        )
        if weighing:
            widgets.pills(
                "Weights in",
                {unit: unit for unit in units.UNITS["kg"]},
                self.typed.unit_key,
                required=True,
                persist_state="session",
            )
        with st.container(horizontal=True):
            for name in OF_ALL if weighing else ["wbgt_c"]:
                words, field = OF_ALL[name]
                value, place = getattr(self.typed.session, name), Place(None, name)
                with st.container(width=260):
                    self._number(field, words, name, value, width=260)
                    self._tell(place)
        weighed = (r for r in self.came.athletes if r.mass_before_kg and r.mass_after_kg)
        if weighing and self.came.between_weighings_min is None and any(weighed):
            look.note("Without the minutes between the weighings there is no sweat rate.")
        return weighing

    def _number(
        self, field: Field, words: str, name: str, value: float | None, **more: Any
    ) -> None:
        self.numbers.draw(field, words, name, value, on_change=self.save, **more)

    def _row(self, at: int, record: AthleteRecord, *, weighing: bool) -> None:
        expected = (
            "no number"
            if record.probability is None
            else f"{in_100_text(record.probability)} of 100"
        ).replace(" ", NO_BREAK)
        # `plain` would make blanks of all that is none, so it is given the name alone.
        st.pills(
            f"{widgets.plain(record.athlete)}, {expected}",
            _ANSWERS,
            key=f"{self.key}_{at}_cramp",
            persist_state="session",
            width="stretch",
            on_change=self.save,
        )
        if self.typed.said(at) == YES:
            self._where_and_when(at, record)
        self._tell(Place(at, "cramp"))
        if not weighing:
            return
        heads = [
            (f"{self.numbers.unit(field)} {words}", "weight")
            for words, field in WEIGHED.values()
        ]
        with st.container(gap=None):
            _heads(heads)
            with st.container(horizontal=True):
                for name, (words, field) in WEIGHED.items():
                    self._number(
                        field,
                        f"{record.athlete}, {words}",
                        f"{at}_{name}",
                        getattr(record, name),
                        label_visibility="collapsed",
                        width=_WIDTHS_PX["weight"],
                    )
        for name in WEIGHED:
            self._tell(Place(at, name))
        if doubts := self._doubts(self.came.athletes[at]):
            look.warn(doubts)
        else:
            squad_sweat.tell(self.came, self.came.athletes[at], self.typed.chosen)

    def _where_and_when(self, at: int, record: AthleteRecord) -> None:
        with st.container(gap=None):
            _heads([("Muscle", "muscle"), ("Minute", "minute")])
            with st.container(horizontal=True):
                widgets.select(
                    f"Muscle of {record.athlete}",
                    MUSCLES,
                    f"{self.key}_{at}_muscle",
                    index=None,
                    label_visibility="collapsed",
                    persist_state="session",
                    width=_WIDTHS_PX["muscle"],
                    on_change=self.save,
                )
                self._number(
                    MINUTE,
                    f"Minute of {record.athlete}",
                    f"{at}_minute",
                    record.cramp_at_min,
                    placeholder="90+3",
                    label_visibility="collapsed",
                    width=_WIDTHS_PX["minute"],
                )

    def _doubts(self, record: AthleteRecord) -> str:
        """Ask about weights that are far from the list's, "" if none is."""
        return squad_sweat.doubts(
            record, self.listed_kg.get(record.athlete), self.typed.chosen
        )

    def _tell(self, place: Place) -> None:
        """Say at a field what is wrong with what stands in it, or who else changed it."""
        if problem := self.problems.get(place):
            look.fault(problem)
        if (theirs := self.typed.held().get(place.key)) is None:
            return
        look.warn(f"Changed in another place meanwhile: {theirs}.")
        with st.container(horizontal=True):
            for words, action in (
                ("Keep what stands here", self.typed.keep_mine),
                ("Take what was saved there", self.typed.take_theirs),
            ):
                key = f"{action.__name__}_{self.key}_{place.key}"
                st.button(words, key=key, on_click=doing, args=(partial(action, place),))

    # ------------------------------------------------------------- all others at once

    def _rest(self) -> None:
        """Offer to say no of all others at once, and to take that back."""
        rest = [
            at
            for at, record in enumerate(self.typed.session.athletes)
            if record.probability is not None and self.typed.said(at) is None
        ]
        done: list[int] = st.session_state.get(f"{self.key}_rest", [])
        with st.container(horizontal=True):
            if rest:
                st.button(
                    f"No cramp for the other {len(rest)}",
                    key="after_rest",
                    on_click=self._say,
                    args=(rest, NO),
                    help="Everybody with a number of whom nothing is said yet.",
                )
            elif done:
                words = f"Take back the No of {len(done)}"
                st.button(
                    words, key="after_rest_back", on_click=self._say, args=(done, None)
                )

    def _say(self, rows: list[int], answer: str | None) -> None:
        done = []
        for at in rows:
            if answer == NO or self.typed.said(at) == NO:  # since tapped is not taken back
                st.session_state[f"{self.key}_{at}_cramp"] = answer
                done.append(at)
        st.session_state[f"{self.key}_rest"] = done if answer == NO else []
        self.save()


def _heads(heads: list[tuple[str, str]]) -> None:
    """Say what the fields below are; their own labels, with the athlete, are long."""
    spans = "".join(
        f'<span style="width:{_WIDTHS_PX[kind]}px">{escape(words)}</span>'
        for words, kind in heads
    )
    st.html(f'<div class="cr-heads" aria-hidden="true">{spans}</div>')
