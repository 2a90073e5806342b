"""The best start as text for a terminal, and as plain values for a program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from riskmodel.reporting.words import wrapped
from riskmodel.scoring.bands import in_100_number
from riskmodel.scoring.guards import joined
from riskmodel.starts.best import BestStart
from riskmodel.starts.daylight import Day
from riskmodel.weather.hours import ATTRIBUTION, ATTRIBUTION_URL, clock_words
from riskmodel.weather.over_session import WEEKDAYS


def credit(attribution: str) -> str:
    """Write where weather is from as its licence asks, for text without links."""
    if attribution != ATTRIBUTION:
        return attribution
    return f"{ATTRIBUTION} ({ATTRIBUTION_URL}), CC BY 4.0, averaged over the session"


def start_lines(best: BestStart) -> Iterator[str]:
    """Yield what comes before any number, the best windows, every start, and notes."""
    for guard in best.guards:
        yield from wrapped(str(guard))
    if best.guards:
        yield ""
    if best.problems:
        for problem in best.problems:
            yield from wrapped(str(problem))
        return
    if best.windows:
        yield "Best windows"
        for window in best.windows:
            yield f"  {window.words}"
    if best.compared_with is not None:
        yield f"  Compared with {best.compared_with.words}."
        yield ""
    allowed = best.starts[best.starts["allowed"]]
    suns: dict[Any, Day] = {day.day: day for day in best.days}
    for day, rows in allowed.groupby(allowed["start"].dt.date, sort=False):
        yield _heading(suns[day])
        row: Any
        before = ""
        for row in rows.itertuples():
            if row.problem:
                yield from wrapped(
                    f"  {clock_words(row.start)}  no number: {row.problem}", " " * 9
                )
                continue
            low, high = map(_shown, (row.probability_low, row.probability_high))
            yield (
                f"  {clock_words(row.start)}  {row.in_100:>13} in 100"
                f"  ({low} to {high})"
                f"  {row.air_temperature_c:4.0f} °C, WBGT {row.wbgt_c:.0f}"
                f" ±{row.wbgt_error_c:g} °C, at most {row.wbgt_highest_c:.0f} °C"
            )
            # Those that hold at every start stand above.
            safety = joined(guard for guard in row.guards if guard not in best.guards)
            if safety and safety != before:
                yield from wrapped(f"{' ' * 9}{safety}", " " * 9)
            before = safety
        yield ""
    for note in best.notes:
        yield from wrapped(note)
    if best.weather.attribution:
        yield credit(best.weather.attribution)


def start_dict(best: BestStart) -> dict[str, Any]:
    """Everything as for JSON: times with their offset, None for what is not known."""
    rows = best.starts.drop(columns="guards").to_dict("records")
    return {
        "windows": [
            {
                "start": window.start.isoformat(),
                "end": window.end.isoformat(),
                "probability": window.value,
                "words": window.words,
            }
            for window in best.windows
        ],
        "compared_with": None
        if best.compared_with is None
        else {
            "start": best.compared_with.start.isoformat(),
            "probability": best.compared_with.value,
            "words": best.compared_with.words,
        },
        "starts": [
            {str(name): _plain(value) for name, value in row.items()} for row in rows
        ],
        "days": [
            {
                "day": day.day.isoformat(),
                "sunrise": _plain(day.sunrise),
                "sunset": _plain(day.sunset),
                "words": day.words,
            }
            for day in best.days
        ],
        "weather": {
            "kind": best.weather.kind,
            "words": best.weather.words,
            "place": best.weather.place,
            "latitude_deg": best.weather.latitude_deg,
            "longitude_deg": best.weather.longitude_deg,
            "time_zone": best.weather.time_zone,
            "attribution": credit(best.weather.attribution),
        },
        "safety": [str(guard) for guard in best.guards],
        "notes": list(best.notes),
        "problems": [str(problem) for problem in best.problems],
    }


def _heading(day: Day) -> str:
    return f"{WEEKDAYS[day.day.weekday()]} {day.day.isoformat()}. {day.words}"


def _shown(probability: float) -> str:
    """Write an end of the range, which is never shown as nothing."""
    return in_100_number(probability, "under")


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
