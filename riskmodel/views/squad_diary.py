"""The diary of a squad: what is expected of a session, and one tap for what came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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
    form,
    keeping,
    look,
    own_card,
    tables,
    teams,
    unreadable,
    widgets,
)
from riskmodel.views.squad_rows import KIND, NARROW_PX, Rows, doing
from riskmodel.views.state import SquadState, StoreState, state


def offer(scored: pd.DataFrame, names: pd.Series[str], plan: Mapping[str, Any]) -> None:
    """Offer the diary, which is drawn once it is opened.

    ``names`` are those of the list, also where nobody or several have one.
    """
    scored, names = scored.sort_index(), names.astype(str).str.strip().sort_index()
    draw = partial(_show, scored, names, plan)
    widgets.folded("Before and after: who had a cramp?", "squad_diary", draw)


def _show(scored: pd.DataFrame, names: pd.Series[str], plan: Mapping[str, Any]) -> None:
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
    _ask_before(who, scored, names, plan, [entry.name for entry in entries])
    keeping.show_problem()
    unreadable.show(entries.unreadable, partial(_delete, who) if may_delete else None)
    items = {
        item.id: item
        for entry in entries
        if (item := _loaded(who, entry, may_delete=may_delete))
    }
    if items:
        of_items = {id: item.name for id, item in items.items()}
        key = f"squad_session_{len(items)}" + (teams.of(team, "") if team else "")
        id = widgets.select("Session", of_items, key, index=0, width=NARROW_PX)
        chosen = items[id] if id in items else next(iter(items.values()))
        Rows(who, chosen).show(names)
        _offer_export(who, [of_content(item.content) for item in items.values()])
        if may_delete:
            _offer_to_delete(who, chosen)
    where, readers = keeping.where_and_who()
    if team is not None:
        readers = f"Everybody in {team.name}, and whoever runs this server."
    look.note(f"The squad's diary lies here: {where} Who can read it: {readers}")


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
    scored: pd.DataFrame,
    names: pd.Series[str],
    plan: Mapping[str, Any],
    written: list[str],
) -> None:
    """Offer to write down what is expected, and a sheet for the field."""
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
        if owner is not None:
            list_name = _ask_list()
            name = quoted(f"{name}, {list_name}" if list_name else name, LONGEST_NAME)
            again = any(known == name or known.startswith(f"{name} (") for known in written)
            st.button(
                "Write it down again" if again else "Write down what is expected",
                key="squad_write",
                on_click=_write,
                args=(owner, name, expected_of(scored, names), plan, day, list_name),
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
) -> None:
    session = SquadSession(
        day,
        riskmodel.__version__,
        own_card.scorecard().fingerprint,
        own_card.version(),
        plan["sport"],
        float(plan["duration_min"]),
        expected,
        list_name=list_name,
    )
    version = own_card.version()

    def save() -> None:
        keeping.store().save(
            owner,
            KIND,
            name,
            as_content(session),
            scorecard_version=version,
            keep_both=True,
        )

    doing(save)


# -------------------------------------------------------------------- take along, delete


def _offer_export(owner: str, sessions: list[SquadSession]) -> None:
    names = st.toggle("Export with names", key="squad_diary_names")
    look.note(
        "Names as they are, with what came." if names else "Numbers in place of names."
    )
    in_order, store = sorted(sessions, key=lambda session: session.day), keeping.store()

    def export() -> bytes:
        store.items(owner, KIND)  # not for who was removed from the team meanwhile
        return sessions_csv(in_order, names=names)

    widgets.download(
        "Export all sessions, CSV",
        export,
        "squad-sessions.csv",
        help="cramprisk validate reads it: expected beside what came.",
    )


def _offer_to_delete(owner: str, entry: Entry) -> None:
    st.button(
        "Delete this session",
        key=f"delete_session_{entry.id}",
        on_click=doing,
        args=(partial(_delete, owner, entry.id, version=entry.version),),
        help=widgets.plain(f"Delete {entry.name}"),
    )


def _delete(owner: str, id: str, *, version: int | None = None) -> None:
    keeping.store().delete(owner, KIND, id, version=version)
