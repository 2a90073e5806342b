"""The store as one account sees it: its own rows, and those of its teams.

Every method takes the owner of the rows, which is the account itself or a team; what
belongs to anybody else, or to a team that one has left, behaves as what does not exist.
Whether somebody may do something is looked up in the transaction that does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from riskmodel.store.errors import ConflictError, NotFoundError, StoreError
from riskmodel.store.kinds import checked_name, checked_owner
from riskmodel.store.models import accounts, items, members, record, teams
from riskmodel.store.opening import Database
from riskmodel.store.owned import Place
from riskmodel.store.records import Counts, Item
from riskmodel.store.store import LOCAL, Store
from riskmodel.store.teams import (
    MOST_MEMBERS,
    MOST_TEAMS,
    ROLES,
    SHARED_KINDS,
    Done,
    Invitation,
    Member,
    Team,
    checked_address,
    checked_role,
    invitations_of,
    is_asked,
    is_just_noted,
    is_team,
    members_of,
    membership,
    new_team_owner,
    note,
    other_coaches,
    record_of,
    teams_of,
)
from riskmodel.store.unique import insert_new

_SEEN_AGAIN = timedelta(days=1)
_NO_COACH = (
    "You are the only coach of this team: make somebody else one first, or delete the team."
)


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
        self.address = checked_address(address) if address else ""

    @property
    def called(self) -> str:
        """How records call this account."""
        digest = sha256(self.account.encode()).hexdigest()[:8]
        return self.address or f"account {digest}"

    # ------------------------------------------------------------------ who may what

    def _items(self, owner: str, kind: str) -> Place:
        place = super()._items(owner, kind)
        if checked_owner(owner) == self.account:
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
            role = ROLES[row.role]
            if kind not in role.kinds or (did == "deleted" and not role.leads):
                raise StoreError(f"Only a coach of {row.name} can do this.")
            if not name:
                query = sa.select(items.c.name).where(items.c.owner == owner)
                name = connection.scalar(query.where(items.c.id == id)) or ""
            note(connection, owner, self.called, did, item=id, name=name)

        return replace(place, enter=enter)

    def _outcomes(self, owner: str) -> Place:
        place = super()._outcomes(owner)
        if checked_owner(owner) != self.account:
            raise place.missing()
        return place

    def load(self, owner: str, kind: str, id: str) -> Item:
        """Read something; of a team's it is noted who did, once an hour."""
        item = super().load(owner, kind, id)
        if is_team(owner):
            done = {"did": "opened", "item": item.id, "name": item.name}
            if kind != "squad":  # all sessions of a diary are looked at together
                done = {"did": "read_diary", "item": "", "name": ""}
            self._note(owner, **done)
        return item

    def export_owner(self, owner: str) -> str:
        """Everything of the account, or of a team that it belongs to."""
        if checked_owner(owner) != self.account:
            with self.database.reading() as connection:
                membership(connection, self.account, owner)
            self._note(owner, did="exported")
        return super().export_owner(owner)

    def _enter_all(self, connection: sa.Connection, owner: str) -> None:
        if owner != self.account:
            self._leading(connection, owner)

    def move(self, owner: str, to: str) -> Counts:
        """Refuse: only whoever runs the server moves what belongs to others."""
        raise StoreError("An account cannot move what belongs to another.")

    def _note(self, owner: str, **done: str) -> None:
        cells = {"owner": owner, "who": self.called, **done}
        with self.database.reading() as connection:
            if is_just_noted(connection, **cells):
                return
        with self.database.writing() as connection:
            note(connection, **cells)

    def _leading(self, connection: sa.Connection, owner: str) -> Any:
        """Membership of a coach in a team that stays as it is; else an error."""
        row = membership(connection, self.account, owner, stays=True)
        if not ROLES[row.role].leads:
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
            if len(mine) >= MOST_TEAMS:
                raise StoreError(f"Allowed are up to {MOST_TEAMS} teams: leave some.")
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
            if checked_owner(owner) != self.account:
                membership(connection, self.account, owner)
            return record_of(connection, owner, most)

    def last_changes(self, owner: str) -> dict[str, LastChange]:
        """Of each item of a team, by id, who changed it last."""
        c = record.c
        query = sa.select(c.item, c.who, c.did).where(c.owner == owner, c.item != "")
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
            here = members_of(connection, owner, self.account)
            if any(m.address == address and not m.is_invited for m in here):
                raise ConflictError(f"{address} belongs to this team already.")
            if len(here) >= MOST_MEMBERS:
                raise StoreError(
                    f"Allowed are up to {MOST_MEMBERS} people in a team: remove some."
                )
            of_address = members.c.owner == owner, members.c.address == address
            connection.execute(sa.delete(members).where(*of_address))
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
        with self.database.writing() as connection:
            query = sa.select(members.c.owner, members.c.role, teams.c.name)
            query = query.join(teams, teams.c.owner == members.c.owner)
            one = sa.and_(members.c.id == id, is_asked(self.address))
            row = connection.execute(query.where(one).with_for_update()).one_or_none()
            if row is None:
                raise NotFoundError(
                    "This invitation is no longer there: ask for a new one."
                )
            mine = members.c.owner == row.owner, members.c.account == self.account
            is_in = connection.execute(sa.select(members.c.id).where(*mine)).first()
            if joins and is_in is None:
                now = datetime.now(UTC)
                taken = {"account": self.account, "created": now}
                connection.execute(sa.update(members).where(one).values(taken))
            else:
                connection.execute(sa.delete(members).where(one))
            did = "joined" if joins else "declined"
            note(connection, row.owner, self.called, did)
        return Team(row.owner, row.name, row.role) if joins else None

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
            connection.execute(sa.delete(members).where(members.c.id == id))
            did = "left" if id == me.id else "removed"
            name = "" if id == me.id else one.address
            note(connection, owner, self.called, did, name=name)

    def _member(self, connection: sa.Connection, owner: str, id: str) -> Any:
        query = sa.select(members).where(members.c.owner == owner, members.c.id == id)
        if (row := connection.execute(query).one_or_none()) is None:
            raise NotFoundError("This one is no longer in the team.")
        return row

    # ---------------------------------------------------------------------- accounts

    def note_seen(self) -> None:
        """Note that the account is in use, once a day, and its address."""
        now = datetime.now(UTC)
        mine = accounts.c.owner == self.account
        with self.database.reading() as connection:
            row = connection.execute(sa.select(accounts).where(mine)).one_or_none()
        known = row and (row.address, row.seen > now - _SEEN_AGAIN)
        if known == (self.address, True):
            return
        new = {"owner": self.account, "address": self.address, "seen": now}
        with self.database.writing() as connection:
            if not insert_new(
                connection, accounts, {"id": uuid4().hex, "created": now, **new}
            ):
                connection.execute(sa.update(accounts).where(mine).values(new))
