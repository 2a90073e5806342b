"""Whose rows a server's database holds: to look at, take along, move and delete."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from riskmodel.cli.frame import app, in_sight, say, say_json, sentences_for_errors, stop
from riskmodel.cli.saved import amount, opened_store
from riskmodel.reporting.replacing import check_target, replacing

accounts = typer.Typer(
    no_args_is_help=True,
    help="See, export, move and delete what accounts and teams have saved on a server.",
)
app.add_typer(accounts, name="accounts")

_OwnerArgument = Annotated[
    str,
    typer.Argument(help="Address or name as list shows it, or issuer and subject."),
]


@accounts.command("list")
def list_owners(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List every account and team, with how much it has and when it was last seen."""
    with opened_store() as (part, store):
        owners = part.owners_in(store.database)
    if as_json:
        say_json([_as_dict(one) for one in owners])
        return
    for one in owners:
        say(f"{one.called or '(no address)'}  {one.owner}")
        seen = "" if one.seen is None else f", seen {one.seen:%Y-%m-%d}"
        changed = "" if one.changed is None else f", changed {one.changed:%Y-%m-%d}"
        say(f"    {amount(one.counts)}{changed}{seen}")
        if one.roles:
            say("    " + ", ".join(f"{role}: {name}" for name, role in one.roles))
    if not owners:
        say("There is nobody yet.", err=True)


def _as_dict(one: Any) -> dict[str, Any]:
    return {
        "owner": one.owner,
        "called": one.called,
        "is_team": one.is_team,
        "seen": None if one.seen is None else one.seen.isoformat(),
        "changed": None if one.changed is None else one.changed.isoformat(),
        "saved_under_a_name": one.counts.items,
        "in_the_diary": one.counts.outcomes,
        "sessions_of_squads": one.counts.squad_sessions,
        "roles": [{"of": name, "role": role} for name, role in one.roles],
    }


@accounts.command()
def export(
    owner: _OwnerArgument,
    file: Annotated[str, typer.Argument(help="Where to write it (JSON), or -.")],
) -> None:
    """Write everything of an account or a team, health answers too, into a file.

    The file can be read by its user only, and the owner sees that it was written.
    """
    with opened_store() as (part, store), sentences_for_errors():
        whose = part.owner_called(store.database, owner)
        if file != "-":
            check_target(file)
            store.database.check_not_own(file)
        # Noted before anything of it leaves the database.
        part.note_operator(store.database, whose, "exported")
        content = store.export_owner(whose)
        with replacing(file, private=True) as out:
            in_sight(out).write(f"{content}\n")
    say(f"Wrote {'standard output' if file == '-' else file}.", err=True)


@accounts.command()
def move(
    owner: _OwnerArgument,
    to: Annotated[
        str, typer.Argument(help="Another account: its address, or issuer and subject.")
    ],
) -> None:
    """Give what one account saved to another, with its places in teams.

    For somebody who signs in another way from now on.  A name that the other account has
    already gets a number.
    """
    with opened_store() as (part, store):
        whose = part.owner_called(store.database, owner)
        new = _known(part, store, to)
        is_known = new in {one.owner for one in part.owners_in(store.database)}
        moved = store.move(whose, new)
    if not is_known:
        say(f"Nobody is known as {to} yet: is it spelt as the provider does?", err=True)
    say(f"Moved to {to}: {amount(moved)}.", err=True)


def _known(part: Any, store: Any, to: str) -> str:
    """Owner of an address; who has never signed in is named in full."""
    try:
        return str(part.owner_called(store.database, to))
    except part.NotFoundError:
        if " " in to:
            return to
        raise


@accounts.command()
def delete(
    owner: _OwnerArgument,
    with_teams: Annotated[
        bool,
        typer.Option("--with-teams", help="Also teams that would have no coach left."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything of an account or a team; backups still have it.

    Teams in which an account is alone go with it.  What it saved in others is theirs and
    stays, and for a year its address in their records.  Nobody is signed out by it.
    """
    with opened_store() as (part, store):
        whose = part.owner_called(store.database, owner)
        if not yes:
            if not sys.stdin.isatty():
                stop("Nothing was deleted: say --yes.")
            typer.confirm(f"Delete everything of {owner}?", abort=True, err=True)
        before = part.owners_in(store.database)
        count = store.delete_owner(whose, with_teams=with_teams)
        left = {one.owner for one in part.owners_in(store.database)}
    gone = [one.called for one in before if one.is_team and one.owner not in left]
    teams = f", with the team {', '.join(gone)}" if gone else ""
    say(
        f"Deleted of {owner}: {count} {'entry' if count == 1 else 'entries'}{teams}.",
        err=True,
    )


@accounts.command()
def expire(
    months: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=120,
            help="How long what nobody changes stays; else keep_months of secrets.toml.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how much it would be.")
    ] = False,
) -> None:
    """Delete what was last changed too long ago, of every account and team.

    Teams go in which nothing is left, and places in teams of accounts that were not seen
    since.  Without a number of months, here or in the section club of secrets.toml, only
    invitations and lines of records go whose time is over.
    """
    kept_months = months or _months_of_settings()
    with opened_store() as (part, store):
        if kept_months is None:
            part.forget_what_is_over(store.database)
            say("Nothing goes by its age here: there is no keep_months.", err=True)
            return
        before = part.months_before(datetime.now(UTC), kept_months)
        counts = part.expire(store.database, before, dry_run=dry_run)
    done = "It would delete" if dry_run else "Deleted"
    say(f"{done} what is older than {before:%Y-%m-%d}: {amount(counts)}.", err=True)


def _months_of_settings() -> int | None:
    # Streamlit, which knows where the settings are, takes a second to load.
    from riskmodel.serving.club import settings

    with sentences_for_errors():
        return settings().keep_months
