"""For whoever comes back: what was saved, under its name, to open, change or delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.differences import difference_sentences
from riskmodel.store import (
    LONGEST_NAME,
    ConflictError,
    Entry,
    Item,
    NotFoundError,
    Saved,
    Store,
    StoreError,
)
from riskmodel.views import (
    athletes,
    device,
    form,
    keeping,
    look,
    own_card,
    plans,
    tables,
    training_kept,
    unreadable,
    visit,
    widgets,
)
from riskmodel.views.navigation import go_to
from riskmodel.views.state import SquadState, StoreState, state
from riskmodel.whatif.plans import from_text, version_in


@dataclass(frozen=True)
class _Shelf:
    """One kind of thing: what of it is open now, and how it is opened again."""

    kind: str
    heading: str
    what: str
    page: str
    current: Callable[[bool], Any]  # with private answers or without; None if nothing
    open: Callable[[Item], None]
    always_private: bool = False
    is_scored: bool = True


_ABOUT_A_PERSON = ("before", "today", "conditioning", "athlete")


def _plan(private: bool) -> dict[str, Any] | None:
    answers = form.not_asked_anew(visit.own_answers())
    return {n: v for n, v in answers.items() if private or not FIELDS[n].private} or None


def _open_plan(item: Item) -> None:
    """Open a plan; whose answers about a person then stand there is said."""
    content: Mapping[str, Any] = item.content
    visit.leave()
    own = {n: v for n, v in form.answers().items() if FIELDS[n].private}
    whole = any(FIELDS[name].private for name in content)
    form.forget_trail()
    answers = dict(content) if whole else {**own, **content}
    form.fill(answers, saved_with=version_in(item.scorecard_version))
    if own and not whole:
        state(StoreState).note = (
            "The plan holds no health and personal answers: those that were in My session "
            "stay there."
        )


def _open_athlete(item: Item) -> None:
    """Put one person's answers in the place of all that another one gave."""
    visit.leave()
    form.forget_trail()
    about = {n: None for n, field in FIELDS.items() if field.group in _ABOUT_A_PERSON}
    form.change({**about, **tidy(item.content)[0]})


def _athlete(_: bool) -> dict[str, Any] | None:
    answers = visit.own_answers()
    return {n: answers[n] for n in ("athlete", *device.PROFILE) if n in answers} or None


def _scenarios(private: bool) -> str | None:
    return plans.to_keep(private=private) or None


def _squad(_: bool) -> list[dict[str, Any]] | None:
    squad = state(SquadState).athletes
    if squad is None or squad.empty:
        return None
    rows = athletes.to_keep(squad).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _open_squad(item: Item) -> None:
    state(SquadState).to_open = athletes.known_cells(item.content)


_SHELVES = (
    _Shelf("plan", "Plans", "The session", "my_session", _plan, _open_plan),
    _Shelf("athlete", "Athletes", "About you", "my_session", _athlete, _open_athlete,
           always_private=True, is_scored=False),
    _Shelf("scenarios", "Compared plans", "The compared plans", "compare", _scenarios,
           lambda item: plans.read(item.content)),
    _Shelf("squad", "Squads", "The squad", "squad", _squad, _open_squad,
           always_private=True),
)  # fmt: skip


# ------------------------------------------------------------------ what a click does


def _doing(action: Callable[[], str]) -> None:
    """Do something with the database, and say what came of it."""

    def noted() -> None:
        state(StoreState).note = action()

    state(StoreState).note, state(StoreState).asked = "", None
    keeping.doing(noted)


def _save(owner: str, shelf: _Shelf, private: bool) -> None:
    """Save under a new name; of one that is taken it is asked first what is to come."""

    def action() -> str:
        name, page = st.session_state[f"save_name_{shelf.kind}"].strip(), state(StoreState)
        entries = keeping.store().items(owner, shelf.kind)
        taken = [Saved(e.id, e.version, name) for e in entries if e.name == name]
        if not taken:
            return _saved(owner, shelf, private)
        # A change of what was opened here: another tab's since then is found out.
        opened = page.opened.get(shelf.kind)
        same = opened is not None and (opened.id, opened.name) == (taken[0].id, name)
        page.asked = opened if same else taken[0]
        return ""

    _doing(action)


def _answer(owner: str, shelf: _Shelf, private: bool, there: Saved | None) -> None:
    """Replace what has the name, or with nothing to replace save a second one."""
    _doing(lambda: _saved(owner, shelf, private, there, second=there is None))


def _saved(
    owner: str,
    shelf: _Shelf,
    private: bool,
    there: Saved | None = None,
    *,
    second: bool = False,
) -> str:
    name, kind = st.session_state[f"save_name_{shelf.kind}"], shelf.kind
    content = shelf.current(private)
    save = partial(keeping.store().save, scorecard_version=own_card.version())
    id, version = (None, None) if there is None else (there.id, there.version)
    try:
        saved = save(owner, kind, name, content, id=id, version=version, keep_both=second)
        note = f"Saved: {saved.name}."
    except (NotFoundError, ConflictError):  # by somebody else, perhaps in another tab
        saved = save(owner, kind, name, content, keep_both=True)
        note = f"It was changed or deleted meanwhile; saved as new: {saved.name}."
    _opened(shelf, saved)
    return note


def _open(owner: str, shelf: _Shelf, entry: Entry) -> None:
    def action() -> None:
        item = keeping.store().load(owner, shelf.kind, entry.id)
        state(StoreState).note = ""
        shelf.open(item)
        _opened(shelf, Saved(item.id, item.version, item.name))
        if item.problems:
            state(StoreState).note = " ".join(item.problems)
        # Saved again, it must not lose what it holds.
        if not shelf.always_private and _is_private(item.content):
            st.session_state["save_private"] = True
        go_to(shelf.page)

    keeping.doing(action)


def _is_private(content: Any) -> bool:
    plans = [content]
    if isinstance(content, str):
        plans = [scenario.answers for scenario in from_text(content)[0]]
    return any(name in FIELDS and FIELDS[name].private for plan in plans for name in plan)


def _opened(shelf: _Shelf, saved: Saved) -> None:
    """Let what is saved next be a change of this one."""
    state(StoreState).opened[shelf.kind] = saved
    st.session_state[f"save_name_{shelf.kind}"] = saved.name


def _is_open(shelf: _Shelf, id: str) -> bool:
    opened = state(StoreState).opened.get(shelf.kind)
    return opened is not None and opened.id == id


def _rename(owner: str, shelf: _Shelf, entry: Entry) -> None:
    def action() -> str:
        name, version = st.session_state[f"rename_{entry.id}"], entry.version
        saved = keeping.store().rename(owner, shelf.kind, entry.id, name, version=version)
        if _is_open(shelf, saved.id):
            _opened(shelf, saved)
        return ""

    _doing(action)


def _delete(owner: str, shelf: _Shelf, entry: Entry) -> None:
    def action() -> str:
        keeping.store().delete(owner, shelf.kind, entry.id, version=entry.version)
        if _is_open(shelf, entry.id):
            del state(StoreState).opened[shelf.kind]
        return f"Deleted: {entry.name}."

    _doing(action)


def _delete_everything(owner: str) -> None:
    def action() -> str:
        count = keeping.store().delete_owner(owner)
        state(StoreState).opened = {}
        st.session_state["really_delete"] = False
        return f"Deleted {count} {'entry' if count == 1 else 'entries'}."

    _doing(action)


# ----------------------------------------------------------------------------- the page


def _show_save(owner: str) -> None:
    """Offer to save what is open on the other pages."""
    st.header("Save what is open", anchor=False)
    can = {s.kind: s for s in _SHELVES if s.current(s.always_private) is not None}
    if not can:
        look.note("Nothing is open: answer something in My session, or bring a squad.")
        return
    if st.session_state.get("save_what") not in can:
        st.session_state["save_what"] = next(iter(can))
    options = {kind: shelf.what for kind, shelf in can.items()}
    shelf = can[widgets.pills("What", options, "save_what", required=True, wrap=True) or ""]
    private = shelf.always_private or st.toggle(
        "With health and personal answers", key="save_private", persist_state="session"
    )
    key, page = f"save_name_{shelf.kind}", state(StoreState)
    if shelf.kind in page.opened:
        st.session_state.setdefault(key, page.opened[shelf.kind].name)
    with st.container(horizontal=True, vertical_alignment="bottom", width=480):
        words, most = f"Name: {shelf.what.lower()}", LONGEST_NAME
        st.text_input(words, key=key, max_chars=most, persist_state="session")
        args = (owner, shelf, private)
        st.button("Save", key=f"save_{shelf.kind}", on_click=_save, args=args)
    there = page.asked
    if there is not None and there.name == st.session_state[key].strip():
        look.warn(f"There is one with this name: {there.name}.")
        with st.container(horizontal=True):
            st.button("Replace it", key="replace", on_click=_answer, args=(*args, there))
            st.button("Save as a second", key="both", on_click=_answer, args=(*args, None))


def _show_shelf(owner: str, shelf: _Shelf, entries: list[Entry]) -> None:
    st.header(shelf.heading, anchor=False)
    now = own_card.version()
    for entry in entries:
        args, id = (owner, shelf, entry), entry.id
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"entry_{id}"
        ):
            when = f"{entry.changed:%d %b %Y at %H:%M} UTC"
            saved_with = entry.scorecard_version if shelf.is_scored else None
            small = " ".join([when, *difference_sentences(saved_with, now)])
            st.html(
                f'<p class="cr-line"><b>{escape(entry.name)}</b></p>'
                f'<p class="cr-note">{escape(small)}</p>'
            )
            st.button("Open", key=f"open_{id}", on_click=_open, args=args)
            box = st.popover("Change", key=f"change_{id}", on_change="rerun")
            if box.open:
                with box:
                    name = f"rename_{id}"
                    st.text_input("New name", entry.name, LONGEST_NAME, key=name)
                    st.button("Rename", key=f"do_{name}", on_click=_rename, args=args)
                    st.button("Delete", key=f"delete_{id}", on_click=_delete, args=args)


def _show_ways() -> None:
    """Say in one place what the three ways of keeping are."""
    st.header("Three ways of keeping", anchor=False)
    where, readers = keeping.where_and_who()
    rows = (
        ("This browser: Keep", "There only, for whoever uses it, until you delete it."),
        ("Under a name: Save", f"{where} {readers} Until you delete it here."),
        ("A file or a link", "Wherever you send it, for whoever has it, as long as it is."),
    )
    with st.container(key="ways"):
        st.html(look.facts(rows, "Where it lies, who can read it, and how long"))
        look.note("Warning signs and illness are asked anew each time and never kept.")


def _delete_unreadable(owner: str, shelf: _Shelf, id: str) -> None:
    keeping.store().delete(owner, shelf.kind, id)


def _show_words() -> None:
    """List what this browser keeps of the words in training logs."""
    if not (words := training_kept.kept()):
        return
    st.header("Your words for sports", anchor=False)
    rows = [(word[:40], training_kept.MEANINGS[said]) for word, said in words.items()]
    st.html(look.facts(rows, "What words of your training logs mean"))
    look.note("Kept in this browser since Training log asked; nothing of a session is.")
    st.button("Forget these words", on_click=training_kept.drop)


def _show_everything(owner: str, store: Store) -> None:
    st.header("Everything that is saved", anchor=False)
    with st.container(horizontal=True):
        widgets.download(
            "Export everything",
            partial(store.export_owner, owner),
            "cramp-risk-saved.json",
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


look.heading("What did you save?", "To open again or to delete, under the names you gave.")
device.connect()
# What comes and goes has one place of its own: where it moved what is below it, a name
# that is being typed there would be lost.
with st.container():
    visit.tell_own()
    who = keeping.ask_who()
    if who is not None and (note := state(StoreState).note):
        tables.tell(note)
if who is not None:
    try:
        store = keeping.store()
        entries = {s.kind: store.items(who, s.kind) for s in _SHELVES}
    except StoreError as error:
        tables.tell(str(error))
    else:
        _show_save(who)
        keeping.show_problem()
        for shelf in _SHELVES:
            rows = entries[shelf.kind]
            if rows or rows.unreadable:
                _show_shelf(who, shelf, rows)
            unreadable.show(rows.unreadable, partial(_delete_unreadable, who, shelf))
        _show_ways()
        _show_everything(who, store)
_show_words()
