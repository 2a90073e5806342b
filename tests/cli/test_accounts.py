"""What whoever runs a server can do with the rows of accounts and teams."""

import json
import os
import pty
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.store import AccountStore, StoreError, models, open_store
from tests.store.test_store import CONTENTS, OUTCOME
from tests.store.test_teams import ADA, ADDRESSES, BEN, join, of

NEW = "https://new 1"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, new_database, monkeypatch):
    url = new_database(request.param)
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", url)
    return url


@pytest.fixture
def store(url):
    """Ada has things of her own and a team with Ben as assistant."""
    with closing(open_store(url)) as opened:
        ada = of(opened.database, ADA)
        ada.save(ADA, "plan", "Sunday", CONTENTS["plan"])
        ada.note_seen()
        ada.save_outcome(ADA, OUTCOME)
        team = ada.new_team("U19").owner
        join(ada, team, BEN)
        ada.save(team, "squad", "Match", CONTENTS["squad"])
        yield ada


def run(*arguments):
    return CliRunner().invoke(app, ["accounts", *map(str, arguments)])


def owners():
    return {one["owner"]: one for one in json.loads(run("list", "--json").stdout)}


def test_everybody_is_listed_with_how_much_it_is(store):
    team = store.teams()[0].owner
    listed = owners()
    assert listed.keys() == {ADA, BEN, team}
    ada = listed[ADA]
    assert (ada["called"], ada["saved_under_a_name"], ada["in_the_diary"]) == (
        "ada@club.example",
        1,
        1,
    )
    assert ada["seen"][:10] == f"{datetime.now(UTC):%Y-%m-%d}"
    assert ada["roles"] == [{"of": "U19", "role": "coach"}]
    assert listed[BEN]["seen"] is None  # never opened a page of ours
    assert listed[team]["is_team"]
    assert listed[team]["roles"] == [
        {"of": "ada@club.example", "role": "coach"},
        {"of": "ben@club.example", "role": "assistant"},
    ]
    text = run("list").stdout
    assert "ada@club.example  https://who 1" in text
    assert "1 saved under a name, 1 in the diary" in text
    assert "Sunday" not in text  # nothing of what it is


@pytest.mark.parametrize("named", [ADA, "ada@club.example"])
def test_all_of_an_account_is_written_and_its_owner_sees_it(store, tmp_path, named):
    file = tmp_path / "ada.json"
    done = run("export", named, file)
    assert done.exit_code == 0, done.output
    content = json.loads(file.read_text())
    assert [row["name"] for row in content["items"]] == ["Sunday"]
    assert len(content["outcomes"]) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (seen,) = store.record(ADA)
    assert (seen.who, seen.did) == ("whoever runs this server", "exported")


def test_a_team_is_written_by_its_name(store, tmp_path):
    assert run("export", "U19", tmp_path / "team.json").exit_code == 0
    content = json.loads((tmp_path / "team.json").read_text())
    assert [row["name"] for row in content["items"]] == ["Match"]
    team = store.teams()[0].owner
    assert store.record(team)[0].did == "exported"
    piped = run("export", "U19", "-")
    assert json.loads(piped.stdout)["owner"] == team


def test_who_is_not_there_or_not_alone_is_told(store, tmp_path):
    for command in (["export", "zoe", tmp_path / "x"], ["delete", "zoe", "--yes"]):
        done = run(*command)
        assert done.exit_code == 2
        assert "has nothing of zoe" in done.stderr
    assert not (tmp_path / "x").exists()
    other = AccountStore(store.database, NEW, ADDRESSES[ADA])
    other.save(NEW, "plan", "Sunday", CONTENTS["plan"])
    other.note_seen()
    done = run("delete", "ada@club.example", "--yes")
    assert done.exit_code == 2
    assert f"2 owners are called ada@club.example: name one of {NEW}, {ADA}." in done.stderr
    assert store.items(ADA, "plan")


def test_a_team_cannot_pose_as_an_account_and_capitals_do_not_matter(store):
    for name in ("ada@club.example", "new@club.example"):
        store.new_team(name)
    assert json.loads(run("export", " Ada@Club.Example", "-").stdout)["owner"] == ADA
    done = run("delete", "new@club.example", "--yes")
    assert done.exit_code == 2
    assert "has nothing of new@club.example" in done.stderr
    assert len(store.teams()) == 3


def test_an_owner_too_long_for_a_column_is_moved_and_told(store):
    long = f"https://long {'x' * 300}"
    assert run("move", ADA, long).exit_code == 0
    owner = AccountStore(store.database, long)
    assert [d.did for d in owner.record(long)] == ["moved"]
    assert run("export", long, "-").exit_code == 0
    assert [d.did for d in owner.record(long)] == ["exported", "moved"]


def test_all_of_an_account_goes_to_another(store):
    done = run("move", "ada@club.example", NEW)
    assert done.exit_code == 0, done.output
    assert "1 saved under a name, 1 in the diary, 1 team" in done.stderr
    new = AccountStore(store.database, NEW, ADDRESSES[ADA])
    assert [entry.name for entry in new.items(NEW, "plan")] == ["Sunday"]
    assert [t.role for t in new.teams()] == ["coach"]
    assert [d.did for d in new.record(NEW)] == ["moved"]
    assert ADA not in owners()
    again = run("move", ADA, NEW)
    assert again.exit_code == 2
    wrong = run("move", NEW, "nobody@club.example")  # neither known nor named in full
    assert wrong.exit_code == 2
    assert new.items(NEW, "plan")


def test_what_is_deleted_is_asked_first_and_leaves_no_team_alone(store):
    unasked = run("delete", ADA)
    assert unasked.exit_code == 2
    assert "say --yes" in unasked.stderr
    refused = run("delete", ADA, "--yes")
    assert refused.exit_code == 2
    assert "U19 would be left without a coach" in refused.stderr
    assert store.items(ADA, "plan")
    done = run("delete", ADA, "--yes", "--with-teams")
    assert done.exit_code == 0, done.output
    assert "3 entries" in done.stderr
    assert owners() == {}


@pytest.mark.parametrize(("answer", "is_left"), [(b"n\n", True), (b"y\n", False)])
def test_on_a_terminal_it_asks(store, answer, is_left):
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "riskmodel", "accounts", "delete", "U19"]
    with subprocess.Popen(
        command, stdin=terminal, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        os.write(main, answer)
        process.communicate(timeout=60)
    for end in (main, terminal):
        os.close(end)
    assert bool(store.teams()) is is_left


def months_ago(store, months, days):
    then = datetime.now(UTC) - timedelta(days=days + round(months * 30.4375))
    with store.database.writing() as connection:
        for table in (models.items, models.outcomes):
            connection.execute(sa.update(table).values(changed=then))


@pytest.mark.parametrize(("days", "goes"), [(-3, False), (3, True)])
def test_what_is_older_goes_and_what_is_not_stays(store, days, goes):
    months_ago(store, 24, days)
    would = run("expire", "--months", 24, "--dry-run")
    assert would.exit_code == 0, would.output
    assert store.items(ADA, "plan")
    done = run("expire", "--months", 24)
    amount = "2 saved under a name, 1 in the diary" if goes else "0 saved under a name, 0"
    assert amount in done.stderr
    assert amount in would.stderr
    assert bool(store.items(ADA, "plan")) is not goes


def expired(url, home):
    """Let it run as cron does; Streamlit keeps what it read of settings in a process."""
    return subprocess.run(
        [sys.executable, "-m", "riskmodel", "accounts", "expire"],
        cwd=home,
        env={**os.environ, "HOME": str(home), "CRAMPRISK_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_setting_only_what_is_over_goes(url, store, tmp_path):
    months_ago(store, 100, 0)
    team = store.teams()[0].owner
    with store.database.writing() as connection:
        old = datetime.now(UTC) - timedelta(days=366)
        connection.execute(sa.update(models.record).values(created=old))
    done = expired(url, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Nothing goes by its age here" in done.stderr
    assert store.items(ADA, "plan")
    with store.database.reading() as connection:
        assert connection.execute(sa.select(models.record)).first() is None
    assert store.items(team, "squad")
    for wrong in (0, 121):
        assert run("expire", "--months", wrong).exit_code == 2
    assert store.items(ADA, "plan")


@pytest.mark.parametrize("months", ["24", '"two years"'])
def test_the_club_s_own_setting_counts(url, store, tmp_path, months):
    months_ago(store, 30, 0)
    (tmp_path / ".streamlit").mkdir()
    settings = tmp_path / ".streamlit" / "secrets.toml"
    settings.write_text(f"[club]\nkeep_months = {months}\n")
    done = expired(url, tmp_path)
    is_right = months == "24"
    assert done.returncode == (0 if is_right else 2), done.stderr
    assert bool(store.items(ADA, "plan")) is not is_right
    if not is_right:
        assert "keep_months" in done.stderr
        assert "two years" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["list"], ["export", "x", "y"], ["expire"]])
def test_no_database_is_made_by_looking(command, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/none.db"
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", url)
    more = ["--months", "12"] if command == ["expire"] else []
    done = run(*command, *more)
    assert done.exit_code == 2
    assert "nothing was ever saved there" in done.stderr
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(StoreError):
        open_store(url, create=False)
