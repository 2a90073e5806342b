"""What every command shares: options, files and errors.

What only some need is loaded where they need it: others answer without pandas.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, TextIO, cast

import typer

from riskmodel.cli.program import app as app
from riskmodel.cli.program import say as say
from riskmodel.inputs.files import MOST_WRITTEN_BYTES, read_file
from riskmodel.inputs.schema import SCORECARD_VERSION
from riskmodel.inputs.told import as_lines
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scorecard.rows import Scorecard

if TYPE_CHECKING:
    from rich.progress import Progress

    from riskmodel.scoring.probability import Calibration

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


SheetOption = Annotated[
    str, typer.Option("--sheet", help="Of a workbook, the sheet to read.")
]
HiddenRowsOption = Annotated[
    bool, typer.Option("--hidden-rows", help="Count rows that a workbook hides.")
]
SummariesOption = Annotated[
    bool, typer.Option("--summaries", help='Count rows such as "Average" in a list.')
]
"""How a list is read, by every command that reads one."""


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


def bytes_in_sight(out: IO[str]) -> IO[bytes]:
    """Where a table in UTF-8 goes, as `in_sight` has it for texts."""
    buffer = _ScreenBytes(out) if out.isatty() else cast(TextIO, out).buffer
    return cast("IO[bytes]", buffer)


class _ScreenBytes(io.RawIOBase):
    """Such a terminal, for texts in UTF-8."""

    def __init__(self, out: IO[str]) -> None:
        self._screen = _Screen(out)

    def write(self, content: Any) -> int:
        """Write whole lines of a text."""
        return self._screen.write(str(content, "utf-8"))


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
    except OSError:
        raise
    except ValueError as error:
        stop(sentence_about(error))


def sentence_about(error: ValueError) -> str:
    """What is wrong with a file, without the words of whatever read it."""
    if isinstance(error, UnicodeDecodeError):
        return "The file is not UTF-8 text. Save it as CSV UTF-8 and try again."
    if type(error).__name__ in ("EmptyDataError", "ParserError"):
        # Which part of pandas says it is nothing to a reader.
        what = str(error).rpartition("C error: ")[2].strip().rstrip(".")
        return f"The file is not a CSV table: {what}."
    return str(error)


def own_scorecard(version_or_path: str | None) -> Scorecard | None:
    """Read another scorecard, None for the current one."""
    return None if version_or_path is None else load_scorecard(version_or_path)


def own_calibration(version_or_path: str | None) -> Calibration | None:
    """Read another calibration, None for the one that belongs to the scorecard."""
    from riskmodel.scoring.calibration_file import load_calibration

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
    from riskmodel.reporting.differences import difference_sentences
    from riskmodel.whatif.plans import version_in

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
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

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
