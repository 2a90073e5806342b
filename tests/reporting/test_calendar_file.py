"""A start as a calendar file, read back by an independent parser."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from riskmodel import advise, assess
from riskmodel.reporting.calendar_file import start_event
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.whatif.drinking_plan import drinking_plan

LINK = "http://127.0.0.1/?sport=running&duration_min=90"
RUN = {
    "sport": "running",
    "duration_min": 90,
    "session_rpe": 6,
    "age_years": 30,
    "air_temperature_c": 31,
    "relative_humidity_pct": 60,
    "body_mass_kg": 70,
    "fluid_intake_l_h": 0.4,
}
VIENNA = datetime(2027, 7, 4, 9, 30, tzinfo=ZoneInfo("Europe/Vienna"))


def written(answers=RUN, start=VIENNA, units=None):
    answer = assess(answers)
    drinks = drinking_plan(answers, answer.physiology, advise(answers))
    return start_event(start, answers["sport"], answer, drinks, LINK, units or {})


def event(content):
    (only,) = Calendar.from_ical(content).walk("VEVENT")
    return only


def test_a_start_is_one_event_at_its_moment_and_as_long_as_the_session():
    found = event(written())
    assert found.start == datetime(2027, 7, 4, 7, 30, tzinfo=UTC)
    assert (found.end - found.start).total_seconds() == 90 * 60


def test_it_tells_the_number_its_range_and_what_to_drink():
    answer, text = assess(RUN), str(event(written())["description"])
    shown = round(100 * answer.probability)
    assert f"{shown} of 100 (" in str(event(written())["summary"])
    assert SYNTHETIC in text
    assert text.startswith(f"{shown} of 100")
    assert "range" in text
    assert "ml" in text or " l" in text
    assert text.endswith(LINK)
    assert str(event(written())["url"]) == LINK
    ounces = {"l": "oz", "l/h": "oz/h"}
    assert "oz" in str(event(written(units=ounces))["description"])


def test_lines_are_folded_and_end_as_the_standard_asks():
    lines = written().split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)


def test_the_same_start_replaces_itself_and_another_does_not():
    other = VIENNA.replace(hour=10)
    uids = [str(event(written(start=at))["uid"]) for at in (VIENNA, VIENNA, other)]
    assert uids[0] == uids[1] != uids[2]


def test_what_tells_of_health_is_not_written():
    ill = {**RUN, "illness_24h": "yes"}
    private = [guard.sentence for guard in assess(ill).guards if guard.private]
    assert private
    text = str(event(written(ill))["description"])
    assert not any(sentence in text for sentence in private)


def test_a_start_without_its_zone_or_number_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        written(start=VIENNA.replace(tzinfo=None))
    answer = assess({"sport": "running"})
    drinks = drinking_plan(RUN, assess(RUN).physiology, advise(RUN))
    with pytest.raises(ValueError, match="number"):
        start_event(VIENNA, "running", answer, drinks, LINK, {})
