"""What every command shares: the program itself, its options, files and errors."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, NoReturn

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.probability import Calibration, load_calibration

app = typer.Typer(
    name="cramprisk",
    help="How likely is a muscle cramp in a planned session, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


ScorecardOption = Annotated[
    Path | None,
    typer.Option("--scorecard", help="Another scorecard file (TOML)."),
]


CalibrationOption = Annotated[
    Path | None,
    typer.Option("--calibration", help="A calibration made for it (JSON)."),
]


def stop(sentence: str, code: int = 2) -> NoReturn:
    """End with a sentence for the person who called."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def sentences_for_errors() -> Iterator[None]:
    """Turn what can go wrong with a person's files into one sentence."""
    try:
        yield
    except UnicodeDecodeError:
        stop("The file is not UTF-8 text. Save it as CSV UTF-8 and try again.")
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        stop(f"The file is not a CSV table: {error}")
    except BrokenPipeError:
        # The reader, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        stop(f"{error.strerror}: {error.filename}")
    except ValueError as error:
        stop(str(error))


def own_scorecard(path: Path | None) -> Scorecard | None:
    """Read a scorecard of one's own, None for the one that comes along."""
    return None if path is None else load_scorecard(path)


def own_calibration(path: Path | None) -> Calibration | None:
    """Read a calibration of one's own, None for the one that comes along."""
    return None if path is None else load_calibration(path)


def read_session_file(file: str) -> dict[str, Any]:
    """Read the JSON of one session, from a file or from standard input."""
    raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
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
    return session


def check_target(target: str) -> None:
    """Say before any work that a file cannot be written there."""
    path = Path(target).resolve()
    if not path.parent.is_dir():
        raise ValueError(f"The folder {path.parent} does not exist.")
    if path.is_dir():
        raise ValueError(f"{target} is a folder; name a file in it.")


@contextmanager
def replacing(target: str, *, private: bool = False) -> Iterator[IO[str]]:
    """Write a file beside the target and put it in place when it is whole.

    A private one is readable for its user only.
    """
    if target == "-":
        yield sys.stdout
        return
    check_target(target)
    folder = Path(target).resolve().parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=".cramprisk-", suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        # mkstemp makes private files; any other output follows the user's umask.
        if not private:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def progress_bar(size: float, what: str = "Scoring") -> Iterator[tuple[Progress, Any]]:
    """Show a bar on the terminal while something takes long."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        yield bar, bar.add_task(what, total=size or None)


def cell_text(answer: Any) -> Any:
    """Write an answer as a CSV cell holds it."""
    return ";".join(answer) if isinstance(answer, list) else answer
