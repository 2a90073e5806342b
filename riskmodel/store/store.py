"""Save, list, load, change and delete what belongs to one owner.

Every function takes the owner and puts it into every condition: what belongs to another
owner behaves exactly as what does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import astuple, fields
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from riskmodel import __version__
from riskmodel.diary.outcomes import UNREADABLE, Outcome
from riskmodel.inputs.told import grouped
from riskmodel.store.errors import ConflictError, StoreError
from riskmodel.store.kinds import (
    MOST_ITEMS,
    MOST_OUTCOMES,
    checked_content,
    checked_name,
    checked_owner,
    kind_of,
    numbered,
)
from riskmodel.store.models import items, members, metadata, outcomes
from riskmodel.store.moving import delete_rows, move_rows
from riskmodel.store.opening import Database, open_database
from riskmodel.store.owned import Place, items_of, one_of, outcomes_of
from riskmodel.store.places import read_url
from riskmodel.store.records import (
    Counts,
    Entry,
    Item,
    Saved,
    SavedOutcome,
    cells_of,
    saved_outcome,
    written_by,
)
from riskmodel.store.rows import Rows, rows_of
from riskmodel.store.teams import is_team
from riskmodel.store.unique import insert_new, no_other_has

LOCAL = "local"
"""The owner where there is only one user."""

_EXPORT_FORMAT = 1


def open_store(
    url: str | None = None, *, wait_s: float = 10.0, create: bool = True
) -> Store:
    """Open the database, make it at first use, and bring an older one up to date.

    Parameters
    ----------
    url : str, optional
        ``sqlite:///FILE`` or ``postgresql+psycopg://USER:PASSWORD@HOST/DATABASE``; by
        default the file of `riskmodel.store.default_path`.
    wait_s : float
        How long a writer waits for another [s].
    create : bool
        Whether to make the database if it does not exist, or is empty.

    Returns
    -------
    Store
        May be used by many threads; one for a process is enough.

    Raises
    ------
    StoreError
        If the address is wrong, the server does not answer, the file is no database,
        is damaged, or comes from a newer version of the program; if it does not exist
        and none shall be made.
    """
    return Store(open_database(read_url(url, create=create), wait_s, create=create))


class Store:
    """What people chose to save; see `open_store`.

    Health answers: only what the caller saves is stored, and nothing about the contents
    is logged.  Every method raises `StoreError`, with one sentence, and nothing else.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()

    # ----------------------------------------------------------------- under a name

    def save(
        self,
        owner: str,
        kind: str,
        name: str,
        content: Any,
        *,
        id: str | None = None,
        version: int | None = None,
        keep_both: bool = False,
        scorecard_version: str | None = None,
    ) -> Saved:
        """Save something new, or a change.

        Parameters
        ----------
        owner, kind : str
            The kind is one of `riskmodel.store.KINDS`.
        name : str
            1 to 80 characters; one of a kind has it.
        content : object
            Answers by name for a plan or an athlete, a list of those for a squad, the
            text of `whatif.plans.to_text`, what `diary.squad_session.as_content` gives.
        id, version : str and int, optional
            What is changed, and the version that was opened.  Without, it is new.
        keep_both : bool
            Instead of a conflict, save a copy named "NAME (2)".
        scorecard_version : str, optional
            Of the scorecard that scores it; by default of the one of the package.

        Raises
        ------
        ConflictError
            If it was changed meanwhile, or another one has the name.
        NotFoundError
            If there is nothing to change.
        StoreError
            If the content is not allowed, or the database cannot save.
        """
        mine, values = self._items(owner, kind), {"name": checked_name(name)}
        before = None if id is None else self._read(one_of(mine, id)).content
        values |= {
            "content": checked_content(kind, content, before),
            **written_by(scorecard_version),
        }
        most = MOST_ITEMS, kind_of(kind).plural
        new = {"owner": checked_owner(owner), "kind": kind}
        try:
            if id is not None:
                return self._change(one_of(mine, id), id, version, values)
            return self._insert(mine, new | values, *most)
        except ConflictError:
            if not keep_both:
                raise
        while True:  # until nobody else takes the same name first
            taken = {entry.name for entry in self.items(owner, kind)}
            names = (numbered(values["name"], i) for i in count(2))
            free = {"name": next(n for n in names if n not in taken)}
            with suppress(ConflictError):
                return self._insert(mine, new | values | free, *most)

    def rename(self, owner: str, kind: str, id: str, name: str, *, version: int) -> Saved:
        """Give something another name; parameters and errors as for `save`."""
        one = one_of(self._items(owner, kind), id)
        return self._change(one, id, version, {"name": checked_name(name)})

    def items(self, owner: str, kind: str) -> Rows[Entry]:
        """List what an owner has of one kind, what was changed last first; see `Rows`."""
        columns = [items.c[field.name] for field in fields(Entry)]
        mine = self._items(owner, kind)
        query = sa.select(*columns).where(mine.where)
        with self.database.reading() as connection:
            mine.enter(connection, "", "", "")
            order = items.c.changed.desc(), items.c.name
            rows = rows_of(connection, query.order_by(*order), items)
        return Rows((Entry(**row._mapping) for row in rows), rows.unreadable)

    def load(self, owner: str, kind: str, id: str) -> Item:
        """Read something, also if another version of the program wrote it.

        A `NotFoundError` if it is not there.
        """
        row = self._read(one_of(self._items(owner, kind), id))
        try:
            content, problems = kind_of(kind).read(row.content)
        except (*UNREADABLE, StoreError):
            what = f"{kind_of(kind).noun} {row.name}"
            raise StoreError(f"The {what} cannot be read.") from None
        own = {field.name: getattr(row, field.name) for field in fields(Entry)}
        return Item(**own, content=content, problems=problems, program=row.program)

    def delete(self, owner: str, kind: str, id: str, *, version: int | None = None) -> None:
        """Delete something; with a version, only if nobody has changed it since.

        A `NotFoundError` if it is not there, a `ConflictError` if it was changed.
        """
        self._delete(one_of(self._items(owner, kind), id), id, version)

    # ------------------------------------------------------------------- the diary

    def save_outcome(
        self,
        owner: str,
        outcome: Outcome,
        *,
        id: str | None = None,
        version: int | None = None,
    ) -> Saved:
        """Write a session into the diary, or change one; ids and errors as for `save`.

        To keep both after a conflict, save it again without id.
        """
        mine, values = self._outcomes(owner), cells_of(outcome)
        if id is not None:
            return self._change(one_of(mine, id), id, version, values)
        return self._insert(
            mine, {"owner": checked_owner(owner), **values}, MOST_OUTCOMES, "outcomes"
        )

    def outcomes(self, owner: str) -> Rows[SavedOutcome]:
        """Read the diary in the order of the days, and what of it is unreadable."""
        query = sa.select(outcomes).where(self._outcomes(owner).where)
        order = outcomes.c.day, outcomes.c.created, outcomes.c.id
        with self.database.reading() as connection:
            rows = rows_of(connection, query.order_by(*order), outcomes)
        return Rows(map(saved_outcome, rows), rows.unreadable)

    def delete_outcome(self, owner: str, id: str, *, version: int | None = None) -> None:
        """Take a session out of the diary; errors as for `delete`."""
        self._delete(one_of(self._outcomes(owner), id), id, version)

    # ----------------------------------------------------------------- everything

    def export_owner(self, owner: str) -> str:
        """Everything that is stored about one owner, as JSON and as it is stored."""
        owner = checked_owner(owner)
        content: dict[str, Any] = {
            "cramp-risk-export": _EXPORT_FORMAT,
            "program": __version__,
            "owner": owner,
        }
        with self.database.reading() as connection:
            for name, table in metadata.tables.items():
                is_mine = table.c.owner == owner
                if table is members:  # of a team, or the account's own in teams
                    is_mine = sa.or_(is_mine, members.c.account == owner)
                order = table.c.created, table.c.id
                mine = sa.select(table).where(is_mine).order_by(*order)
                rows = rows_of(connection, mine, table)
                content[name] = [self._told(name, dict(row._mapping)) for row in rows]
                # As text, whatever it holds.
                content[name] += [dict(row.cells) for row in rows.unreadable]
        # Dates and moments are the only cells that JSON does not know.
        return json.dumps(
            content, indent=1, ensure_ascii=True, default=lambda cell: cell.isoformat()
        )

    def delete_owner(self, owner: str, *, with_teams: bool = False) -> int:
        """Delete everything of one owner; the number of things that were saved in it.

        SQLite overwrites it at once, PostgreSQL when it next vacuums; what lies in a
        backup stays there.

        Parameters
        ----------
        owner : str
            An account or a team.
        with_teams : bool
            Whether teams that would be left without a coach go too; else they are a
            `StoreError`.  One in which the account is alone goes always.
        """
        owner = checked_owner(owner)

        def delete(connection: sa.Connection) -> int:
            self._enter_all(connection, owner)
            return delete_rows(connection, owner, with_teams=with_teams)

        n_deleted = self.database.deleting(delete)
        self.database.forget_the_deleted()
        return n_deleted

    def move(self, owner: str, to: str) -> Counts:
        """Give what one account saved to another, all of it or nothing, and its teams.

        Who has a name already gets the other one with a number.

        Raises
        ------
        ConflictError
            If the other one saves something at the same moment.
        StoreError
            If both are the same, or one is a team; if the other one would have more than
            is allowed; if there is nothing to give.
        """
        owner, to = checked_owner(owner), checked_owner(to)
        for one, other in ((to, owner), (owner, to)):
            if one == other or is_team(one):
                raise StoreError(f"Owner is {one}; allowed is another account.")
        with self.database.writing() as connection:
            try:
                moved = move_rows(connection, owner, to)
            except IntegrityError:
                raise ConflictError(
                    "This owner saved something meanwhile, so nothing was moved: try again."
                ) from None
            if not any(astuple(moved)):
                whose = "from before sign-in" if owner == LOCAL else f"of {owner}"
                raise StoreError(
                    f"{self.database.place} holds nothing {whose}: nothing was moved."
                )
        return moved

    # --------------------------------------------------------------------- inside

    def _items(self, owner: str, kind: str) -> Place:
        """Where items of one kind are, for whoever may enter."""
        return items_of(owner, kind)

    def _outcomes(self, owner: str) -> Place:
        """Where somebody's diary is, for whoever may enter."""
        return outcomes_of(owner)

    def _told(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        """Row as an export has it."""
        return row

    def _enter_all(self, connection: sa.Connection, owner: str) -> None:
        """Let whoever may in, before everything of an owner is deleted."""

    def _read(self, one: Place) -> sa.Row[Any]:
        with self.database.reading() as connection:
            one.enter(connection, "", "", "")
            query = sa.select(one.table).where(one.where)
            rows = rows_of(connection, query, one.table)
        if rows.unreadable:
            raise StoreError(str(rows.unreadable[0]))
        if not rows:
            raise one.missing()
        return rows[0]

    def _insert(
        self, place: Place, values: Mapping[str, Any], most: int, plural: str
    ) -> Saved:
        now, name = datetime.now(UTC), values.get("name", "")
        # 122 random bits from the operating system: nobody guesses another one's.
        id = uuid4().hex
        new = {"id": id, "version": 1, "created": now, "changed": now}
        query = sa.select(sa.func.count()).select_from(place.table).where(place.where)
        with self.database.writing() as connection:
            place.enter(connection, "saved", id, name)
            there = connection.execute(query).scalar_one()
            if there >= most:
                raise StoreError(
                    f"There are {grouped(there)} {plural}; allowed is up to "
                    f"{grouped(most)}: delete some."
                )
            if not insert_new(connection, place.table, {**new, **values}):
                raise place.has_already(name)
        return Saved(id, 1, name)

    def _change(
        self, one: Place, id: str, version: int | None, values: Mapping[str, Any]
    ) -> Saved:
        if not isinstance(version, int) or isinstance(version, bool):
            raise StoreError(f"To change this {one.noun}, say which version was opened.")
        name, now = values.get("name", ""), datetime.now(UTC)
        new = {**values, "version": one.table.c.version + 1, "changed": now}
        # One statement: of two writers at once, only one finds the version.
        change = sa.update(one.table).where(one.versioned(version)).values(**new)
        if name:
            change = change.where(no_other_has(one.table, name))
        did = "renamed" if values.keys() == {"name"} else "saved"
        with self.database.writing() as connection:
            one.enter(connection, did, id, name)
            try:
                n_changed = connection.execute(change).rowcount
            except IntegrityError:  # somebody took the name at this very moment
                raise one.has_already(name) from None
            if n_changed != 1:
                raise one.why_not(connection, "open it again, or keep both", version, name)
        return Saved(id, version + 1, name)

    def _delete(self, one: Place, id: str, version: int | None) -> None:
        where = one.where if version is None else one.versioned(version)

        def delete(connection: sa.Connection) -> None:
            one.enter(connection, "deleted", id, "")
            if connection.execute(sa.delete(one.table).where(where)).rowcount != 1:
                raise one.why_not(connection, "look at it again before you delete it")

        self.database.deleting(delete)
