"""What a team is besides its lists: who is in it, who did what, its name and its end."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from html import escape

import streamlit as st

from riskmodel.store import LONGEST_NAME, ROLES, AccountStore, Member, Team
from riskmodel.store.teams import INVITED_DAYS, role_of
from riskmodel.views import keeping, look, team_record, teams, widgets
from riskmodel.views.state import StoreState, state

_PEOPLE, _INVITE = "people", "invite"  # where a problem is told
_ROLE_WORDS = {name: role.name for name, role in ROLES.items()}


def show(store: AccountStore, team: Team) -> None:
    """Draw what there is about a team itself: its people, its record, and its end."""
    st.header(widgets.plain(f"About {team.name}"), anchor=False)
    widgets.folded("Who is in it", "team_people", partial(_show_people, store, team))
    record = partial(team_record.show, store, team)
    widgets.folded("Who did what", "team_record", record)
    teams.show_problem(_PEOPLE)
    with st.container(horizontal=True):
        widgets.download(
            "Export all of it",
            partial(store.export_owner, team.owner),
            "cramp-risk-team.json",
            help=widgets.plain(
                f"All of {team.name}: lists, diary, people, with health answers, as JSON."
            ),
        )
        if teams.leads(team):
            with st.popover("Change the team", key="team_change"):
                _show_change(team)
        with st.popover("Leave", key="team_leave"):
            look.note("Your own things stay yours; what you saved here stays here.")
            st.button(
                widgets.plain(f"Leave {team.name}"),
                key="team_do_leave",
                on_click=_leave,
                args=(team,),
            )


def _show_people(store: AccountStore, team: Team) -> None:
    for member in store.members(team.owner):
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            border=True,
            key=f"member_{member.id}",
        ):
            who = member.address or "No confirmed address"
            you = " (you)" if member.is_you else ""
            st.html(
                f'<p class="cr-line"><b>{escape(who)}</b>{you}</p>'
                f'<p class="cr-note">{escape(_standing(member))}</p>'
            )
            if teams.leads(team) and not member.is_you:
                box = st.popover("Change", key=f"member_box_{member.id}", on_change="rerun")
                if box.open:
                    with box:
                        _show_member(team, member)
    if teams.leads(team):
        _show_invite(team)


def _standing(member: Member) -> str:
    """Say what somebody is in a team."""
    role = role_of(member.role).name
    if not member.is_invited:
        return role
    ends = teams.invited_until(member.created)
    if ends <= datetime.now(UTC):
        return f"{role}; the invitation ended on {ends:%Y-%m-%d}"
    return f"{role}, invited until {ends:%Y-%m-%d} by {member.invited_by}"


def _show_member(team: Team, member: Member) -> None:
    for role in ROLES:
        if role != member.role:
            st.button(
                f"Make {teams.a_role(role)}",
                key=f"member_role_{member.id}",
                on_click=_set_role,
                args=(team, member, role),
            )
    st.button(
        "Take the invitation back" if member.is_invited else "Remove",
        key=f"member_remove_{member.id}",
        on_click=_remove,
        args=(team, member),
    )


def _set_role(team: Team, member: Member, role: str) -> None:
    def action() -> str:
        keeping.store().set_role(team.owner, member.id, role)
        return ""

    teams.noting(action, _PEOPLE)


def _remove(team: Team, member: Member) -> None:
    state(StoreState).invited = ""

    def action() -> str:
        keeping.store().remove(team.owner, member.id)
        return f"Removed: {member.address or 'somebody without an address'}."

    teams.noting(action, _PEOPLE)


def _leave(team: Team) -> None:
    def action() -> str:
        store = keeping.store()
        (me,) = (member for member in store.members(team.owner) if member.is_you)
        store.remove(team.owner, me.id)
        teams.forget(team)
        teams.look_at(None)
        return f"You left {team.name}."

    teams.noting(action, _PEOPLE)


def _show_invite(team: Team) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Invite: e-mail address", key="invite_address", width=280)
        widgets.pills("As", _ROLE_WORDS, "invite_role", required=True, default="assistant")
        st.button("Invite", key="invite", on_click=_invite, args=(team,))
    teams.show_problem(_INVITE)
    does = (
        f"{teams.a_role(name).capitalize()} {role.does}." for name, role in ROLES.items()
    )
    look.note(*does)
    if invited := state(StoreState).invited:
        look.note("Nobody is written to by this page: send this yourself.")
        here = (st.context.url or "this page").split("#")[0].split("?")[0]
        widgets.to_copy(
            f"You are invited to the team {team.name}. Open {here} and sign in as "
            f"{invited} within {INVITED_DAYS} days."
        )


def _invite(team: Team) -> None:
    page, role = state(StoreState), st.session_state["invite_role"]
    page.invited = ""

    def action() -> str:
        address = st.session_state["invite_address"]
        page.invited = keeping.store().invite(team.owner, address, role)
        st.session_state["invite_address"] = ""
        return ""

    teams.noting(action, _INVITE)


# ------------------------------------------------------------------- its name and its end


def _show_change(team: Team) -> None:
    sure = teams.of(team, "really_delete")
    st.text_input("New name", team.name, LONGEST_NAME, key=teams.of(team, "new_name"))
    st.button("Rename", key="team_rename", on_click=_rename, args=(team,))
    st.toggle("Yes, all of it, for everybody in it", key=sure)
    st.button(
        widgets.plain(f"Delete {team.name}"),
        key="team_delete",
        on_click=_delete,
        args=(team,),
        disabled=not st.session_state.get(sure),
    )


def _rename(team: Team) -> None:
    def action() -> str:
        keeping.store().rename_team(
            team.owner, st.session_state[teams.of(team, "new_name")]
        )
        return ""

    teams.noting(action, _PEOPLE)


def _delete(team: Team) -> None:
    def action() -> str:
        keeping.store().delete_owner(team.owner)
        teams.forget(team)
        teams.look_at(None)
        return f"Deleted: {team.name}."

    teams.noting(action, _PEOPLE)
