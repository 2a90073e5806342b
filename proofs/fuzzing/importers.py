"""Every reader of files, each tried with mutants of files that it reads."""

from __future__ import annotations

import json
import os
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from proofs.fuzzing import hostile, mutate, seeds, structure
from proofs.fuzzing.judge import Target, check_sentence, require
from proofs.fuzzing.laws import check_assessment, check_frame, check_no_infinity
from riskmodel import (
    CalibrationError,
    ScorecardError,
    SquadFileError,
    TrainingLogError,
    WeatherError,
    assess,
    best_start,
    compare,
    derive,
    load_calibration,
    load_scorecard,
    log_columns,
    read_log,
    read_weather_file,
    score_squad,
    squad_levers,
)
from riskmodel.datasets import load_examples
from riskmodel.inputs.session import tidy
from riskmodel.reporting.scorecard_table import scorecard_lines
from riskmodel.scoring.engine import engine
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import LEAVE_OUT, match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.notes import squad_notes
from riskmodel.store.backup_file import read_rows, seal
from riskmodel.store.errors import StoreError
from riskmodel.training.activities import unknown_activities
from riskmodel.whatif.plans import from_text, saved_with, to_text

_ON = date(2026, 7, 20)


@cache
def _sessions() -> tuple[Mapping[str, Any], ...]:
    """Sessions to score with what was read: full ones, and one with all left open."""
    hot = load_examples()["Hot 10 km race"]
    needed = ("sport", "duration_min", "session_rpe", "age_years")
    bare = {name: hot[name] for name in (*needed, "air_temperature_c")}
    return (*load_examples().values(), bare | {"relative_humidity_pct": 50})


def _mutants(
    *sources: Callable[[], tuple[bytes, ...] | bytes],
) -> Callable[[Random], bytes]:
    """Makes mutants of one of some files."""

    def make(rng: Random) -> bytes:
        found = rng.choice(sources)()
        whole = found if isinstance(found, bytes) else rng.choice(found)
        return mutate.mutant(whole, rng, *structure.of_kind(whole))

    return make


# ------------------------------------------------------------------------------- squads


def _read_squad(content: bytes) -> None:
    """As the page Squad does it: what is in doubt is asked, and left open here."""
    raw = read_squad_file(content)
    columns = [
        replace(column, target=LEAVE_OUT) if column.needs_unit else column
        for column in match_columns(raw)
    ]
    squad = squad_frame(raw, columns, _ON, warnings_stay=True)
    for note in (*raw.told, *squad_notes(raw, columns, _ON)):
        check_sentence(str(note))
    plan = _sessions()[0]
    scored = score_squad(squad, plan)
    check_frame(scored[~scored["must_not_start"]])
    if len(content) % 4 == 0:
        for option in squad_levers(squad, plan):
            check_no_infinity((option.expected_before, option.expected_after))


def _squad_workbook() -> bytes:
    return seeds.workbook(seeds.table_rows(seeds.squads()[0]))


# ----------------------------------------------------------------------------- training


def _check_log(log: Any) -> None:
    for line in (*log.report.lines(), f"{log.report.summary()}."):
        check_sentence(line)
    require(all(n >= 1 for n in dict(unknown_activities(log)).values()), "a word of no row")
    for sport in ("running", "other"):
        for answer in derive(log, on=_ON, sport=sport, air_temperature_c=30):
            check_sentence(answer.source or answer.reason)
            if answer.value is not None:
                wrong = tidy({answer.name: answer.value})[1]
                require(not wrong, f"answers {answer.name} with {answer.value!r}")


def _read_log(content: bytes) -> None:
    _check_log(read_log(content, time_zone="Europe/Berlin", day_first=True))


def _read_own_log(content: bytes) -> None:
    """As for a table that no program wrote: the reader says what its columns are."""
    log_columns(content)
    _check_log(read_log(content, columns=seeds.OWN_COLUMNS, activities={"Løb": "running"}))


def _log_workbook() -> bytes:
    return seeds.workbook(seeds.table_rows(seeds.log_tables()[2]), lively=False)


# ------------------------------------------------------------------------------ weather


def _read_weather(content: bytes) -> None:
    weather = read_weather_file(content, on=date(2027, 7, 4), time_zone="Europe/Vienna")
    for note in (weather.words, *weather.notes, *weather.doubts, *weather.left_open):
        check_sentence(f"{note}")
    check_no_infinity(weather.frame)
    best = best_start(_sessions()[0], weather, step_min=360)
    for note in best.notes:
        check_sentence(note)
    scored = best.starts.rename(columns={"problem": "problems"})
    check_frame(scored)


def _weather_workbook() -> bytes:
    rows = seeds.table_rows(seeds.example("examples_weather/open_meteo.csv", 30))
    return seeds.workbook(rows, lively=False)


# ------------------------------------------------------------- scorecards, calibrations


@cache
def _card() -> dict[str, Any]:
    return tomllib.loads(load_scorecard().toml)


def _has_knots(row: Any) -> bool:
    """Whether a row is still one whose knots can be moved."""
    if not isinstance(row, dict) or not isinstance(row.get("shift", {}), dict):
        return False
    knots = row.get("knots")
    return isinstance(knots, list) and all(
        isinstance(knot, dict) and "at" in knot for knot in knots
    )


def _scorecard(rng: Random) -> bytes:
    """A card whose text, values, or numbers alone were changed, these by the rules."""
    if rng.random() < 0.2:
        return mutate.mutant(load_scorecard().toml.encode(), rng, *mutate.TEXT)
    card = json.loads(json.dumps(_card()))
    kind = rng.random()
    for _ in range(rng.choice((1, 1, 2, 5))):
        row = rng.choice(card["factor"])
        if kind < 0.4 or not _has_knots(row):
            structure.change_value(row if kind < 0.7 else card, rng)
            continue
        # Knots in order, of numbers that are small, large and close to each other.
        odd = (0.0, 5e-324, 1e-320, 1e-300, 1e-9, 1.0, 5.0, 1e9, 1e299, 9.9e299, -1e299)
        at = sorted(rng.sample(odd, min(len(odd), len(row["knots"]))))
        for knot, place in zip(row["knots"], at, strict=False):
            knot["at"] = place
            if rng.random() < 0.1:
                points = rng.choice((0, 40, 300, 900, 10**12))
                knot |= {"points": points, "ratio": 2.0 ** min(points / 10, 990)}
                row["departure"] = "x"
        row["knots"].sort(key=lambda knot: knot["at"])
        if rng.random() < 0.3 and "shift" in row:
            row["shift"]["per_unit"] = rng.choice((1e299, -1e299, 1e-320, 0.0))
            row["shift"]["limit"] = rng.choice((1e299, -1e299, 0.0))
    return hostile.plain(structure.toml_text(card))


def _read_scorecard(content: bytes) -> None:
    def use(path: Path) -> None:
        card = load_scorecard(path)
        require("\n".join(scorecard_lines(card)), "no card is printed")
        largest = {factor.name: factor.largest for factor in card.factors}
        for session in _sessions():
            answer = assess(session, card)
            check_assessment(answer, calibrated=False)
            beyond = [c for c in answer.contributions if c.points > largest[c.factor]]
            require(not beyond, "more points than the card has")

    _in_file(content, use)


def _calibration(rng: Random) -> bytes:
    shipped = seeds.example("calibration.json")
    if rng.random() < 0.2:
        return mutate.mutant(shipped, rng, *mutate.BLIND)
    return structure.json_values(shipped, rng)


def _in_file(content: bytes, use: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_fast_folder()) as folder:
        path = Path(folder, "given")
        path.write_bytes(content)
        use(path)


def _fast_folder() -> str | None:
    return "/dev/shm" if os.path.isdir("/dev/shm") else None


def _read_calibration(content: bytes) -> None:
    def use(path: Path) -> None:
        calibration = load_calibration(path, load_scorecard())
        for session in _sessions():
            check_assessment(assess(session, load_scorecard(), calibration))

    try:
        _in_file(content, use)
    finally:
        engine.__globals__["_last"] = None  # keeps no mutant


# --------------------------------------------------------------------- plans, backups


def _read_plans(content: bytes) -> None:
    text = content.decode("utf-8-sig", "replace")
    plans, problems = from_text(text)
    for problem in problems:
        check_sentence(problem.sentence(names=False))
    require(len(saved_with(text)) < 40, "a long version")
    if plans:
        again, _ = from_text(to_text(plans, private=True))
        require(again == plans, "another plan after writing it and reading it")
    if len(plans) > 1:
        for answer in compare([plan.answers for plan in plans]).assessments:
            check_assessment(answer)


def _backup_lines(rng: Random) -> bytes:
    """A backup of which a row was changed, with the seal that then fits, or without."""
    lines = list(seeds.backup_lines())
    if rng.random() < 0.2:
        return mutate.mutant(seeds.sealed(lines), rng, *mutate.BLIND)
    place = rng.randrange(len(lines))
    lines[place] = structure.json_values(lines[place], rng).replace(b"\n", b" ")
    if rng.random() < 0.1:
        lines.append(rng.choice(lines))
    return seeds.sealed(lines)


def _backup_file(rng: Random) -> bytes:
    whole = mutate.mutant(
        seeds.backup_file(), rng, structure.rows, structure.rows, mutate.flip, mutate.cut
    )
    if rng.random() < 0.2:
        return whole
    with tempfile.NamedTemporaryFile(dir=_fast_folder()) as file:
        Path(file.name).write_bytes(whole)
        if len(whole) > 100:
            seal(Path(file.name))
        return Path(file.name).read_bytes()


def _read_backup(content: bytes) -> None:
    def use(path: Path) -> None:
        (path.parent / "rows").mkdir()
        for _ in read_rows(path, "The file", path.parent / "rows"):
            pass

    _in_file(content, use)


_SQUAD, _LOG, _WEATHER = (SquadFileError,), (TrainingLogError,), (WeatherError,)
IMPORTERS = (
    Target("squad_csv", "Squad, CSV", 25, _mutants(seeds.squads), _read_squad, _SQUAD),
    Target("squad_xlsx", "Squad, Excel", 8, _mutants(_squad_workbook), _read_squad, _SQUAD),
    Target(
        "log_csv", "Log, CSV of programs", 22, _mutants(seeds.log_tables), _read_log, _LOG
    ),
    Target(
        "log_own",
        "Log, table of one's own",
        10,
        _mutants(lambda: seeds.OWN_LOG),
        _read_own_log,
        _LOG,
    ),
    Target("log_xlsx", "Log, Excel", 4, _mutants(_log_workbook), _read_log, _LOG),
    Target("log_fit", "Log, FIT", 12, _mutants(lambda: seeds.FIT), _read_log, _LOG),
    Target("log_tcx", "Log, TCX", 12, _mutants(lambda: seeds.TCX), _read_log, _LOG),
    Target("log_gpx", "Log, GPX", 12, _mutants(lambda: seeds.GPX), _read_log, _LOG),
    Target(
        "log_apple", "Log, Apple Health", 10, _mutants(lambda: seeds.APPLE), _read_log, _LOG
    ),
    Target(
        "log_garmin",
        "Log, Garmin JSON",
        10,
        _mutants(lambda: seeds.GARMIN_JSON),
        _read_log,
        _LOG,
    ),
    Target("log_zip", "Log, archives", 10, _mutants(seeds.archives), _read_log, _LOG),
    Target("log_gz", "Log, .gz", 6, _mutants(seeds.compressed), _read_log, _LOG),
    Target(
        "log_android",
        "Log, Health Connect",
        8,
        _mutants(seeds.health_connect),
        _read_log,
        _LOG,
    ),
    Target(
        "weather_json",
        "Weather, Open-Meteo JSON",
        12,
        _mutants(lambda: seeds.example("examples_weather/open_meteo.json")),
        _read_weather,
        _WEATHER,
    ),
    Target(
        "weather_csv",
        "Weather, Open-Meteo CSV",
        12,
        _mutants(lambda: seeds.example("examples_weather/open_meteo.csv")),
        _read_weather,
        _WEATHER,
    ),
    Target(
        "weather_xlsx",
        "Weather, Excel",
        4,
        _mutants(_weather_workbook),
        _read_weather,
        _WEATHER,
    ),
    Target(
        "weather_nws",
        "Weather, NWS JSON",
        12,
        _mutants(lambda: seeds.example("examples_weather/nws_grid_point.json")),
        _read_weather,
        _WEATHER,
    ),
    Target(
        "weather_epw",
        "Weather, EPW",
        1.5,
        _mutants(seeds.typical_year),
        _read_weather,
        _WEATHER,
    ),
    Target("scorecard", "Scorecard", 8, _scorecard, _read_scorecard, (ScorecardError,)),
    Target(
        "calibration",
        "Calibration",
        10,
        _calibration,
        _read_calibration,
        (CalibrationError,),
    ),
    Target("plans", "Compared plans", 30, _mutants(seeds.plans), _read_plans),
    Target("backup_json", "Backup, JSON", 8, _backup_lines, _read_backup, (StoreError,)),
    Target(
        "backup_sqlite", "Backup, SQLite", 1.5, _backup_file, _read_backup, (StoreError,)
    ),
)
