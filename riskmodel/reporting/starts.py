"""The best start as text for a terminal, and as plain values for a program."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from riskmodel.inputs import units
from riskmodel.reporting.lines import wrapped
from riskmodel.scoring.bands import in_100_number, in_100_span, in_100_text
from riskmodel.scoring.guards import joined
from riskmodel.starts.best import BestStart, BestStartSquad
from riskmodel.starts.daylight import Day
from riskmodel.starts.scores import DayBest
from riskmodel.weather.hours import ATTRIBUTION, ATTRIBUTION_URL, Weather, clock_words
from riskmodel.weather.over_session import WEEKDAYS


def credit(attribution: str) -> str:
    """Write where weather is from as its licence asks, for text without links."""
    if attribution != ATTRIBUTION:
        return attribution
    return f"{ATTRIBUTION} ({ATTRIBUTION_URL}), CC BY 4.0, averaged over the session"


def source_words(weather: Weather, *, fetched: bool, last: bool) -> str:
    """Say what kind of weather this is, how old, and what was done to it.

    `last` is true where a newer one could not be fetched.
    """
    sentences = [f"{weather.words}."]
    if weather.issued is not None:
        issued = pd.Timestamp(weather.issued).tz_convert(weather.zone)
        when = f"{day_words(issued)} {issued.year}, {clock_words(issued)}"
        sentences.append(f"{'Fetched' if fetched else 'Issued'} {when}.")
    if last:
        sentences.append("It is the last that could be fetched.")
    zone = f"Times are those of {weather.time_zone}."
    return " ".join([*sentences, zone, *weather.remarks])


_LEAST_ATHLETES = 0.05  # that are rounded to a number
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def weekday_word(moment: pd.Timestamp) -> str:
    """Weekday of a moment, the same on every machine: "Sun"."""
    return WEEKDAYS[moment.weekday()]


def date_words(moment: pd.Timestamp) -> str:
    """Date of a moment, the same on every machine: "4 Jul"."""
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def day_words(moment: pd.Timestamp) -> str:
    """Day of a moment, the same on every machine: "Sun 4 Jul"."""
    return f"{weekday_word(moment)} {date_words(moment)}"


def start_words(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """From when to when a session lasts: "Sun 4 Jul, 05:00 to 06:30"."""
    return f"{day_words(start)}, {clock_words(start)} to {clock_words(end)}"


def number_words(best: BestStart | BestStartSquad, value: float) -> str:
    """Write the number of a start: "about 4", or "fewer than 0.1" athletes of a squad."""
    if isinstance(best, BestStart):
        return in_100_text(value)
    number = athletes_number(value)
    return f"about {number}" if number[0].isdigit() else number


def athletes_number(value: float, fewer: str = "fewer than") -> str:
    """Write athletes to expect: "1.3", or "fewer than 0.1", which is never nobody."""
    return f"{value:.1f}" if value >= _LEAST_ATHLETES else f"{fewer} 0.1"


def athletes_brief(value: float) -> str:
    """Write athletes to expect in little room: "1.3", or "<0.1"."""
    return athletes_number(value) if value >= _LEAST_ATHLETES else "<0.1"


def number_of(best: BestStart | BestStartSquad, row: pd.Series[Any]) -> float:
    """Number of a row of the starts: a probability, or athletes to expect."""
    return float(row["probability" if isinstance(best, BestStart) else "expected"])


def span_words(
    best: BestStart | BestStartSquad, row: pd.Series[Any], fewer: str = "fewer than"
) -> str:
    """Range of a row of the starts, in 100 or in athletes."""
    if isinstance(best, BestStart):
        return in_100_span(row["probability_low"], row["probability_high"], fewer)
    ends = [athletes_number(row[f"expected_{end}"], fewer) for end in ("low", "high")]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _of_words(best: BestStart | BestStartSquad) -> str:
    """Of how many a number is."""
    if isinstance(best, BestStart):
        return "in 100"
    noun = "athlete" if best.n_scored == 1 else "athletes"
    return f"of {best.n_scored} {noun} with a cramp"


def planned_words(best: BestStart | BestStartSquad) -> str:
    """Say the planned start with its number, or why it has none; empty without one."""
    row = best.planned
    if row is None or best.problems:
        return ""
    when = start_words(row["start"], row["end"])
    if row["problem"]:
        return f"{when}: no number. {row['problem']}"
    number = number_words(best, number_of(best, row))
    return f"{when}: {number} {_of_words(best)}, range {span_words(best, row)}"


def day_best_words(best: BestStart | BestStartSquad, day_best: DayBest) -> str:
    """Say the best start of a day; on the day of the planned start, instead of what."""
    number = number_words(best, day_best.value)
    text = f"{start_words(day_best.start, day_best.end)}: {number} {_of_words(best)}"
    row = best.planned
    if row is None or row["problem"] or row["start"].date() != day_best.day:
        return text
    before = number_words(best, number_of(best, row))
    if number == before:
        return f"{text}, no different from the planned start"
    if day_best.value > number_of(best, row):
        return f"{text}, more than at the planned start"
    value = number_of(best, row)
    one = isinstance(best, BestStart)
    instead = in_100_number(value) if one else athletes_number(value)
    return f"{text} instead of {instead}"


def as_good_words(day_best: DayBest) -> str:
    """Name the starts that show the same number as the best; empty if no other does.

    Examples
    --------
    >>> seven, nine = (pd.Timestamp(f"2027-07-04 {hour}:00") for hour in ("07", "09"))
    >>> as_good_words(DayBest(seven, nine, 0.04, 4.0, True, ((seven, nine),)))
    'As good: starts from 07:00 to 09:00.'
    """
    if day_best.as_good == ((day_best.start, day_best.start),):
        return ""
    rows = [
        f"at {clock_words(first)}"
        if first == last
        else f"from {clock_words(first)} to {clock_words(last)}"
        for first, last in day_best.as_good
    ]
    return f"As good: starts {' and '.join(rows)}."


def weather_words(row: pd.Series[Any], chosen: units.Chosen) -> str:
    """Say what a session meets at a start, in the reader's units."""
    air = units.unit_of("°C", chosen)
    temperature, wbgt, highest = (
        units.text(row[name], "°C", chosen, 0 if name == "air_temperature_c" else 1)
        for name in ("air_temperature_c", "wbgt_c", "wbgt_highest_c")
    )
    doubt = row["wbgt_error_c"] * (air.shown(1.0) - air.shown(0.0))
    return (
        f"{temperature}, humidity {row['relative_humidity_pct']:.0f} %, heat (WBGT) "
        f"{wbgt}, {highest} in the hottest hour, give or take {doubt:.3g} {air.label}."
    )


def starts_table(best: BestStart | BestStartSquad) -> pd.DataFrame:
    """Every start as a row for a spreadsheet, with where its weather is from."""
    rows = best.starts.drop(columns="guards", errors="ignore").reset_index(drop=True)
    for name in ("start", "end"):
        rows[name] = [moment.isoformat() for moment in rows[name]]
    source = credit(best.weather.attribution)
    return rows.assign(weather=best.weather.words, source=source)


def start_lines(best: BestStart) -> Iterator[str]:
    """Yield what comes before any number, the planned start, the best, all, and notes."""
    for guard in best.guards:
        yield from wrapped(str(guard))
    if best.guards:
        yield ""
    if best.problems:
        for problem in best.problems:
            yield from wrapped(str(problem))
        return
    if planned := planned_words(best):
        yield "Planned start"
        yield from wrapped(f"  {planned}", "  ")
        yield ""
    if best.by_day:
        yield "Best start of each day"
        for day_best in best.by_day:
            yield f"  {day_best_words(best, day_best)}"
            yield from wrapped(f"    {as_good_words(day_best)}".rstrip(), " " * 4)
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
        "planned": None
        if best.planned is None
        else {
            **_plain_row(best.planned.drop("guards").to_dict()),
            "words": planned_words(best),
        },
        "by_day": [
            {
                "day": day_best.day.isoformat(),
                "start": day_best.start.isoformat(),
                "end": day_best.end.isoformat(),
                "probability": day_best.value,
                "words": day_best_words(best, day_best),
                "as_good": [[*map(_plain, row)] for row in day_best.as_good],
            }
            for day_best in best.by_day
        ],
        "starts": [_plain_row(row) for row in rows],
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
            "doubts": [asdict(doubt) for doubt in best.weather.doubts],
            "left_open": [asdict(cells) for cells in best.weather.left_open],
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


def _plain_row(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
