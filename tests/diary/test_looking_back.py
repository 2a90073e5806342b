"""Sessions of a diary or a training log as answers, to be looked back at."""

from datetime import date

import pytest

from riskmodel import read_log
from riskmodel.diary.looking_back import (
    kept_answers,
    last_logged_day,
    logged_session,
    without_a_cramp,
)
from riskmodel.diary.outcomes import Outcome
from tests.views.pages import SIX

COLUMNS = {
    "When": "start",
    "Minutes": "duration_min",
    "What": "sport",
    "Air": "air_temperature_c",
}
LOG = b"""When,Minutes,What,Air
2026-06-01,60,Run,
2026-06-03,30,Run,
2026-06-03,95,Run,27
2026-06-05,2,Run,
"""


def outcome(answers, *, cramp=False, minutes=60.0):
    return Outcome(
        date(2026, 7, 1), 0.2, 0.1, 0.4, "0", "card", cramp, "running", minutes,
        answers=answers,
    )  # fmt: skip


def test_a_session_took_as_long_as_it_took():
    assert kept_answers(outcome(SIX, minutes=75.0))["duration_min"] == 75.0


@pytest.mark.parametrize(
    "answers",
    [None, {}, {"sport": "running"}, {**SIX, "session_rpe": 40}, 7, {"age_years": [1]}],
)
def test_answers_that_give_no_score_are_none(answers):
    assert kept_answers(outcome(answers)) == {}


def test_only_sessions_known_to_be_without_a_cramp_are_laid_beside():
    outcomes = [outcome(SIX, cramp=cramp) for cramp in (False, True, None, False)]
    assert len(without_a_cramp([*outcomes, outcome(None)])) == 2


def test_a_log_tells_the_longest_session_of_a_day_and_the_weeks_before():
    log = read_log(LOG, columns=COLUMNS)
    past = logged_session(log, date(2026, 6, 3))
    told = (past["sport"], past["duration_min"], past["air_temperature_c"])
    assert told == ("running", 95.0, 27.0)
    assert past["longest_recent_min"] == 60.0
    assert "relative_humidity_pct" not in past
    assert logged_session(log, date(2026, 6, 2)) == {}


def test_a_session_too_short_for_a_score_is_none():
    log = read_log(LOG, columns=COLUMNS)
    assert log.report.last_day == date(2026, 6, 5)
    assert logged_session(log, date(2026, 6, 5)) == {}
    assert last_logged_day(log) == date(2026, 6, 3)
