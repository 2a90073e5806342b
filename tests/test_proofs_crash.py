"""Small variants of ``make crash``, and that what it looks for would be found."""

import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from proofs.crash.disk import Disk
from proofs.crash.faults import fail_everywhere
from proofs.crash.killing import (
    kill_first_uses,
    kill_programs,
    kill_server,
    on_postgres,
    on_sqlite,
    postgres_place,
    sqlite_place,
)
from proofs.crash.ledger import Answer, Intent, Row, Tally, settle
from proofs.crash.power import NO_STRACE, cut_everywhere
from proofs.crash.rows import sqlite_rows
from riskmodel.store import LOCAL, open_store
from tests.postgres import running

PLAN = {"sport": "running"}
strace = pytest.mark.skipif(not shutil.which("strace"), reason=NO_STRACE)

NEW = Intent("new", ("a",))
CHANGE = Intent("change", ("b",), ("x",), 1)
OTHER_CHANGE = Intent("other change", ("c",), ("x",), 1)
DELETE = Intent("delete", None, ("x",), 1)
DELETE_TWO = Intent("delete two", None, ("x", "y"))
DONE = {
    "new": Answer("new", "confirmed", "n", 1),
    "change": Answer("change", "confirmed", "x", 2),
    "other change": Answer("other change", "confirmed", "x", 2),
    "delete": Answer("delete", "confirmed"),
    "delete two": Answer("delete two", "confirmed"),
}
X, Y = Row(1, ("x",)), Row(1, ("y",))
CHANGED, OTHERWISE = Row(2, ("b",)), Row(2, ("c",))


@pytest.mark.parametrize(
    ("before", "intents", "answered", "after", "found"),
    [
        # What was confirmed is there, or lost.
        ({}, [NEW], ["new"], {"n": Row(1, ("a",))}, {"confirmed": 1}),
        ({}, [NEW], ["new"], {}, {"confirmed": 1, "lost": 1}),
        ({"x": X}, [CHANGE], ["change"], {"x": CHANGED}, {"confirmed": 1}),
        ({"x": X}, [CHANGE], ["change"], {"x": X}, {"confirmed": 1, "lost": 1}),
        ({"x": X}, [CHANGE], ["change"], {}, {"confirmed": 1, "lost": 1}),
        ({"x": X}, [DELETE], ["delete"], {}, {"confirmed": 1}),
        ({"x": X}, [DELETE], ["delete"], {"x": X}, {"confirmed": 1, "lost": 1}),
        ({"x": X}, [], [], {}, {"lost": 1}),
        # What was in flight is there, or not, and whole.
        ({}, [NEW], [], {"n": Row(1, ("a",))}, {"in_flight_applied": 1}),
        ({}, [NEW], [], {}, {"in_flight_not_applied": 1}),
        ({"x": X}, [CHANGE], [], {"x": CHANGED}, {"in_flight_applied": 1}),
        ({"x": X}, [CHANGE], [], {"x": X}, {"in_flight_not_applied": 1}),
        ({"x": X}, [DELETE], [], {}, {"in_flight_applied": 1}),
        ({"x": X}, [DELETE], [], {"x": X}, {"in_flight_not_applied": 1}),
        ({"x": X, "y": Y}, [DELETE_TWO], [], {}, {"in_flight_applied": 1}),
        ({"x": X, "y": Y}, [DELETE_TWO], [], {"y": Y}, {"in_flight_applied": 1, "half": 1}),
        # Of two changes of one version only one can be confirmed.
        (
            {"x": X},
            [CHANGE, OTHER_CHANGE],
            ["change", "other change"],
            {"x": OTHERWISE},
            {"confirmed": 2, "lost": 1},
        ),
        (
            {"x": X},
            [CHANGE, DELETE],
            ["change", "delete"],
            {},
            {"confirmed": 2, "lost": 1},
        ),
        # A row, a version or a content that nobody wrote.
        ({}, [], [], {"z": X}, {"unexplained": 1}),
        ({"x": X}, [], [], {"x": Row(2, ("x",))}, {"unexplained": 1}),
        ({"x": X}, [], [], {"x": Row(1, ("?",))}, {"unexplained": 1}),
        (
            {"x": X},
            [CHANGE],
            ["change"],
            {"x": Row(2, ("?",))},
            {"confirmed": 1, "unexplained": 1},
        ),
    ],
)
def test_every_row_is_explained_or_not(before, intents, answered, after, found):
    tally = settle(before, intents, {name: DONE[name] for name in answered}, after)
    if "unexplained" in found:
        assert tally.unexplained >= found["unexplained"]
        tally.unexplained = found["unexplained"]
    assert tally == Tally(**found)


def test_a_refusal_is_no_excuse_for_a_change():
    told = {"change": Answer("change", "refused")}
    assert settle({"x": X}, [CHANGE], told, {"x": X}) == Tally(refused=1)
    assert settle({"x": X}, [CHANGE], told, {"x": CHANGED}).unexplained


@pytest.mark.slow
@pytest.mark.parametrize("n_processes", [1, 3])
def test_of_killed_programs_nothing_confirmed_is_lost(tmp_path, n_processes):
    killed = on_sqlite(tmp_path, n_processes, 60, seed=1)
    assert killed.tally.confirmed >= 60
    assert killed.kills >= n_processes
    assert (killed.tally.wrong, killed.damaged) == (0, [])


@pytest.mark.slow
def test_a_program_killed_at_its_first_use_leaves_what_opens(tmp_path):
    places = [sqlite_place(tmp_path / f"{number}.db") for number in range(5)]
    killed = kill_first_uses(places, seed=1)
    assert (killed.kills, killed.tally.wrong, killed.damaged) == (5, 0, [])


@pytest.mark.slow
def test_a_store_that_confirms_before_it_commits_is_found(tmp_path):
    place = sqlite_place(tmp_path / "hasty.db")
    killed = kill_programs(*place, n_processes=1, operations=80, seed=1, hasty=True)
    assert killed.tally.lost


@pytest.mark.slow
def test_of_programs_killed_on_a_server_nothing_confirmed_is_lost(postgres):
    with running(postgres.programs, as_shipped=True) as server:
        killed = on_postgres(server, 2, 40, seed=1)
        assert killed.tally.confirmed >= 40
        assert (killed.tally.wrong, killed.damaged) == (0, [])
        url, read = postgres_place(server)
        with closing(open_store(url)) as store:
            saved = store.save(LOCAL, "plan", "Confirmed", PLAN)
            kill_server(server)
            server.start()
            assert store.load(LOCAL, "plan", saved.id).content == PLAN
        assert list(read()) == [saved.id]


def test_a_row_that_nobody_wrote_is_seen_in_a_database(tmp_path):
    path = tmp_path / "mine.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.save(LOCAL, "plan", "A", PLAN)
    before = sqlite_rows(path)
    with closing(sqlite3.connect(path)) as stranger:
        stranger.execute(
            "INSERT INTO items SELECT 'strange', owner, version, created, changed, kind,"
            " 'B', content, program, scorecard_version FROM items"
        )
        stranger.commit()
    assert settle(before, [], {}, sqlite_rows(path)) == Tally(unexplained=1)


# ------------------------------------------------------------------ power and the disk


def test_a_disk_keeps_what_was_synced_and_of_the_rest_what_chance_wants():
    disk, chance = Disk("/d"), random.Random(1)
    disk.create("/d/a")
    disk.write("/d/a", 0, b"old")
    assert disk.cut("dropped", chance) == {}
    disk.sync("/d/a")
    assert disk.cut("dropped", chance) == {}  # it has no name yet
    disk.sync("/d")
    assert disk.cut("dropped", chance) == {"/d/a": b"old"}
    disk.write("/d/a", 0, b"n" * 2048)
    disk.rename("/d/a", "/d/b")
    assert disk.cut("dropped", chance) == {"/d/a": b"old"}
    assert disk.cut("kept", chance) == {"/d/b": b"n" * 2048}
    torn = [disk.cut("torn", chance) for _ in range(200)]
    contents = {content for files in torn for content in files.values()}
    assert {b"old", b"n" * 2048} < contents
    assert {name for files in torn for name in files} == {"/d/a", "/d/b"}


@strace
@pytest.mark.slow
def test_of_a_power_cut_nothing_confirmed_is_lost():
    cuts = cut_everywhere(seed=1, steps=12, cuts=15)
    assert cuts.cuts == 45
    assert cuts.wrong == []


@strace
@pytest.mark.slow
def test_a_store_that_does_not_wait_for_the_disk_is_found():
    assert cut_everywhere(seed=1, steps=12, cuts=15, careless=True).wrong


@strace
@pytest.mark.slow
def test_each_write_of_a_save_may_fail():
    found = fail_everywhere("save", only=("pwrite64", "fdatasync"))
    assert found.faults > 9
    assert found.refused > 9
    assert found.wrong == []


@strace
@pytest.mark.slow
def test_a_store_that_confirms_what_failed_is_found():
    assert fail_everywhere("save", only=("fdatasync",), hasty=True).wrong
