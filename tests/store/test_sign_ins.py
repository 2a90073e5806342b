"""A sign-in that is over stays so, for every process, until its time is up."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from riskmodel.store import backup, end_sign_in, is_sign_in_over, open_store, restore
from riskmodel.store.models import sign_ins_over

ONE, OTHER = "1" * 64, "2" * 64


def until(hours):
    return datetime.now(UTC) + timedelta(hours=hours)


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
        backup(store, tmp_path / "backup.db")
        restore(store, tmp_path / "backup.db", replace=True)
        assert is_sign_in_over(store, ONE)
    with closing(open_store(new_database("sqlite"))) as empty:
        restore(empty, tmp_path / "backup.db")
        assert not is_sign_in_over(empty, ONE)
