"""A planned start as a file that every calendar opens (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import Chosen
from riskmodel.reporting.drinking import drinking_lines
from riskmodel.reporting.words import BAND_LABELS, SYNTHETIC
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_number, in_100_span
from riskmodel.whatif.drinking_plan import DrinkingPlan


def start_event(
    start: datetime,
    sport: str,
    answer: Assessment,
    drinks: DrinkingPlan,
    link: str,
    units: Chosen,
    scorecard_version: str = "",
) -> bytes:
    """Write one start with its number, what to drink, and a link to the plan.

    Parameters
    ----------
    start : datetime
        With its time zone.
    sport : str
        A level of the field ``sport``.
    answer : Assessment
    drinks : DrinkingPlan
    link : str
        Address of the plan.  A calendar is often shared: nothing given here may tell of
        health.
    units : mapping of str to str
        Units to show, see `riskmodel.inputs.units`.
    scorecard_version : str, optional
        Of the scorecard that scored it.

    Returns
    -------
    bytes
        One event in UTC.

    Raises
    ------
    ValueError
        If `start` has no time zone, or `answer` no number.
    """
    if start.tzinfo is None or answer.problems:
        raise ValueError("A start needs a time with its time zone, and a number.")
    begin = start.astimezone(UTC)
    event = Event()
    label = FIELDS["sport"].levels[sport]
    number = in_100_number(answer.probability)
    span = in_100_span(answer.probability_low, answer.probability_high)
    event.add("summary", f"{label}: cramp risk {number} of 100 ({span})")
    event.add(
        "description", "\n".join(_lines(answer, drinks, link, units, scorecard_version))
    )
    event.add("url", link)
    event.add("dtstart", begin)
    event.add("dtend", begin + timedelta(minutes=drinks.duration_min))
    event.add("dtstamp", datetime.now(UTC))
    # The same start opened twice replaces itself.
    event.add("uid", str(uuid5(NAMESPACE_URL, f"{link} {begin.isoformat()}")))
    calendar = Calendar()
    calendar.add("prodid", "-//cramp-risk//start//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _lines(
    answer: Assessment, drinks: DrinkingPlan, link: str, units: Chosen, version: str
) -> list[str]:
    span = in_100_span(answer.probability_low, answer.probability_high)
    headline, rows = drinking_lines(drinks, units)
    return [
        f"{in_100_number(answer.probability)} of 100 sessions like this would bring a "
        f"cramp (range {span}): {BAND_LABELS[answer.band].lower()}.",
        # A calendar is read by others: what tells of health stays out.
        *(guard.sentence for guard in answer.guards if not guard.private),
        f"Drinking: {headline}",
        *(f"{name}: {value}" for name, value in rows),
        f"{SYNTHETIC} {f'Scorecard {version}.' if version else ''}".strip(),
        link,
    ]
