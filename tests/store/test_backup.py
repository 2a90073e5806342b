"""Backup and restore: from either database into either, all of it or nothing."""

import hashlib
import json
import math
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.pq import Conninfo
from sqlalchemy import make_url, select
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

import riskmodel
from riskmodel.cli import app
from riskmodel.cli.saved import amount
from riskmodel.diary.comparison import LABEL, compare_outcomes
from riskmodel.diary.outcomes import outcomes_csv
from riskmodel.inputs.installing import how_to_install
from riskmodel.store import (
    KINDS,
    LOCAL,
    Counts,
    StoreError,
    backup,
    models,
    open_store,
    opening,
    places,
    restore,
    store_to_restore_into,
)
from tests.store.test_store import (
    CONTENTS,
    NOBODY,
    OUTCOME,
    PLAN,
    answer,
    build_first_revision,
    fill,
)

# The function of the same name hides the module.
backup_module = sys.modules[backup.__module__]
OWNERS = ("ada", "ben", LOCAL)
SORTS = ("sqlite", "postgres")
JSON_LINES = Path(__file__).with_name("backup-0.1.0.jsonl")


def everything(store):
    return [json.loads(store.export_owner(owner)) for owner in OWNERS]


@pytest.fixture(autouse=True)
def _no_secrets_of_the_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "_folder_of_the_app", lambda: tmp_path)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "backup"


@pytest.fixture
def lines(file):
    """What earlier builds wrote, as a file and as its lines without the last."""
    shutil.copy(JSON_LINES, file)
    return file.read_text().splitlines()[:-1]


@pytest.fixture(params=SORTS)
def store(request, new_database):
    with closing(open_store(new_database(request.param))) as store:
        yield store


@pytest.fixture
def sqlite_store(new_database):
    with closing(open_store(new_database("sqlite"))) as store:
        yield store


@pytest.fixture(params=SORTS)
def made(request, new_database, file):
    """A backup of a few things, and what they are."""
    with closing(open_store(new_database(request.param))) as store:
        for owner in OWNERS:
            fill(store, owner)
        store.save("ada", "athlete", "Odd", {"athlete": "a\0b\ud800 ' \" \\ 🚴"})
        plain = replace(OUTCOME, cramp=False, muscle=None, cramp_at_min=None, answers=None)
        store.save_outcome("ada", plain)
        assert backup(store, file) == Counts(13, 4, squad_sessions=3)
        return everything(store)


def test_a_backup_fits_either_database(store, made, file):
    before = file.read_bytes()
    assert restore(store, file) == Counts(13, 4, squad_sessions=3)
    assert everything(store) == made
    ids = [entry.id for entry in store.items("ada", "plan")]
    assert store.load("ada", "plan", ids[0]).content == CONTENTS["plan"]
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob("backup*")] == ["backup"]


def test_what_the_first_version_wrote_can_be_restored(store, lines, file):
    assert restore(store, file) == Counts(items=13, outcomes=5)
    stored = everything(store)
    for table in ("items", "outcomes"):
        rows = [json.loads(line) for line in lines[1:]]
        rows = [content["row"] for content in rows if content["table"] == table]
        rows = [{**row, "scorecard_version": ""} for row in rows]  # which came later
        key = itemgetter("id")
        there = [row for export in stored for row in export[table]]
        assert sorted(there, key=key) == sorted(rows, key=key)
    (plan,) = store.items("ada", "plan")
    assert store.load("ada", "plan", plan.id).content == CONTENTS["plan"]
    assert {each.outcome.pending for each in store.outcomes("ben")} == {True, False}


def test_the_file_of_a_database_itself_can_be_restored(store, tmp_path):
    path = tmp_path / "mine.db"
    with closing(open_store(f"sqlite:///{path}")) as mine:
        fill(mine, "ada")
        before = everything(mine)
        # It is open, and a part of it lies in its log.
        assert restore(store, path) == Counts(4, 1, squad_sessions=1)
        mine.save("ada", "plan", "Later", PLAN)
    assert everything(store) == before


def test_a_backup_is_a_database_that_the_app_can_open(new_database, file, tmp_path):
    with closing(open_store(new_database("sqlite"))) as store:
        fill(store, "ada")
        before = everything(store)
        backup(store, file)
    with closing(open_store(f"sqlite:///{file}")) as store:
        assert everything(store) == before
        store.save("ada", "plan", "Later", PLAN)
        after = everything(store)
        backup(store, tmp_path / "again")
    for each in (file, tmp_path / "again"):  # one in use, and a fresh one
        with closing(open_store(new_database("sqlite"))) as store:
            restore(store, each)
            assert everything(store) == after


def test_an_older_database_is_restored_as_one_of_today(store, tmp_path):
    path = tmp_path / "old.db"
    build_first_revision(f"sqlite:///{path}")
    before = path.read_bytes()
    assert restore(store, path) == Counts(1, 0)
    (entry,) = store.items(LOCAL, "plan")
    assert store.load(LOCAL, "plan", entry.id).content == {"sleep_h": 5.0}
    assert path.read_bytes() == before


def test_there_is_no_backup_of_nothing(store, file):
    file.write_text("an earlier one", "utf-8")
    with pytest.raises(StoreError, match="holds nothing: no backup was made"):
        backup(store, file)
    assert [
        (path.name, path.read_text("utf-8")) for path in file.parent.glob(f"{file.name}*")
    ] == [(file.name, "an earlier one")]


@pytest.mark.parametrize("there", ["item", "outcome"])
def test_a_database_that_is_not_empty_is_replaced_only_if_told(store, file, lines, there):
    if there == "item":
        store.save("zoe", "plan", "Mine", PLAN)
    else:
        store.save_outcome("zoe", OUTCOME)
    before = store.export_owner("zoe")
    with pytest.raises(StoreError, match=r"is not empty: .*--replace"):
        restore(store, file)
    assert store.export_owner("zoe") == before
    assert restore(store, file, replace=True) == Counts(13, 5)
    kept = everything(store)
    gone = json.loads(store.export_owner("zoe"))
    assert (gone["items"], gone["outcomes"]) == ([], [])
    restore(store, file, replace=True)
    assert everything(store) == kept


@pytest.mark.parametrize("sort", SORTS)
def test_nobody_saves_while_a_database_is_replaced(
    sort, new_database, file, lines, monkeypatch
):
    url = new_database(sort)
    rows = backup_module.read_rows

    def rows_and_another_one(*arguments):
        yield from rows(*arguments)
        with pytest.raises(StoreError, match="is busy"):
            other.save("zoe", "plan", "Mine", PLAN)

    monkeypatch.setattr(backup_module, "read_rows", rows_and_another_one)
    with (
        closing(open_store(url)) as store,
        closing(open_store(url, wait_s=0.1)) as other,
    ):
        assert restore(store, file) == Counts(13, 5)
        other.save("zoe", "plan", "Mine", PLAN)


def sealed(lines):
    """A backup with these rows whose last line is right."""
    head = "\n".join(lines) + "\n"
    counts = {n: sum(f'"table":"{n}"' in x for x in lines) for n in ("items", "outcomes")}
    end = {"end": counts, "sha256": hashlib.sha256(head.encode()).hexdigest()}
    return head + json.dumps(end) + "\n"


def refused_and_nothing_changed(store, file):
    before = everything(store)
    with pytest.raises(StoreError) as raised:
        restore(store, file, replace=True)
    assert everything(store) == before
    said = str(raised.value)
    assert str(file) in said
    assert said.endswith(".")
    return said


def changed_row(line, **change):
    content = json.loads(line)
    content["row"] |= change
    row = {n: v for n, v in content["row"].items() if v != "leave out"}
    return json.dumps({**content, "row": row}, separators=(",", ":"))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("items", {"id": "1"}),
        ("items", {"id": NOBODY.upper()[:-1] + "G"}),
        ("items", {"owner": None}),
        ("items", {"owner": "x" * 256}),
        ("items", {"owner": ""}),
        ("items", {"name": " "}),
        ("items", {"owner": "a\0"}),
        ("items", {"owner": "a\ud800"}),
        ("items", {"name": 3}),
        ("items", {"content": {"sleep_h": float("inf")}}),
        ("items", {"version": "1"}),
        ("items", {"version": 1.5}),
        ("items", {"version": True}),
        ("items", {"version": 0}),
        ("items", {"version": -1}),
        ("items", {"version": 2**31}),
        ("items", {"version": 10**30}),
        ("items", {"kind": ["plan"]}),
        ("items", {"created": "0001-01-01T00:00:00+23:00"}),
        ("items", {"created": "9999-12-31T23:59:59+00:00"}),
        ("outcomes", {"version": -1}),
        ("outcomes", {"duration_min": float("inf")}),
        ("outcomes", {"duration_min": float("nan")}),
        ("outcomes", {"duration_min": 10**400}),
        ("outcomes", {"probability_low": -(10**400)}),
        ("items", {"content": None}),
        ("items", {"content": "leave out"}),
        ("items", {"created": "soon"}),
        ("items", {"created": "2026-07-01T10:00:00"}),
        ("items", {"created": 3}),
        ("items", {"colour": "red"}),
        ("outcomes", {"cramp": 1}),
        ("outcomes", {"day": "2026-13-01"}),
        ("outcomes", {"probability": "0.2"}),
        ("outcomes", {"probability": True}),
        ("outcomes", {"probability": 0.05}),  # below its range
        ("outcomes", {"probability_high": 1.5}),
        ("outcomes", {"sport": None}),
    ],
)
def test_a_row_that_cannot_be_is_refused(sqlite_store, file, lines, table, change):
    store = sqlite_store
    restore(store, file)
    place = max(i for i, line in enumerate(lines) if f'"table":"{table}"' in line)
    lines[place] = changed_row(lines[place], **change)
    file.write_text(sealed(lines))
    refused_and_nothing_changed(store, file)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("items", {"content": {"sport": "quidditch", "moon_phase": [{"full": True}]}}),
        ("items", {"content": [1]}),
        ("items", {"content": "text"}),
        ("items", {"content": {"later": json.loads("[" * 50 + "]" * 50)}}),
        ("outcomes", {"sport": "quidditch"}),
        ("outcomes", {"answers": [1]}),
        ("outcomes", {"answers": "text"}),
        ("outcomes", {"duration_min": 4.0}),
        ("outcomes", {"day": "1899-12-31"}),
        ("outcomes", {"cramp": None, "muscle": "calf"}),
    ],
)
def test_what_this_version_does_not_understand_is_restored_and_reported(
    store, file, lines, table, change
):
    kind = '"kind":"plan"' if table == "items" else '"table":"outcomes"'
    lines = [changed_row(x, **change) if kind in x else x for x in lines]
    file.write_text(sealed(lines))
    restore(store, file)
    if table == "outcomes":
        assert all(each.problems for each in store.outcomes("ben"))
        return
    (entry,) = store.items("ben", "plan")
    item = answer(store.load, "ben", "plan", entry.id)
    assert item == (StoreError, "The plan My plan cannot be read.") or item.problems


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**31, 2**63, 10**30, 10**400, 1e308, -0.0])
    | st.floats()
    | st.text(st.characters(codec=None, categories=None), max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=9)
            | st.sampled_from([*riskmodel.FIELDS, "cramp-risk", "base", "scenarios"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places_in(value, path=()):
    """Every place in a JSON value."""
    yield path
    inner = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, each in inner:
        yield from places_in(each, (*path, key))


def with_change(value, path, new):
    if not path:
        return new
    value = value.copy()
    value[path[0]] = with_change(value[path[0]], path[1:], new)
    return value


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_any_place_is_refused_or_can_be_used(store, file, data):
    lines = [json.loads(line) for line in JSON_LINES.read_text().splitlines()[:-1]]
    line = data.draw(st.integers(0, len(lines) - 1))
    path = data.draw(st.sampled_from(list(places_in(lines[line]))))
    new = data.draw(json_values)
    if data.draw(st.booleans()):
        new = json.dumps(new)  # as scenarios are kept
    lines[line] = with_change(lines[line], path, new)
    spoilt = file.with_suffix(".spoilt")
    spoilt.write_text(sealed([json.dumps(x, separators=(",", ":")) for x in lines]))
    done = answer(restore, store, spoilt, replace=True)
    if not isinstance(done, Counts):
        assert done[1].startswith(f"The file {spoilt} ")
        return
    with store.database.reading() as connection:
        owners = {
            owner
            for table in models.metadata.sorted_tables
            for owner in connection.execute(select(table.c.owner)).scalars()
        }
    for owner in owners:
        store.export_owner(owner)
        kept = store.outcomes(owner)
        compare_outcomes([each.outcome for each in kept])
        outcomes_csv([each.outcome for each in kept], private=True)
        for each in kept:
            assert math.isfinite(each.outcome.duration_min)
            store.delete_outcome(owner, each.id, version=each.version)
        for kind in KINDS:  # another kind is kept, and goes with everything
            for entry in store.items(owner, kind):
                answer(store.load, owner, kind, entry.id)  # or a sentence
                store.delete(owner, kind, entry.id, version=entry.version)
        assert json.loads(store.export_owner(owner))["outcomes"] == []
        store.delete_owner(owner)


def test_rows_that_contradict_each_other_are_refused(store, file, lines):
    restore(store, file)
    other = changed_row(lines[1], id=NOBODY)  # the same name again
    for more in (lines[1], other):
        file.write_text(sealed([*lines, more]))
        assert "contradict" in refused_and_nothing_changed(store, file)


def test_a_row_of_an_earlier_version_may_lack_what_came_later(store, file, lines):
    rows = [
        changed_row(line, program="leave out") if '"table":"items"' in line else line
        for line in lines
    ]
    file.write_text(sealed(rows))
    restore(store, file)
    (entry,) = store.items("ben", "plan")
    assert store.load("ben", "plan", entry.id).program == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no whole backup"),
        (b"\xff\xfe", "no whole backup"),
        (b"[1]\n", "no whole backup"),
        (b"{}\n", "no whole backup"),
        (b"[" * 100_000, "no whole backup"),
        (b'{"cramp-risk-backup":"1"}\n', "no whole backup"),
        (b'{"cramp-risk-backup":1}\n', "no whole backup"),
        (b'{"cramp-risk-backup":3}\n', "newer version"),
        (b'{"cramp-risk-backup":1' + b"0" * 400 + b"}\n", "newer version"),
        (b'{"cramp-risk-backup":0}\n', "no whole backup"),
        (b"SQLite format 3\0", "no whole backup"),
        (b"SQLite format 3\0" + bytes(9000), "no whole backup|no database"),
        (b"PGDMP", "no whole backup"),
        (b"PGDMP" + bytes(9000), "no whole backup"),
        (b'{"cramp-risk-backup":true}\n', "no whole backup"),
        (
            sealed(['{"cramp-risk-backup":1}', '{"table":["x"],"row":{}}']).encode(),
            "another file",
        ),
        (sealed(['{"cramp-risk-backup":1}', "{}"]).encode(), "another file"),
        (sealed(['{"cramp-risk-backup":1}']).encode() + b"more", "was cut short"),
    ],
)
def test_what_is_no_backup_is_refused(store, file, content, words):
    store.save("ada", "plan", "Mine", PLAN)
    file.write_bytes(content)
    assert re.search(words, refused_and_nothing_changed(store, file))


SOURCES = (*SORTS, "json")


@pytest.fixture(params=SOURCES)
def whole(request, new_database, file):
    """Each kind of file that holds a backup, as its bytes."""
    if request.param == "json":
        return JSON_LINES.read_bytes()
    with closing(open_store(new_database(request.param))) as store:
        fill(store, "ada")
        backup(store, file)
    return file.read_bytes()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_backup_that_was_cut_is_refused(sqlite_store, file, whole, data):
    n_kept = data.draw(st.integers(0, len(whole) - 1 - whole.endswith(b"\n")))
    file.write_bytes(whole[:n_kept])
    refused_and_nothing_changed(sqlite_store, file)


@pytest.fixture
def restored(sqlite_store, file, whole):
    """What the store holds after the whole backup was restored."""
    file.write_bytes(whole)
    restore(sqlite_store, file, replace=True)
    return everything(sqlite_store)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_backup_in_which_any_byte_was_changed_is_refused_or_says_the_same(
    sqlite_store, file, whole, restored, data
):
    """A dump holds more than the rows, such as names that nothing is made of."""
    content = bytearray(whole)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    file.write_bytes(content)
    answer(restore, sqlite_store, file, replace=True)
    assert everything(sqlite_store) == restored


@pytest.mark.parametrize("sort", SORTS)
def test_a_backup_of_another_program_or_of_a_newer_version_is_refused(
    store, sort, new_database, file
):
    url = new_database(sort)
    engine = opening.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE items (id VARCHAR)")
    by_hand(url, file)
    assert "of another program" in refused_and_nothing_changed(store, file)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE items")
    if sort == "sqlite":  # one without tables is not taken for a new one
        Path(make_url(url).database).unlink()
        engine.dispose()
    open_store(url).close()
    with engine.begin() as connection:
        query = f"UPDATE {opening.VERSION_TABLE} SET version_num = '9999'"
        connection.exec_driver_sql(query)
    engine.dispose()
    by_hand(url, file)
    assert "newer version" in refused_and_nothing_changed(store, file)


def by_hand(url, file):
    """A file as somebody makes it without the command."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(url).database)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        shutil.copy(make_url(url).database, file)
        return
    plain = url.replace("+psycopg", "")
    subprocess.run(["pg_dump", "-Fc", f"--file={file}", plain], check=True)


def spoil(file, *statements):
    """Change a backup as a program does that knows nothing of the seal."""
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 0")
        connection.commit()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("items", "content"),
        ("items", "created"),
        ("items", "changed"),
        ("outcomes", "answers"),
        ("outcomes", "day"),
        ("outcomes", "created"),
    ],
)
@pytest.mark.parametrize("cell", ["'{broken'", "'soon'", "X'FFFE'", "CAST(X'FF' AS TEXT)"])
def test_a_cell_that_cannot_be_read_is_a_fault_of_the_backup(
    sqlite_store, new_database, file, table, column, cell
):
    with closing(open_store(new_database("sqlite"))) as mine:
        fill(mine, "ada")
        backup(mine, file)
    spoil(file, f"UPDATE {table} SET {column} = {cell}")
    assert refused_and_nothing_changed(sqlite_store, file) == (
        f"The file {file} is no whole backup of cramp-risk: {table} hold what cannot be "
        "read."
    )


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DROP TABLE outcomes", "it has no table outcomes"),
        ("DROP TABLE items", "it has no table items"),
        ("ALTER TABLE items RENAME COLUMN program TO tool", "items hold what cannot"),
        ("ALTER TABLE cramprisk_revision RENAME COLUMN version_num TO x", "were changed"),
        ("UPDATE cramprisk_revision SET version_num = '0001'", "were changed"),
        ("DELETE FROM cramprisk_revision", "it does not say which version wrote it"),
    ],
)
@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_table_that_is_not_as_it_was_is_a_fault_of_the_backup(
    sqlite_store, new_database, file, statement, why, mode
):
    with closing(open_store(new_database("sqlite"))) as mine:
        fill(mine, "ada")
        backup(mine, file)
    spoil(file, f"PRAGMA journal_mode = {mode}", statement)
    said = refused_and_nothing_changed(sqlite_store, file)
    assert said.startswith(f"The file {file} is no whole backup of cramp-risk: ")
    assert why in said


def test_a_full_disk_is_no_fault_of_the_backup(sqlite_store, file, monkeypatch):
    fill(sqlite_store, LOCAL)
    backup(sqlite_store, file)
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def fails(*_):
        raise DBAPIError("INSERT", {}, full)

    monkeypatch.setattr(opening, "_bring_up_to_date", fails)
    said = refused_and_nothing_changed(sqlite_store, file)
    assert "is full" in said
    assert "no whole backup" not in said


@pytest.mark.parametrize("has_log", [False, True])
def test_a_copy_of_an_open_database_needs_the_log_beside_it(
    sqlite_store, new_database, file, has_log
):
    url = new_database("sqlite")
    with closing(open_store(url)) as mine:
        fill(mine, "ada")
        before = everything(mine)
        shutil.copy(make_url(url).database, file)
        if has_log:
            shutil.copy(f"{make_url(url).database}-wal", f"{file}-wal")
    if has_log:
        restore(sqlite_store, file)
        assert everything(sqlite_store) == before
        return
    assert refused_and_nothing_changed(sqlite_store, file) == (
        f"The file {file} is no whole backup of cramp-risk: the file that lay beside it, "
        "with the same name and -wal at its end, is missing and held a part of what was "
        "saved; make a backup with `cramprisk backup`."
    )


def test_a_database_of_another_program_that_has_a_log_is_called_so(sqlite_store, file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE bookmarks (id)")
    assert "of another program" in refused_and_nothing_changed(sqlite_store, file)


def test_nothing_but_rows_gets_in(sqlite_store, file):
    with closing(open_store(f"sqlite:///{file}")) as store:
        fill(store, "ada")
        with store.database.writing() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER steal AFTER INSERT ON items BEGIN"
                " UPDATE items SET owner = 'mallory'; END"
            )
    restore(sqlite_store, file)
    sqlite_store.save("ben", "plan", "Mine", PLAN)
    assert json.loads(sqlite_store.export_owner("mallory"))["items"] == []


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_the_programs_of_postgres_it_is_one_sentence(
    command, new_database, file, monkeypatch
):
    with closing(open_store(new_database("postgres"))) as store:
        fill(store, "ada")
        if command == "restore":
            backup(store, file)
        monkeypatch.setenv("PATH", str(file.parent))
        call = {"backup": backup, "restore": partial(restore, replace=True)}[command]
        with pytest.raises(StoreError, match=r"^This needs the program pg_\w+, .*\.$"):
            call(store, file)
        assert len(store.items("ada", "plan")) == 1
    assert file.exists() == (command == "restore")


def test_what_a_program_of_postgres_says_is_not_passed_on(
    new_database, file, monkeypatch, tmp_path
):
    with closing(open_store(new_database("postgres"))) as store:
        fill(store, "ada")
        program = tmp_path / "pg_dump"
        program.write_text("#!/bin/sh\necho $PGPASSWORD $* secret >&2; exit 1")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        with pytest.raises(StoreError, match=r"^pg_dump cannot back up .*\.$") as raised:
            backup(store, file)
    assert "secret" not in str(raised.value)
    assert not file.exists()


SECRET_OPTIONS = sorted(
    {
        option.keyword.decode()
        for option in Conninfo.get_defaults()
        if option.dispchar == b"*"
    }
    | {"scram_client_key", "scram_server_key"}
)
SECRET = "open = #sesame"


@pytest.fixture
def calls(postgres, monkeypatch):  # starting the server is no call
    """Each call of a program of PostgreSQL: its arguments, and its service file."""
    calls = []
    run = subprocess.run

    def note(command, **options):
        service = options["env"].get("PGSERVICEFILE")
        if service is not None:
            for path, mode in ((service, 0o600), (os.path.dirname(service), 0o700)):
                assert stat.S_IMODE(os.stat(path).st_mode) == mode
            service = Path(service).read_text()
        calls.append((" ".join(map(str, command)), service))
        return run(command, **options)

    monkeypatch.setattr("subprocess.run", note)
    return calls


def test_no_password_stands_where_others_can_see_it(new_database, file, calls):
    url = new_database("postgres")
    with closing(open_store(url)) as store:
        fill(store, "ada")
        assert backup(store, file) == Counts(4, 1, squad_sessions=1)
    ((arguments, service),) = calls
    assert make_url(url).password not in arguments
    assert service is None


def test_a_backup_signs_in_with_secrets_beside_the_password(new_database, tmp_path, calls):
    url = make_url(new_database("postgres"))
    in_query = url.set(password=None).update_query_dict(
        {"password": url.password, "sslpassword": SECRET}
    )
    for number, each in enumerate(
        (url.update_query_dict({"sslpassword": SECRET}), in_query)
    ):
        with closing(open_store(each.render_as_string(hide_password=False))) as store:
            store.save("ada", "plan", f"Plan {number}", PLAN)
            backup(store, tmp_path / f"backup-{number}")
        arguments, service = calls.pop()
        assert SECRET not in arguments
        assert url.password not in arguments
        assert service == f"[cramprisk]\nsslpassword={SECRET}\n"
    assert not list(tmp_path.glob(".cramprisk-*"))


@pytest.mark.parametrize("options", [*[[name] for name in SECRET_OPTIONS], SECRET_OPTIONS])
def test_no_secret_option_stands_where_others_can_see_it(
    new_database, file, calls, monkeypatch, options
):
    with closing(open_store(new_database("postgres"))) as store:
        fill(store, "ada")
        engine = store.database._engine
        secrets = dict.fromkeys(options, SECRET)
        # Not each of them would let us in: it is enough that pg_dump gets them.
        monkeypatch.setattr(engine, "url", engine.url.update_query_dict(secrets))
        done = answer(backup, store, file)
    assert isinstance(done, Counts) or done[1].startswith("pg_dump cannot back up ")
    ((arguments, service),) = calls
    assert SECRET not in arguments
    there = set((service or "").splitlines()[1:])
    assert there == {f"{name}={SECRET}" for name in options if name != "password"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ({"sslpassword": SECRET, "service": "mine"}, {}),
        ({"sslpassword": SECRET}, {"PGSERVICE": "mine"}),
        ({"sslpassword": f"{SECRET} "}, {}),
        ({"sslpassword": f"{SECRET}\nhost=elsewhere"}, {}),
    ],
)
def test_a_secret_that_no_service_file_can_hold_is_refused(
    new_database, file, calls, monkeypatch, query, variables
):
    with closing(open_store(new_database("postgres"))) as store:
        fill(store, "ada")
        engine = store.database._engine
        with store.database.reading() as connection:  # before the variables are set
            connection.execute(select(1))
        monkeypatch.setattr(engine, "url", engine.url.update_query_dict(query))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(StoreError, match=r"^pg_dump cannot be given sslpassword "):
            backup(store, file)
    assert not calls
    assert not file.exists()


def test_the_file_is_private_whole_or_not_there(store, file, tmp_path, monkeypatch):
    store.save("ada", "plan", "Mine", PLAN)
    file.write_text("the last backup")
    file.chmod(0o644)

    def fails(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fails)
        with pytest.raises(StoreError, match="cannot be used: no space left on device"):
            backup(store, file)
    assert file.read_text() == "the last backup"
    backup(store, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".cramprisk-*"))


@pytest.mark.parametrize("place", ["nowhere/x", ".", "/proc/x"])
def test_a_file_that_cannot_be_written_or_read_is_one_sentence(store, tmp_path, place):
    for command in (backup, restore):
        with pytest.raises(StoreError, match=r"^The file .* cannot be used: .*\.$"):
            command(store, tmp_path / place)


@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
@pytest.mark.parametrize("way", ["as it is", "link"])
def test_what_is_no_regular_file_is_not_replaced(
    sqlite_store, tmp_path, kind, way, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    target = special = tmp_path / "special"
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        if kind == "pipe":
            os.mkfifo(special)
        elif kind == "socket":
            listening.bind(special.name)
        else:
            try:
                os.mknod(special, stat.S_IFCHR | 0o600, os.makedev(1, 3))
            except PermissionError:
                pytest.skip("only root makes devices")
        if way == "link":
            target = tmp_path / "link"
            target.symlink_to(special)
        before = special.stat()
        done = answer(backup, sqlite_store, target)
    assert done == (
        StoreError,
        f"The file {target} is a device, a pipe or a socket: name a regular file.",
    )
    after = special.stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert not list(tmp_path.glob(".cramprisk-*"))


# ------------------------------------------------------------------- command line


def run(*arguments, url):
    environment = {"CRAMPRISK_DATABASE_URL": url}
    return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)


@pytest.mark.parametrize("sort", SORTS)
def test_backup_and_restore_are_one_command_each(sort, new_database, file):
    old, new = new_database(sort), new_database("sqlite")
    with closing(open_store(old)) as store:
        fill(store, "ada")
        before = everything(store)
    done = run("backup", file, url=old)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "4 saved under a name, 1 in the diary, 1 session of squads." in done.stderr
    assert run("restore", file, url=new).exit_code == 0
    with closing(open_store(new)) as store:
        assert everything(store) == before
    again = run("restore", file, url=new)
    assert again.exit_code == 2
    assert "is not empty" in again.stderr
    assert run("restore", file, "--replace", url=new).exit_code == 0


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(1, 0), "1 saved under a name, 0 in the diary"),
        (
            Counts(1, 0, teams=1, squad_sessions=1),
            "1 saved under a name, 0 in the diary, 1 session of squads, 1 team",
        ),
        (
            Counts(0, 3, teams=2, squad_sessions=2),
            "0 saved under a name, 3 in the diary, 2 sessions of squads, 2 teams",
        ),
    ],
)
def test_a_session_of_a_squad_is_no_list(counts, words):
    assert amount(counts) == words


def test_an_older_database_is_brought_up_to_date_by_a_backup(new_database, file):
    url = new_database("sqlite")
    build_first_revision(url)
    assert run("backup", file, url=url).exit_code == 0
    new = new_database("sqlite")
    assert run("restore", file, url=new).exit_code == 0
    with closing(open_store(new)) as store:
        assert [entry.name for entry in store.items(LOCAL, "plan")] == ["Old"]


@pytest.mark.parametrize("command", ["backup", "restore", "diary"])
def test_a_wrong_address_ends_with_a_sentence(command, file):
    arguments = [command] if command == "diary" else [command, file]
    done = run(*arguments, url="mysql://ada:sesame@host/x")
    assert done.exit_code == 2
    assert "A database of mysql cannot be used" in done.stderr
    assert "sesame" not in done.output


def test_without_an_address_it_is_the_users_own_file(tmp_path, monkeypatch, file):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with closing(open_store()) as store:
        fill(store, LOCAL)
    done = run("backup", file, url="")
    assert done.exit_code == 0
    assert "4 saved under a name" in done.stderr
    assert f"{tmp_path}/cramp-risk/cramp-risk.db is used" in done.stderr


@pytest.mark.parametrize("command", ["backup", "diary", "adopt"])
@pytest.mark.parametrize("sort", ["default", "file", "empty", "postgres"])
def test_where_nothing_was_ever_saved_nothing_is_made(
    command, sort, tmp_path, monkeypatch, new_database, file
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    if sort == "empty":
        (tmp_path / "empty.db").touch()
    url = {
        "default": lambda: "",
        "file": lambda: new_database("sqlite"),
        "empty": lambda: f"sqlite:///{tmp_path}/empty.db",
        "postgres": lambda: new_database("postgres"),
    }[sort]()
    before = sorted(tmp_path.rglob("*"))
    arguments = {"backup": [file], "diary": [], "adopt": ["--owner", "ada"]}[command]
    for _ in range(2):  # the first time left nothing that the second takes for a database
        done = run(command, *arguments, url=url)
        assert done.exit_code == 2
        assert "nothing was ever saved there" in done.stderr
    assert [path for path in sorted(tmp_path.rglob("*")) if "empty" not in path.name] == [
        path for path in before if "empty" not in path.name
    ]


@pytest.mark.parametrize("command", ["backup", "adopt"])
def test_what_does_nothing_with_an_empty_database_is_no_success(
    command, new_database, file
):
    url = new_database("sqlite")
    open_store(url).close()
    done = run(command, *([file] if command == "backup" else ["--owner", "ada"]), url=url)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith("The database ")
    assert "holds nothing" in done.stderr
    assert not file.exists()


BAD_BACKUPS = {
    "missing": lambda file, good: None,
    "empty": lambda file, good: file.touch(),
    "text": lambda file, good: file.write_text("x", "utf-8"),
    "cut": lambda file, good: file.write_bytes(good[: len(good) // 2]),
    "folder": lambda file, good: file.mkdir(),
    "twice": lambda file, good: file.write_text(
        sealed([*(lines := JSON_LINES.read_text("utf-8").splitlines()[:2]), lines[1]]),
        "utf-8",
    ),
}


@pytest.mark.parametrize("sort", ["default", "file"])
@pytest.mark.parametrize("bad", BAD_BACKUPS)
def test_a_restore_that_fails_leaves_nothing_where_nothing_was(
    bad, sort, tmp_path, monkeypatch, new_database
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    good = tmp_path / "good"
    with closing(open_store(new_database("sqlite"))) as store:
        fill(store, LOCAL)
        backup(store, good)
    file = tmp_path / "bad"
    BAD_BACKUPS[bad](file, good.read_bytes())
    url = "" if sort == "default" else f"sqlite:///{tmp_path}/fresh.db"
    before = sorted(tmp_path.rglob("*"))
    done = run("restore", file, url=url)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2  # the database that is used, and why not
    assert sorted(tmp_path.rglob("*")) == before
    assert run("restore", good, url=url).exit_code == 0
    with closing(open_store(url or None, create=False)) as store:
        assert len(store.items(LOCAL, "plan")) == 1


def test_a_database_that_came_meanwhile_is_not_replaced(tmp_path):
    url = f"sqlite:///{tmp_path}/new.db"

    def two_at_once():
        with store_to_restore_into(url) as store, closing(open_store(url)) as other:
            other.save(LOCAL, "plan", "Theirs", {"sport": "running"})
            store.save(LOCAL, "plan", "Ours", {"sport": "running"})

    with pytest.raises(StoreError, match=r"new\.db cannot be used: file exists"):
        two_at_once()
    with closing(open_store(url)) as store:
        assert [entry.name for entry in store.items(LOCAL, "plan")] == ["Theirs"]


@pytest.mark.parametrize("command", ["backup", "restore", "diary"])
@pytest.mark.parametrize("sort", SORTS)
def test_the_commands_open_what_the_pages_open(
    command, sort, new_database, tmp_path, monkeypatch, file, lines
):
    home, url = tmp_path / "home", new_database(sort)
    (home / ".streamlit").mkdir(parents=True)
    secrets = home / ".streamlit" / "secrets.toml"
    secrets.write_text(f'[database]\nurl = "{url}"\n', "utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    if command != "restore":
        with closing(open_store(url)) as store:
            fill(store, LOCAL)
    done = run(command, *([] if command == "diary" else [file]), url="")
    assert done.exit_code == 0
    assert not (tmp_path / "data").exists()
    password = make_url(url).password
    assert make_url(url).database in done.stderr
    assert password is None or password not in done.output
    with closing(open_store(url)) as store:
        assert len(store.items(LOCAL, "plan")) == 1
    secrets.write_text("[database\nurl = sesame", "utf-8")
    wrong = run(command, *([] if command == "diary" else [file]), url="")
    assert wrong.exit_code == 2
    assert f"The file {secrets} cannot be read" in wrong.stderr
    assert "sesame" not in wrong.output


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("way", ["as it is", "link", "hard link", "relative"])
@pytest.mark.parametrize("command", ["backup", "diary"])
def test_the_database_itself_is_never_written_over(
    command, way, end, tmp_path, monkeypatch
):
    path = tmp_path / "mine.db"
    url = f"sqlite:///{path}"
    monkeypatch.chdir(tmp_path)
    with closing(open_store(url)) as store:
        fill(store, LOCAL)
        before = everything(store)
        target = own = tmp_path / f"mine.db{end}"
        if way == "relative":
            target = f"./mine.db{end}"
        elif way == "link":
            target = tmp_path / "link"
            target.symlink_to(own)
        elif way == "hard link":
            own.touch()  # not each of them is there all the time
            target = tmp_path / "link"
            target.hardlink_to(own)
        done = run(command, *(["--csv"] if command == "diary" else []), target, url=url)
        assert done.exit_code == 2
        assert "belongs to the database itself" in done.stderr
        with pytest.raises(StoreError, match="belongs to the database itself"):
            backup(store, target)
        assert everything(store) == before
    with closing(open_store(url)) as store:
        assert everything(store) == before


@pytest.mark.parametrize("sort", SORTS)
def test_a_backup_passes_through_standard_output_and_input(
    sort, new_database, tmp_path, monkeypatch
):
    old, new = new_database(sort), new_database("sqlite")
    monkeypatch.chdir(tmp_path)
    with closing(open_store(old)) as store:
        fill(store, "ada")
        before = everything(store)
    done = run("backup", "-", url=old)
    assert done.exit_code == 0
    assert done.stdout_bytes.startswith((b"SQLite format 3", b"PGDMP"))
    assert not (tmp_path / "-").exists()
    environment = {"CRAMPRISK_DATABASE_URL": new}
    back = CliRunner().invoke(
        app, ["restore", "-"], input=done.stdout_bytes, env=environment
    )
    assert back.exit_code == 0
    with closing(open_store(new)) as store:
        assert everything(store) == before
    cut = done.stdout_bytes[:-9]
    again = ["restore", "-", "--replace"]
    wrong = CliRunner().invoke(app, again, input=cut, env=environment)
    assert wrong.exit_code == 2
    assert wrong.stderr.splitlines()[-1].startswith("The input is no whole backup")
    with closing(open_store(new)) as store:
        assert everything(store) == before


def test_rows_are_given_to_an_account_by_a_command(new_database):
    url = new_database("sqlite")
    with closing(open_store(url)) as store:
        fill(store, LOCAL)
    done = run("adopt", "--owner", "https://issuer.example 17", url=url)
    assert done.exit_code == 0
    assert "4 saved under a name, 1 in the diary, 1 session of squads." in done.stderr
    with closing(open_store(url)) as store:
        assert len(store.items("https://issuer.example 17", "plan")) == 1
        assert store.items(LOCAL, "plan") == []
    wrong = run("adopt", "--owner", LOCAL, url=url)
    assert wrong.exit_code == 2
    assert "Owner is local" in wrong.stderr


def test_a_file_with_private_answers_is_for_its_user_only(new_database, tmp_path):
    url = new_database("sqlite")
    with closing(open_store(url)) as store:
        store.save_outcome(LOCAL, OUTCOME)
    file = tmp_path / "diary.csv"
    before = os.umask(0o022)
    try:
        for private, mode in (([], 0o644), (["--private"], 0o600), ([], 0o600)):
            assert run("diary", *private, "--csv", file, url=url).exit_code == 0
            assert stat.S_IMODE(file.stat().st_mode) == mode
    finally:
        os.umask(before)


def test_without_its_extra_the_command_says_what_to_install(monkeypatch, file):
    monkeypatch.setattr("riskmodel.cli.saved.find_spec", lambda name: None)
    done = run("backup", file, url="")
    assert done.exit_code == 2
    assert how_to_install("store") in done.stderr


def test_the_diary_is_compared_and_exported(new_database, tmp_path):
    url = new_database("sqlite")
    with closing(open_store(url)) as store:
        plain = replace(OUTCOME, cramp=False, muscle=None, cramp_at_min=None)
        for outcome in [OUTCOME] * 3 + [plain] * 7:
            store.save_outcome(LOCAL, outcome)
        store.save_outcome("ada", OUTCOME)
    done = run("diary", "--csv", tmp_path / "diary.csv", url=url)
    assert done.exit_code == 0
    assert "10 sessions in the diary, 3 with a cramp" in done.stdout
    assert "2.0 would be expected" in done.stdout
    assert LABEL in done.stdout
    table = pd.read_csv(tmp_path / "diary.csv", encoding="utf-8-sig")
    assert table["cramp"].tolist() == ["yes"] * 3 + ["no"] * 7
    assert "plan_sleep_h" not in table
    run("diary", "--private", "--csv", tmp_path / "diary.csv", url=url)
    private = pd.read_csv(tmp_path / "diary.csv", encoding="utf-8-sig")
    assert private["plan_sleep_h"].tolist() == [5.0] * 10
    assert "1 session in the diary" in run("diary", "--owner", "ada", url=url).stdout
    nowhere = run("diary", "--csv", tmp_path / "nowhere" / "x.csv", url=url)
    assert nowhere.exit_code == 2
    assert "does not exist" in nowhere.stderr


@pytest.mark.parametrize("private", [[], ["--private"]])
@pytest.mark.parametrize("n_sessions", [0, 1])
def test_a_table_in_a_pipe_has_no_byte_order_mark(new_database, private, n_sessions):
    url = new_database("sqlite")
    with closing(open_store(url)) as store:
        store.save(LOCAL, "plan", "A", PLAN)
        for _ in range(n_sessions):
            store.save_outcome(LOCAL, OUTCOME)
    done = run("diary", *private, "--csv", "-", url=url)
    assert done.exit_code == 0
    assert done.stdout_bytes.startswith(b'"day",')
    assert "in the diary" in done.stderr
