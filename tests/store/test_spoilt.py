"""Databases that were cut, and rows that somebody's hand has spoilt."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.diary.comparison import compare_outcomes
from riskmodel.diary.outcomes import Outcome, outcomes_csv
from riskmodel.inputs.units import duration_text
from riskmodel.store import LOCAL, StoreError, backup, open_store, unreadable_rows
from tests import CHECKOUT

OUTCOME = Outcome(
    date(2026, 7, 1), 0.1, 0.05, 0.2, "0.1.0", "abc", True, "running", 60.0,
    answers={"sport": "running"},
)  # fmt: skip
# What SQLite lets anybody write into any cell.
CELLS = {
    "bytes": "X'FFFE'",
    "no UTF-8": "CAST(X'FF41' AS TEXT)",
    "a number": "7",
    "a huge number": "9223372036854775807",
    "infinite": "9e999",
    "NUL": "'a' || char(0) || 'b'",
    "brackets": f"'{'[' * 100_000}'",
    "deep": "'" + '{"a":' * 5000 + "1" + "}" * 5000 + "'",
    "digits": f"'{'9' * 5000}'",
    "many digits": '\'{"sleep_h":' + "9" * 400 + "}'",
    "empty": "''",
    "half a pair": "'\"\\ud800\"'",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A database with three plans and three sessions of the diary."""
    path = tmp_path_factory.mktemp("whole") / "saved.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        for name in ("One", "Two", "Three"):
            store.save(LOCAL, "plan", name, {"sport": "running"})
            store.save_outcome(LOCAL, OUTCOME)
    return path


@pytest.fixture
def file(whole, tmp_path):
    return shutil.copy(whole, tmp_path / "saved.db")


def spoil(path, table, column, cell):
    """Write into the last row; False where SQLite does not let anybody."""
    last = f"(SELECT max(rowid) FROM {table})"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        try:
            database.execute(f"UPDATE {table} SET {column} = {cell} WHERE rowid = {last}")
        except sqlite3.IntegrityError:
            return False
        database.commit()
    return True


def answer(do, *given):
    try:
        do(*given)
    except StoreError as error:
        return str(error)
    return "done"


# ------------------------------------------------------------------- cut databases


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("create", [True, False])
def test_a_database_cut_to_nothing_is_told_and_left_as_it_is(file, size, create):
    os.truncate(file, size)
    log = file.with_name("saved.db-wal")
    log.write_bytes(b"may hold what was saved")
    with pytest.raises(StoreError, match=r"is empty: it was cut, or nothing .* delete"):
        open_store(f"sqlite:///{file}", create=create)
    assert file.stat().st_size == size
    assert log.read_bytes() == b"may hold what was saved"
    file.unlink()
    log.unlink()
    open_store(f"sqlite:///{file}").close()  # as the sentence says


@pytest.mark.parametrize("size", [0, 1])
def test_a_database_cut_to_nothing_while_it_is_open_is_told_in_the_same_words(file, size):
    log = file.with_name("saved.db-wal")
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.items(LOCAL, "plan")
        os.truncate(file, size)
        said = {
            answer(store.items, LOCAL, "plan"),
            answer(store.outcomes, LOCAL),
            answer(store.save, LOCAL, "plan", "New", {"sport": "running"}),
            answer(store.delete_owner, LOCAL),
            answer(store.move, LOCAL, "ada"),
            answer(backup, store, file.with_name("backup.db")),
            answer(open_store, f"sqlite:///{file}"),
        }
    assert len(said) == 1
    assert "is empty: it was cut" in said.pop()
    assert file.stat().st_size == size
    assert not log.exists() or not log.stat().st_size


def test_a_database_cut_anywhere_is_refused(file):
    size = file.stat().st_size
    for cut in (15, 16, 99, 100, 101, 4095, 4096, 4097, size // 2, size - 4096):
        os.truncate(shutil.copy(file, cut_file := file.with_name(f"{cut}.db")), cut)
        with pytest.raises(StoreError, match=r"is damaged|is no database"):
            open_store(f"sqlite:///{cut_file}")


def test_a_database_that_lost_its_tables_with_its_log_is_told(tmp_path):
    with closing(sqlite3.connect(tmp_path / "saved.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE one (x)")
        shutil.copy(tmp_path / "saved.db", tmp_path / "copy.db")
    with pytest.raises(StoreError, match="is empty: it was cut"):
        open_store(f"sqlite:///{tmp_path}/copy.db")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_program_that_dies_while_it_makes_a_database_locks_nobody_out(
    tmp_path, monkeypatch, moment
):
    """No file that is empty ever stands in the place of the database."""
    seen = []

    def dies(*_, **__):
        seen.append((tmp_path / "saved.db").exists())
        raise KeyboardInterrupt

    name = "_bring_up_to_date" if moment == "before" else "put_new"
    with monkeypatch.context() as patch:
        patch.setattr(f"riskmodel.store.opening.{name}", dies)
        with pytest.raises(KeyboardInterrupt):
            open_store(f"sqlite:///{tmp_path}/saved.db")
    assert seen == [False]
    with closing(open_store(f"sqlite:///{tmp_path}/saved.db")) as store:
        assert store.items(LOCAL, "plan") == []


def test_a_new_database_is_whole_without_a_log(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/saved.db")
    shutil.copy(tmp_path / "saved.db", tmp_path / "copy.db")
    store.close()
    with closing(open_store(f"sqlite:///{tmp_path}/copy.db", create=False)) as store:
        assert store.items(LOCAL, "plan") == []


def test_where_no_disk_has_hard_links_a_database_is_made_too(tmp_path, monkeypatch):
    def refuses(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuses)
    with closing(open_store(f"sqlite:///{tmp_path}/saved.db")) as store:
        store.save(LOCAL, "plan", "One", {"sport": "running"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["saved.db"]


# --------------------------------------------------------------------- spoilt rows


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("table", ["items", "outcomes"])
def test_one_spoilt_cell_costs_nobody_the_other_rows(file, table, cell):
    with closing(sqlite3.connect(file)) as database:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    for column in columns:
        path = shutil.copy(file, file.with_name("spoilt.db"))
        if column == "owner" or not spoil(path, table, column, cell):
            continue
        with closing(open_store(f"sqlite:///{path}")) as store:
            plans, diary = store.items(LOCAL, "plan"), store.outcomes(LOCAL)
            assert len(plans) + len(plans.unreadable) >= 2 + (column != "kind")
            assert (len(diary), len(diary.unreadable)) in ((3, 0), (2, 1))
            closed = {}
            for entry in plans:
                try:
                    store.load(LOCAL, "plan", entry.id)
                except StoreError as error:
                    closed[entry.name] = str(error)
            assert column in ("content", "program") or not closed
            assert all(name in words for name, words in closed.items())
            read = [saved.outcome for saved in diary]
            assert compare_outcomes(read).n_sessions in (2, 3)
            assert outcomes_csv(read, private=True)
            assert [f"{o.day:%d %b %Y} {duration_text(o.duration_min)}" for o in read]
            export = json.loads(store.export_owner(LOCAL))
            assert (len(export["items"]), len(export["outcomes"])) == (3, 3)
            assert [*map(str, unreadable_rows(store))] == [
                *map(str, (*plans.unreadable, *diary.unreadable))
            ] or column in ("kind", "content", "program")
            store.move(LOCAL, "ada")
            assert len(store.outcomes("ada")) == len(diary)
            for row in (*plans.unreadable, *diary.unreadable):
                if row.id:
                    delete = store.delete if table == "items" else store.delete_outcome
                    what = ("plan",) if table == "items" and column != "kind" else ()
                    if table == "outcomes" or what:
                        delete("ada", *what, row.id)
            assert store.delete_owner("ada") >= 4
        for end in ("", "-wal", "-shm"):
            file.with_name(f"spoilt.db{end}").unlink(missing_ok=True)


@pytest.fixture
def spoilt(file, monkeypatch):
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", f"sqlite:///{file}")
    assert spoil(file, "items", "changed", "'soon'")
    assert spoil(file, "outcomes", "answers", CELLS["brackets"])
    return file


def test_the_commands_name_what_they_cannot_read(spoilt, tmp_path):
    done = CliRunner().invoke(app, ["diary", "--csv", str(tmp_path / "diary.csv")])
    assert done.exit_code == 0
    assert "One session of the diary cannot be read." in done.stderr
    assert "2 sessions in the diary" in done.output
    assert len((tmp_path / "diary.csv").read_text("utf-8-sig").splitlines()) == 3
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "backup.db")])
    assert done.exit_code == 0
    for words in ("The plan Three cannot be read.", "One session of", "cannot be restored"):
        assert words in done.stderr
    assert CliRunner().invoke(app, ["adopt", "--owner", "ada"]).exit_code == 0
    with closing(open_store(f"sqlite:///{spoilt}")) as store:
        assert [e.name for e in store.items("ada", "plan")] == ["Two", "One"]
        assert len(unreadable_rows(store)) == 2


@pytest.mark.parametrize("page", ["saved", "diary"])
def test_the_pages_name_what_cannot_be_read_and_delete_it(spoilt, page):
    place = CHECKOUT / "riskmodel" / "views" / f"{page}.py"
    view = AppTest.from_file(str(place), default_timeout=30).run()
    assert not view.exception
    words = " ".join(html.proto.body for html in view.get("html"))
    assert "cannot be read. It stays where it is until you delete it." in words
    (button,) = [b for b in view.button if str(b.key).startswith("delete_unreadable_")]
    view = button.click().run()
    assert not view.exception
    assert not [b for b in view.button if str(b.key).startswith("delete_unreadable_")]
    with closing(open_store(f"sqlite:///{spoilt}")) as store:
        assert len(unreadable_rows(store)) == 1
        backup(store, spoilt.with_name("backup.db"))
