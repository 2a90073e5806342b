"""What every command shares: the program itself, its options, files and errors."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import IO, Annotated, Any, NoReturn

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from riskmodel.inputs.session import SCORECARD_VERSION
from riskmodel.reporting.differences import difference_sentences
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.calibration_file import load_calibration
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.plans import version_in

app = typer.Typer(
    name="cramprisk",
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
        # Which part of pandas says it is nothing to a reader.
        what = str(error).rpartition("C error: ")[2].strip().rstrip(".")
        stop(f"The file is not a CSV table: {what}.")
    except BrokenPipeError:
        # The reader, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        stop(": ".join(str(part) for part in (error.strerror, error.filename) if part))
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
    raw = standard_input().read() if file == "-" else Path(file).read_bytes()
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
        typer.echo(sentence, err=True)
    return session


def is_stream(target: str) -> bool:
    """Whether output goes to a device, a pipe or our own output: nothing to replace."""
    return target == "-" or _own_output(target) is not None or _is_special(target)


def _stat(target: str) -> os.stat_result | None:
    """What lies at a path, links followed; None for nothing yet."""
    try:
        return os.stat(target)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_special(target: str) -> bool:
    there = _stat(target)
    return there is not None and not (S_ISREG(there.st_mode) or S_ISDIR(there.st_mode))


def _own_output(target: str) -> IO[str] | None:
    """Our own output, under whichever name, such as /dev/stdout."""
    if target == "-":
        return sys.stdout
    there = _stat(target)
    for number, output in ((1, sys.stdout), (2, sys.stderr)):
        with suppress(OSError):  # closed
            if there is not None and os.path.samestat(there, os.fstat(number)):
                return output
    return None


def check_target(target: str) -> None:
    """Say before any work that a file cannot be written there."""
    if is_stream(target):
        return
    path = Path(os.path.realpath(target))
    if not path.parent.is_dir():
        raise ValueError(f"The folder {path.parent} does not exist.")
    if path.is_dir():
        raise ValueError(f"{target} is a folder; name a file in it.")


@contextmanager
def replacing(target: str, *, private: bool = False) -> Iterator[IO[str]]:
    """Write a file beside the target and put it in place when it is whole.

    Of a link, the file behind it is replaced; what is no file is written to as it is.
    A private file is readable for its user only.
    """
    try:
        if (output := _own_output(target)) is not None:
            yield output
            output.flush()
        elif _is_special(target):
            with open(target, "w", encoding="utf-8", newline="") as out:
                yield out
        else:
            check_target(target)
            with _beside(Path(os.path.realpath(target)), private) as out:
                yield out
    except OSError as error:
        if error.filename is not None or error.strerror is None:
            raise
        # A full disk, say, of which the system names no file.
        raise OSError(error.errno, error.strerror, target) from error


@contextmanager
def _beside(path: Path, private: bool) -> Iterator[IO[str]]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".cramprisk-", suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        # mkstemp makes private files; any other output follows the user's umask.
        if not private:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
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
