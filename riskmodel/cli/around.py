"""What surrounds a session: the weather to come, and the weeks before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from riskmodel.cli.frame import (
    CalibrationOption,
    ScorecardOption,
    app,
    own_calibration,
    own_scorecard,
    read_session_file,
    say,
    say_json,
    sentences_for_errors,
    stop,
)
from riskmodel.inputs.files import read_file
from riskmodel.inputs.installing import how_to_install
from riskmodel.reporting.starts import start_dict, start_lines
from riskmodel.starts.best import BestStart, best_start
from riskmodel.training.activities import unknown_activities
from riskmodel.training.derive import Derived, derive, not_before
from riskmodel.training.failed import FailedFile
from riskmodel.training.log import (
    AmbiguousDates,
    NoLog,
    TrainingLog,
    TrainingLogError,
    UnknownTable,
    counted_for,
    named,
    noted,
)
from riskmodel.training.log_file import read_log
from riskmodel.training.log_table import log_columns
from riskmodel.training.merge import merge_logs
from riskmodel.training.same_files import repeats, without_repeats
from riskmodel.training.sentences import Finding, day_words, sentences
from riskmodel.training.words import MEANINGS, activity_key, header_key
from riskmodel.weather.files import LARGEST_FILE_BYTES, read_weather_file
from riskmodel.weather.hours import Weather

_FIRST_HELP = (
    "The first start, like 2027-07-04T06:00; of a forecast the present by default."
)
_NO_ZONE = (
    "Without --time-zone, days are those of UTC: a late or early session may lie on "
    "another day of yours."
)
SessionOption = Annotated[
    str, typer.Option("--session", help="A JSON session, or - to read it.")
]
PlaceOption = Annotated[
    str | None, typer.Option("--place", help="Where, by name; the likeliest is taken.")
]
WeatherFileOption = Annotated[
    Path | None,
    typer.Option("--weather-file", help="Open-Meteo, NWS or EPW; asks no service."),
]
DayOption = Annotated[
    str | None, typer.Option(help="The day, like 2027-07-04, for an EPW file.")
]
ZoneOption = Annotated[
    str | None,
    typer.Option(help="For a file that names none or GMT, like Europe/Vienna."),
]
LocationOption = Annotated[
    int | None, typer.Option(help="Number of the place in a weather file of several.")
]
DayFirstOption = Annotated[
    bool | None,
    typer.Option(
        "--day-first/--month-first",
        help="How dates such as 03/04/2026 begin, where no date of a file tells.",
    ),
]
ActivityOption = Annotated[
    list[str] | None,
    typer.Option(help="What a word means: Løb=running, or Nap=not_training."),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(help=f"What a column means: Dato=start. One of {', '.join(MEANINGS)}."),
]


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write it as 2026-11-29.") from None


CompleteOption = Annotated[
    date | None,
    typer.Option(
        parser=_day,
        metavar="YYYY-MM-DD",
        help="Last day up to which all training is in the files; at first that of the "
        "last session.",
    ),
]


@app.command()
def forecast(
    session: SessionOption,
    place: PlaceOption = None,
    latitude: Annotated[float | None, typer.Option(help="North is positive.")] = None,
    longitude: Annotated[float | None, typer.Option(help="East is positive.")] = None,
    days: Annotated[int, typer.Option(min=1, max=7, help="Today is the first.")] = 3,
    weather_file: WeatherFileOption = None,
    on: DayOption = None,
    time_zone: ZoneOption = None,
    location: LocationOption = None,
    first: Annotated[str | None, typer.Option(help=_FIRST_HELP)] = None,
    earliest: Annotated[str | None, typer.Option(help="Local, else 05:00.")] = None,
    latest: Annotated[str | None, typer.Option(help="Local, else 21:00.")] = None,
    daylight: Annotated[bool, typer.Option("--daylight", help="By daylight only.")] = False,
    step: Annotated[int, typer.Option(help="Minutes between starts, 15 to 360.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    scorecard: ScorecardOption = None,
    calibration: CalibrationOption = None,
) -> None:
    """Score every start in the next days, and name the best.

    Asks Open-Meteo about the place, with coordinates rounded to two decimals; nothing
    of the session leaves this machine.  Ends with 1 if the session cannot be scored.
    """
    with sentences_for_errors():
        card = own_scorecard(scorecard)
        plan = read_session_file(session, card)
        if weather_file is not None:
            weather = read_weather_file(
                read_file(weather_file, LARGEST_FILE_BYTES),
                on=None if on is None else date.fromisoformat(on),
                place=place or "",
                time_zone=time_zone,
                latitude_deg=latitude,
                longitude_deg=longitude,
                location=location,
            )
        else:
            weather = _forecast(place, latitude, longitude, days)
        best = best_start(
            plan,
            weather,
            now=datetime.now(UTC),
            first=_local(first, weather),
            earliest=earliest,
            latest=latest,
            daylight_only=daylight,
            step_min=step,
            scorecard=card,
            calibration=own_calibration(calibration),
        )
    _print_best(best, as_json)


def _print_best(best: BestStart, as_json: bool) -> None:
    if as_json:
        say_json(start_dict(best))
    else:
        say("\n".join(start_lines(best)), err=bool(best.problems))
    if best.problems:
        raise typer.Exit(1)


def _local(text: str | None, weather: Weather) -> datetime | None:
    """Read a moment; without an offset it is local."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=weather.zone)


def _forecast(
    place: str | None, latitude: float | None, longitude: float | None, days: int
) -> Weather:
    """Ask the service, about a place by name or by coordinates."""
    if None in map(find_spec, ("httpx", "tenacity", "cachetools")):
        stop(f"This needs more packages: {how_to_install('weather')}")
    if (place is None) == (latitude is None) or (latitude is None) != (longitude is None):
        stop("Give --place, or --latitude and --longitude, or --weather-file.")
    service = import_module("riskmodel.weather.open_meteo")
    weather: Weather
    if place is None:
        weather = service.forecast(
            latitude_deg=latitude, longitude_deg=longitude, days=days
        )
        return weather
    found = service.find_places(place)
    if not found:
        stop(f"No place is called {place!r}.")
    for other in found[1:4]:
        say(f"Not meant: {other.label}", err=True)
    weather = service.forecast(found[0], days=days)
    return weather


@app.command("log")
def log_command(
    files: Annotated[
        list[Path],
        typer.Argument(help="Logs: CSV, FIT, TCX, GPX, Apple Health, an archive (.zip)."),
    ],
    sport: Annotated[str, typer.Option(help="Sport of the planned session.")],
    on: Annotated[
        date,
        typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Day of the planned session."),
    ],
    time_zone: Annotated[
        str | None, typer.Option(help="Yours, such as Europe/Berlin; at first UTC.")
    ] = None,
    day_first: DayFirstOption = None,
    activity: ActivityOption = None,
    column: ColumnOption = None,
    count_not_training: Annotated[
        bool, typer.Option("--count-not-training", help="Naps and the like count too.")
    ] = False,
    air_temperature_c: Annotated[
        float | None, typer.Option(help="Of the planned session.")
    ] = None,
    relative_humidity_pct: Annotated[
        float | None, typer.Option(help="Of the planned session.")
    ] = None,
    complete_until: CompleteOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what training logs answer about the weeks before a session.

    Takes any number of files; one that cannot be read is told beside the others.
    """
    with sentences_for_errors():
        words = _meanings(activity, "Løb=running")
        zone = time_zone or "UTC"
        reading = {"time_zone": zone, "activities": words, "day_first": day_first}
        log = _merged_log(files, reading, _meanings(column, "Dato=start"))
        if time_zone is None and log.report.days_by_zone:
            say(_NO_ZONE, err=True)
        answers = derive(
            log,
            on=on,
            sport=sport,
            air_temperature_c=air_temperature_c,
            relative_humidity_pct=relative_humidity_pct,
            complete_until=complete_until,
            not_training_counts=count_not_training,
        )
        counting = {"not_training_counts": count_not_training}
        if later := not_before(log, on, **counting):
            say(sentences(later), err=True)
        log = counted_for(log, on, **counting)
        for doubt in _doubts(log, words, on, complete_until):
            say(doubt, err=True)
        if as_json:
            say_json(_log_dict(log, answers, zone, later))
        else:
            say(_log_text(log, answers, zone))


def _doubts(
    log: TrainingLog, activities: dict[str, str], on: date, complete_until: date | None
) -> list[str]:
    """What was said with options that changes nothing."""
    rows = pd.concat([log.sessions["activity"], log.doubtful["activity"]])
    words = set(map(activity_key, rows.dropna().unique()))
    unknown = [word for word in activities if activity_key(word) not in words]
    said = [f"--activity: no session has the word {word!r}." for word in unknown]
    if complete_until is not None and complete_until >= on:
        before = day_words(on - timedelta(days=1), year=True)
        said.append(f"--complete-until counts up to the day before the session, {before}.")
    return said


def _meanings(texts: list[str] | None, example: str) -> dict[str, str]:
    """Take words and their meanings apart; a word may hold the sign itself."""
    meanings = {}
    for text in texts or ():
        word, sign, meaning = text.rpartition("=")
        if not sign:
            raise ValueError(f"{text!r} says no meaning: write it as {example}.")
        meanings[word.strip()] = meaning.strip()
    return meanings


def _columns_of(file: Path, columns: dict[str, str]) -> dict[str, str] | None:
    """Which named columns a file is to be read by, None where it tells its own."""
    try:
        own = log_columns(file) if columns else ()
    except TrainingLogError:
        return None
    headers = {header_key(column.header) for column in own}
    known = any(column.meaning for column in own)
    all_there = headers.issuperset(map(header_key, columns))
    return columns if own and (all_there or not known) else None


def _merged_log(
    files: list[Path], reading: dict[str, Any], columns: dict[str, str]
) -> TrainingLog:
    """One log of all files that can be read, each file once."""
    once = without_repeats((str(file), file) for file in files)
    logs, failed = [], []
    for names, file in once.values():
        try:
            own = _columns_of(file, columns)
            logs.append(named(read_log(file, columns=own, **reading), names[0]))
        except TrainingLogError as error:
            why = f"{error}{_way_on(error)}"
            failed.append(FailedFile(names[0], why, not isinstance(error, NoLog)))
            say(f"{', '.join(names)}: {why}", err=True)
    if not logs:
        raise typer.Exit(2)
    return noted(merge_logs(logs, failed), *repeats(names for names, _ in once.values()))


def _way_on(error: TrainingLogError) -> str:
    """Which option answers what a file leaves open."""
    if isinstance(error, AmbiguousDates):
        return " Give --day-first or --month-first."
    if isinstance(error, UnknownTable):
        return f' Give --column "{error.header}=start" and the like: see --help.'
    return ""


def _log_dict(
    log: TrainingLog,
    answers: tuple[Derived, ...],
    time_zone: str,
    later: Sequence[Finding],
) -> dict[str, Any]:
    report = {
        **log.report.in_words(),
        "time_zone": time_zone,
        "unknown_activities": dict(unknown_activities(log)),
        "not_before": sentences(later),
    }
    return {"report": report, "answers": [answer.in_words() for answer in answers]}


def _log_text(log: TrainingLog, answers: tuple[Derived, ...], time_zone: str) -> str:
    lines = [f"{log.report.summary()}."]
    for heading, group in log.report.groups().items():
        if group:
            lines += [f"{heading}:", *(f"    {sentence}" for sentence in group)]
    if unknown := unknown_activities(log):
        word = next(iter(unknown))
        lines.append(
            f'Say what a word means with --activity "{word}=MEANING", where MEANING is a '
            "sport such as running, cycling or gym_strength, or other, or not_training."
        )
    lines += [f"Time zone: {time_zone}.", ""]
    for answer in answers:
        value = "open" if answer.value is None else f"{answer.value:g}"
        lines += [f"{answer.label}: {value}", f"    {answer.source or answer.reason}"]
    return "\n".join(lines)
