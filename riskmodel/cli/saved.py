"""What was saved: backup, restore, the diary, and whose it is."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.frame import (
    app,
    in_sight,
    say,
    sentences_for_errors,
    standard_input,
    stop,
)
from riskmodel.diary.comparison import compare_outcomes
from riskmodel.diary.outcomes import outcomes_csv
from riskmodel.diary.squad_session import (
    SquadSession,
    of_content,
)
from riskmodel.diary.squad_table import session_line, sessions_csv
from riskmodel.inputs.installing import how_to_install
from riskmodel.reporting.replacing import check_target, is_stream, replacing


@contextmanager
def opened_store(*, to_restore: bool = False) -> Iterator[tuple[Any, Any]]:
    """Open what people saved: the module that does it, and the store."""
    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        stop(f"This needs a database: {how_to_install('store')}")
    part = import_module("riskmodel.store")
    try:
        with sentences_for_errors():
            url = part.configured_url()
            with (
                part.store_to_restore_into(url)
                if to_restore
                else closing(part.open_store(url, create=False))
            ) as store:
                say(f"{store.database.place} is used.", err=True)
                yield part, store
    except part.StoreError as error:
        stop(str(error))


@app.command()
def backup(
    file: Annotated[str, typer.Argument(help="Where to write it, or -.")],
) -> None:
    """Write everything that was saved into one file.

    The database is the one that the environment variable CRAMPRISK_DATABASE_URL names,
    or the url of the section database in .streamlit/secrets.toml, or else the file in
    the user's data folder.  The file is a SQLite database, or what pg_dump writes of
    PostgreSQL in its custom format; restore puts either into either.
    """
    with opened_store() as (part, store), tempfile.TemporaryDirectory() as folder:
        # Into a stream whole, before anything of it is passed on.
        whole = Path(folder) / "backup" if is_stream(file) else Path(file)
        counts = part.backup(store, whole)
        if is_stream(file):
            with whole.open("rb") as content, replacing(file) as out:
                if out.isatty():
                    stop("A backup is no text: name a file, or pass it on to a program.")
                shutil.copyfileobj(content, out.buffer)  # type: ignore[attr-defined]
                out.buffer.flush()  # type: ignore[attr-defined]
        spoilt = part.unreadable_rows(store)
    place = "standard output" if file == "-" else file
    for row in spoilt:
        say(str(row), err=True)
    if spoilt:
        say("Until then this backup cannot be restored.", err=True)
    say(f"Wrote {place}: {amount(counts)}.", err=True)


@app.command()
def restore(
    file: Annotated[str, typer.Argument(help="What backup wrote, or - to read it.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Delete everything in the database first."),
    ] = False,
) -> None:
    """Put a backup into an empty database: all of it, or nothing.

    The database is the same as for backup, and is made if there is none.
    """
    with opened_store(to_restore=True) as (part, store):
        source = standard_input() if file == "-" else file
        counts = part.restore(store, source, replace=replace)
    place = "standard input" if file == "-" else file
    say(f"Restored {place}: {amount(counts)}.", err=True)


def amount(counts: Any) -> str:
    """How much was backed up, restored, moved or deleted."""
    parts = [
        f"{counts.items} saved under a name",
        f"{counts.outcomes} in the diary",
        *_some(counts.squad_sessions, "session of squads", "sessions of squads"),
        *_some(counts.teams, "team", "teams"),
    ]
    return ", ".join(parts)


def _some(n: int, one: str, several: str) -> list[str]:
    """A number of what not everybody has, nothing where there is none."""
    return [f"{n} {one if n == 1 else several}"] if n else []


@app.command()
def diary(
    csv: Annotated[
        str | None, typer.Option("--csv", help="Write the sessions there (CSV), or -.")
    ] = None,
    private: Annotated[
        bool,
        typer.Option("--private", help="Put health and personal answers into the file."),
    ] = False,
    owner: Annotated[
        str | None, typer.Option(help="Whose diary, where people sign in.")
    ] = None,
    squads: Annotated[
        bool,
        typer.Option("--squads", help="The sessions of squads; with --private names too."),
    ] = False,
) -> None:
    """Compare the sessions of the diary with what was expected of them."""
    with opened_store() as (part, store):
        if csv is not None and csv != "-":
            check_target(csv)
            store.database.check_not_own(csv)
        whose = part.LOCAL if owner is None else owner
        if squads:
            sessions = _squad_sessions(part, store, whose)
            lines = [session_line(session) for session in sessions]
            content = sessions_csv(sessions, names=private)
        else:
            rows = store.outcomes(whose)
            _say_unreadable(rows)
            outcomes = [saved.outcome for saved in rows]
            lines = [*compare_outcomes(outcomes).sentences]
            content = outcomes_csv(outcomes, private=private)
        # A table on standard output stands there alone.
        say("\n".join(lines), err=csv is not None and is_stream(csv))
        if csv is not None:
            with replacing(csv, private=private) as out:
                # Only a spreadsheet looks for a byte-order mark, and only in a file.
                encoding = "utf-8-sig" if is_stream(csv) else "utf-8"
                in_sight(out).write(content.decode(encoding))


def _say_unreadable(rows: Any) -> None:
    for row in rows.unreadable:
        say(str(row), err=True)


def _squad_sessions(part: Any, store: Any, owner: str) -> list[SquadSession]:
    """Sessions of squads in the order of their days; what cannot be read is told."""
    entries = store.items(owner, "squad_session")
    _say_unreadable(entries)
    sessions = []
    for entry in entries:
        try:
            item = store.load(owner, "squad_session", entry.id)
        except part.StoreError as error:
            say(str(error), err=True)
        else:
            sessions.append(of_content(item.content))
    return sorted(sessions, key=lambda session: session.day)


@app.command()
def adopt(
    owner: Annotated[
        str, typer.Option(help="The account: issuer and subject, a space between.")
    ],
) -> None:
    """Give an account what was saved before sign-in was switched on.

    A name that the account has already gets a number.  The database is the same as for
    backup.
    """
    with opened_store() as (part, store):
        moved = store.move(part.LOCAL, owner)
    say(f"Moved to {owner}: {amount(moved)}.", err=True)
