"""A sign-in that is over stays so, for every process, until its time is up."""

import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from riskmodel.store import (
    LONG_AGO,
    NEVER,
    ConflictError,
    StoreError,
    backup,
    end_sign_in,
    limit_sign_in,
    open_store,
    restore,
    sign_in_over_from,
)
from riskmodel.store.models import sign_ins_over

ONE, OTHER = "1" * 64, "2" * 64
PLAN = {"sport": "running", "duration_min": 60.0}


def until(hours):
    return datetime.now(UTC) + timedelta(hours=hours)


def is_sign_in_over(store, digest):
    over_from = sign_in_over_from(store, digest)
    assert over_from in (LONG_AGO, NEVER)
    return over_from == LONG_AGO


def noted(store):
    with store.database.reading() as connection:
        return set(connection.execute(select(sign_ins_over.c.digest)).scalars())


@pytest.mark.parametrize("sort", ["sqlite", "postgres"])
def test_a_sign_in_that_is_over_is_so_after_a_restart_too(new_database, sort):
    url = new_database(sort)
    with closing(open_store(url)) as store, closing(open_store(url)) as other_process:
        assert not is_sign_in_over(other_process, ONE)
        for _ in range(2):  # by the button, and by the address that it leads to
            end_sign_in(store, ONE, until(1))
        assert is_sign_in_over(other_process, ONE)
        assert not is_sign_in_over(other_process, OTHER)
    with closing(open_store(url)) as store:
        assert is_sign_in_over(store, ONE)


@pytest.mark.parametrize("sort", ["sqlite", "postgres"])
def test_a_sign_in_that_will_be_over_is_so_for_every_process(new_database, sort):
    url, soon, later = new_database(sort), until(0.5), until(1)
    with closing(open_store(url)) as store, closing(open_store(url)) as other_process:
        # The soonest counts: nobody who comes after makes it longer.
        for moment in (later, soon, later):
            limit_sign_in(store, ONE, moment, until(24))
        assert sign_in_over_from(other_process, ONE) == soon
        assert sign_in_over_from(other_process, OTHER) == NEVER
    with closing(open_store(url)) as store:
        assert sign_in_over_from(store, ONE) == soon
        end_sign_in(store, ONE, until(24))
        limit_sign_in(store, ONE, soon, until(24))
        assert is_sign_in_over(store, ONE)
        limit_sign_in(store, OTHER, soon, until(-1))
        end_sign_in(store, ONE, until(24))
        assert noted(store) == {ONE}


def test_what_was_over_before_there_were_moments_is_over(new_database):
    with closing(open_store(new_database("sqlite"))) as store:
        with store.database.writing() as connection:
            row = {"digest": ONE, "until": until(1)}
            connection.execute(sign_ins_over.insert().values(row))
        assert is_sign_in_over(store, ONE)


def test_a_backup_holds_none(new_database, tmp_path):
    with closing(open_store(new_database("sqlite"))) as store:
        end_sign_in(store, ONE, until(1))
        store.save("ada", "plan", "One", PLAN)
        backup(store, tmp_path / "backup.db")
        assert noted(store) == {ONE}
    assert ONE.encode() not in (tmp_path / "backup.db").read_bytes()
    # The file alone is a whole database too.
    with closing(open_store(f"sqlite:///{tmp_path}/backup.db")) as copy:
        assert noted(copy) == set()


def test_a_dump_holds_none(new_database, tmp_path, postgres):
    with closing(open_store(new_database("postgres"))) as store:
        end_sign_in(store, ONE, until(1))
        store.save("ada", "plan", "One", PLAN)
        backup(store, tmp_path / "backup.dump")
    listed = subprocess.run(
        [postgres.programs / "pg_restore", "--file=-", tmp_path / "backup.dump"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "COPY public.items" in listed
    assert "sign_ins_over" not in listed
    assert ONE not in listed


def test_what_is_there_already_makes_no_error_in_the_log_of_postgres(
    new_database, postgres
):
    """It would hold whose it is and how it is called."""
    log = postgres.folder / "log"
    before = len(log.read_text())
    with closing(open_store(new_database("postgres"))) as store:
        for _ in range(2):
            end_sign_in(store, ONE, until(1))
        one = store.save("ada", "plan", "Secret run", PLAN)
        other = store.save("ada", "plan", "Other", PLAN)
        for id, version in ((None, None), (other.id, other.version)):
            with pytest.raises(ConflictError, match="already a plan named Secret run"):
                store.save("ada", "plan", "Secret run", PLAN, id=id, version=version)
        with pytest.raises(ConflictError, match="already a plan named Secret run"):
            store.rename("ada", "plan", other.id, "Secret run", version=other.version)
        # Its own name, and that of somebody else's or of another kind, is free.
        store.save("ada", "plan", "Secret run", PLAN, id=one.id, version=one.version)
        store.save("ben", "plan", "Secret run", PLAN)
        store.save("ada", "athlete", "Secret run", {"athlete": "A", "age_years": 40.0})
        with pytest.raises(StoreError), store.database.reading() as connection:
            connection.exec_driver_sql("SELECT 'the control' FROM nowhere")
    said = log.read_text()[before:]
    assert "the control" in said
    assert "duplicate" not in said
    assert "Secret run" not in said
    assert ONE not in said


def test_what_would_open_nothing_anyway_is_forgotten(new_database):
    with closing(open_store(new_database("sqlite"))) as store:
        end_sign_in(store, ONE, until(-1))
        assert noted(store) == {ONE}
        end_sign_in(store, OTHER, until(1))
        assert noted(store) == {OTHER}


def test_it_is_nobodys_row_and_a_restored_backup_ends_no_sign_in(new_database, tmp_path):
    with closing(open_store(new_database("sqlite"))) as store:
        end_sign_in(store, ONE, until(1))
        assert ONE not in store.export_owner("ada")
        store.save("ada", "plan", "One", PLAN)
        backup(store, tmp_path / "backup.db")
        restore(store, tmp_path / "backup.db", replace=True)
        assert is_sign_in_over(store, ONE)
    with closing(open_store(new_database("sqlite"))) as empty:
        restore(empty, tmp_path / "backup.db")
        assert not is_sign_in_over(empty, ONE)
