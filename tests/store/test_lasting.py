"""What was confirmed lasts, and a failing disk is told as it is."""

import sqlite3
import tempfile
from contextlib import closing, contextmanager

import pytest

from riskmodel.store import LOCAL, StoreError, backup, open_store, opening, restore

PLAN = {"sport": "running"}


@pytest.mark.parametrize("setting", ["off", "local", "on", "remote_write"])
def test_a_server_that_confirms_too_early_waits_for_the_disk(postgres, setting):
    name = postgres.new_database()
    with postgres.connect() as other:
        other.execute(f"ALTER DATABASE {name} SET synchronous_commit = {setting}")
    with (
        closing(open_store(postgres.url(name))) as store,
        store.database.writing() as connection,
    ):
        found = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    assert found == ("on" if setting == "off" else setting)


def test_what_is_deleted_and_cannot_be_overwritten_is_told(tmp_path):
    path = tmp_path / "mine.db"
    with (
        closing(open_store(f"sqlite:///{path}", wait_s=0.1)) as store,
        closing(sqlite3.connect(path)) as reader,
    ):
        store.save(LOCAL, "plan", "A", PLAN)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM items").fetchall()
        with pytest.raises(StoreError, match="could not be overwritten on the disk yet"):
            store.delete_owner(LOCAL)
        assert store.items(LOCAL, "plan") == []
        reader.rollback()
        assert store.delete_owner(LOCAL) == 0


def test_without_room_for_temporary_files_a_backup_is_not_restored(tmp_path, monkeypatch):
    with closing(open_store(f"sqlite:///{tmp_path}/mine.db")) as store:
        store.save(LOCAL, "plan", "One", {"sport": "running"})
        backup(store, tmp_path / "backup.db")

        @contextmanager
        def full(**_):
            raise OSError(28, "No space left on device")
            yield

        monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
        with pytest.raises(StoreError, match=r"temporary files .* no space left"):
            restore(store, tmp_path / "backup.db")


def test_a_folder_of_steps_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    """To Alembic it looks empty, and the database would count as made."""
    (tmp_path / "steps" / "versions").mkdir(parents=True)
    monkeypatch.setattr(opening, "_MIGRATIONS", tmp_path / "steps")
    with pytest.raises(StoreError, match="steps cannot be read"):
        open_store(f"sqlite:///{tmp_path}/mine.db")
    monkeypatch.undo()
    open_store(f"sqlite:///{tmp_path}/mine.db").close()
