"""One rule for whether a visitor is still there."""

import time
from types import SimpleNamespace

import pytest

from riskmodel.serving import visitor


@pytest.fixture
def sessions(monkeypatch):
    there = {"me"}
    running = SimpleNamespace(is_active_session=there.__contains__)
    context = SimpleNamespace(session_id="me")
    monkeypatch.setattr(visitor, "get_script_run_ctx", lambda: context)
    monkeypatch.setattr(visitor.runtime, "exists", lambda: True)
    monkeypatch.setattr(visitor.runtime, "get_instance", lambda: running)
    return there


def test_a_lost_connection_may_come_back(sessions):
    is_there = visitor.still_there(0.3)
    sessions.clear()
    assert is_there()
    sessions.add("me")
    time.sleep(0.4)
    assert is_there()


def test_who_stays_away_has_left(sessions):
    is_there = visitor.still_there(0.1)
    sessions.clear()
    time.sleep(0.2)
    assert not is_there()


def test_nobody_leaves_where_there_is_no_server():
    assert visitor.still_there(0.0)()
