"""Where the database is: the address that was set up, and the file it lies in."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing

import pytest

from riskmodel.store import LOCAL, StoreError, configured_url, open_store, places
from tests.store.test_store import OUTCOME, PLAN, fill

HOME = "sqlite:////home-folder/mine.db"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """The folders in which a secrets file may lie, in their order; none has one."""
    monkeypatch.delenv("CRAMPRISK_DATABASE_URL", raising=False)
    made = [tmp_path / name for name in ("beside", "here", "home")]
    for folder in made:
        (folder / ".streamlit").mkdir(parents=True)
    monkeypatch.setattr(places, "_folder_of_the_app", lambda: made[0])
    monkeypatch.setenv("HOME", str(made[2]))
    monkeypatch.chdir(made[1])
    return made


def write(folder, text):
    path = folder / ".streamlit" / "secrets.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def section(url):
    return f'[auth]\nclient_id = "x"\n\n[database]\nurl = "{url}"\n'


# --------------------------------------------------------------------------- address


def test_the_address_is_looked_up_in_one_order(folders, monkeypatch):
    assert configured_url() is None
    for folder in reversed(folders):
        write(folder, section(f"sqlite:///{folder}/mine.db"))
        assert configured_url() == f"sqlite:///{folder}/mine.db"
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", "sqlite:////first.db")
    write(folders[1], "no TOML [")  # is not even read
    assert configured_url() == "sqlite:////first.db"
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", "")
    write(folders[1], "")
    assert configured_url() == f"sqlite:///{folders[0]}/mine.db"


def test_the_first_file_with_the_section_counts(folders):
    write(folders[1], '[auth]\nclient_id = "x"\n')
    write(folders[2], section(HOME))
    assert configured_url() == HOME


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[database\nurl = 'sesame'", "cannot be read"),
        (b"[database]\nurl = '\xff sesame'", "cannot be read"),
        ("database = 'sesame'", "names no database"),
        ("database = ['sesame']", "names no database"),
        ("[[database]]\nurl = 'sesame'", "names no database"),
        ("[database]\nuri = 'sesame'", "names no database"),
        ("[database]\nurl = ['sesame']", "names no database"),
        ("[database]\nurl = ''", "names no database"),
        ("x = " + "[" * 5000, "cannot be read"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_file_that_names_no_address_is_one_sentence(folders, text, words, place):
    path = write(folders[place], text)
    with pytest.raises(StoreError, match=words) as raised:
        configured_url()
    assert str(path) in str(raised.value)
    assert "sesame" not in str(raised.value)
    assert str(raised.value).endswith(".")


def test_a_file_that_cannot_be_opened_is_one_sentence(folders):
    (folders[1] / ".streamlit" / "secrets.toml").mkdir()
    with pytest.raises(StoreError, match=r"secrets.toml cannot be used: is a directory"):
        configured_url()


# ------------------------------------------------------------------ deleted, replaced


@pytest.fixture
def path(tmp_path):
    return tmp_path / "mine.db"


@pytest.mark.parametrize("what", ["delete", "replace", "move", "folder"])
@pytest.mark.parametrize("used_before", [False, True])
def test_what_would_be_lost_is_not_confirmed(path, what, used_before):
    with closing(open_store(f"sqlite:///{path}")) as store:
        ids = fill(store, LOCAL)
        if not used_before:
            store.close()  # gives back the connections, so that new ones are made
        if what == "delete":
            path.unlink()
        elif what == "replace":
            shutil.copy(path, path.with_suffix(".copy"))
            path.with_suffix(".copy").rename(path)
        elif what == "move":
            path.rename(path.with_suffix(".moved"))
        else:
            path.unlink()
            path.mkdir()
        left = path.read_bytes() if path.is_file() else None
        for write_something in (
            lambda: store.save(LOCAL, "plan", "New", PLAN),
            lambda: store.save_outcome(LOCAL, OUTCOME),
            lambda: store.delete(LOCAL, "plan", ids["plan"]),
            lambda: store.rename(LOCAL, "plan", ids["plan"], "New", version=1),
            lambda: store.delete_owner(LOCAL),
        ):
            with pytest.raises(StoreError, match="deleted or replaced while it was in use"):
                write_something()
        # No new file is made in its place, and another one is left alone.
        assert path.exists() == (what in ("replace", "folder"))
        assert (path.read_bytes() if path.is_file() else None) == left


def test_what_is_lost_while_it_is_written_is_not_confirmed(path):
    with closing(open_store(f"sqlite:///{path}")) as store:

        def write_while_it_goes():
            with store.database.writing() as connection:
                connection.exec_driver_sql("DELETE FROM items")
                path.unlink()

        with pytest.raises(StoreError, match="deleted or replaced"):
            write_while_it_goes()


def test_a_file_that_was_put_back_is_used_again(path):
    with closing(open_store(f"sqlite:///{path}")) as store:
        path.rename(path.with_suffix(".moved"))
        with pytest.raises(StoreError, match="put the file back"):
            store.save(LOCAL, "plan", "A", PLAN)
        path.with_suffix(".moved").rename(path)
        store.save(LOCAL, "plan", "A", PLAN)
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert [entry.name for entry in store.items(LOCAL, "plan")] == ["A"]


# ---------------------------------------------------------------------------- private


def modes(path):
    return {f.name: stat.S_IMODE(f.stat().st_mode) for f in path.parent.glob("mine.db*")}


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604, 0o777])
def test_a_file_that_others_could_read_is_made_private(path, mode):
    open_store(f"sqlite:///{path}").close()
    path.chmod(mode)
    # Another program has it open, so that its log is there and as open as the file.
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE IF NOT EXISTS x (y)")
        other.execute("DROP TABLE x")
        other.commit()
        assert modes(path)["mine.db-wal"] & 0o077
        with closing(open_store(f"sqlite:///{path}")) as store:
            store.save(LOCAL, "plan", "A", PLAN)
            found = modes(path)
    assert found.keys() == {"mine.db", "mine.db-wal", "mine.db-shm"}
    assert all(m & 0o077 == 0 and m & 0o600 == 0o600 for m in found.values())


def test_a_file_of_another_user_is_left_as_it_is(path, monkeypatch):
    open_store(f"sqlite:///{path}").close()
    path.chmod(0o644)
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    open_store(f"sqlite:///{path}").close()
    assert modes(path) == {"mine.db": 0o644}


def test_a_file_of_another_program_is_left_as_it_is(path):
    path.write_bytes(b"no database")
    path.chmod(0o644)
    with pytest.raises(StoreError, match="is no database of cramp-risk"):
        open_store(f"sqlite:///{path}")
    assert modes(path) == {"mine.db": 0o644}
