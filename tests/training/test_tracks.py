"""GPX files of more than one session, and of clocks that were not yet set."""

from datetime import UTC, datetime, timedelta

import pytest

from riskmodel.training.log import TrainingLogError
from riskmodel.training.log_file import read_log
from tests.training.test_doors import gpx


def points(start, minutes, step=1):
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return [(first + timedelta(minutes=m)).isoformat() for m in range(0, minutes + 1, step)]


RUN = points("2026-07-12T07:00", 60)


@pytest.mark.parametrize(
    ("moments", "sessions", "gaps"),
    [
        (RUN, [("12 07:00", 60)], 0),
        ([*RUN, *points("2026-07-12T19:00", 30)], [("12 07:00", 60), ("12 19:00", 30)], 1),
        ([*RUN, *points("2026-07-13T07:00", 30)], [("12 07:00", 60), ("13 07:00", 30)], 1),
        (["2026-07-09T07:00:00Z", *RUN], [("12 07:00", 60)], 1),
        (["2001-01-01T00:00:00Z", *RUN], [("12 07:00", 60)], 1),
        ([*RUN, "2026-07-14T07:00:00Z"], [("12 07:00", 60)], 1),
        (RUN[::-1], [("12 07:00", 60)], 0),
        (points("2026-07-12T07:00", 360, 90), [("12 07:00", 360)], 0),
    ],
)
def test_a_gap_of_hours_parts_sessions(moments, sessions, gaps):
    log = read_log(gpx(*moments))
    starts = log.sessions["start"].dt.strftime("%d %H:%M")
    assert list(zip(starts, log.sessions["duration_min"], strict=True)) == sessions
    told = [dict(n.details)["gaps"] for n in log.report.notes if n.kind == "gpx_gaps"]
    assert told == ([gaps] if gaps else [])


def test_points_that_are_all_alone_tell_no_duration():
    with pytest.raises(TrainingLogError, match="no duration"):
        read_log(gpx("2026-07-12T07:00:00Z", "2026-07-12T12:00:00Z"))
