"""Words about levers: in the reader's units, and what each does to a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from riskmodel.inputs import units
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.lines import points_text
from riskmodel.reporting.words import NOTHING_TO_CHANGE
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.advice import MOST_SESSIONS, Advice, Option
from riskmodel.whatif.during import helps_until_min
from riskmodel.whatif.levers import Lever


def lever_label(lever: Lever | Option, chosen: units.Chosen) -> str:
    """What to do, in a few words.

    Examples
    --------
    >>> from riskmodel.whatif.levers import LEVERS
    >>> lever_label(LEVERS[0], {}), lever_label(LEVERS[0], {"°C": "°F"})
    ('Start when it is 5 °C cooler', 'Start when it is 9 °F cooler')
    """
    if isinstance(lever, Option):
        return lever.label_in(chosen)
    return lever.worded(lever.label_template, chosen)


def lever_sentence(lever: Lever | Option, chosen: units.Chosen) -> str:
    """Say more about a lever; of two together, nothing.

    Examples
    --------
    >>> from riskmodel.whatif.levers import LEVERS
    >>> lever_sentence(LEVERS[1], {})
    'Choose a shaded route or field.'
    """
    if isinstance(lever, Option):
        return "" if len(lever.levers) > 1 else lever_sentence(lever.levers[0], chosen)
    return lever.worded(lever.sentence_template, chosen)


def amounts_text(option: Option, answers: Mapping[str, Any], chosen: units.Chosen) -> str:
    """Say to what a lever brings the duration and the drink; empty if it sets neither.

    Examples
    --------
    >>> from riskmodel import advise
    >>> race = {"sport": "running", "duration_min": 225, "session_rpe": 8, "age_years": 30,
    ...         "air_temperature_c": 20, "relative_humidity_pct": 60, "competition": "yes",
    ...         "relative_effort": "harder"}
    >>> next(amounts_text(o, race, {}) for o in advise(race).now
    ...      if "duration_min" in o.changes)
    '3 h 45 becomes 4 h 10'
    """
    parts = []
    if (minutes := option.changes.get("duration_min")) is not None:
        planned = duration_text(float(answers["duration_min"]))
        parts.append(f"{planned} becomes {duration_text(minutes)}")
    if (drink_l_h := option.changes.get("fluid_intake_l_h")) is not None:
        parts.append(units.text(drink_l_h, "l/h", chosen))
    return ", ".join(parts)


def change_text(option: Option) -> str:
    """Say what a lever does: points, and how many fewer of 100."""
    saved = option.points_saved
    points = f"\u2212{points_text(saved)} points" if saved > 0 else "no points"
    if math.isnan(option.saved_in_100) or saved <= 0:
        return points
    # Not the number afterwards: rounded, it would make half a point look like five.
    fewer = option.saved_in_100
    if fewer < 0.1:
        return f"{points}, less than 0.1 fewer of 100"
    return f"{points}, {fewer:.{1 if fewer < 10 else 0}f} fewer of 100"


def spares_text(option: Option) -> str:
    """Say in how many such sessions a lever spares one cramp; empty where it is many.

    Examples
    --------
    >>> from riskmodel import advise
    >>> run = {"sport": "running", "duration_min": 225, "session_rpe": 8, "age_years": 30,
    ...        "air_temperature_c": 28, "relative_humidity_pct": 60}
    >>> spares_text(advise(run).now[0])[:25]
    'One cramp fewer in about '
    """
    if (sessions := option.sessions_for_one_cramp_fewer) is None:
        return ""
    # Of one session nobody is spared more than its cramp.
    about, fewest, most = (n if math.isinf(n) else max(round(n), 2) for n in sessions)
    end = f"more than {MOST_SESSIONS:g}" if math.isinf(most) else f"{most}"
    return f"One cramp fewer in about {about} such sessions ({fewest} to {end})."


def until_text(
    option: Option,
    answer: Assessment,
    duration_min: float,
    calibration: Calibration | None = None,
) -> str:
    """Say until when a lever still helps; empty of what is done before the start.

    Examples
    --------
    >>> from riskmodel import advise, assess
    >>> run = {"sport": "running", "duration_min": 225, "session_rpe": 8, "age_years": 30,
    ...        "air_temperature_c": 28, "relative_humidity_pct": 60}
    >>> until_text(advise(run).now[0], assess(run), 225.0)[:35]
    'Taken up on the way it still helps '
    """
    until_min = helps_until_min(option, answer, duration_min, calibration)
    if until_min is None:
        return ""
    # Down to five minutes: what it rests on is not known closer.
    ends = (duration_text(5.0 * (end // 5.0) or 1.0) for end in until_min)
    between = [*dict.fromkeys(ends)]
    until = f"about {between[0]}"
    if len(between) > 1:
        until = f"some time from {' to '.join(between)}"
    return f"Taken up on the way it still helps until {until}."


def no_change_text(answer: Assessment, advice: Advice) -> str:
    """Say that no change is shown: lightly, where there is none and nothing warns.

    Whoever is ill, was not offered something as it could do harm, or is shown only a
    part of the advice, is not told to enjoy it.
    """
    if answer.guards or advice.vetoes or advice.now or advice.weeks:
        return "No change to this session is suggested."
    return NOTHING_TO_CHANGE
