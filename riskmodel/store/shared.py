"""The store as one account sees it: its own rows, and those of its teams.

Every method takes the owner of the rows, which is the account itself or a team; what
belongs to anybody else, or to a team that one has left, behaves as what does not exist.
Whether somebody may do something is looked up in the transaction that does it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from riskmodel.store.errors import ConflictError, NotFoundError, StoreError
from riskmodel.store.kinds import checked_name, checked_owner
from riskmodel.store.models import (
    items,
    members,
    record,
    teams,
)
from riskmodel.store.opening import Database
from riskmodel.store.owned import Place
from riskmodel.store.records import Counts, Item
from riskmodel.store.seen import note_seen
from riskmodel.store.store import LOCAL, Store
from riskmodel.store.teams import (
    MOST_MEMBERS,
    MOST_TEAMS,
    SHARED_KINDS,
    Done,
    Invitation,
    Member,
    Team,
    called,
    checked_address,
    checked_role,
    end_invitations,
    end_membership,
    forget_old,
    hold,
    invitations_of,
    is_asked,
    is_just_noted,
    is_recorded,
    is_team,
    members_of,
    membership,
    new_team_owner,
    note,
    other_coaches,
    record_of,
    role_of,
    teams_of,
)

_NO_COACH = (
    "You are the only coach of this team: make somebody else one first, or delete the team."
)


def _check_more(mine: list[Team]) -> None:
    if len(mine) >= MOST_TEAMS:
        raise StoreError(f"Allowed are up to {MOST_TEAMS} teams: leave some.")


@dataclass(frozen=True)
class LastChange:
    """Who changed something last, and whether that was after one had opened it."""

    who: str
    is_new: bool


class AccountStore(Store):
    """What one account may reach; see `riskmodel.store.Store` for its methods.

    Parameters
    ----------
    database : Database
        As an open `Store` has it.
    account : str
        Owner of the account's own rows; `riskmodel.store.LOCAL` has no teams.
    address : str
        Verified e-mail address of the account, by which it is invited and called in
        records; empty if there is none.
    """

    def __init__(self, database: Database, account: str, address: str = "") -> None:
        super().__init__(database)
        self.account = checked_owner(account)
        if is_team(self.account):
            raise StoreError("An account cannot be called as a team is.")
        self.address = ""
        # What nobody could be invited by keeps nobody from their own rows.
        with suppress(StoreError):
            self.address = checked_address(address)

    @property
    def called(self) -> str:
        """How records call this account."""
        return called(self.account, self.address)

    # ------------------------------------------------------------------ who may what

    def _is_own(self, owner: str) -> bool:
        return checked_owner(owner) == self.account

    def _items(self, owner: str, kind: str) -> Place:
        place = super()._items(owner, kind)
        if self._is_own(owner):
            return place
        if not is_team(owner) or kind not in SHARED_KINDS:
            raise place.missing()

        def enter(connection: sa.Connection, did: str, id: str, name: str) -> None:
            try:
                row = membership(connection, self.account, owner, stays=bool(did))
            except NotFoundError:
                raise place.missing() from None
            if not did:
                return
            role = role_of(row.role)
            if kind not in role.kinds or (did == "deleted" and not role.leads):
                raise StoreError(f"Only a coach of {row.name} can do this.")
            if not name:
                query = sa.select(items.c.name).where(items.c.owner == owner)
                name = connection.scalar(query.where(items.c.id == id)) or ""
            note(connection, owner, self.called, did, item=id, name=name)

        return replace(place, enter=enter)

    def _outcomes(self, owner: str) -> Place:
        place = super()._outcomes(owner)
        if not self._is_own(owner):
            raise place.missing()
        return place

    def load(self, owner: str, kind: str, id: str) -> Item:
        """Read something; of a team's it is noted who did, once an hour."""
        item = super().load(owner, kind, id)
        if is_team(owner) and kind == "squad":
            self._note(owner, did="opened", item=item.id, name=item.name)
        elif is_team(owner):  # all sessions of a diary are looked at together
            cells = {"owner": owner, "who": self.called, "did": "read_diary"}
            with self.database.reading() as connection:
                is_noted = is_just_noted(connection, **cells)
            if not is_noted:
                self._note(owner, did="read_diary")
        return item

    def export_owner(self, owner: str) -> str:
        """Everything of the account, or of a team that it belongs to."""
        self.note_export(owner)
        return super().export_owner(owner)

    def note_export(self, owner: str) -> None:
        """Note that something of a team leaves it as a file; of one's own nothing is."""
        if not self._is_own(owner):
            self._note(owner, did="exported")

    def _told(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        # Who the others are to the provider of the sign-in is nothing of a team's.
        if table == "members" and row["account"] not in (None, self.account):
            return {**row, "account": called(row["account"], row["address"])}
        return row

    def _enter_all(self, connection: sa.Connection, owner: str) -> None:
        if not self._is_own(owner):
            self._leading(connection, owner)

    def move(self, owner: str, to: str) -> Counts:
        """Refuse: only whoever runs the server moves what belongs to others."""
        raise StoreError("An account cannot move what belongs to another.")

    def _note(self, owner: str, **done: str) -> None:
        with self.database.writing() as connection:
            membership(connection, self.account, owner)
            note(connection, owner, self.called, **done)

    def _leading(self, connection: sa.Connection, owner: str) -> Any:
        """Membership of a coach in a team that stays as it is; else an error."""
        row = membership(connection, self.account, owner, stays=True)
        if not role_of(row.role).leads:
            raise StoreError(f"Only a coach of {row.name} can do this.")
        return row

    # ------------------------------------------------------------------------- teams

    def teams(self) -> list[Team]:
        """Teams of this account, by their names."""
        with self.database.reading() as connection:
            return teams_of(connection, self.account)

    def new_team(self, name: str) -> Team:
        """Make a team with this account as its coach, and nothing in it."""
        if self.account == LOCAL:
            raise StoreError("Teams are there where people sign in.")
        name, owner, now = checked_name(name), new_team_owner(), datetime.now(UTC)
        new = {"owner": owner, "created": now}
        with self.database.writing() as connection:
            mine = teams_of(connection, self.account)
            if any(team.name == name for team in mine):
                raise ConflictError(
                    f"There is already a team named {name}: choose another name."
                )
            _check_more(mine)
            connection.execute(sa.insert(teams).values(id=uuid4().hex, name=name, **new))
            connection.execute(
                sa.insert(members).values(
                    id=uuid4().hex,
                    address=self.address,
                    account=self.account,
                    role="coach",
                    **new,
                )
            )
            note(connection, owner, self.called, "founded", name=name)
        return Team(owner, name, "coach")

    def rename_team(self, owner: str, name: str) -> None:
        """Give a team another name, as its coach."""
        name = checked_name(name)
        with self.database.writing() as connection:
            self._leading(connection, owner)
            connection.execute(
                sa.update(teams).where(teams.c.owner == owner).values(name=name)
            )
            note(connection, owner, self.called, "renamed", name=name)

    def members(self, owner: str) -> list[Member]:
        """Everybody of a team, and who is invited."""
        with self.database.reading() as connection:
            membership(connection, self.account, owner)
            return members_of(connection, owner, self.account)

    def record(self, owner: str, most: int = 100) -> list[Done]:
        """Who did what in a team, or what was done to an account's own rows by others."""
        with self.database.reading() as connection:
            if not self._is_own(owner):
                membership(connection, self.account, owner)
            return record_of(connection, checked_owner(owner), most)

    def last_changes(self, owner: str) -> dict[str, LastChange]:
        """Of each item of a team, by id, who changed it last."""
        c = record.c
        query = sa.select(c.item, c.who, c.did)
        query = query.where(c.owner == owner, c.item != "", is_recorded())
        with self.database.reading() as connection:
            membership(connection, self.account, owner)
            rows = connection.execute(query.order_by(c.created)).all()
        changes: dict[str, LastChange] = {}
        for row in rows:  # in the order of time; the last one stays
            if row.did in ("saved", "renamed"):
                changes[row.item] = LastChange(row.who, row.who != self.called)
            elif row.who == self.called and row.item in changes:
                changes[row.item] = replace(changes[row.item], is_new=False)
        return changes

    # ------------------------------------------------------------------- invitations

    def invitations(self) -> list[Invitation]:
        """Teams that this account's address is invited to."""
        if not self.address:
            return []
        with self.database.reading() as connection:
            return invitations_of(connection, self.address)

    def invite(self, owner: str, address: str, role: str) -> str:
        """Invite whoever signs in with an address, and give it back in one spelling.

        Who is invited already is asked anew.
        """
        address, role = checked_address(address), checked_role(role)
        with self.database.writing() as connection:
            self._leading(connection, owner)
            of_address = members.c.owner == owner, members.c.address == address
            asked = sa.and_(*of_address, members.c.account.is_(None))
            connection.execute(sa.delete(members).where(asked))
            forget_old(connection)
            here = members_of(connection, owner, self.account)
            if any(m.address == address for m in here):
                raise ConflictError(f"{address} belongs to this team already.")
            if len(here) >= MOST_MEMBERS:
                raise StoreError(
                    f"Allowed are up to {MOST_MEMBERS} people in a team: remove some."
                )
            connection.execute(
                sa.insert(members).values(
                    id=uuid4().hex,
                    owner=owner,
                    created=datetime.now(UTC),
                    address=address,
                    role=role,
                    invited_by=self.called,
                )
            )
            note(connection, owner, self.called, "invited", name=address)
        return address

    def answer(self, id: str, *, joins: bool) -> Team | None:
        """Take an invitation, or decline it; a `NotFoundError` if it counts no longer."""
        query = sa.select(members.c.owner, members.c.role, teams.c.name)
        query = query.join(teams, teams.c.owner == members.c.owner)
        query = query.where(one := sa.and_(members.c.id == id, is_asked(self.address)))
        with self.database.writing() as connection:
            if (row := connection.execute(query).one_or_none()) is not None:
                hold(connection, teams.c.owner == row.owner)
                row = connection.execute(query).one_or_none()
            if row is None:
                raise NotFoundError(
                    "This invitation is no longer there: ask for a new one."
                )
            role = self._join(connection, row) if joins else ""
            connection.execute(sa.delete(members).where(one))
            did = "joined" if joins else "declined"
            note(connection, row.owner, self.called, did)
        return Team(row.owner, row.name, role) if joins else None

    def _join(self, connection: sa.Connection, row: Any) -> str:
        """Belong to a team; who is in it by another address has the better role after."""
        mine = teams_of(connection, self.account)
        of_mine = members.c.owner == row.owner, members.c.account == self.account
        if there := next((team for team in mine if team.owner == row.owner), None):
            role = "coach" if "coach" in (there.role, row.role) else row.role
            change = sa.update(members).where(*of_mine)
            connection.execute(change.values(role=role))
            return str(role)
        _check_more(mine)
        new = {"account": self.account, "address": self.address, "role": row.role}
        connection.execute(
            sa.insert(members).values(
                id=uuid4().hex, owner=row.owner, created=datetime.now(UTC), **new
            )
        )
        return str(row.role)

    def set_role(self, owner: str, id: str, role: str) -> None:
        """Make a member coach or assistant; a team keeps a coach."""
        role = checked_role(role)
        with self.database.writing() as connection:
            self._leading(connection, owner)
            one = self._member(connection, owner, id)
            if role != "coach" and not other_coaches(connection, owner, id):
                raise StoreError(_NO_COACH)
            change = sa.update(members).where(members.c.id == id).values(role=role)
            connection.execute(change)
            if role != "coach" and one.account:
                end_invitations(connection, owner, called(one.account, one.address))
            note(connection, owner, self.called, f"made_{role}", name=one.address)

    def remove(self, owner: str, id: str) -> None:
        """Take a member out of a team, or an invitation back; oneself, to leave it."""
        with self.database.writing() as connection:
            me = membership(connection, self.account, owner, stays=True)
            if id != me.id:
                self._leading(connection, owner)
            one = self._member(connection, owner, id)
            if id == me.id and not other_coaches(connection, owner, id):
                raise StoreError(_NO_COACH)
            did = "left" if id == me.id else "removed"
            end_membership(connection, one, self.called, did)

    def _member(self, connection: sa.Connection, owner: str, id: str) -> Any:
        query = sa.select(members).where(members.c.owner == owner, members.c.id == id)
        if (row := connection.execute(query).one_or_none()) is None:
            raise NotFoundError("This one is no longer in the team.")
        return row

    def note_seen(self) -> bool:
        """Note that the account is in use, once a day, and its address.

        Of whom nothing is saved, and who belongs to no team, nothing is noted; whether
        something is.
        """
        return note_seen(self.database, self.account, self.address)
