"""Teams on the page Saved: whose things it shows, and how one comes to be in a team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import streamlit as st

from riskmodel.store import (
    LOCAL,
    LONGEST_NAME,
    AccountStore,
    Entry,
    Invitation,
    LastChange,
    NotFoundError,
    Saved,
    StoreError,
    Team,
)
from riskmodel.store.teams import INVITED_DAYS, role_of
from riskmodel.views import keeping, look, tables, team_record, widgets
from riskmodel.views.state import SquadState, StoreState, TeamList, state

_MINE = ""
GONE = "This team is not there any more: it was deleted, or you are no longer in it."
"""Said once to whoever looked at it."""
_NEW = "new_team"  # where a problem with one is told


def of(team: Team, what: str) -> str:
    """Key of a widget that each team has for itself."""
    return f"{what}_{team.owner.split()[-1]}"


def leads(team: Team) -> bool:
    """Whether one changes lists and people of a team, as its coach."""
    return role_of(team.role).leads


def noting(action: Callable[[], str], at: str = "") -> None:
    """Do something with the database, and say what came of it.

    What goes wrong is told at one field, or where the page tells all else.
    """
    page = state(StoreState)
    page.note, page.asked, page.problem_at = "", None, at

    def noted() -> None:
        page.note = action()

    keeping.doing(noted)


def show_problem(at: str = "") -> None:
    """Say what went wrong with the last click, if this is the place for it."""
    if state(StoreState).problem_at == at:
        keeping.show_problem()


# ------------------------------------------------------------------------ which of them


def names_of(teams: list[Team]) -> dict[str, str]:
    """Name of each team by its owner; of the same name they are numbered."""
    names, before = {}, Counter[str]()
    for team in teams:
        before[team.name] += 1
        n = before[team.name]
        names[team.owner] = team.name if n == 1 else f"{team.name} ({n})"
    return names


def of_account(store: AccountStore) -> list[Team]:
    """Teams of whoever is signed in; none where nobody signs in."""
    return [] if store.account == LOCAL else store.teams()


def choose(store: AccountStore) -> Team | None:
    """Ask whose things the page shows: a team's, or None for one's own."""
    page, teams = state(StoreState), {team.owner: team for team in of_account(store)}
    if page.team is not None and page.team.owner not in teams:
        forget(page.team)
        look_at(None)
        page.note = GONE
    if not teams:
        return None
    before = _MINE if page.team is None else page.team.owner
    options = {_MINE: "Mine", **names_of([*teams.values()])}
    more = {"required": True, "wrap": True, "label_visibility": "collapsed"}
    whose = f"saved_whose_{page.times_turned}"
    owner = widgets.pills("Whose", options, whose, default=before, on_change=_turn, **more)
    page.team = teams.get(owner or _MINE)
    return page.team


def _turn() -> None:
    """Leave behind what was said of what is no longer shown."""
    page = state(StoreState)
    page.note, page.problem, page.asked, page.invited = "", "", None, ""


def look_at(team: Team | None) -> None:
    """Let the page show a team, or None for one's own."""
    page = state(StoreState)
    page.team, page.invited = team, ""
    # Asked anew: what is put into a question that is there can be lost on its way.
    page.times_turned += 1


def forget(team: Team) -> None:
    """Let nothing stand that was a team's; what was opened of it stays as any list."""
    _turn()
    squad = state(SquadState)
    if squad.of_team is not None and squad.of_team.team == team.owner:
        squad.of_team = None


# ------------------------------------------------------------------------- being invited


def a_role(role: str) -> str:
    """Name a role with its article."""
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role_of(role).name.lower()}"


def invited_until(created: datetime) -> datetime:
    """Moment until which an invitation counts."""
    return created + timedelta(days=INVITED_DAYS)


def show_invitations(store: AccountStore) -> None:
    """Ask whoever is invited whether to join."""
    if store.account == LOCAL:
        return
    for invitation in store.invitations():
        role, id = invitation.role, invitation.id
        with st.container(border=True, key=f"invitation_{id}"):
            tables.say(
                f"{invitation.invited_by} invites you to {invitation.team} as "
                f"{a_role(role)}."
            )
            look.note(
                f"{a_role(role).capitalize()} {role_of(role).does}. Everybody in the team "
                f"sees {store.address}, and when you open or change something of it."
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                for words, joins in (("Join", True), ("Decline", False)):
                    st.button(
                        words,
                        key=f"{words.lower()}_{id}",
                        type="primary" if joins else "secondary",
                        on_click=_answer,
                        args=(invitation, joins),
                    )
                look.note(f"Until {invited_until(invitation.created):%Y-%m-%d}")


def _answer(invitation: Invitation, joins: bool) -> None:
    def action() -> str:
        team = keeping.store().answer(invitation.id, joins=joins)
        if team is None:
            return f"Declined: {invitation.team}."
        look_at(team)
        return f"Joined: {team.name}."

    noting(action)


# ---------------------------------------------------------------------------- a new team


def show_new(store: AccountStore) -> None:
    """Offer to make a team."""
    if store.account == LOCAL:
        return
    st.header("Teams", anchor=False)
    look.note(
        "A team shares lists of squads and their diary with whom you invite. Nothing is "
        "shared until you save a list into it."
    )
    if not store.address:
        look.note("Your sign-in names no confirmed address, so nobody can invite you.")
    with st.container(horizontal=True, vertical_alignment="bottom", width=480):
        st.text_input("Name of the team", max_chars=LONGEST_NAME, key="team_name")
        st.button("Make a team", key="team_make", on_click=_make)
    show_problem(_NEW)


def _make() -> None:
    def action() -> str:
        team = keeping.store().new_team(st.session_state["team_name"])
        look_at(team)
        st.session_state["team_name"] = ""
        return f"Made: {team.name}. Nobody but you is in it; invite others below."

    noting(action, _NEW)


# ------------------------------------------------------------------------ lists of a team


def tell_readers(team: Team) -> None:
    """Say who reads what, before anything is shared; and who may not share."""
    if leads(team):
        look.note(
            f"Everybody in {team.name} reads all of the list, health answers too; the "
            "planned session is not part of it. Nothing of yours is shared until you save "
            f"it here. It stays: {keeping.how_long().lower()}"
        )
    else:
        look.note(
            f"Only a coach of {team.name} saves lists here. A copy of the open list can "
            "be saved under Mine."
        )


def changed(entry: Entry, last: LastChange | None) -> str:
    """Say when a list was changed, and by whom where that is known."""
    who = "" if last is None else f" by {last.who}"
    return f"Changed {team_record.told(entry.changed)}{who}"


def tell_open_list(of_team: TeamList) -> None:
    """Say whose the open list is, and whether it is still as it was opened."""
    try:
        store = keeping.store()
        entries = store.items(of_team.team, "squad")
        last = store.last_changes(of_team.team)
    except NotFoundError:
        squad = state(SquadState)
        squad.of_team = None
        if not squad.diary_of:  # else the diary below says it
            look.note(f"{of_team.name}: {GONE}")
        return
    except StoreError as error:
        look.note(f"{of_team.name}: {error}")
        return
    there = next((entry for entry in entries if entry.id == of_team.id), None)
    now = f"{of_team.name}, a list of {of_team.team_name}."
    if there is None:
        look.note(f"{now} It was deleted there since you opened it.")
    elif there.version != of_team.version:
        changes = Changes(True, last, entries)
        look.note(f"{now} {changes.told(there)} This is the one before: open it on Saved.")
    else:
        look.note(f"{now} The team sees changes once a coach saves them there, on Saved.")


@dataclass(frozen=True)
class Changes:
    """Who of a team changed what last, by id; of one's own things nobody asks."""

    of_team: bool = False
    last: Mapping[str, LastChange] = field(default_factory=dict)
    entries: Sequence[Entry] = ()

    def told(self, entry: Entry) -> str:
        """Say when something was changed, in a team also by whom."""
        if not self.of_team:
            return f"{team_record.told(entry.changed)}."
        return f"{changed(entry, self.last.get(entry.id))}."

    def is_new(self, entry: Entry) -> bool:
        """Whether somebody else has changed it since it was opened here, if it was."""
        return entry.id in self.last and self.last[entry.id].is_new

    def since(self, opened: Saved | None, there: Saved) -> str:
        """Say who changed a team's list since it was opened, "" if nobody did."""
        changed = [entry for entry in self.entries if entry.id == there.id]
        if opened is None or opened.id != there.id or opened.version >= there.version:
            return ""
        return " ".join(
            f"{there.name} is not as you opened it: {self.told(e)}" for e in changed
        )


def tell_going(store: AccountStore, teams: list[Team]) -> None:
    """Say before everything is deleted which teams go with it."""
    alone = [
        team.name
        for team in teams
        if sum(not member.is_invited for member in store.members(team.owner)) == 1
    ]
    if teams:
        look.note(
            "What you saved in a team stays there, and your address in its record for a "
            "year."
        )
    if alone:
        look.note(f"With it go the teams in which you are alone: {', '.join(alone)}.")
