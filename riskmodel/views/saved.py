"""For whoever comes back: what was saved, under its name, to open, change or delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from riskmodel.reporting.differences import difference_sentences
from riskmodel.store import (
    LONGEST_NAME,
    AccountStore,
    ConflictError,
    Entry,
    NotFoundError,
    Rows,
    Saved,
    StoreError,
    Team,
    is_team,
)
from riskmodel.views import (
    account,
    athletes,
    device,
    keeping,
    look,
    own_card,
    tables,
    team_page,
    team_record,
    teams,
    training_kept,
    unreadable,
    visit,
    widgets,
)
from riskmodel.views.navigation import go_to
from riskmodel.views.shelves import SHELVES, Shelf, is_private
from riskmodel.views.state import SquadState, StoreState, TeamList, state

# ------------------------------------------------------------------ what a click does


def _save(owner: str, shelf: Shelf, private: bool) -> None:
    """Save under a new name; of one that is taken it is asked first what is to come."""

    def action() -> str:
        name, page = st.session_state[f"save_name_{shelf.kind}"].strip(), state(StoreState)
        entries = keeping.store().items(owner, shelf.kind)
        taken = [Saved(e.id, e.version, name) for e in entries if e.name == name]
        if not taken:
            return _saved(owner, shelf, private)
        # A change of what was opened here: another tab's since then is found out.  What
        # somebody else of a team has changed is told before.
        opened = _opened_of(owner, shelf)
        same = opened is not None and (opened.id, opened.name) == (taken[0].id, name)
        page.asked = opened if same and not is_team(owner) else taken[0]
        return ""

    teams.noting(action)


def _answer(owner: str, shelf: Shelf, private: bool, there: Saved | None) -> None:
    """Replace what has the name, or with nothing to replace save a second one."""
    teams.noting(lambda: _saved(owner, shelf, private, there, second=there is None))


def _saved(
    owner: str,
    shelf: Shelf,
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
        note = f"{_meanwhile(owner, there)}; saved as new: {saved.name}."
    _opened(owner, shelf, saved)
    return note


def _meanwhile(owner: str, there: Saved | None) -> str:
    """Say what became of what was to be changed, and in a team by whom."""
    if is_team(owner) and there is not None:
        store = keeping.store()
        entries = {entry.id: entry for entry in store.items(owner, "squad")}
        if there.id in entries:
            last = store.last_changes(owner).get(there.id)
            return teams.changed(entries[there.id], last)
    return "It was changed or deleted meanwhile"


def _open(owner: str, shelf: Shelf, entry: Entry) -> None:
    def action() -> None:
        item = keeping.store().load(owner, shelf.kind, entry.id)
        state(StoreState).opened_note = ""
        shelf.open(item)
        _opened(owner, shelf, Saved(item.id, item.version, item.name))
        if item.problems:
            state(StoreState).opened_note = " ".join(item.problems)
        # Saved again, it must not lose what it holds.
        if not shelf.always_private and is_private(item.content):
            st.session_state["save_private"] = True
        go_to(shelf.page)

    keeping.doing(action)


def _opened(owner: str, shelf: Shelf, saved: Saved) -> None:
    """Let what is saved next be a change of this one."""
    page, squad = state(StoreState), state(SquadState)
    page.opened[shelf.kind] = saved
    if shelf.kind == "squad":
        of_team = None
        if (team := page.team) is not None and team.owner == owner:
            of_team = TeamList(owner, team.name, saved.id, saved.version, saved.name)
            del page.opened[shelf.kind]
        if squad.to_open is None:
            squad.of_team = of_team
        else:  # the page Squad has yet to put it in the place of another
            squad.to_open_of = of_team
    st.session_state[f"save_name_{shelf.kind}"] = saved.name


def _opened_of(owner: str, shelf: Shelf) -> Saved | None:
    """What is open of an owner, in the version that was opened."""
    if is_team(owner):
        there = state(SquadState).of_team
        if there is None or there.team != owner:
            return None
        return Saved(there.id, there.version, there.name)
    return state(StoreState).opened.get(shelf.kind)


def _close(owner: str, shelf: Shelf) -> None:
    """Let what is saved next be no change of what was open."""
    if is_team(owner):
        state(SquadState).of_team = None
    else:
        del state(StoreState).opened[shelf.kind]


def _rename(owner: str, shelf: Shelf, entry: Entry) -> None:
    def action() -> str:
        name, version = st.session_state[f"rename_{entry.id}"], entry.version
        saved = keeping.store().rename(owner, shelf.kind, entry.id, name, version=version)
        opened = _opened_of(owner, shelf)
        if opened is not None and opened.id == saved.id:
            # What somebody changed since it was opened is still to be found out.
            is_last = opened.version == entry.version
            now = saved.version if is_last else opened.version
            _opened(owner, shelf, Saved(saved.id, now, saved.name))
        return ""

    teams.noting(action)


def _delete(owner: str, shelf: Shelf, entry: Entry) -> None:
    def action() -> str:
        keeping.store().delete(owner, shelf.kind, entry.id, version=entry.version)
        opened = _opened_of(owner, shelf)
        if opened is not None and opened.id == entry.id:
            _close(owner, shelf)
        return f"Deleted: {entry.name}."

    teams.noting(action)


def _delete_everything(owner: str) -> None:
    def action() -> str:
        count = keeping.store().delete_owner(owner)
        state(StoreState).is_seen = False
        state(StoreState).opened = {}
        st.session_state["really_delete"] = False
        return f"Deleted {count} {'entry' if count == 1 else 'entries'}."

    teams.noting(action)


# ----------------------------------------------------------------------------- the page


def _show_save(owner: str, shelves: Sequence[Shelf], changes: teams.Changes) -> None:
    """Offer to save what is open on the other pages."""
    can = {s.kind: s for s in shelves if s.current(s.always_private) is not None}
    if not can:
        from_session = "answer something in My session, or " * (len(shelves) > 1)
        look.note(f"Nothing is open: {from_session}bring a squad.")
        return
    if len(shelves) == 1:
        (shelf,) = shelves
    else:
        if st.session_state.get("save_what") not in can:
            st.session_state["save_what"] = next(iter(can))
        kinds = {kind: shelf.what for kind, shelf in can.items()}
        kind = widgets.pills("What", kinds, "save_what", required=True, wrap=True)
        shelf = can[kind or ""]
    private = shelf.always_private or st.toggle(
        "With health and personal answers", key="save_private", persist_state="session"
    )
    key, page, opened = (
        f"save_name_{shelf.kind}",
        state(StoreState),
        _opened_of(owner, shelf),
    )
    if opened is not None:
        st.session_state.setdefault(key, opened.name)
    with st.container(horizontal=True, vertical_alignment="bottom", width=480):
        words, most = f"Name: {shelf.what.lower()}", LONGEST_NAME
        st.text_input(words, key=key, max_chars=most, persist_state="session")
        args = (owner, shelf, private)
        st.button("Save", key=f"save_{shelf.kind}", on_click=_save, args=args)
    there = page.asked
    if there is not None and there.name == st.session_state[key].strip():
        since = changes.since(opened, there)
        look.warn(since or f"There is one with this name: {there.name}.")
        with st.container(horizontal=True):
            st.button("Replace it", key="replace", on_click=_answer, args=(*args, there))
            st.button("Save as a second", key="both", on_click=_answer, args=(*args, None))


def _show_shelf(
    owner: str,
    shelf: Shelf,
    entries: Iterable[Entry],
    changes: teams.Changes,
    may_change: bool,
) -> None:
    st.header(shelf.heading, anchor=False)
    now = own_card.version()
    for entry in entries:
        args, id = (owner, shelf, entry), entry.id
        with st.container(
            horizontal=True, vertical_alignment="center", border=True, key=f"entry_{id}"
        ):
            saved_with = entry.scorecard_version if shelf.is_scored else None
            small = [changes.told(entry), *difference_sentences(saved_with, now)]
            if goes := keeping.goes_soon(entry.changed):
                small.append(f"Goes after {goes} unless it is saved again.")
            new = "<b>New for you.</b> " if changes.is_new(entry) else ""
            st.html(
                f'<p class="cr-line"><b>{escape(entry.name)}</b></p>'
                f'<p class="cr-note">{new}{escape(" ".join(small))}</p>'
            )
            st.button("Open", key=f"open_{id}", on_click=_open, args=args)
            if not may_change:
                continue
            box = st.popover("Change", key=f"change_{id}", on_change="rerun")
            if box.open:
                with box:
                    name = f"rename_{id}"
                    st.text_input("New name", entry.name, LONGEST_NAME, key=name)
                    st.button("Rename", key=f"do_{name}", on_click=_rename, args=args)
                    st.button("Delete", key=f"delete_{id}", on_click=_delete, args=args)


def _show_ways(has_teams: bool) -> None:
    """Say in one place what the ways of keeping are."""
    st.header("Ways of keeping", anchor=False)
    where, readers = keeping.where_and_who()
    rows = [("Under a name: Save", f"{where} {readers} {keeping.how_long()}")]
    if not account.is_shared():
        kept = "There only, for whoever uses it, until you delete it."
        rows.insert(0, ("This browser: Keep", kept))
    if has_teams:
        of_team = f"{where} Everybody in it, and whoever runs this server."
        rows.append(("In a team: Save there", f"{of_team} {keeping.how_long()}"))
    sent = "Wherever you send it, for whoever has it, as long as it is."
    rows.append(("A file or a link", sent))
    with st.container(key="ways"):
        st.html(look.facts(rows, "Where it lies, who can read it, and how long"))
        look.note("Warning signs and illness are asked anew each time and never kept.")


def _delete_unreadable(owner: str, shelf: Shelf, id: str) -> None:
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


def _show_everything(owner: str, store: AccountStore) -> None:
    st.header("Everything that is saved", anchor=False)
    with st.container(horizontal=True):
        widgets.download(
            "Export everything",
            partial(store.export_owner, owner),
            "cramp-risk-saved.json",
            help="All that is saved, diary and health answers too, as JSON.",
        )
        in_teams = teams.of_account(store)
        box = st.popover(
            "Delete everything",
            key="box_delete_everything",
            on_change="rerun" if in_teams else "ignore",
        )
        with box:
            if in_teams and box.open:
                teams.tell_going(store, in_teams)
            st.toggle("Yes, all of it, with the diary", key="really_delete")
            st.button(
                "Delete everything that is saved",
                on_click=_delete_everything,
                args=(owner,),
                disabled=not st.session_state.get("really_delete"),
            )
    if done := team_record.of_account(store.record(owner)):
        look.note(done)


def _show_mine(owner: str, store: AccountStore, entries: Mapping[str, Rows[Entry]]) -> None:
    teams.show_invitations(store)
    st.header("Save what is open", anchor=False)
    _show_save(owner, SHELVES, teams.Changes())
    teams.show_problem()
    for shelf in SHELVES:
        rows = entries[shelf.kind]
        if rows or rows.unreadable:
            _show_shelf(owner, shelf, rows, teams.Changes(), may_change=True)
        unreadable.show(rows.unreadable, partial(_delete_unreadable, owner, shelf))
    _show_ways(bool(teams.of_account(store)))
    _show_everything(owner, store)
    teams.show_new(store)


def _show_team(team: Team, store: AccountStore, entries: Mapping[str, Rows[Entry]]) -> None:
    (shelf,) = (shelf for shelf in SHELVES if shelf.kind in entries)
    rows, may_change = entries[shelf.kind], teams.leads(team)
    changes = teams.Changes(True, store.last_changes(team.owner), rows)
    if rows or rows.unreadable:
        _show_shelf(team.owner, shelf, rows, changes, may_change)
    else:
        look.note(f"{team.name} has no lists yet.")
    delete = partial(_delete_unreadable, team.owner, shelf) if may_change else None
    unreadable.show(rows.unreadable, delete)
    if may_change:
        st.header("Save the open list here", anchor=False)
    teams.tell_readers(team)
    if may_change:
        _show_save(team.owner, (shelf,), changes)
    teams.show_problem()
    team_page.show(store, team)


def _show(owner: str, store: AccountStore, team: Team | None) -> None:
    """Draw what is saved of one's own, or of a team."""
    try:
        if team is None:
            entries = {s.kind: store.items(owner, s.kind) for s in SHELVES}
            _show_mine(owner, store, entries)
        else:
            entries = {"squad": store.items(team.owner, "squad")}
            _show_team(team, store, entries)
    except StoreError as error:
        tables.tell(str(error))


look.heading("What did you save?", "To open again or to delete, under the names you gave.")
athletes.remember_whose()
device.connect()
store, team = None, None
# What comes and goes has one place of its own: where it moved what is below it, a name
# that is being typed there would be lost.
with st.container():
    visit.tell_own()
    who = keeping.ask_who()
    if who is not None:
        try:
            store = keeping.store()
            team = teams.choose(store)
        except StoreError as error:
            tables.tell(str(error))
            store = None
        if note := state(StoreState).note:
            tables.tell(note)
if who is not None and store is not None:
    _show(who, store, team)
if team is None:
    _show_words()
