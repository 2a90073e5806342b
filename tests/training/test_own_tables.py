"""Tables of one's own as people keep them: days, rest, headings, totals."""

from datetime import date

import pytest

from riskmodel.training.derive import derive
from riskmodel.training.log_file import read_log


def own(text, zone="UTC", **columns):
    """A table with the columns When, Minutes and Type, and any others."""
    columns = {"When": "start", "Minutes": "duration_min", "Type": "sport", **columns}
    headers = ",".join(columns)
    return read_log(f"{headers}\n{text}".encode(), columns=columns, time_zone=zone)


def month(cell="{day},45,Run", days=range(1, 31)):
    return "\n".join(cell.format(day=f"2026-07-{day:02}") for day in days) + "\n"


def answers(log):
    found = derive(log, on=date(2026, 7, 31), sport="running", air_temperature_c=20)
    return {one.name: one.value for one in found}


def kinds(log):
    return {note.kind for note in log.report.notes}


@pytest.mark.parametrize(
    ("zone", "cell"),
    [
        ("America/New_York", "{day}T00:00:00Z,45,{sport}"),
        ("America/New_York", "{day} 00:00:00 UTC,45,{sport}"),
        ("Asia/Tokyo", "{day} 00:00:00,45,{sport}"),
        ("Europe/Berlin", "{day}T00:00:00+02:00,45,{sport}"),
        ("Europe/Berlin", "{day} 12:00 AM,45,{sport}"),
    ],
)
def test_midnights_are_days_and_two_sessions_of_a_day_stay_two(zone, cell):
    runs, rides = (cell.replace("{sport}", sport) for sport in ("Run", "Ride"))
    log = own(month(runs) + month(rides), zone)
    assert len(log.sessions) == 60
    assert log.sessions["start"].isna().all()
    assert log.report.first_day == date(2026, 7, 1)
    assert "midnights" in kinds(log)


def test_midnights_of_a_place_that_are_written_in_utc_are_its_days():
    log = own("2026-06-30T22:00:00Z,45,Run\n2026-12-31T23:00:00Z,45,Run", "Europe/Berlin")
    assert [str(day.date()) for day in log.sessions["day"]] == ["2026-07-01", "2027-01-01"]
    assert log.sessions["start"].isna().all()


def test_one_session_at_midnight_among_others_keeps_its_time():
    log = own("2026-07-01 00:00,45,Run\n2026-07-02 07:00,45,Run\n2026-07-03 07:00,45,Run")
    assert log.sessions["start"].notna().all()
    assert "midnights" not in kinds(log)
