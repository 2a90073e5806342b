"""Every door to the score, each tried with random answers."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from proofs.fuzzing import hostile, seeds
from proofs.fuzzing.answers import hostile_answer, likely, session
from proofs.fuzzing.judge import Target, check_sentence, require
from proofs.fuzzing.laws import (
    check_assessment,
    check_chances,
    check_frame,
    check_no_infinity,
)
from riskmodel import (
    AnswerError,
    Leg,
    WeatherError,
    advise,
    assess,
    assess_frame,
    assess_legs,
    best_start,
    combined,
    compare,
    explain_outcome,
    read_weather_file,
    score_squad,
    squad_levers,
    typed_weather,
)
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.outcome import explanation_lines
from riskmodel.reporting.words import assessment_lines
from riskmodel.whatif.comparison import AXES, sweep_grid

Answers = dict[str, Any]

# ------------------------------------------------------------------------------ scoring


def _one(rng: Random) -> Answers:
    answers = session(rng, wild=0.5)
    if rng.random() < 0.05:
        answers[hostile.text(rng)] = 1
    return answers


def _assess(answers: Answers) -> None:
    answer = assess(answers)
    check_assessment(answer)
    check_no_infinity(answer.to_dict())
    require("\n".join(assessment_lines(answer)), "nothing is printed")


def _some(rng: Random) -> list[Answers]:
    return [session(rng, wild=0.4) for _ in range(12)]


def _same(one: float, of_many: float) -> bool:
    return (math.isnan(one) and math.isnan(of_many)) or math.isclose(
        one, of_many, rel_tol=1e-12, abs_tol=1e-12
    )


def _one_and_many(rows: list[Answers]) -> None:
    """A row of many has the number and the words that it has alone."""
    # In lists of objects, as nothing but the value itself says what it is.
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pd.DataFrame(index=range(len(rows)))
    for name in names:
        cells = np.empty(len(rows), dtype=object)
        cells[:] = None
        for place, row in enumerate(rows):
            cells[place] = row.get(name)
        frame[name] = pd.Series(cells, dtype=object)
        # As programs hand columns over: numbers and moments as such, but for complex
        # ones, which would make all numbers of their column complex.
        if len(names) % 2 and not any(
            isinstance(cell, complex | np.complexfloating) for cell in cells
        ):
            with suppress(Exception):
                frame[name] = frame[name].infer_objects()
    scored = assess_frame(frame)
    check_frame(scored)
    for place, row in enumerate(rows):
        alone, among = assess(row), scored.iloc[place]
        for name in ("probability", "probability_low", "probability_high", "total_points"):
            one, of_many = getattr(alone, name), float(among[name])
            require(_same(one, of_many), f"{name} is {one!r} alone, {of_many!r} of many")
        for name, words in (("problems", alone.problems), ("safety", alone.guards)):
            said, of_row = " ".join(map(str, words)), str(among[name])
            require(said == of_row, f"alone {said[:150]!r}, of many {of_row[:150]!r}")


def _advise(answers: Answers) -> None:
    advice = advise(answers)
    base = assess(answers)
    for option in (*advice.now, *advice.weeks, *filter(None, [advice.pair])):
        if not option.levers[0].for_safety:
            require(option.points_saved > 0 < option.saved_in_100, "a lever that harms")
            require(option.probability < base.probability, "a lever that harms")
        require(0 <= option.probability <= 1, "no chance")
        check_no_infinity(tuple(option.changes.values()))
        after = assess({**answers, **option.changes})
        require(not after.problems, f"changes what cannot be read: {after.problems}")
        require(_same(after.probability, option.probability), "another number by hand")
        check_sentence(option.label)
    for note in advice.notes:
        check_sentence(note)
    if advice.now and not base.problems:
        names = {
            advice.now[0].levers[0].name,
            *(o.levers[0].name for o in advice.weeks[:1]),
        }
        both = combined(answers, frozenset(names))
        check_no_infinity(both.changes)


def _sweep(given: tuple[Answers, str, str | None]) -> None:
    answers, across, down = given
    swept = sweep_grid(answers, across, down, y=None)
    p, low, high = swept.probability, swept.probability_low, swept.probability_high
    require(p.shape == (len(swept.y) if down else 1, len(swept.x)), "another shape")
    there = ~np.isnan(p)
    require((low[there] <= p[there]).all() and (p[there] <= high[there]).all(), "range")
    check_no_infinity((p, low, high))


def _for_sweep(rng: Random) -> tuple[Answers, str, str | None]:
    across = rng.choice(list(AXES))
    down = rng.choice((None, None, *AXES)) if rng.random() < 0.2 else None
    return session(rng, wild=0.2), across, down if down != across else None


@cache
def _forecast() -> Any:
    return read_weather_file(seeds.example("examples_weather/open_meteo.csv"))


def _for_start(rng: Random) -> tuple[Answers, Any]:
    hours = ("05:00", "21:00", "24:00", "x", "12:30", hostile.text(rng))
    limits: Answers = {"step_min": rng.choice((60, 180, 360, 360, 15))}
    if rng.random() < 0.3:
        limits["earliest"], limits["latest"] = rng.choice(hours), rng.choice(hours)
    if rng.random() < 0.1:
        limits["step_min"] = rng.choice((0, -1, 10**12, 1.5, "60", None, float("nan")))
    by_hand: Answers = {}
    if rng.random() < 0.3:
        by_hand = {
            "on": date(2027, 1, 1) + timedelta(days=rng.randrange(365)),
            "latitude_deg": rng.uniform(-90, 90),
            "longitude_deg": rng.uniform(-180, 180),
            "time_zone": rng.choice(
                ("UTC", "Europe/Vienna", "Asia/Kolkata", "Mars/Olympus")
            ),
            "coolest_c": rng.uniform(-30, 40),
            "warmest_c": rng.uniform(-30, 50),
        }
    return session(rng, wild=0.2), (limits, by_hand)


def _best_start(given: tuple[Answers, Any]) -> None:
    answers, (limits, by_hand) = given
    if by_hand:
        on = by_hand.pop("on") if "on" in by_hand else date(2027, 7, 4)
        weather = typed_weather(on, **by_hand)
        by_hand["on"] = on
    else:
        weather = _forecast()
    best = best_start(answers, weather, **limits)
    for note in (*best.notes, *map(str, best.problems)):
        check_sentence(note)
    starts = best.starts
    numbered = starts[starts["probability"].notna()]
    check_frame(numbered.rename(columns={"problem": "problems"}))


# ------------------------------------------------------------------------------- squads


def _for_squad(rng: Random) -> tuple[list[Answers], Answers]:
    return [session(rng, wild=0.3) for _ in range(8)], session(rng, wild=0.3)


def _squad(given: tuple[list[Answers], Answers]) -> None:
    rows, plan = given
    names = dict.fromkeys(name for row in rows for name in row if name in FIELDS)
    cells = {
        name: pd.Series(
            [row.get(name) for row in rows], dtype=object, index=range(len(rows))
        )
        for name in names
    }
    squad = pd.DataFrame(cells)
    scored = score_squad(squad, plan)
    check_frame(scored)
    for option in squad_levers(squad, plan):
        require(option.expected_after <= option.expected_before, "a lever that harms")
        check_no_infinity((option.expected_before, option.expected_after))


# ---------------------------------------------------------------- legs, looking back


def _for_legs(rng: Random) -> tuple[Answers, list[tuple[Answers, float, float]]]:
    of_leg = [f for f in FIELDS.values() if f.of_the_plan and f.name != "start_time"]
    legs = []
    for _ in range(rng.randrange(1, 5)):
        chosen = rng.sample(of_leg, rng.randrange(1, 7))
        needed = [f for f in of_leg if f.required]
        answers = {field.name: likely(field, rng) for field in (*chosen, *needed)}
        if rng.random() < 0.1:
            field = rng.choice(of_leg)
            answers[field.name] = hostile_answer(field, rng)
        legs.append(
            (answers, rng.choice((0, 0, 5, 59.9, 60, 1440)), rng.choice((0, 0.5, 10)))
        )
    person = {n: v for n, v in session(rng, wild=0.1).items() if not FIELDS[n].of_the_plan}
    return person, legs


def _legs(given: tuple[Answers, list[tuple[Answers, float, float]]]) -> None:
    person, legs = given
    day = assess_legs(person, [Leg(*leg) for leg in legs])
    if not math.isnan(day.probability):
        check_chances(day.probability, day.probability_low, day.probability_high)
    else:
        require(
            day.problems or any(leg.problems for leg in day.legs), "no number, no reason"
        )
    check_no_infinity(day)


def _two_or_more(rng: Random) -> list[Answers]:
    return [session(rng, wild=0.2) for _ in range(rng.randrange(1, 8))]


def _compare(sessions: list[Answers]) -> None:
    found = compare(sessions)
    for answer in found.assessments:
        check_assessment(answer)
    check_no_infinity(found.factors)


def _explain(sessions: list[Answers]) -> None:
    first, *others = sessions
    check_no_infinity(found := explain_outcome(first, others or None, True))
    require("\n".join(explanation_lines(found)), "nothing is told")


_NO = (AnswerError,)
DOORS = (
    Target("assess", "assess", 120, _one, _assess, _NO),
    Target(
        "frame", "assess_frame, each row beside assess", 180, _some, _one_and_many, (), len
    ),
    Target("advise", "advise, combined", 25, lambda r: session(r, wild=0.2), _advise),
    Target("compare", "compare", 12, _two_or_more, _compare, (ValueError,)),
    Target("sweep", "sweep", 25, _for_sweep, _sweep, (ValueError,)),
    Target(
        "best_start", "best_start", 10, _for_start, _best_start, (WeatherError, ValueError)
    ),
    Target(
        "squad",
        "score_squad, squad_levers",
        60,
        _for_squad,
        _squad,
        (),
        lambda given: len(given[0]),
    ),
    Target("legs", "assess_legs", 12, _for_legs, _legs, (ValueError,)),
    Target("explain", "explain_outcome", 8, _two_or_more, _explain, (ValueError,)),
)
