"""The program itself: its commands, each loaded when it is called, and its help."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import (
    get_command_from_info,
    get_command_name,
    get_group_from_info,
)

from riskmodel.inputs.told import as_line, as_lines

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "forecast": ("around", "Score every start in the next days, and name the best."),
    "log": (
        "around",
        "Say what training logs answer about the weeks before a session.",
    ),
    "batch": ("batch", "Score every row of a table; all stay, and say what is wrong."),
    "squad": (
        "squad",
        "Say of a coach's list who needs attention under one planned session.",
    ),
    "template": (
        "template",
        "Print a CSV file to fill in: every input as a column, and an example row.",
    ),
    "schema": ("template", "Print the JSON Schema of one session."),
    "scorecard": (
        "cards",
        "Print the scorecard as a table that a person can follow with a pencil.",
    ),
    "sql": (
        "sql",
        "Print the whole score as SQL: a table for sessions, and a view of their scores.",
    ),
    "calibrate": (
        "checks",
        "Fit the curves from points to a probability on synthetic sessions.",
    ),
    "check": ("checks", "Compare with published figures, or with the simulators."),
    "version": ("cards", "Print the versions of the program and of its scorecard."),
    "guide": (
        "guide",
        "Answer a question about cramps; warning signs that it holds come first.",
    ),
    "backup": ("saved", "Write everything that was saved into one file."),
    "restore": ("saved", "Put a backup into an empty database: all of it, or nothing."),
    "diary": (
        "saved",
        "Compare the sessions of the diary with what was expected of them.",
    ),
    "adopt": (
        "saved",
        "Give an account what was saved before sign-in was switched on.",
    ),
    "accounts": (
        "accounts",
        "See, export, move and delete what accounts and teams have saved on a server.",
    ),
    "assess": ("scoring", "Score one planned session."),
    "why": (
        "scoring",
        "Say what stood out in a session that brought a cramp, beside others without one.",
    ),
    "validate": (
        "validation",
        "Test the number on your own people: planned answers, and whether a cramp came.",
    ),
    "pool": (
        "validation",
        "Lay the summaries of several clubs together; no row is shared.",
    ),
    "app": ("serve", "Start the app in the browser."),
    "doctor": (
        "doctor",
        "Open a server's page as a browser would, and say what is wrong and what mends it.",
    ),
}
"""Module of each command, and the first sentence of its help, in the order of the help."""
# What typer takes from click, or brings along, and does not name.
_UsageError: Any = typer.BadParameter.__mro__[1]
_Command: TypeAlias = Any


class _Option(TyperOption):
    """An option that loads what reads values, pydantic, only where one is given."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """Value that was given, read; None where the option may be left out and is."""
        if value is None and not (self.required or self.multiple):
            return None
        return super().process_value(ctx, value)


class _OptionsLeftOut:
    """Part of a command whose options cost nothing where they are not given."""

    def get_params(self, ctx: Any) -> Any:
        """Parameters, as typer made them but for that."""
        params = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            if type(param) is TyperOption:
                param.__class__ = _Option
        return params


class _LightCommand(_OptionsLeftOut, TyperCommand):
    """A command of its own."""


class _WhenCalled(Mapping[str, _Command]):
    """The commands by name, each made of its module when it is asked for."""

    def __getitem__(self, name: str) -> _Command:
        module, _ = _COMMANDS[name]
        import_module(f"riskmodel.cli.{module}")
        for info in app.registered_commands:
            assert info.callback is not None
            if name == (info.name or get_command_name(info.callback.__name__)):
                info.cls = _LightCommand
                return get_command_from_info(
                    info,
                    pretty_exceptions_short=app.pretty_exceptions_short,
                    rich_markup_mode=app.rich_markup_mode,
                )
        for group in app.registered_groups:
            if name == group.name:
                return get_group_from_info(
                    group,
                    pretty_exceptions_short=app.pretty_exceptions_short,
                    rich_markup_mode=app.rich_markup_mode,
                    suggest_commands=app.suggest_commands,
                )
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class Program(_OptionsLeftOut, TyperGroup):
    """The commands, none of which ends with a traceback where its output ends."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _WhenCalled()  # type: ignore[assignment]

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Names of the commands, of which none is loaded for it."""
        return list(self.commands)

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        """Print help as typer does, without the commands and all that it may draw with."""
        from riskmodel.cli.front_page import print_front_page

        if self.rich_markup_mode is None or not print_front_page(
            self.get_usage(ctx),
            self.help or "",
            {name: about for name, (_, about) in _COMMANDS.items()},
        ):
            super().format_help(ctx, formatter)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; what it printed has then left this program."""
        try:
            try:
                return super().main(*args, **kwargs)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError:
            _write_nothing_more()
            sys.exit(1)  # the reader, such as head, has seen enough
        except OSError as error:
            _write_nothing_more()
            parts = (str(part) for part in (error.strerror, error.filename) if part)
            say(": ".join(parts) or str(error), err=True)
            sys.exit(2)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run a command; of what was wrongly given it shows what is in sight."""
        try:
            return super().invoke(ctx)
        except _UsageError as error:
            error.message = as_line(error.message)
            raise


def _write_nothing_more() -> None:
    """Forget what is still to be written, which would be an error again at the end."""
    with suppress(OSError, ValueError, AttributeError):  # an output of Python's own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print what people read, from wherever it comes: a terminal obeys none of it."""
    typer.echo(as_lines(text), err=err, nl=nl)


app = typer.Typer(
    name="cramprisk",
    cls=Program,
    help="How likely is a muscle cramp in a planned session, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _program() -> None:
    """Make it a program of commands, none of which is loaded yet."""


def run(prog_name: str | None = None) -> None:
    """Run the program, in a process of its own."""
    # Modules stay until the end, which then need not look through them: a sixth of what
    # a short command takes.
    gc.freeze()
    app(prog_name=prog_name)
