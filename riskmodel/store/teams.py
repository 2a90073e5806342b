"""Teams: who belongs to one, as what, and who is invited.

A team is an owner of rows like an account, so what it shares are its own items.  Nothing
here asks who is asking: that is `riskmodel.store.shared`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from riskmodel.inputs.addresses import one_spelling
from riskmodel.inputs.told import quoted
from riskmodel.store.errors import NotFoundError, StoreError
from riskmodel.store.models import LONGEST_ADDRESS, members, record, teams

INVITED_DAYS = 30  # an invitation counts (judgement)
RECORDED_DAYS = 365  # what was done is known (judgement: a season)
MOST_TEAMS = 50  # of one account (judgement)
MOST_MEMBERS = 50  # of one team, those who are invited among them (judgement)
_ONE_ROW_FOR = timedelta(hours=1)  # the same done again and again is one row
_TEAM = "team "


@dataclass(frozen=True)
class Role:
    """What somebody may do in a team.

    Attributes
    ----------
    kinds : frozenset of str
        What may be saved and changed.
    leads : bool
        Whether to delete, to invite, and to change or delete the team.
    """

    name: str
    does: str
    kinds: frozenset[str]
    leads: bool


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "coach": Role(
            "Coach",
            "opens, changes and deletes lists, and invites others",
            frozenset({"squad", "squad_session"}),
            leads=True,
        ),
        "assistant": Role(
            "Assistant",
            "opens and exports lists, and writes the diary",
            frozenset({"squad_session"}),
            leads=False,
        ),
    }
)
"""Every role."""
_READS = Role("Member", "opens lists", frozenset(), leads=False)
OPERATOR = "whoever runs this server"
"""How a record calls the one who uses the commands."""

SHARED_KINDS = frozenset().union(*(role.kinds for role in ROLES.values()))
"""What a team can have."""


@dataclass(frozen=True)
class Team:
    """A team of somebody's: ``owner`` is that of its rows."""

    owner: str
    name: str
    role: str


@dataclass(frozen=True)
class Invitation:
    """A team that somebody is invited to."""

    id: str
    team: str
    role: str
    invited_by: str
    created: datetime


@dataclass(frozen=True)
class Member:
    """One of a team; ``is_invited`` until the invitation is taken."""

    id: str
    address: str
    role: str
    invited_by: str
    created: datetime
    is_invited: bool
    is_you: bool


@dataclass(frozen=True)
class Done:
    """One line of a record: who did what, and when, in UTC.

    Attributes
    ----------
    did : str
        One of `DEEDS`.
    item, name : str
        What it was done to, and how that was called then; without an item ``name`` is an
        address, or empty.
    """

    who: str
    did: str
    item: str
    name: str
    created: datetime


DEEDS = (
    "opened",
    "read_diary",
    "saved",
    "renamed",
    "deleted",
    "exported",
    "founded",
    "invited",
    "joined",
    "declined",
    "made_coach",
    "made_assistant",
    "removed",
    "left",
    "moved",
)
"""What a record knows."""


def role_of(name: str) -> Role:
    """Look up a role; one that another version of the program knows may only read."""
    return ROLES.get(name, _READS)


def called(account: str, address: str) -> str:
    """How records call an account: by its address, if it has one."""
    return address or f"account {sha256(account.encode()).hexdigest()[:8]}"


def is_team(owner: str) -> bool:
    """Whether rows are a team's, and not one account's."""
    return owner.startswith(_TEAM)


def new_team_owner() -> str:
    """Owner for the rows of a new team, which nobody guesses."""
    return f"{_TEAM}{uuid4().hex}"


def checked_address(address: Any) -> str:
    """Take an e-mail address, in one spelling; a `StoreError` if it can be none."""
    spelt = one_spelling(address)
    # What people paste of several, or out of a mail program.
    if not spelt or len(spelt) > LONGEST_ADDRESS or any(c in ",;<>" for c in spelt):
        shown = quoted(address) if isinstance(address, str) else str(address)
        raise StoreError(
            f"Address is {shown}; allowed is one e-mail address of up to "
            f"{LONGEST_ADDRESS} characters, such as ben@club.example."
        )
    return spelt


def checked_role(role: Any) -> str:
    """Take a role; a `StoreError` if there is none such."""
    if role not in ROLES:
        raise StoreError(f"Role is {role}; allowed is {' or '.join(ROLES)}.")
    return str(role)


def membership(
    connection: sa.Connection, account: str, owner: str, *, stays: bool = False
) -> Any:
    """Row of an account in a team, a `NotFoundError` where it does not belong.

    With ``stays``, nobody changes the team and who is in it before the transaction ends.
    """
    query = (
        sa.select(members.c.id, members.c.role, teams.c.name)
        .join(teams, teams.c.owner == members.c.owner)
        .where(members.c.owner == owner, members.c.account == account)
    )
    if stays:
        hold(connection, teams.c.owner == owner)
    if (row := connection.execute(query).one_or_none()) is None:
        raise NotFoundError("This team is not there; it may have been deleted, or left.")
    return row


def hold(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Let nobody change these teams, and who is in them, before the transaction ends."""
    # In one order, so that two never wait for each other; SQLite lets one write at a time.
    locked = sa.select(teams.c.id).where(which).order_by(teams.c.id).with_for_update()
    connection.execute(locked).all()


def has_member(account: str) -> sa.ColumnElement[bool]:
    """Condition for teams that an account belongs to."""
    return teams.c.owner.in_(sa.select(members.c.owner).where(members.c.account == account))


def end_membership(connection: sa.Connection, row: Any, by: str, did: str) -> None:
    """Take somebody out of a team, with the invitations that are still open of them."""
    who = called(row.account, row.address) if row.account else ""
    connection.execute(sa.delete(members).where(members.c.id == row.id))
    if who:
        end_invitations(connection, row.owner, who)
    note(connection, row.owner, by, did, name="" if did == "left" else row.address)


def end_invitations(connection: sa.Connection, owner: str, invited_by: str) -> None:
    """Take back what somebody has invited to who may not any more."""
    c = members.c
    opened = sa.delete(members).where(c.owner == owner, c.account.is_(None))
    connection.execute(opened.where(c.invited_by == invited_by))


def forget_old(connection: sa.Connection) -> None:
    """Delete lines of records and invitations whose time is over."""
    connection.execute(sa.delete(record).where(record.c.created <= _recorded_since()))
    old = datetime.now(UTC) - timedelta(days=INVITED_DAYS)
    c = members.c
    connection.execute(sa.delete(members).where(c.account.is_(None), c.created <= old))


def _recorded_since() -> datetime:
    return datetime.now(UTC) - timedelta(days=RECORDED_DAYS)


def is_recorded() -> sa.ColumnElement[bool]:
    """Condition for lines of a record whose time is not over."""
    return record.c.created > _recorded_since()


def teams_of(connection: sa.Connection, account: str) -> list[Team]:
    """Teams that an account belongs to, by their names."""
    query = (
        sa.select(teams.c.owner, teams.c.name, members.c.role)
        .join(members, teams.c.owner == members.c.owner)
        .where(members.c.account == account)
        .order_by(teams.c.name, teams.c.created)
    )
    return [Team(**row._mapping) for row in connection.execute(query)]


def coached_alone(connection: sa.Connection, account: str) -> list[Team]:
    """Teams that have no coach but this account."""
    mine = sa.select(members.c.owner, members.c.id).where(
        members.c.account == account, members.c.role == "coach"
    )
    alone = {
        row.owner
        for row in connection.execute(mine).all()
        if not other_coaches(connection, row.owner, row.id)
    }
    return [team for team in teams_of(connection, account) if team.owner in alone]


def is_asked(address: str) -> sa.ColumnElement[bool]:
    """Condition for invitations of an address that still count."""
    since = datetime.now(UTC) - timedelta(days=INVITED_DAYS)
    return sa.and_(
        members.c.account.is_(None),
        members.c.address == address,
        members.c.address != "",
        members.c.created > since,
    )


def invitations_of(connection: sa.Connection, address: str) -> list[Invitation]:
    """Teams that somebody with this address is invited to."""
    query = (
        sa.select(
            members.c.id,
            teams.c.name.label("team"),
            members.c.role,
            members.c.invited_by,
            members.c.created,
        )
        .join(teams, teams.c.owner == members.c.owner)
        .where(is_asked(address))
        .order_by(members.c.created)
    )
    return [Invitation(**row._mapping) for row in connection.execute(query)]


def members_of(connection: sa.Connection, owner: str, account: str) -> list[Member]:
    """Everybody of a team: coaches first, those who are invited last."""
    query = sa.select(members).where(members.c.owner == owner)
    found = [
        Member(
            row.id,
            row.address,
            row.role,
            row.invited_by,
            row.created,
            is_invited=row.account is None,
            is_you=row.account == account,
        )
        for row in connection.execute(query)
    ]
    order = list(ROLES)
    return sorted(
        found,
        key=lambda m: (m.is_invited, [*order, m.role].index(m.role), m.address),
    )


def other_coaches(connection: sa.Connection, owner: str, but: str) -> int:
    """How many coaches a team has beside one member."""
    query = sa.select(sa.func.count()).where(
        members.c.owner == owner,
        members.c.role == "coach",
        members.c.account.is_not(None),
        members.c.id != but,
    )
    return int(connection.execute(query).scalar_one())


def note(
    connection: sa.Connection,
    owner: str,
    who: str,
    did: str,
    *,
    item: str = "",
    name: str = "",
) -> None:
    """Write into the record of an owner.

    The same done by the same one within an hour is one row, with the last time, unless
    something else was done to the same meanwhile.
    """
    now = datetime.now(UTC)
    done = {"owner": owner, "who": who, "did": did, "item": item, "name": name}
    later = record.alias()
    is_between = sa.exists().where(
        later.c.owner == owner,
        later.c.item == item,
        later.c.created > record.c.created,
    )
    again = sa.update(record).where(_just_noted(done), ~is_between).values(created=now)
    if not connection.execute(again).rowcount:
        new = {"id": uuid4().hex, "created": now, **done}
        connection.execute(sa.insert(record).values(new))


def _just_noted(done: Mapping[str, str]) -> sa.ColumnElement[bool]:
    same = (record.c[column] == cell for column, cell in done.items())
    return sa.and_(*same, record.c.created > datetime.now(UTC) - _ONE_ROW_FOR)


def is_just_noted(connection: sa.Connection, **done: str) -> bool:
    """Whether a record has the same of the last hour; ``done`` are cells of a row."""
    query = sa.select(record.c.id).where(_just_noted(done))
    return connection.execute(query).first() is not None


def record_of(connection: sa.Connection, owner: str, most: int) -> list[Done]:
    """Last lines of a record, the newest first."""
    c = record.c
    query = sa.select(c.who, c.did, c.item, c.name, c.created)
    query = query.where(c.owner == owner, is_recorded())
    query = query.order_by(c.created.desc(), c.id).limit(most)
    return [Done(**row._mapping) for row in connection.execute(query)]
