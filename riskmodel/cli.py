"""The command line: ``cramprisk``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Annotated, Any, NoReturn

import pandas as pd
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

import riskmodel
from riskmodel.assessment import UnknownColumnWarning, assess, assess_frame
from riskmodel.best_start import best_start
from riskmodel.check_report import calibration_lines, published_lines
from riskmodel.datasets import load_examples
from riskmodel.diary import compare_outcomes, outcomes_csv
from riskmodel.fields import FIELDS
from riskmodel.inputs import json_schema
from riskmodel.points import PointsCounter
from riskmodel.probability import Calibration, load_calibration
from riskmodel.report import assessment_lines, scorecard_lines
from riskmodel.scorecard import Scorecard
from riskmodel.scorecard_file import load_scorecard
from riskmodel.start_report import start_dict, start_lines
from riskmodel.training.derive import Derived, derive
from riskmodel.training.log import TrainingLog, TrainingLogError
from riskmodel.training.log_file import read_log
from riskmodel.training.sessions import merge_logs
from riskmodel.weather.files import read_weather_file
from riskmodel.weather.hours import Weather

app = typer.Typer(
    name="cramprisk",
    help="How likely is a muscle cramp in a planned session, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_ROWS_AT_ONCE = 20_000
_DATABASE_URL = "CRAMPRISK_DATABASE_URL"

ScorecardOption = Annotated[
    Path | None,
    typer.Option("--scorecard", help="Another scorecard file (TOML)."),
]


CalibrationOption = Annotated[
    Path | None,
    typer.Option("--calibration", help="A calibration made for it (JSON)."),
]


def _stop(sentence: str, code: int = 2) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def _sentences_for_errors() -> Iterator[None]:
    """Turn what can go wrong with a person's files into one sentence."""
    try:
        yield
    except UnicodeDecodeError:
        _stop("The file is not UTF-8 text. Save it as CSV UTF-8 and try again.")
    except (pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        _stop(f"The file is not a CSV table: {error}")
    except BrokenPipeError:
        # The reader, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        _stop(f"{error.strerror}: {error.filename}")
    except ValueError as error:
        _stop(str(error))


def _scorecard(path: Path | None) -> Scorecard | None:
    return None if path is None else load_scorecard(path)


def _calibration(path: Path | None) -> Calibration | None:
    return None if path is None else load_calibration(path)


@app.command("assess")
def assess_command(
    file: Annotated[str, typer.Argument(help="A JSON session, or - to read it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score one planned session.

    Ends with 1 if the session cannot be scored, 2 if the file cannot be read.
    """
    with _sentences_for_errors():
        session = _session(file)
        answer = assess(session, _scorecard(scorecard), _calibration(calibration))
        if as_json:
            typer.echo(json.dumps(answer.to_dict(), indent=2, ensure_ascii=False))
        else:
            typer.echo("\n".join(assessment_lines(answer)), err=bool(answer.problems))
    if answer.problems:
        raise typer.Exit(1)


def _session(file: str) -> dict[str, Any]:
    """Read the JSON of one session, from a file or from standard input."""
    raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    try:
        session = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        _stop("The file is not UTF-8 text. Save it as UTF-8 and try again.")
    except RecursionError:
        _stop(f"{file} holds no session: it is nested too deeply.")
    except json.JSONDecodeError as error:
        name = "Standard input" if file == "-" else file
        _stop(f"{name} is not JSON: {error}.")
    if not isinstance(session, dict):
        _stop(f"{file} holds no session: it must be one JSON object.")
    return session


@app.command()
def forecast(
    session: Annotated[
        str, typer.Option("--session", help="A JSON session, or - to read it.")
    ],
    place: Annotated[
        str | None, typer.Option("--place", help="Where, by name; the likeliest is taken.")
    ] = None,
    latitude: Annotated[float | None, typer.Option(help="North is positive.")] = None,
    longitude: Annotated[float | None, typer.Option(help="East is positive.")] = None,
    days: Annotated[int, typer.Option(min=1, max=7, help="Today is the first.")] = 3,
    weather_file: Annotated[
        Path | None,
        typer.Option("--weather-file", help="Open-Meteo, NWS or EPW; asks no service."),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="The day, like 2027-07-04, for an EPW file.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="For a file that names none, like Europe/Vienna.")
    ] = None,
    earliest: Annotated[str | None, typer.Option(help="Local time, like 06:30.")] = None,
    latest: Annotated[str | None, typer.Option(help="Local time, like 20:00.")] = None,
    daylight: Annotated[bool, typer.Option("--daylight", help="By daylight only.")] = False,
    step: Annotated[int, typer.Option(help="60, or 30 for half hours too.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score every start in the next days, and name the best.

    Asks Open-Meteo about the place, with coordinates rounded to two decimals; nothing
    of the session leaves this machine.  Ends with 1 if the session cannot be scored.
    """
    with _sentences_for_errors():
        plan = _session(session)
        if weather_file is not None:
            day = None if on is None else date.fromisoformat(on)
            where = (latitude, longitude)
            content = weather_file.read_bytes()
            weather = _weather_of_file(content, day, place, time_zone, where)
        else:
            weather = _forecast(place, latitude, longitude, days)
        best = best_start(
            plan,
            weather,
            earliest=earliest,
            latest=latest,
            daylight_only=daylight,
            step_min=step,
        )
    if as_json:
        typer.echo(json.dumps(start_dict(best), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(start_lines(best)), err=bool(best.problems))
    if best.problems:
        raise typer.Exit(1)


def _weather_of_file(
    content: bytes,
    on: date | None,
    place: str | None,
    time_zone: str | None,
    where: tuple[float | None, float | None],
) -> Weather:
    return read_weather_file(
        content,
        on=on,
        place=place or "",
        time_zone=time_zone,
        latitude_deg=where[0],
        longitude_deg=where[1],
    )


def _forecast(
    place: str | None, latitude: float | None, longitude: float | None, days: int
) -> Weather:
    """Ask the service, about a place by name or by coordinates."""
    if find_spec("httpx") is None or find_spec("tenacity") is None:
        _stop('This needs more packages: pip install "cramp-risk[weather]"')
    if (place is None) == (latitude is None) or (latitude is None) != (longitude is None):
        _stop("Give --place, or --latitude and --longitude, or --weather-file.")
    service = import_module("riskmodel.weather.open_meteo")
    weather: Weather
    if place is None:
        weather = service.forecast(
            latitude_deg=latitude, longitude_deg=longitude, days=days
        )
        return weather
    found = service.find_places(place)
    if not found:
        _stop(f"No place is called {place!r}.")
    for other in found[1:4]:
        typer.echo(f"Not meant: {other.label}", err=True)
    weather = service.forecast(found[0], days=days)
    return weather


@app.command()
def batch(
    source: Annotated[str, typer.Argument(metavar="IN.csv", help="Or - to read it.")],
    target: Annotated[str, typer.Argument(metavar="OUT.csv", help="Or - to print it.")],
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score every row of a CSV file; rows with problems stay and say why.

    Ends with 1 if no row could be scored.  The output has the columns of the input
    and then the results.  A result with the name of an input column is called
    NAME_used.
    """
    with _sentences_for_errors():
        if (
            source != "-"
            and target != "-"
            and Path(source).resolve() == Path(target).resolve()
        ):
            _stop("IN.csv and OUT.csv are the same file; choose another name.")
        card, curves = _scorecard(scorecard), _calibration(calibration)
        with _opened(source) as (lines, size), _replaced(target) as out:
            rows, bad, unknown = _score_chunks(lines, size, out, card, curves)
    for sentence in unknown:
        typer.echo(f"Not used: {sentence}", err=True)
    noun = "session" if rows == 1 else "sessions"
    typer.echo(f"{rows} {noun} read, {rows - bad} scored, {bad} with problems.", err=True)
    if rows and bad == rows:
        raise typer.Exit(1)


def _score_chunks(
    lines: IO[bytes],
    size: int,
    out: IO[str],
    card: Scorecard | None,
    curves: Calibration | None,
) -> tuple[int, int, list[str]]:
    """Score a CSV stream piece by piece, so that memory stays flat."""
    header = lines.peek(1 << 16).split(b"\n", 1)[0]  # type: ignore[attr-defined]
    separator = max(",;\t", key=lambda mark: header.count(mark.encode()))
    chunks = pd.read_csv(
        lines,
        sep=separator,
        # Where the comma is the decimal mark, spreadsheets separate by other marks.
        decimal="." if separator == "," else ",",
        chunksize=_ROWS_AT_ONCE,
        index_col=False,  # a comma at the end of every row is no name of the row
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        low_memory=False,
    )
    rows = bad = 0
    unknown: list[str] = []
    with _progress(size) as (bar, task):
        for chunk in chunks:
            chunk.columns = [_spelt(name) for name in chunk.columns]
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", UnknownColumnWarning)
                results = assess_frame(chunk, card, curves)
            unknown = unknown or [str(w.message) for w in caught]
            clashing = {c: f"{c}_used" for c in results.columns if c in chunk.columns}
            joined = pd.concat([chunk, results.rename(columns=clashing)], axis=1)
            joined.to_csv(out, index=False, header=rows == 0)
            rows += len(chunk)
            bad += int((results["problems"] != "").sum())
            bar.update(task, completed=lines.tell() if lines.seekable() else None)
    return rows, bad, unknown


def _spelt(name: str) -> str:
    """Write a column's name as inputs are written: no capitals, no spaces around."""
    plain = name.strip().lower()
    return plain if plain in FIELDS else name


@contextmanager
def _opened(source: str) -> Iterator[tuple[IO[Any], int]]:
    if source == "-":
        yield sys.stdin.buffer, 0
        return
    path = Path(source)
    with path.open("rb") as lines:
        yield lines, path.stat().st_size


def _check_target(target: str) -> None:
    """Say before any work that a file cannot be written there."""
    path = Path(target).resolve()
    if not path.parent.is_dir():
        raise ValueError(f"The folder {path.parent} does not exist.")
    if path.is_dir():
        raise ValueError(f"{target} is a folder; name a file in it.")


@contextmanager
def _replaced(target: str) -> Iterator[IO[str]]:
    """Write a file beside the target and put it in place when it is whole."""
    if target == "-":
        yield sys.stdout
        return
    _check_target(target)
    folder = Path(target).resolve().parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=".cramprisk-", suffix=".csv")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        # mkstemp makes private files; an output file follows the user's umask.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _progress(size: float, what: str = "Scoring") -> Iterator[tuple[Progress, Any]]:
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


@app.command()
def template(
    empty: Annotated[
        bool, typer.Option("--empty", help="Only the header, no example row.")
    ] = False,
) -> None:
    """Print a CSV file to fill in: every input as a column, and an example row."""
    example = next(iter(load_examples().values()))
    cells = {name: _cell(example.get(name, "")) for name in FIELDS}
    frame = pd.DataFrame([cells][: 0 if empty else 1], columns=list(FIELDS))
    typer.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)


def _cell(answer: Any) -> Any:
    return ";".join(answer) if isinstance(answer, list) else answer


@app.command()
def schema() -> None:
    """Print the JSON Schema of one session."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command("scorecard")
def scorecard_command(scorecard: ScorecardOption = None) -> None:
    """Print the scorecard as a table that a person can follow with a pencil."""
    with _sentences_for_errors():
        counter = PointsCounter(load_scorecard(scorecard))
        typer.echo("\n".join(scorecard_lines(counter)))


@app.command()
def calibrate(
    out: Annotated[
        Path, typer.Option("--out", help="Where to write the calibration (JSON).")
    ],
    scorecard: ScorecardOption = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same numbers.")] = 1,
    scenarios: Annotated[
        int, typer.Option(min=10_000, help="Synthetic sessions.")
    ] = 200_000,
    draws: Annotated[
        int, typer.Option(min=2, help="Draws of the assumptions, for each simulator.")
    ] = 80,
) -> None:
    """Fit the curves from points to a probability on synthetic scenarios."""
    fit = _calibration_part("fit")
    with _sentences_for_errors():
        _check_target(str(out))
        card = load_scorecard(scorecard)
        with _progress(1.0, "Calibrating") as (bar, task):
            made = fit.calibrate(
                card,
                seed,
                scenarios,
                draws,
                lambda done, what: bar.update(task, completed=done, description=what),
            )
        with _replaced(str(out)) as file:
            file.write(fit.as_text(made))
        load_calibration(out, card)
    typer.echo(f"Wrote {out} for scorecard {card.version} ({card.fingerprint}).", err=True)


@app.command()
def check(
    calibration_only: Annotated[
        bool,
        typer.Option("--calibration", help="Against the simulators, on fresh scenarios."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write both reports there (JSON).")
    ] = None,
    scorecard: ScorecardOption = None,
    curves: Annotated[
        Path | None,
        typer.Option("--curves", help="The calibration to check (JSON)."),
    ] = None,
) -> None:
    """Compare with published figures, or with the simulators."""
    checks = _calibration_part("checks")
    with _sentences_for_errors():
        if out is not None:
            _check_target(str(out))
        card = load_scorecard(scorecard)
        calibration = load_calibration(curves, card)
        console = Console(stderr=True)
        published, report = None, None
        if out is not None or not calibration_only:
            with console.status("Drawing the people of the published studies"):
                published = checks.published_checks(card, calibration)
        if out is not None or calibration_only:
            with console.status("Drawing fresh scenarios"):
                report = checks.calibration_checks(card, calibration)
        if published is not None and not calibration_only:
            typer.echo("\n".join(published_lines(published.to_dict("records"))))
        if report is not None and calibration_only:
            typer.echo("\n".join(calibration_lines(report)))
        if out is not None:
            with _replaced(str(out)) as file:
                file.write(checks.as_text(published, report, card.fingerprint))


def _calibration_part(name: str) -> Any:
    """Import a module that needs scikit-learn, or say how to get it."""
    if find_spec("sklearn") is None:
        _stop('This needs scikit-learn: pip install "cramp-risk[calibration]"')
    return import_module(f"riskmodel.calibration.{name}")


@app.command("log")
def log_command(
    files: Annotated[list[Path], typer.Argument(help="Training logs: CSV or FIT.")],
    sport: Annotated[str, typer.Option(help="Sport of the planned session.")],
    on: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Day of the planned session.")
    ],
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="Yours, such as Europe/Berlin.")
    ] = "UTC",
    air_temperature_c: Annotated[
        float | None,
        typer.Option("--air-temperature-c", help="Of the planned session."),
    ] = None,
    relative_humidity_pct: Annotated[
        float | None,
        typer.Option("--relative-humidity-pct", help="Of the planned session."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what training logs answer about the weeks before a session."""
    with _sentences_for_errors():
        logs = []
        for file in files:
            try:
                logs.append(read_log(file.read_bytes(), time_zone=time_zone))
            except TrainingLogError as error:
                _stop(f"{file}: {error}")
        log = merge_logs(logs)
        answers = derive(
            log,
            on=on.date(),
            sport=sport,
            air_temperature_c=air_temperature_c,
            relative_humidity_pct=relative_humidity_pct,
        )
        typer.echo(_log_json(log, answers) if as_json else _log_text(log, answers))


def _log_json(log: TrainingLog, answers: tuple[Derived, ...]) -> str:
    report = {**asdict(log.report), "share_estimated": log.report.share_estimated}
    whole = {"report": report, "answers": [asdict(answer) for answer in answers]}
    return json.dumps(whole, indent=2, ensure_ascii=False, default=str)


def _log_text(log: TrainingLog, answers: tuple[Derived, ...]) -> str:
    lines = [*log.report.lines(), ""]
    for answer in answers:
        value = "open" if answer.value is None else f"{answer.value:g}"
        lines += [f"{answer.label}: {value}", f"    {answer.source or answer.reason}"]
    return "\n".join(lines)


@contextmanager
def _store() -> Iterator[tuple[Any, Any]]:
    """Open what people saved: the module that does it, and the store."""
    if find_spec("sqlalchemy") is None or find_spec("alembic") is None:
        _stop('This needs a database: pip install "cramp-risk[store]"')
    part = import_module("riskmodel.store")
    try:
        store = part.open_store(os.environ.get(_DATABASE_URL) or None)
        try:
            yield part, store
        finally:
            store.close()
    except part.StoreError as error:
        _stop(str(error))


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
    with _sentences_for_errors(), _store() as (part, store):
        if csv is not None:
            _check_target(str(csv))
        outcomes = [
            saved.outcome
            for saved in store.outcomes(part.LOCAL if owner is None else owner)
        ]
        typer.echo("\n".join(compare_outcomes(outcomes).sentences))
        if csv is not None:
            with _replaced(str(csv)) as out:
                out.write(outcomes_csv(outcomes, private=private).decode("utf-8"))


@app.command()
def version() -> None:
    """Print the versions of the program and of its scorecard."""
    card = load_scorecard()
    typer.echo(
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} ({card.fingerprint})"
    )


@app.command("app")
def app_command(
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8501,
    address: Annotated[
        str,
        typer.Option(help="Address to listen on; the default is this machine only."),
    ] = "127.0.0.1",
) -> None:
    """Start the app in the browser."""
    if find_spec("streamlit") is None or find_spec("altair") is None:
        _stop('The app needs more packages: pip install "cramp-risk[app]"')
    package = Path(riskmodel.__file__).parent
    # In a wheel app.py lies inside the package, in a checkout beside it.
    page = next(p for p in (package / "app.py", package.parent / "app.py") if p.is_file())
    command = [sys.executable, "-m", "streamlit", "run", str(page)]
    command += [f"--server.port={port}", f"--server.address={address}"]
    if os.name == "posix":
        # In place of this process, so that what ends it ends the server.
        os.execv(sys.executable, command)
    raise typer.Exit(subprocess.call(command))
