"""What people type, save, ask and run: the diary, links, forms, the guide, commands."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

from typer.testing import CliRunner

from proofs.fuzzing import hostile, mutate, seeds, structure
from proofs.fuzzing.answers import as_text, likely, session
from proofs.fuzzing.judge import Target, check_sentence, require
from proofs.fuzzing.laws import (
    check_assessment,
    check_no_infinity,
)
from riskmodel import (
    Outcome,
    assess,
    check_outcome,
    compare_outcomes,
)
from riskmodel.cli import app
from riskmodel.diary.outcomes import MUSCLES, outcomes_csv
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.inputs.units import UNITS
from riskmodel.inputs.written import number_text, number_written
from riskmodel.reporting.guide import answer_lines, load_guide
from riskmodel.whatif.plans import version_in

Answers = dict[str, Any]

# -------------------------------------------------------------------------- the diary


def _outcome(rng: Random) -> Answers:
    chances = sorted(rng.random() for _ in range(3))
    cramp = rng.random() < 0.5
    made: Answers = {
        "day": date(2026, 1, 1) + timedelta(days=rng.randrange(300)),
        "probability_low": chances[0],
        "probability": chances[1],
        "probability_high": chances[2],
        "program": "0.1.0",
        "scorecard": "abc",
        "cramp": cramp,
        "sport": rng.choice(list(FIELDS["sport"].levels)),
        "duration_min": rng.uniform(5, 1440),
    }
    if cramp:
        made["muscle"] = rng.choice((None, *MUSCLES))
    if rng.random() < 0.3:
        made["answers"] = session(rng, wild=0.5)
    names = (
        *made,
        "muscle",
        "cramp_at_min",
        "after_session",
        "answers",
        "scorecard_version",
    )
    for _ in range(rng.choice((0, 1, 1, 2))):
        other = rng.choice(hostile.OF_A_ROW) if rng.random() < 0.6 else hostile.text(rng)
        made[rng.choice(names)] = other
    return made


def _diary(made: Answers) -> None:
    outcome = Outcome(**made)
    problems = check_outcome(outcome)
    for problem in problems:
        check_sentence(problem)
    if not problems:
        check_no_infinity(compare_outcomes([outcome]))
        require(outcomes_csv([outcome], private=True), "nothing is written")


# -------------------------------------------------------------------- links and forms


def _query(rng: Random) -> bytes:
    query = urlencode(as_text(session(rng, wild=0.5)), errors="replace").encode()
    if rng.random() < 0.5:
        query = mutate.mutant(query, rng, *mutate.BLIND)
    return query


def _link(content: bytes) -> None:
    """As My session reads the address that it was opened with."""
    text = content.decode("utf-8", "replace")
    query = dict(parse_qsl(text)) if text.count("&") < 1000 else {}
    answers, problems = tidy(query)
    require(len(version_in(query.get("scorecard_version"))) < 40, "a long version")
    for problem in problems:
        check_sentence(problem.sentence(names=False))
    require(tidy(answers)[0] == answers, "other answers after reading them again")
    check_assessment(assess(answers))


def _written(rng: Random) -> tuple[str, str, dict[str, str]]:
    numbers = [field for field in FIELDS.values() if field.kind == "number"]
    field = rng.choice(numbers)
    units = {own: rng.choice(list(others)) for own, others in UNITS.items()}
    text = (
        hostile.text(rng)
        if rng.random() < 0.5
        else number_text(likely(field, rng), field, units)
    )
    if rng.random() < 0.4:
        text = mutate.mutant(hostile.plain(text), rng, *mutate.BLIND).decode(
            "utf-8", "replace"
        )
    return text, field.name, units


class _NoNumberError(ValueError):
    """A text that the page says is no number."""


def _number(given: tuple[str, str, dict[str, str]]) -> None:
    """As the form reads a field, and writes it back."""
    text, name, units = given
    field = FIELDS[name]
    try:
        number = number_written(text, field, units)
    except ValueError:
        raise _NoNumberError("It is no number.") from None
    require(isinstance(number, float), "no number")
    if field.low <= number <= field.high:
        again = number_written(number_text(number, field, units), field, units)
        size = max(abs(number), abs(field.high - field.low) / 20, 1.0)
        require(abs(again - number) <= 0.05 * size, f"{number!r} comes back as {again!r}")
    check_assessment(assess({name: number}))


_WORDS = ("cramp", "calf", "magnesium", "salt", "night", "urine", "dark", "statin", "heat")


def _question(rng: Random) -> str:
    words = [rng.choice(_WORDS) for _ in range(rng.randrange(6))]
    if rng.random() < 0.6:
        words.insert(rng.randrange(len(words) + 1), hostile.text(rng))
    return " ".join(words)


def _guide(question: str) -> None:
    whole = load_guide()
    answer = whole.answer(question)
    require("\n".join(answer_lines(whole, answer)), "nothing is answered")


# ------------------------------------------------------------------------- commands


def _command(rng: Random) -> tuple[str, bytes]:
    """A command and the file that it is given."""
    name = rng.choice(("assess", "why", "batch", "squad", "log", "forecast", "scorecard"))
    source = {
        "assess": structure.json_values,
        "why": structure.json_values,
        "batch": structure.cells,
        "squad": structure.cells,
        "log": structure.cells,
        "forecast": structure.json_values,
        "scorecard": mutate.renumber,
    }[name]
    whole = _sources()[name]
    return name, mutate.mutant(whole, rng, source, source, source, *mutate.BLIND)


@cache
def _sources() -> Mapping[str, bytes]:
    import json

    from riskmodel import load_scorecard
    from riskmodel.datasets import load_examples

    plan = json.dumps(load_examples()["Hot 10 km race"]).encode()
    cells = CliRunner().invoke(app, ["template"]).stdout
    return {
        "assess": plan,
        "why": plan,
        "batch": (cells + cells.split("\n")[1] + "\n").encode(),
        "squad": seeds.squads()[0],
        "log": seeds.log_tables()[0],
        "forecast": seeds.example("examples_weather/open_meteo.json"),
        "scorecard": load_scorecard().toml.encode(),
        "session": plan,
    }


def _run_command(given: tuple[str, bytes]) -> None:
    name, content = given
    fast = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=fast) as folder:
        path, plan, out = (str(Path(folder, each)) for each in ("given", "plan", "out.csv"))
        Path(path).write_bytes(content)
        Path(plan).write_bytes(_sources()["session"])
        arguments = {
            "assess": ["assess", path],
            "why": ["why", path],
            "batch": ["batch", path, out],
            "squad": ["batch", path, out, "--session", plan],
            "log": ["log", path, "--sport", "running", "--on", "2026-07-20"],
            "forecast": ["forecast", "--session", plan, "--weather-file", path],
            "scorecard": ["assess", plan, "--scorecard", path],
        }[name]
        result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    require(result.exit_code in (0, 1, 2), f"ends with {result.exit_code}")
    if result.exit_code == 2:
        check_sentence(result.stderr.replace(folder, ""))
    require("Traceback" not in result.output, "a traceback")


FORMS = (
    Target("diary", "Diary", 60, _outcome, _diary),
    Target("link", "Links", 100, _query, _link),
    Target("written", "Numbers of the form", 150, _written, _number, (_NoNumberError,)),
    Target("guide", "Guide", 30, _question, _guide),
    Target("commands", "Commands", 6, _command, _run_command),
)
