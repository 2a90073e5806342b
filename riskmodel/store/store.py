"""Save, list, load, change and delete what belongs to one owner.

Every function takes the owner and puts it into every condition: what belongs to another
owner behaves exactly as what does not exist.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from riskmodel import __version__
from riskmodel.diary.outcomes import Outcome, check_outcome
from riskmodel.store.errors import (
    ConflictError,
    NotFoundError,
    StoreError,
)
from riskmodel.store.kinds import (
    MOST_ITEMS,
    UNREADABLE,
    checked_name,
    checked_text,
    kind_of,
    numbered,
)
from riskmodel.store.models import LONGEST_OWNER, items, metadata, outcomes
from riskmodel.store.opening import Database, open_database
from riskmodel.store.places import read_url

LOCAL = "local"
"""The owner where there is only one user."""

MOST_OUTCOMES = 20_000  # of one owner: two sessions a day for a life of sport (judgement)
_LONGEST_OWNER_GIVEN = 10_000  # characters (judgement)
_DIARY = "outcome"
_EXPORT_FORMAT = 1


@dataclass(frozen=True)
class Saved:
    """Confirmation that something lies in the database.

    Attributes
    ----------
    id : str
    version : int
        1 when new, one more with each change.
    name : str
        As it was saved; another one than was asked for if both were kept.  Empty for
        an outcome.
    """

    id: str
    version: int
    name: str = ""


@dataclass(frozen=True)
class Counts:
    """How much was backed up, restored or moved.

    Attributes
    ----------
    items, outcomes : int
    """

    items: int
    outcomes: int


@dataclass(frozen=True)
class Entry:
    """One line of a list, without the content.

    Attributes
    ----------
    id, kind, name : str
    version : int
    created, changed : datetime.datetime
        In UTC.
    """

    id: str
    kind: str
    name: str
    version: int
    created: datetime
    changed: datetime


@dataclass(frozen=True)
class Item(Entry):
    """Something saved, with its content.

    Attributes
    ----------
    content : object
        As it was given to `Store.save`; answers as
        `riskmodel.inputs.session.tidy` spells them.
    problems : tuple of str
        One sentence for each thing that this version of the program does not
        understand.  It stays in the database, also when the item is changed.
    program : str
        Version of the program that wrote it; empty if unknown.
    """

    content: Any
    problems: tuple[str, ...]
    program: str


@dataclass(frozen=True)
class SavedOutcome:
    """One session of the diary.

    Attributes
    ----------
    id : str
    version : int
    outcome : Outcome
    problems : tuple of str
        What this version of the program would not accept in it.
    changed, created : datetime.datetime
        In UTC.
    """

    id: str
    version: int
    outcome: Outcome
    problems: tuple[str, ...]
    changed: datetime
    created: datetime


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

    Parameters
    ----------
    database : riskmodel.store.opening.Database
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
    ) -> Saved:
        """Save something new, or a change.

        Parameters
        ----------
        owner : str
        kind : str
            One of `riskmodel.store.KINDS`.
        name : str
            1 to 80 characters; one of a kind has it.
        content : object
            Answers by name for a plan or an athlete, a list of those for a squad, the
            text of `riskmodel.whatif.plans.to_text` for scenarios.
        id, version : str and int, optional
            What is changed, and the version that was opened.  Without, it is new.
        keep_both : bool
            Instead of a conflict, save a copy named "NAME (2)".

        Returns
        -------
        Saved

        Raises
        ------
        ConflictError
            If it was changed meanwhile, or another one has the name.
        NotFoundError
            If there is nothing to change.
        StoreError
            If the content is not allowed, or the database cannot save.
        """
        owner, name = _owner(owner), checked_name(name)
        before = None
        if id is not None:
            before = self._row(owner, kind, id).content
        stored = kind_of(kind).check(content, before)
        try:
            if id is None:
                return self._insert(owner, kind, name, stored)
            return self._update(owner, kind, id, version, name=name, content=stored)
        except ConflictError:
            if not keep_both:
                raise
        while True:  # until nobody else takes the same name first
            taken = {entry.name for entry in self.items(owner, kind)}
            free = next(n for i in count(2) if (n := numbered(name, i)) not in taken)
            try:
                return self._insert(owner, kind, free, stored)
            except ConflictError:
                continue

    def rename(self, owner: str, kind: str, id: str, name: str, *, version: int) -> Saved:
        """Give something another name; parameters and errors as for `save`."""
        name = checked_name(name)
        return self._update(_owner(owner), kind, id, version, name=name)

    def items(self, owner: str, kind: str) -> list[Entry]:
        """List what an owner has of one kind, what was changed last first.

        Raises
        ------
        StoreError
        """
        kind_of(kind)
        columns = [items.c[field.name] for field in fields(Entry)]
        mine = and_(items.c.owner == _owner(owner), items.c.kind == kind)
        order = items.c.changed.desc(), items.c.name
        with self.database.reading() as connection:
            rows = connection.execute(select(*columns).where(mine).order_by(*order))
            return [Entry(**row._mapping) for row in rows]

    def load(self, owner: str, kind: str, id: str) -> Item:
        """Read something, also if another version of the program wrote it.

        Raises
        ------
        NotFoundError
            If it is not there.
        StoreError
        """
        row = self._row(_owner(owner), kind, id)
        try:
            content, problems = kind_of(kind).read(row.content)
        except (*UNREADABLE, StoreError):
            raise StoreError(
                f"The {kind_of(kind).noun} {row.name} cannot be read."
            ) from None
        own = {field.name: getattr(row, field.name) for field in fields(Entry)}
        return Item(**own, content=content, problems=problems, program=row.program)

    def delete(self, owner: str, kind: str, id: str, *, version: int | None = None) -> None:
        """Delete something; with a version, only if nobody has changed it since.

        Raises
        ------
        ConflictError, NotFoundError, StoreError
        """
        noun = kind_of(kind).noun
        self._delete(items, _mine(items, _owner(owner), id, noun, kind), version, noun)

    # ------------------------------------------------------------------- the diary

    def save_outcome(
        self,
        owner: str,
        outcome: Outcome,
        *,
        id: str | None = None,
        version: int | None = None,
    ) -> Saved:
        """Write a session into the diary, or change one.

        Parameters
        ----------
        owner : str
        outcome : Outcome
        id, version : str and int, optional
            As for `save`.

        Raises
        ------
        ConflictError, NotFoundError
            As from `save`; to keep both, save it again without id.
        StoreError
            If `check_outcome` finds a problem, or the database cannot save.
        """
        owner = _owner(owner)
        values = _outcome_values(outcome)
        if id is not None:
            where = _mine(outcomes, owner, id, _DIARY)
            return self._change(outcomes, where, id, version, values, _DIARY)
        with self.database.writing() as connection:
            full = select(func.count()).where(outcomes.c.owner == owner)
            _check_room(connection.execute(full).scalar_one(), MOST_OUTCOMES, "outcomes")
            new = _new(owner)
            connection.execute(insert(outcomes).values(**new, **values))
        return Saved(new["id"], 1)

    def outcomes(self, owner: str) -> list[SavedOutcome]:
        """Read the diary in the order of the days.

        Raises
        ------
        StoreError
        """
        mine = outcomes.c.owner == _owner(owner)
        order = outcomes.c.day, outcomes.c.created, outcomes.c.id
        with self.database.reading() as connection:
            rows = connection.execute(select(outcomes).where(mine).order_by(*order))
            return [_saved_outcome(row) for row in rows]

    def outcome(self, owner: str, id: str) -> SavedOutcome:
        """Read one session of the diary.

        Raises
        ------
        NotFoundError, StoreError
        """
        where = _mine(outcomes, _owner(owner), id, _DIARY)
        with self.database.reading() as connection:
            row = connection.execute(select(outcomes).where(where)).one_or_none()
        if row is None:
            raise _missing(_DIARY)
        return _saved_outcome(row)

    def delete_outcome(self, owner: str, id: str, *, version: int | None = None) -> None:
        """Take a session out of the diary; errors as for `delete`."""
        where = _mine(outcomes, _owner(owner), id, _DIARY)
        self._delete(outcomes, where, version, _DIARY)

    # ----------------------------------------------------------------- everything

    def export_owner(self, owner: str) -> str:
        """Everything that is stored about one owner, as JSON and as it is stored.

        Raises
        ------
        StoreError
        """
        owner = _owner(owner)
        content: dict[str, Any] = {
            "cramp-risk-export": _EXPORT_FORMAT,
            "program": __version__,
            "owner": owner,
        }
        with self.database.reading() as connection:
            for table in metadata.sorted_tables:
                mine = select(table).where(table.c.owner == owner)
                rows = connection.execute(mine.order_by(table.c.created, table.c.id))
                content[table.name] = [dict(row._mapping) for row in rows]
        # Dates and moments are the only cells that JSON does not know.
        return json.dumps(content, indent=1, ensure_ascii=True, default=_iso)

    def delete_owner(self, owner: str) -> int:
        """Delete everything of one owner.

        SQLite overwrites it at once, PostgreSQL when it next vacuums; what lies in a
        backup stays there.

        Returns
        -------
        int
            How many things were deleted.

        Raises
        ------
        StoreError
        """
        owner = _owner(owner)
        with self.database.writing() as connection:
            gone = sum(
                connection.execute(delete(table).where(table.c.owner == owner)).rowcount
                for table in metadata.sorted_tables
            )
        self.database.forget_the_deleted()
        return gone

    def adopt(self, owner: str) -> Counts:
        """Give an owner what `LOCAL` saved, once people sign in; all of it, or nothing.

        Parameters
        ----------
        owner : str
            Who has a name already gets the other one with a number.

        Returns
        -------
        Counts
            How much was moved.

        Raises
        ------
        ConflictError
            If the owner saves something at the same moment.
        StoreError
            If the owner is `LOCAL`, or would have more than is allowed.
        """
        owner = _owner(owner)
        if owner == LOCAL:
            raise StoreError(f"Owner is {LOCAL}; allowed is anybody else.")
        with self.database.writing() as connection:
            try:
                return _move(connection, LOCAL, owner)
            except IntegrityError:
                raise ConflictError(
                    "This owner saved something meanwhile, so nothing was moved: try again."
                ) from None

    # --------------------------------------------------------------------- inside

    def _row(self, owner: str, kind: str, id: str) -> Row[Any]:
        noun = kind_of(kind).noun
        where = _mine(items, owner, id, noun, kind)
        with self.database.reading() as connection:
            row = connection.execute(select(items).where(where)).one_or_none()
        if row is None:
            raise _missing(noun)
        return row

    def _insert(self, owner: str, kind: str, name: str, content: Any) -> Saved:
        noun = kind_of(kind).noun
        mine = and_(items.c.owner == owner, items.c.kind == kind)
        new = {**_new(owner), "kind": kind, "name": name, "content": content}
        full_query = select(func.count()).select_from(items).where(mine)
        with self.database.writing() as connection, _names_once(noun, name):
            full = connection.execute(full_query).scalar_one()
            _check_room(full, MOST_ITEMS, kind_of(kind).plural)
            connection.execute(insert(items).values(**new, program=__version__))
        return Saved(new["id"], 1, name)

    def _update(
        self, owner: str, kind: str, id: str, version: int | None, **values: Any
    ) -> Saved:
        noun = kind_of(kind).noun
        where = _mine(items, owner, id, noun, kind)
        if "content" in values:
            values["program"] = __version__
        return self._change(items, where, id, version, values, noun)

    def _change(
        self,
        table: Table,
        where: ColumnElement[bool],
        id: str,
        version: int | None,
        values: Mapping[str, Any],
        noun: str,
    ) -> Saved:
        if not isinstance(version, int) or isinstance(version, bool):
            raise StoreError(f"To change this {noun}, say which version was opened.")
        which = and_(where, _has_version(table, version))
        name = str(values.get("name", ""))
        changed = datetime.now(UTC)
        new = {**values, "version": table.c.version + 1, "changed": changed}
        with self.database.writing() as connection, _names_once(noun, name):
            # One statement: of two writers at once, only one finds the version.
            change = update(table).where(which).values(**new)
            if connection.execute(change).rowcount != 1:
                raise _why_not(
                    connection, table, where, noun, "open it again, or keep both"
                )
        return Saved(id, version + 1, name)

    def _delete(
        self, table: Table, where: ColumnElement[bool], version: int | None, noun: str
    ) -> None:
        which = where
        if version is not None:
            which = and_(where, _has_version(table, version))
        with self.database.writing() as connection:
            if connection.execute(delete(table).where(which)).rowcount != 1:
                raise _why_not(
                    connection, table, where, noun, "look at it again before you delete it"
                )


def _owner(owner: str) -> str:
    """Owner as the database holds it: as it is, or the digest of a long one."""
    # No space is taken away: two owners may differ in one.
    text = checked_text(owner, "Owner", _LONGEST_OWNER_GIVEN)
    if len(text) <= LONGEST_OWNER:
        return text
    # No issuer and subject look like that: between them stands a space.
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _has_version(table: Table, version: int) -> ColumnElement[bool]:
    # No database holds a greater number, and asking for it would be an error.
    if not -(2**63) <= version < 2**63 - 1:
        return false()
    return table.c.version == literal(version, BigInteger)


def _move(connection: Connection, giver: str, owner: str) -> Counts:
    """Move every row of an owner to another one."""

    def named(whose: str) -> list[Row[Any]]:
        columns = items.c.id, items.c.kind, items.c.name
        mine = select(*columns).where(items.c.owner == whose)
        return list(connection.execute(mine.order_by(items.c.created, items.c.id)))

    theirs, given = named(owner), named(giver)
    for kind, n in Counter(row.kind for row in (*theirs, *given)).items():
        _check_sum(n, MOST_ITEMS, kind_of(kind).plural)
    taken = {(row.kind, row.name) for row in theirs}
    doubled = [row for row in given if (row.kind, row.name) in taken]
    taken |= {(row.kind, row.name) for row in given}
    new_names = {}
    for row in doubled:
        names = (numbered(row.name, i) for i in count(2))
        new_names[row.id] = next(n for n in names if (row.kind, n) not in taken)
        taken.add((row.kind, new_names[row.id]))
    # First the names, which nobody has yet, so that no two are ever the same.
    for id, name in new_names.items():
        mine = and_(items.c.id == id, items.c.owner == giver)
        connection.execute(update(items).where(mine).values(name=name))
    moved = {}
    for table in metadata.sorted_tables:
        move = update(table).where(table.c.owner == giver).values(owner=owner)
        moved[table.name] = connection.execute(move).rowcount
    full = select(func.count()).where(outcomes.c.owner == owner)
    _check_sum(connection.execute(full).scalar_one(), MOST_OUTCOMES, "outcomes")
    return Counts(**moved)


def _missing(noun: str) -> NotFoundError:
    return NotFoundError(f"This {noun} is not there; it may have been deleted.")


def _mine(
    table: Table, owner: str, id: str, noun: str, kind: str | None = None
) -> ColumnElement[bool]:
    """Condition for one row of an owner."""
    if not isinstance(id, str) or not re.fullmatch(r"[0-9a-f]{32}", id):
        raise _missing(noun)
    where = and_(table.c.id == id, table.c.owner == owner)
    return where if kind is None else and_(where, table.c.kind == kind)


def _why_not(
    connection: Connection, table: Table, where: ColumnElement[bool], noun: str, do: str
) -> StoreError:
    if connection.execute(select(table.c.id).where(where)).one_or_none() is None:
        return _missing(noun)
    return ConflictError(
        f"This {noun} was changed in another place meanwhile, since it was opened: {do}."
    )


@contextmanager
def _names_once(noun: str, name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise ConflictError(
            f"There is already a {noun} named {name}: choose another name, or keep both."
        ) from None


def _check_room(there: int, most: int, what: str) -> None:
    if there >= most:
        raise StoreError(f"There are {there} {what}; allowed is up to {most}: delete some.")


def _check_sum(together: int, most: int, what: str) -> None:
    if together > most:
        raise StoreError(
            f"Together that is {together} {what}; allowed is up to {most}: delete some."
        )


def _new(owner: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    # 122 random bits from the operating system: nobody guesses another one's.
    new = {"id": uuid4().hex, "owner": owner, "version": 1}
    return {**new, "created": now, "changed": now}


def _outcome_values(outcome: Outcome) -> dict[str, Any]:
    if problems := check_outcome(outcome):
        raise StoreError(" ".join(problems))
    values = asdict(outcome)
    if outcome.answers is not None:
        values["answers"] = kind_of("plan").check(outcome.answers, None)
    for name in ("program", "scorecard"):
        values[name] = checked_text(values[name], name.capitalize(), 80)
    return values


def _saved_outcome(row: Row[Any]) -> SavedOutcome:
    values = {field.name: getattr(row, field.name) for field in fields(Outcome)}
    problems: tuple[str, ...] = ()
    if values["answers"] is not None and not isinstance(values["answers"], Mapping):
        problems = ("The answers of this session cannot be read.",)
        values["answers"] = None
    outcome = Outcome(**values)
    problems += check_outcome(outcome)
    return SavedOutcome(row.id, row.version, outcome, problems, row.changed, row.created)


def _iso(value: Any) -> str:
    text: str = value.isoformat()
    return text
