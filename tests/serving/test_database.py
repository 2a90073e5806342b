"""The database is open once for all, whoever comes at once, and closed at the end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st

from riskmodel import store
from riskmodel.serving import database
from tests.serving.asking import in_a_loop_of_its_own

N = 20


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """Address of a database, and what was opened and closed of it."""
    told = []
    real_open, real_close = store.open_store, store.Store.close

    def opening(url):
        told.append("open")
        return real_open(url)

    def closing(self):
        told.append("close")
        real_close(self)

    monkeypatch.setattr(database, "_open", {})
    monkeypatch.setattr(store, "open_store", opening)
    monkeypatch.setattr(store.Store, "close", closing)
    yield f"sqlite:///{tmp_path}/saved.db", told
    database.close()


def test_it_is_opened_once_whoever_comes_at_once(counted):
    url, told = counted
    with ThreadPoolExecutor(N) as people:
        found = set(people.map(database.opened, [url] * N))
    assert len(found) == 1
    assert told == ["open"]


def test_caches_that_are_emptied_leave_it_open(counted):
    url, told = counted
    before = database.opened(url)
    for _ in range(N):
        st.cache_data.clear()
        st.cache_resource.clear()
        assert database.opened(url) is before
    assert told == ["open"]


def test_it_is_closed_at_the_end_and_opened_anew_after_it(counted, tmp_path):
    url, told = counted

    async def life():
        async with database.closed_at_end():
            database.opened(url)
            database.opened(f"sqlite:///{tmp_path}/other.db")

    in_a_loop_of_its_own(life())
    assert told == ["open", "open", "close", "close"]
    database.opened(url)
    assert told[-1] == "open"


def test_one_that_cannot_be_opened_is_tried_again(counted, tmp_path):
    spoilt = tmp_path / "spoilt.db"
    spoilt.write_bytes(b"no database" * 100)
    with pytest.raises(store.StoreError):
        database.opened(f"sqlite:///{spoilt}")
    spoilt.unlink()
    assert database.opened(f"sqlite:///{spoilt}")
