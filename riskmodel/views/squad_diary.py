"""The diary of a squad: what is expected of a session, and one tap for what came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import riskmodel
from riskmodel.diary.squad_session import (
    LONGEST_LIST,
    AthleteRecord,
    SquadSession,
    as_content,
    expected_of,
    of_content,
)
from riskmodel.diary.squad_table import sessions_csv
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.told import quoted
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.squad_log import log_sheet_pdf
from riskmodel.reporting.squad_print import title_text
from riskmodel.store import LONGEST_NAME, AccountStore, Entry, Item, StoreError, Team
from riskmodel.views import (
    clock,
    form,
    keeping,
    look,
    own_card,
    tables,
    teams,
    unreadable,
    widgets,
)
from riskmodel.views.squad_rows import NARROW_PX, NOTE, Rows, doing
from riskmodel.views.squad_typed import KIND, in_units
from riskmodel.views.state import SquadState, StoreState, state

_HOW_TO_WRITE = (
    "What is expected of a session is written down on Squad, once a list of your own and "
    "the session stand there."
)


_BEFORE, _AFTER = "before", "after"
_PART = "squad_part"


def offer(
    scored: pd.DataFrame | None = None,
    names: pd.Series[str] | None = None,
    plan: Mapping[str, Any] | None = None,
) -> None:
    """Offer the diary, which is drawn once it is opened.

    ``names`` are those of the list, also where nobody or several have one; without a
    score of it there is no expectation to write down, and what was is there all the same.
    """
    names = _listed() if names is None else names
    names = names.astype(str).str.strip().sort_index()
    draw = partial(_show, None if scored is None else scored.sort_index(), names, plan)
    widgets.folded("Before and after: who had a cramp?", "squad_diary", draw)


def offer_past() -> None:
    """Offer the sessions of squads that were written down, if there are any."""
    if _is_any():
        st.header("Of squads", anchor=False)
        offer()


def _is_any() -> bool:
    try:
        who = keeping.owner()
        if who is None:
            return False
        store = keeping.store()
        owners = [who, *(team.owner for team in teams.of_account(store))]
        shelves = [store.items(owner, KIND) for owner in owners]
    except StoreError as error:
        tables.tell(str(error))
        return False
    return any(entries or entries.unreadable for entries in shelves)


def _listed() -> pd.Series[str]:
    """Names of the list that is open, if one is."""
    athletes = state(SquadState).athletes
    empty = pd.Series(dtype=str)
    return empty if athletes is None else athletes.get("athlete", empty).fillna("")


def _show(
    scored: pd.DataFrame | None, names: pd.Series[str], plan: Mapping[str, Any] | None
) -> None:
    who = keeping.ask_who()
    if who is None:
        _ask_before(None, scored, names, plan, [])
        return
    try:
        team = _ask_whose(keeping.store())
        who = who if team is None else team.owner
        entries = keeping.store().items(who, KIND)
    except StoreError as error:
        tables.tell(str(error))
        return
    may_delete = team is None or teams.leads(team)
    where, readers = keeping.where_and_who()
    if team is not None:
        readers = f"Everybody in {team.name}, and whoever runs this server."
    look.note(
        f"The squad's diary lies here: {where} Who can read it: {readers} "
        f"How long: {keeping.how_long().lower()}"
    )
    keeping.show_problem()
    if note := st.session_state.get(NOTE):
        tables.tell(note)
    unreadable.show(entries.unreadable, partial(_delete, who) if may_delete else None)
    items = {
        item.id: item
        for entry in entries
        if (item := _loaded(who, entry, may_delete=may_delete))
    }
    if not items or (scored is not None and _ask_part(items) == _BEFORE):
        written = [*items.values()]
        _ask_before(who, scored, names, plan, written, may_replace=may_delete)
        return
    in_order = sorted(items.values(), key=lambda item: _day_of(item), reverse=True)
    of_items = {item.id: item.name for item in in_order}
    first = next((n for n, item in enumerate(in_order) if not _is_to_come(item)), 0)
    key = f"squad_session_{len(items)}" + (teams.of(team, "") if team else "")
    id = widgets.select("Session", of_items, key, index=first, width=NARROW_PX)
    chosen = items[id] if id in items else in_order[first]
    Rows(who, chosen).show(names)
    if may_delete:
        _offer_to_delete(who, chosen)
    _offer_export(who, [of_content(item.content) for item in items.values()])
    if scored is None:
        look.note(_HOW_TO_WRITE)


def _day_of(item: Item) -> date:
    return of_content(item.content).day


def _is_to_come(item: Item) -> bool:
    return _day_of(item) > form.today()


def _ask_part(items: Mapping[str, Item]) -> str:
    """Ask which half to see: what came, as long as that of a day until now is open."""
    sessions = [of_content(item.content) for item in items.values()]
    is_open = any(
        session.day <= form.today() and session.n_known < len(session.present)
        for session in sessions
    )
    st.session_state.setdefault(_PART, _AFTER if is_open else _BEFORE)
    parts = {_BEFORE: "Before: what is expected", _AFTER: "After: what came"}
    return (
        widgets.pills(
            "Part",
            parts,
            _PART,
            required=True,
            persist_state="session",
            label_visibility="collapsed",
        )
        or _AFTER
    )


def _ask_whose(store: AccountStore) -> Team | None:
    """Ask whose diary it is: that of the open list's team, unless another is chosen."""
    squad, mine = state(SquadState), teams.of_account(store)
    by_owner = {team.owner: team for team in mine}
    if squad.diary_of and squad.diary_of not in by_owner:
        state(StoreState).problem, squad.diary_of = teams.GONE, ""
    if not mine:
        return None
    options = {"": "Mine", **teams.names_of(mine)}
    of_team = squad.of_team
    first = of_team.team if of_team is not None and of_team.team in by_owner else ""
    key = f"squad_diary_whose_{first[-8:]}"
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]
    more = {"required": True, "wrap": True, "default": first}
    whose = widgets.pills("Whose diary", options, key, **more)
    squad.diary_of = whose or ""
    return by_owner.get(squad.diary_of)


def _loaded(owner: str, entry: Entry, *, may_delete: bool) -> Item | None:
    """A session; what cannot be read is told, and may be deleted."""
    try:
        return keeping.store().load(owner, KIND, entry.id)
    except StoreError as error:
        tables.tell(str(error))
        if may_delete:
            _offer_to_delete(owner, entry)
        return None


# ----------------------------------------------------------------------------- before


def _ask_before(
    owner: str | None,
    scored: pd.DataFrame | None,
    names: pd.Series[str],
    plan: Mapping[str, Any] | None,
    written: list[Item],
    *,
    may_replace: bool = True,
) -> None:
    """Offer to write down what is expected, and a sheet for the field."""
    if scored is None or plan is None:
        look.note(_HOW_TO_WRITE)
        return
    # What is expected is written down before: of a day that is over nothing is.
    first = form.today()
    there = st.session_state.get("squad_day", form.planned_day())
    st.session_state["squad_day"] = max(there, first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        day = st.date_input(
            "Day of the session",
            min_value=first,
            key="squad_day",
            format=widgets.DATES,
            width=150,
        )
        session = f"{FIELDS['sport'].levels[plan['sport']]}, "
        name = f"{day:%Y-%m-%d} {session}{duration_text(plan['duration_min'])}"
        mass_unit = ""
        if owner is not None:
            list_name = _ask_list()
            mass_unit = _mass_unit(list_name, written)
            name = quoted(f"{name}, {list_name}" if list_name else name, LONGEST_NAME)
            args = (owner, name, expected_of(scored, names), plan, day, list_name)
            _offer_to_write(args, mass_unit, written, may_replace=may_replace)
        athletes, card = scored["athlete"].tolist(), own_card.scorecard()
        title, chosen = title_text(plan), in_units(form.chosen_units(), mass_unit)
        widgets.download(
            "Sheet for the field",
            lambda: log_sheet_pdf(athletes, title, day, card, chosen=chosen),
            "squad-after.pdf",
            help="Names and boxes, nothing else.",
        )


def _offer_to_write(
    args: tuple[Any, ...], mass_unit: str, written: list[Item], *, may_replace: bool
) -> None:
    """Offer to write it down; where it is already, in its place or as another session."""
    name = args[1]
    same = [i for i in written if i.name == name or i.name.startswith(f"{name} (")]
    untouched = [item for item in same if of_content(item.content).is_untouched]
    if untouched and may_replace:
        st.button(
            "Replace what is written down",
            key="squad_replace",
            on_click=_write,
            args=args,
            kwargs={"mass_unit": mass_unit, "replaced": untouched[0]},
            help="Nothing was noted of it yet.",
        )
    st.button(
        "Write down another session" if same else "Write down what is expected",
        key="squad_write",
        on_click=_write,
        args=args,
        kwargs={"mass_unit": mass_unit},
        help="Saves names and numbers. They stay as they are, whatever comes.",
    )


def _mass_unit(list_name: str, written: list[Item]) -> str:
    """In which unit the list gives weights, "" where nobody knows."""
    source = state(SquadState).source
    for column in () if source is None else source.columns:
        if column.target == "body_mass_kg":
            return column.unit
    # A list that was saved under a name holds no units: what it had when it was a file.
    for session in (of_content(item.content) for item in written):
        if list_name and session.list_name == list_name and session.mass_unit:
            return session.mass_unit
    return ""


def _ask_list() -> str:
    """Ask for the name of the list, at first that of its file, or as it was saved."""
    squad = state(SquadState)
    source, opened = squad.source, squad.of_team or state(StoreState).opened.get("squad")
    known = Path(source.name).stem if source is not None else opened.name if opened else ""
    known = quoted(known, LONGEST_LIST)
    return st.text_input(
        "List",
        known,
        key=f"squad_list_{known}",
        max_chars=LONGEST_LIST,
        placeholder="Under 17",
        persist_state="session",
        width=150,
    ).strip()


def _write(
    owner: str,
    name: str,
    expected: tuple[AthleteRecord, ...],
    plan: Mapping[str, Any],
    day: date,
    list_name: str,
    *,
    mass_unit: str = "",
    replaced: Item | None = None,
) -> None:
    """Write down what is expected, in place of a session of which nothing was noted."""
    version = own_card.version()
    session = SquadSession(
        day,
        riskmodel.__version__,
        own_card.scorecard().fingerprint,
        version,
        plan["sport"],
        float(plan["duration_min"]),
        expected,
        list_name=list_name,
        mass_unit=mass_unit,
    )

    def save() -> None:
        store = keeping.store()
        if replaced is not None:  # what was expected is never changed
            store.delete(owner, KIND, replaced.id, version=replaced.version)
        saved = store.save(
            owner,
            KIND,
            name if replaced is None else replaced.name,
            as_content(session),
            scorecard_version=version,
            keep_both=True,
        )
        words = f"Written down at {clock.told(datetime.now(UTC))}: {saved.name}."
        st.session_state[NOTE], st.session_state[_PART] = words, _AFTER

    doing(save)


# -------------------------------------------------------------------- take along, delete


def _offer_export(owner: str, sessions: list[SquadSession]) -> None:
    names = st.toggle("Export with names", key="squad_diary_names")
    look.note(
        "Names as they are, with what came." if names else "Numbers in place of names."
    )
    in_order, store = sorted(sessions, key=lambda session: session.day), keeping.store()

    def export() -> bytes:
        store.note_export(owner)  # refuses who was removed from the team meanwhile
        return sessions_csv(in_order, names=names)

    widgets.download(
        "Export all sessions, CSV",
        export,
        "squad-sessions.csv",
        help="cramprisk validate reads it: expected beside what came.",
    )


def _offer_to_delete(owner: str, entry: Entry) -> None:
    box = st.popover(
        "Delete this session", key=f"really_session_{entry.id}", on_change="rerun"
    )
    if box.open:
        with box, st.container(key="short_box_delete"):
            look.note(f"{entry.name}, with all that came of it, for good.")
            st.button(
                "Delete it",
                key=f"delete_session_{entry.id}",
                on_click=doing,
                args=(partial(_delete, owner, entry.id, version=entry.version),),
                help=widgets.plain(f"Delete {entry.name}"),
            )


def _delete(owner: str, id: str, *, version: int | None = None) -> None:
    keeping.store().delete(owner, KIND, id, version=version)
    st.session_state[NOTE] = "Deleted."
