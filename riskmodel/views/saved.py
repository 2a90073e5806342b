"""For whoever comes back: what was saved, under its name, to open, change or delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.squad.cells import read_cells
from riskmodel.store import (
    KINDS,
    LONGEST_NAME,
    ConflictError,
    Entry,
    NotFoundError,
    Saved,
    StoreError,
)
from riskmodel.views import device, form, keeping, plans, tables
from riskmodel.whatif.plans import Scenario, from_text, to_text


@dataclass(frozen=True)
class _Shelf:
    """One kind of thing: what of it is open now, and how it is opened again."""

    kind: str
    heading: str
    what: str
    page: str
    current: Callable[[bool], Any]  # with private answers or without; None if nothing
    open: Callable[[Any], None]
    always_private: bool = False


_ABOUT_A_PERSON = ("before", "today", "conditioning", "athlete")


def _kept(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers without those that are asked anew each time."""
    return {name: v for name, v in answers.items() if FIELDS[name].group != "before"}


def _plan(private: bool) -> dict[str, Any] | None:
    given = _kept(form.answers())
    return {n: v for n, v in given.items() if private or not FIELDS[n].private} or None


def _open_plan(content: Mapping[str, Any]) -> None:
    """Open a plan; whose answers about a person then stand there is said."""
    own = {n: v for n, v in form.answers().items() if FIELDS[n].private}
    whole = any(FIELDS[name].private for name in content)
    form.forget_trail()
    form.end_visit()
    form.fill(dict(content) if whole else {**own, **content})
    if own and not whole:
        st.session_state["store_note"] = (
            "The plan holds no health and personal answers: those that were in My session "
            "stay there."
        )


def _open_athlete(content: Mapping[str, Any]) -> None:
    """Put one person's answers in the place of all that another one gave."""
    form.forget_trail()
    form.end_visit()
    about = {n: None for n, field in FIELDS.items() if field.group in _ABOUT_A_PERSON}
    form.change({**about, **tidy(content)[0]})


def _athlete(_: bool) -> dict[str, Any] | None:
    given = form.answers()
    return {n: given[n] for n in ("athlete", *device.PROFILE) if n in given} or None


def _scenarios(private: bool) -> str | None:
    made = [Scenario(plan.name, _kept(plan.answers)) for plan in plans.all_plans()]
    return to_text(made, private=private) if made else None


def _squad(_: bool) -> list[dict[str, Any]] | None:
    squad = st.session_state.get("squad")
    if squad is None or squad.empty:
        return None
    cells = squad.astype(object).where(squad.notna(), None)
    return [_kept(row) for row in cells.to_dict("records")]


def _open_squad(content: list[dict[str, Any]]) -> None:
    table = pd.DataFrame(content, dtype=object)
    known = table[[name for name in table.columns if name in FIELDS]]
    st.session_state["squad_to_open"] = read_cells(known)


_SHELVES = (
    _Shelf("plan", "Plans", "the session of My session", "my_session", _plan, _open_plan),
    _Shelf(
        "athlete",
        "Athletes",
        "the answers about you of My session",
        "my_session",
        _athlete,
        _open_athlete,
        always_private=True,
    ),
    _Shelf(
        "scenarios",
        "Sets of scenarios",
        "the scenarios of Compare",
        "compare",
        _scenarios,
        lambda content: plans.read(content),
    ),
    _Shelf(
        "squad", "Squads", "the list of Squad", "squad", _squad, _open_squad,
        always_private=True,
    ),
)  # fmt: skip


# ------------------------------------------------------------------ what a click does


def _save(owner: str, shelf: _Shelf, private: bool) -> None:
    name = st.session_state[f"save_name_{shelf.kind}"]
    content = shelf.current(private)
    opened: Saved | None = st.session_state.get(f"opened_{shelf.kind}")
    same = opened is not None and opened.name == name.strip()

    def action() -> None:
        store = keeping.store()
        try:
            saved = store.save(
                owner,
                shelf.kind,
                name,
                content,
                id=opened.id if opened is not None and same else None,
                version=opened.version if opened is not None and same else None,
            )
        except NotFoundError:
            saved = store.save(owner, shelf.kind, name, content, keep_both=True)
            st.session_state["store_note"] = (
                f"What you had opened is not there any more; saved as new: {saved.name}."
            )
        except ConflictError:
            # Somebody else saved meanwhile, perhaps in another tab: both are kept.
            saved = store.save(owner, shelf.kind, name, content, keep_both=True)
            st.session_state["store_note"] = (
                "It was changed meanwhile, or the name was taken. Both are kept: "
                f"{saved.name}."
            )
        else:
            st.session_state["store_note"] = f"Saved: {saved.name}."
        _opened(shelf, saved)

    st.session_state["store_note"] = ""
    keeping.doing(action)


def _open(owner: str, shelf: _Shelf, entry: Entry) -> None:
    def action() -> None:
        item = keeping.store().load(owner, shelf.kind, entry.id)
        st.session_state["store_note"] = ""
        shelf.open(item.content)
        _opened(shelf, Saved(item.id, item.version, item.name))
        if item.problems:
            st.session_state["store_note"] = " ".join(item.problems)
        # Saved again, it must not lose what it holds.
        if not shelf.always_private and _is_private(item.content):
            st.session_state["save_private"] = True
        st.session_state["go_to"] = shelf.page

    keeping.doing(action)


def _rename(owner: str, shelf: _Shelf, entry: Entry) -> None:
    name = st.session_state[f"rename_{entry.id}"]
    st.session_state["store_note"] = ""
    keeping.doing(
        lambda: _opened_as(
            shelf,
            keeping.store().rename(
                owner, shelf.kind, entry.id, name, version=entry.version
            ),
        )
    )


def _is_private(content: Any) -> bool:
    plans = [content]
    if isinstance(content, str):
        plans = [scenario.answers for scenario in from_text(content)[0]]
    return any(name in FIELDS and FIELDS[name].private for plan in plans for name in plan)


def _opened(shelf: _Shelf, saved: Saved) -> None:
    """Let what is saved next be a change of this one."""
    st.session_state[f"opened_{shelf.kind}"] = saved
    st.session_state[f"save_name_{shelf.kind}"] = saved.name


def _opened_as(shelf: _Shelf, saved: Saved) -> None:
    opened = st.session_state.get(f"opened_{shelf.kind}")
    if opened is not None and opened.id == saved.id:
        _opened(shelf, saved)


def _delete(owner: str, shelf: _Shelf, entry: Entry) -> None:
    st.session_state["store_note"] = ""
    key = f"opened_{shelf.kind}"

    def action() -> None:
        keeping.store().delete(owner, shelf.kind, entry.id, version=entry.version)
        opened = st.session_state.get(key)
        if opened is not None and opened.id == entry.id:
            del st.session_state[key]
        st.session_state["store_note"] = f"Deleted: {entry.name}."

    keeping.doing(action)


def _delete_everything(owner: str) -> None:
    st.session_state["store_note"] = ""

    def action() -> None:
        count = keeping.store().delete_owner(owner)
        for shelf in _SHELVES:
            st.session_state.pop(f"opened_{shelf.kind}", None)
        st.session_state["really_delete"] = False
        st.session_state["store_note"] = f"Deleted {count} entries."

    keeping.doing(action)


# ----------------------------------------------------------------------------- the page


def _show_save(owner: str) -> None:
    """Offer to save what is open on the other pages."""
    st.header("Save what is open")
    private = st.toggle(
        "With health and personal answers", key="save_private", persist_state="session"
    )
    st.caption(
        "Plans and scenarios are then saved with them. Athletes and squads always hold "
        "them. Warning signs and illness are asked anew each time and never saved."
    )
    nothing = True
    for shelf in _SHELVES:
        if shelf.current(private) is None:
            continue
        nothing = False
        with st.container(horizontal=True, vertical_alignment="bottom"):
            key = f"save_name_{shelf.kind}"
            if st.session_state.get(f"opened_{shelf.kind}") is not None:
                opened = st.session_state[f"opened_{shelf.kind}"]
                st.session_state.setdefault(key, opened.name)
            st.text_input(
                f"Name for {shelf.what}",
                key=key,
                max_chars=LONGEST_NAME,
                persist_state="session",
            )
            st.button(
                f"Save: {KINDS[shelf.kind].noun}",
                key=f"save_{shelf.kind}",
                on_click=_save,
                args=(owner, shelf, private or shelf.always_private),
            )
    if nothing:
        st.markdown(
            "Nothing is open: answer something in My session, or bring scenarios or a "
            "squad."
        )


def _show_shelf(owner: str, shelf: _Shelf, entries: list[Entry]) -> None:
    st.header(shelf.heading)
    for entry in entries:
        with st.container(border=True, key=f"entry_{entry.id}"):
            tables.say(entry.name, f"Changed on {entry.changed:%d %b %Y at %H:%M} UTC")
            with st.container(horizontal=True, vertical_alignment="bottom"):
                st.button(
                    "Open",
                    key=f"open_{entry.id}",
                    on_click=_open,
                    args=(owner, shelf, entry),
                )
                with st.popover("Change"):
                    st.text_input(
                        "New name",
                        value=entry.name,
                        key=f"rename_{entry.id}",
                        max_chars=LONGEST_NAME,
                    )
                    st.button(
                        "Rename",
                        key=f"do_rename_{entry.id}",
                        on_click=_rename,
                        args=(owner, shelf, entry),
                    )
                    st.button(
                        "Delete",
                        key=f"delete_{entry.id}",
                        on_click=_delete,
                        args=(owner, shelf, entry),
                    )


def _show_everything(owner: str) -> None:
    st.header("Everything that is saved")
    store = keeping.store()
    with st.container(horizontal=True):
        st.download_button(
            "Export everything",
            partial(store.export_owner, owner),
            "cramp-risk-saved.json",
            "application/json",
            on_click="ignore",
            help="All that is saved, diary and health answers too, as JSON.",
        )
        with st.popover("Delete everything"):
            st.toggle("Yes, all of it, with the diary", key="really_delete")
            st.button(
                "Delete everything that is saved",
                on_click=_delete_everything,
                args=(owner,),
                disabled=not st.session_state.get("really_delete"),
            )


if page := st.session_state.pop("go_to", None):
    st.switch_page(Path(__file__).with_name(f"{page}.py"))
st.title("Saved")
st.markdown("What you saved under a name, to open again or to delete.")
# What comes and goes has one place of its own: where it moved what is below it, a name
# that is being typed there would be lost.
with st.container():
    form.tell_whose()
    who = keeping.ask_who()
    keeping.show_problem()
    if who is not None and (note := st.session_state.get("store_note")):
        tables.tell(note)
if who is not None:
    try:
        kept = {shelf.kind: keeping.store().items(who, shelf.kind) for shelf in _SHELVES}
    except StoreError as error:
        tables.tell(str(error))
    else:
        _show_save(who)
        for shelf in _SHELVES:
            if kept[shelf.kind]:
                _show_shelf(who, shelf, kept[shelf.kind])
        _show_everything(who)
