"""Visits that are over go by themselves, whether or not anybody comes after them."""

import asyncio
import gc
from typing import ClassVar

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionInfo

from riskmodel.serving import upkeep
from riskmodel.views import navigation
from tests.serving.asking import in_a_loop_of_its_own

KEPT_S = st.get_option("server.disconnectedSessionTTL")


class Visit:
    """What a visit holds, in a ring as it is there."""

    there: ClassVar[list[str]] = []

    def __init__(self, name: str) -> None:
        self.id, self.ring = name, self
        self.there.append(name)

    def __del__(self) -> None:
        self.there.remove(self.id)


def test_a_visit_that_is_over_goes_and_another_stays(monkeypatch):
    monkeypatch.setattr(upkeep, "EVERY_S", 0.01)
    monkeypatch.setattr(Runtime, "_instance", None)
    runtime = st.App(navigation.__file__)._create_runtime()
    storage, now_s = runtime._session_mgr._session_storage, 0.0
    monkeypatch.setattr(storage._cache, "_timer", lambda: now_s)

    async def there_after_a_while() -> list[str]:
        await asyncio.sleep(0.2)
        return [*Visit.there]

    async def a_day() -> None:
        nonlocal now_s
        async with upkeep.kept_up():
            for name in ("first", "second"):
                storage.save(SessionInfo(None, Visit(name), script_run_count=1))
                now_s += 10.0
            assert await there_after_a_while() == ["first", "second"]
            now_s = KEPT_S + 1.0
            assert await there_after_a_while() == ["second"]
            now_s = KEPT_S + 11.0
            assert await there_after_a_while() == []

    try:
        in_a_loop_of_its_own(a_day())
    finally:
        gc.unfreeze()


def test_what_fails_once_is_logged_and_tried_again(monkeypatch, caplog):
    tried = []

    def failing():
        tried.append(1)
        if len(tried) % 2:
            raise AttributeError("no such way in a later version")
        return 1

    monkeypatch.setattr(upkeep, "EVERY_S", 0.01)
    monkeypatch.setattr(upkeep, "let_go", failing)

    async def a_while() -> None:
        async with upkeep.kept_up():
            while len(tried) < 4:
                await asyncio.sleep(0.01)

    try:
        in_a_loop_of_its_own(asyncio.wait_for(a_while(), 10.0))
    finally:
        gc.unfreeze()
    assert [record.name for record in caplog.records] == [upkeep.__name__] * 2
    assert all(record.exc_info for record in caplog.records)


def test_what_is_over_has_gone_two_minutes_later():
    assert KEPT_S + 2.0 * upkeep.EVERY_S < 120.0
