"""The diary of a squad: what is expected of a session, and one tap for what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

import riskmodel
from riskmodel.diary.outcomes import MUSCLES, DiaryError
from riskmodel.diary.squad_session import (
    DRUNK,
    AthleteRecord,
    SquadSession,
    as_content,
    can_be_answer,
    expected_of,
    of_content,
    sweat_of,
    with_outcomes,
)
from riskmodel.diary.squad_table import sessions_csv
from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS, Field
from riskmodel.inputs.units import duration_text
from riskmodel.inputs.written import number_written
from riskmodel.reporting.squad_log import WEIGHING, log_sheet_pdf
from riskmodel.reporting.squad_print import title_text
from riskmodel.reporting.squad_sheet import amount_text
from riskmodel.scoring.bands import in_100_text
from riskmodel.store import Entry, Item, StoreError
from riskmodel.views import form, keeping, look, own_card, tables, unreadable, widgets
from riskmodel.views.state import SquadState, state

_KIND = "squad_session"
_NARROW_PX = 480
_NO, _YES = "No", "Yes"
_ANSWER = {None: None, False: _NO, True: _YES}
_WEIGHED = {
    "mass_before_kg": ("before", FIELDS["body_mass_kg"]),
    "mass_after_kg": ("after", FIELDS["body_mass_kg"]),
    "fluid_drunk_l": ("drunk", DRUNK),
}


def offer(scored: pd.DataFrame, plan: Mapping[str, Any]) -> None:
    """Offer the diary, which is drawn once it is opened."""
    draw = partial(_show, scored.sort_index(), plan)
    widgets.folded("Before and after: who had a cramp?", "squad_diary", draw)


def _show(scored: pd.DataFrame, plan: Mapping[str, Any]) -> None:
    who = keeping.ask_who()
    if who is None:
        _ask_before(None, scored, plan, [])
        return
    try:
        entries = keeping.store().items(who, _KIND)
    except StoreError as error:
        tables.tell(str(error))
        return
    _ask_before(who, scored, plan, [entry.name for entry in entries])
    keeping.show_problem()
    unreadable.show(entries.unreadable, partial(_delete, who))
    items = {item.id: item for entry in entries if (item := _loaded(who, entry))}
    if items:
        names = {id: item.name for id, item in items.items()}
        key = f"squad_session_{len(items)}"
        id = widgets.select("Session", names, key, index=0, width=_NARROW_PX)
        chosen = items[id] if id in items else next(iter(items.values()))
        _Rows(who, chosen).show(scored)
        _offer_export([of_content(item.content) for item in items.values()])
        _offer_to_delete(who, chosen)
    where, readers = keeping.where_and_who()
    look.note(f"The squad's diary lies here: {where} Who can read it: {readers}")


def _loaded(owner: str, entry: Entry) -> Item | None:
    """A session; what cannot be read is told, and may be deleted."""
    try:
        return keeping.store().load(owner, _KIND, entry.id)
    except StoreError as error:
        tables.tell(str(error))
        _offer_to_delete(owner, entry)
        return None


# ----------------------------------------------------------------------------- before


def _ask_before(
    owner: str | None, scored: pd.DataFrame, plan: Mapping[str, Any], names: list[str]
) -> None:
    """Offer to write down what is expected, and a sheet for the field."""
    # What is expected is written down before: of a day that is over nothing is.
    first = form.today()
    there = st.session_state.get("squad_day", form.planned_day())
    st.session_state["squad_day"] = max(there, first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input(
            "Day of the session", min_value=first, key="squad_day", width=150
        )
        session = f"{FIELDS['sport'].levels[plan['sport']]}, "
        name = f"{day:%Y-%m-%d} {session}{duration_text(plan['duration_min'])}"
        if owner is not None:
            again = any(known.startswith(name) for known in names)
            st.button(
                "Write it down again" if again else "Write down what is expected",
                key="squad_write",
                on_click=_write,
                args=(owner, name, scored, plan, day),
                help="Saves names and numbers. They stay as they are, whatever comes.",
            )
        athletes, card = scored["athlete"].tolist(), own_card.scorecard()
        title = title_text(plan)
        widgets.download(
            "Sheet for the field",
            lambda: log_sheet_pdf(athletes, title, day, card),
            "squad-after.pdf",
            help="Names and boxes, nothing else.",
        )


def _doing(action: Callable[[], object]) -> None:
    def in_words() -> None:
        try:
            action()
        except DiaryError as error:
            raise StoreError(str(error)) from error

    keeping.doing(in_words)


def _write(
    owner: str, name: str, scored: pd.DataFrame, plan: Mapping[str, Any], day: date
) -> None:
    session = SquadSession(
        day,
        riskmodel.__version__,
        own_card.scorecard().fingerprint,
        own_card.version(),
        plan["sport"],
        float(plan["duration_min"]),
        expected_of(scored),
    )
    version = own_card.version()
    save = partial(keeping.store().save, scorecard_version=version, keep_both=True)
    _doing(lambda: save(owner, _KIND, name, as_content(session)))


# ------------------------------------------------------------------------------ after


class _Rows:
    """A session that was written down: one row for each athlete, and what is typed."""

    def __init__(self, owner: str, item: Item) -> None:
        self.owner, self.item = owner, item
        self.session = of_content(item.content)
        # What another tab saved since is shown, and never overwritten.
        self.key = f"after_{item.id}_{item.version}"
        for at, record in enumerate(self.session.athletes):
            st.session_state.setdefault(f"{self.key}_{at}_cramp", _ANSWER[record.cramp])

    def show(self, scored: pd.DataFrame) -> None:
        """Draw what was expected, the rows, and what is done with them."""
        session = self.session
        if self.item.problems:
            tables.say(*self.item.problems)
        chances = [r.probability for r in session.athletes if r.probability is not None]
        said = [self._cramp(at) for at in range(len(session.athletes))]
        n_open = said.count(None)
        facts = [
            ("Expected", f"{amount_text(sum(chances))} of {len(chances)}"),
            ("Cramps", f"{said.count(_YES)}"),
            ("Not said yet", f"{n_open} of {len(said)}"),
        ]
        with st.container(width=_NARROW_PX):
            st.html(look.facts(facts, "Expected and observed"))
        st.header("A cramp, in it or within an hour after?", anchor=False)
        weighing = st.toggle("With weights", key=f"after_{self.item.id}_weighing")
        if weighing:
            look.note(WEIGHING)
        with st.container(key="after_rows"):
            for at, record in enumerate(session.athletes):
                with st.container(key=f"after_row_{at}"):
                    self._row(at, record, weighing=weighing)
        self._typed(FIELDS["wbgt_c"], "Measured WBGT", "wbgt", session.wbgt_c, width=160)
        with st.container(horizontal=True):
            if n_open:
                st.button(
                    f"No cramp for the other {n_open}",
                    key="after_rest",
                    on_click=self._no_for_the_rest,
                )
            as_saved = said == [_ANSWER[record.cramp] for record in session.athletes]
            st.button(
                "Save what came",
                key="after_save",
                type="secondary" if as_saved else "primary",
                on_click=self._save,
            )
        self._offer_sweat(scored)

    def _row(self, at: int, record: AthleteRecord, *, weighing: bool) -> None:
        expected = (
            "no number"
            if record.probability is None
            else f"{in_100_text(record.probability)} of 100"
        )
        widgets.pills(
            f"{record.athlete} · {expected}",
            {_NO: _NO, _YES: _YES},
            f"{self.key}_{at}_cramp",
            persist_state="session",
            width="stretch",
        )
        if self._cramp(at) == _YES:
            with st.container(horizontal=True):
                st.session_state.setdefault(f"{self.key}_{at}_muscle", record.muscle)
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
                self._typed(
                    FIELDS["duration_min"],
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
                    self._typed(
                        field,
                        f"{record.athlete}, {words}",
                        f"{at}_{name}",
                        getattr(record, name),
                        placeholder=f"{unit} {words}",
                        label_visibility="collapsed",
                        width=88,
                    )
            self._tell_sweat(record)

    def _typed(
        self, field: Field, words: str, key: str, value: float | None, **more: Any
    ) -> None:
        """Draw a field for a number in the reader's unit; what is saved stands in it."""
        unit = units.unit_of(field.unit, form.chosen_units())
        key = f"{self.key}_{key}"
        shown = "" if value is None else f"{float(unit.shown(value)):.4g}"
        st.session_state.setdefault(key, shown)
        label = f"{words}, {unit.label}" if unit.label else words
        st.text_input(widgets.plain(label), key=key, persist_state="session", **more)

    def _cramp(self, at: int) -> str | None:
        answer: str | None = st.session_state.get(f"{self.key}_{at}_cramp")
        return answer

    def _no_for_the_rest(self) -> None:
        for at in range(len(self.session.athletes)):
            if self._cramp(at) is None:
                st.session_state[f"{self.key}_{at}_cramp"] = _NO

    def _number(self, field: Field, key: str, whose: str) -> float | None:
        typed = st.session_state.get(f"{self.key}_{key}") or ""
        if is_blank(typed):
            return None
        try:
            return number_written(typed, field, form.chosen_units())
        except ValueError:
            raise DiaryError(f"{whose}: {typed} is no number.") from None

    def _came(self) -> SquadSession:
        """The session with what stands in the rows."""
        came: dict[str, dict[str, Any]] = {}
        for at, record in enumerate(self.session.athletes):
            said, name = self._cramp(at), record.athlete
            now: dict[str, Any] = {"cramp": None if said is None else said == _YES}
            now |= {"muscle": None, "cramp_at_min": None}
            if said == _YES:
                now["muscle"] = st.session_state.get(f"{self.key}_{at}_muscle")
                now["cramp_at_min"] = self._number(
                    FIELDS["duration_min"], f"{at}_minute", name
                )
            for what, (_, field) in _WEIGHED.items():
                if f"{self.key}_{at}_{what}" in st.session_state:
                    now[what] = self._number(field, f"{at}_{what}", name)
            came[name] = now
        wbgt_c = self._number(FIELDS["wbgt_c"], "wbgt", "Measured WBGT")
        return with_outcomes(self.session, came, wbgt_c)

    def _save(self) -> None:
        item = self.item
        save = partial(keeping.store().save, id=item.id, version=item.version)
        version = item.scorecard_version or None

        def action() -> None:
            content = as_content(self._came())
            save(self.owner, _KIND, item.name, content, scorecard_version=version)

        _doing(action)

    # ---------------------------------------------------------------- sweat rates

    def _tell_sweat(self, record: AthleteRecord) -> None:
        rate = sweat_of(self.session, record)
        if rate is None:
            return
        if not can_be_answer(rate.rate_l_h):
            look.fault("These weights give no sweat rate: look at them again.")
            return
        shown = [units.text(x, "l/h", form.chosen_units()) for x in
                 (rate.rate_l_h, rate.low_l_h, rate.high_l_h)]  # fmt: skip
        look.note(f"Sweat rate {shown[0]}, range {shown[1]} to {shown[2]}")

    def _offer_sweat(self, scored: pd.DataFrame) -> None:
        """Offer what was measured for the next time; nothing of it counts unasked."""
        rates = {
            record.athlete: round(rate.rate_l_h, 2)
            for record in self.session.athletes
            if (rate := sweat_of(self.session, record)) and can_be_answer(rate.rate_l_h)
        }
        here = scored.loc[scored["athlete"].isin(rates), "athlete"].map(rates)
        if here.empty:
            return
        st.button(
            f"Next time count with {len(here)} measured sweat rate{'s' * (len(here) > 1)}",
            key="after_sweat",
            on_click=_count_with,
            args=(here,),
            help="Puts them into the list, in place of what stands there.",
        )


def _count_with(rates: pd.Series[float]) -> None:
    """Put measured sweat rates into the list. [l/h]."""
    squad, name = state(SquadState), "measured_sweat_rate_l_h"
    if squad.athletes is None:
        return
    empty = pd.Series(None, squad.athletes.index, dtype=object)
    column = squad.athletes.get(name, empty).astype(object)
    column.update(rates.astype(object))
    squad.athletes = squad.athletes.assign(**{name: column})
    squad.version += 1
    squad.edited = True


# -------------------------------------------------------------------- take along, delete


def _offer_export(sessions: list[SquadSession]) -> None:
    names = st.toggle("Export with names", key="squad_diary_names")
    look.note(
        "Names as they are, with what came." if names else "Numbers in place of names."
    )
    in_order = sorted(sessions, key=lambda session: session.day)
    widgets.download(
        "Export all sessions, CSV",
        lambda: sessions_csv(in_order, names=names),
        "squad-sessions.csv",
        help="cramprisk validate reads it: expected beside what came.",
    )


def _offer_to_delete(owner: str, entry: Entry) -> None:
    st.button(
        "Delete this session",
        key=f"delete_session_{entry.id}",
        on_click=_doing,
        args=(partial(_delete, owner, entry.id, version=entry.version),),
        help=widgets.plain(f"Delete {entry.name}"),
    )


def _delete(owner: str, id: str, *, version: int | None = None) -> None:
    keeping.store().delete(owner, _KIND, id, version=version)
