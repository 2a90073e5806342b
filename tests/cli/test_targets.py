"""Where a command writes: files, links, pipes and devices, none of which may be lost."""

import json
import os
import subprocess
import sys
import threading
from stat import S_ISCHR, S_ISFIFO

import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.datasets import load_examples
from riskmodel.reporting.replacing import replacing
from riskmodel.store import open_store
from tests import CHECKOUT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no such files there")


@pytest.fixture
def sessions(tmp_path):
    path = tmp_path / "in.csv"
    row = {n: v for n, v in load_examples()["Marathon"].items() if not isinstance(v, list)}
    pd.DataFrame([row]).to_csv(path, index=False)
    return path


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", f"sqlite:///{tmp_path}/saved.db")
    open_store(f"sqlite:///{tmp_path}/saved.db", create=True).close()


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def commands(target, sessions):
    return {
        "batch": ["batch", sessions, target],
        "backup": ["backup", target],
        "diary": ["diary", "--csv", target],
    }


NAMES = ["batch", "backup", "diary"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("broken", [False, True])
def test_of_a_link_the_file_behind_it_is_replaced(
    name, broken, sessions, tmp_path, database
):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if not broken:
        (folder / "real").write_text("old", encoding="utf-8")
    link = tmp_path / "link"
    link.symlink_to(folder / "real")
    done = run(*commands(link, sessions)[name])
    assert done.exit_code == 0, done.output
    assert link.is_symlink()
    assert (folder / "real").read_bytes() not in (b"", b"old")
    assert [path.name for path in folder.iterdir()] == ["real"]


@pytest.mark.parametrize("target", ["loop", "nowhere/out.csv", "lost", "in.csv/out.csv"])
def test_where_nothing_can_be_written_a_sentence_says_so(target, sessions, tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "lost").symlink_to(tmp_path / "no folder" / "out.csv")
    done = run("batch", sessions, tmp_path / target)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "Traceback" not in done.output


@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_is_written_to_and_stays(name, sessions, tmp_path, database):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = []
    reader = threading.Thread(target=lambda: content.append(pipe.read_bytes()))
    reader.start()
    done = run(*commands(pipe, sessions)[name])
    reader.join(timeout=20)
    assert done.exit_code == 0, done.output
    assert content[0]
    assert S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", NAMES)
def test_a_device_that_is_full_says_so_and_stays(name, sessions, database):
    done = run(*commands("/dev/full", sessions)[name])
    assert done.exit_code not in (0, None)
    assert "No space left on device" in done.stderr
    assert "/dev/full" in done.stderr
    assert "Traceback" not in done.output
    assert S_ISCHR(os.stat("/dev/full").st_mode)
    assert run(*commands("/dev/null", sessions)[name]).exit_code == 0
    assert S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("place", ["/dev/stdout", "-"])
def test_standard_output_is_written_to_under_both_its_names(place, sessions, tmp_path):
    command = [sys.executable, "-m", "riskmodel", "batch", str(sessions), place]
    piped = subprocess.run(command, capture_output=True, check=True, cwd=CHECKOUT)
    log = tmp_path / "log"
    with log.open("ab") as appended:
        appended.write(b"before\n")
        appended.flush()
        subprocess.run(
            command, stdout=appended, stderr=subprocess.PIPE, check=True, cwd=CHECKOUT
        )
    assert b"total_points" in piped.stdout
    assert log.read_bytes() == b"before\n" + piped.stdout


def test_a_file_that_cannot_be_made_whole_is_not_made(tmp_path):
    path = tmp_path / "out.json"
    path.write_text("old", encoding="utf-8")

    def half() -> None:
        with replacing(str(path)) as out:
            out.write("half")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


def test_a_private_file_is_readable_for_its_user_only(tmp_path):
    for private in (True, False):
        with replacing(str(tmp_path / "out"), private=private) as out:
            json.dump({}, out)
        assert (tmp_path / "out").stat().st_mode & 0o077 == 0 or not private


@pytest.mark.parametrize("command", ["assess -", "batch - -", "restore -"])
def test_a_standard_input_that_is_closed_is_told(command, tmp_path):
    shell = f'exec "{sys.executable}" -m riskmodel {command} <&-'
    place = {"CRAMPRISK_DATABASE_URL": f"sqlite:///{tmp_path}/saved.db"}
    done = subprocess.run(
        ["sh", "-c", shell], cwd=CHECKOUT, env={**os.environ, **place},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "There is no standard input to read." in done.stderr
