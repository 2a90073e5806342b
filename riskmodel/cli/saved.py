"""What was saved: backup, restore and the diary."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from riskmodel.cli.frame import app, check_target, replacing, sentences_for_errors, stop
from riskmodel.diary import compare_outcomes, outcomes_csv

_DATABASE_URL = "CRAMPRISK_DATABASE_URL"


@contextmanager
def _store() -> Iterator[tuple[Any, Any]]:
    """Open what people saved: the module that does it, and the store."""
    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        stop('This needs a database: pip install "cramp-risk[store]"')
    part = import_module("riskmodel.store")
    try:
        store = part.open_store(os.environ.get(_DATABASE_URL) or None)
        try:
            yield part, store
        finally:
            store.close()
    except part.StoreError as error:
        stop(str(error))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it (JSON Lines).")],
) -> None:
    """Write everything that was saved into one file.

    The database is the file in the user's data folder, or the one that the environment
    variable CRAMPRISK_DATABASE_URL names.  The backup fits SQLite and PostgreSQL alike.
    """
    with _store() as (part, store):
        counts = part.backup(store, file)
    typer.echo(f"Wrote {file}: {_amount(counts)}.", err=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Delete everything in the database first."),
    ] = False,
) -> None:
    """Put a backup into an empty database: all of it, or nothing.

    The database is the same as for backup.
    """
    with _store() as (part, store):
        counts = part.restore(store, file, replace=replace)
    typer.echo(f"Restored {file}: {_amount(counts)}.", err=True)


def _amount(counts: Any) -> str:
    return f"{counts.items} saved under a name, {counts.outcomes} in the diary"


@app.command()
def diary(
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the sessions there (CSV).")
    ] = None,
    private: Annotated[
        bool,
        typer.Option("--private", help="Put health and personal answers into the file."),
    ] = False,
    owner: Annotated[
        str | None, typer.Option(help="Whose diary, where people sign in.")
    ] = None,
) -> None:
    """Compare the sessions of the diary with what was expected of them."""
    with sentences_for_errors(), _store() as (part, store):
        if csv is not None:
            check_target(str(csv))
        outcomes = [
            saved.outcome
            for saved in store.outcomes(part.LOCAL if owner is None else owner)
        ]
        typer.echo("\n".join(compare_outcomes(outcomes).sentences))
        if csv is not None:
            with replacing(str(csv)) as out:
                out.write(outcomes_csv(outcomes, private=private).decode("utf-8"))
