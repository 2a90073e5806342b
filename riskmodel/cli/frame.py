"""What every command shares: the program itself, its options, files and errors."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Annotated, Any, NoReturn, cast

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperGroup

from riskmodel.inputs.files import MOST_WRITTEN_BYTES, read_file
from riskmodel.inputs.session import SCORECARD_VERSION
from riskmodel.inputs.told import as_line, as_lines
from riskmodel.reporting.differences import difference_sentences
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.plans import version_in

# What typer takes from click, or brings along, and does not name.
_UsageError: Any = typer.BadParameter.__mro__[1]


class _Program(TyperGroup):
    """The commands, none of which ends with a traceback where its output ends."""

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


app = typer.Typer(
    name="cramprisk",
    cls=_Program,
    help="How likely is a muscle cramp in a planned session, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


ScorecardOption = Annotated[
    str | None,
    typer.Option(
        "--scorecard", help="Another scorecard: a version, like 2026.1, or a file (TOML)."
    ),
]


CalibrationOption = Annotated[
    str | None,
    typer.Option("--calibration", help="A calibration made for it: a version or a file."),
]


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print what people read, from wherever it comes: a terminal obeys none of it."""
    typer.echo(as_lines(text), err=err, nl=nl)


def say_json(value: Any) -> None:
    """Print what programs read, with each sign that is not in sight escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    typer.echo("".join(map(_escaped, text)))


def _escaped(sign: str) -> str:
    return sign if sign.isprintable() or sign == "\n" else json.dumps(sign)[1:-1]


def in_sight(out: IO[str]) -> IO[str]:
    """Where a table goes: to a terminal in lines that it only shows, else as it is."""
    return cast("IO[str]", _Screen(out)) if out.isatty() else out


class _Screen(io.TextIOBase):
    """A terminal that obeys nothing of what is written to it."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        """Write all lines of a text, each in sight."""
        return self._out.write(as_lines(text))


def stop(sentence: str, code: int = 2) -> NoReturn:
    """End with a sentence for the person who called."""
    say(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def sentences_for_errors() -> Iterator[None]:
    """Turn what can go wrong in a person's files into one sentence.

    What the system says of them is told where the program ends, see `_Program`.
    """
    try:
        yield
    except UnicodeDecodeError:
        stop("The file is not UTF-8 text. Save it as CSV UTF-8 and try again.")
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        # Which part of pandas says it is nothing to a reader.
        what = str(error).rpartition("C error: ")[2].strip().rstrip(".")
        stop(f"The file is not a CSV table: {what}.")
    except OSError:
        raise
    except ValueError as error:
        stop(str(error))


def own_scorecard(version_or_path: str | None) -> Scorecard | None:
    """Read another scorecard, None for the current one."""
    return None if version_or_path is None else load_scorecard(version_or_path)


def own_calibration(version_or_path: str | None) -> Calibration | None:
    """Read another calibration, None for the one that belongs to the scorecard."""
    return None if version_or_path is None else load_calibration(version_or_path)


def standard_input() -> IO[bytes]:
    """Standard input as bytes, or a sentence where whoever called has closed it."""
    if sys.stdin is None:
        stop("There is no standard input to read.")
    return sys.stdin.buffer


def read_session_file(file: str, scorecard: Scorecard | None) -> dict[str, Any]:
    """Read the JSON of one session, from a file or from standard input.

    A note goes to the terminal if it was saved with another scorecard.
    """
    if file == "-":
        raw = standard_input().read(MOST_WRITTEN_BYTES + 1)
        if len(raw) > MOST_WRITTEN_BYTES:
            stop("Standard input holds no session: it is too large.")
    else:
        raw = read_file(file, MOST_WRITTEN_BYTES)
    try:
        session = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        stop("The file is not UTF-8 text. Save it as UTF-8 and try again.")
    except RecursionError:
        stop(f"{file} holds no session: it is nested too deeply.")
    except json.JSONDecodeError as error:
        name = "Standard input" if file == "-" else file
        stop(f"{name} is not JSON: {error}.")
    if not isinstance(session, dict):
        stop(f"{file} holds no session: it must be one JSON object.")
    # A file that people write by hand notes none.
    saved_with = version_in(session.pop(SCORECARD_VERSION, None)) or None
    now = (scorecard or load_scorecard()).version
    for sentence in difference_sentences(saved_with, now):
        say(sentence, err=True)
    return session


@contextmanager
def progress_bar(size: float, what: str = "Scoring") -> Iterator[tuple[Progress, Any]]:
    """Show a bar on the terminal while something takes long."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[rate]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        yield bar, bar.add_task(what, total=size or None, rate="")


def cell_text(answer: Any) -> Any:
    """Write an answer as a CSV cell holds it."""
    return ";".join(answer) if isinstance(answer, list) else answer
