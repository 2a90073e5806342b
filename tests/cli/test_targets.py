"""Where a command writes: files, links, pipes and devices, none of which may be lost."""

import errno
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from stat import S_IFBLK, S_IMODE, S_ISCHR, S_ISDIR, S_ISFIFO

import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app
from riskmodel.datasets import load_examples
from riskmodel.reporting.replacing import check_target, replacing
from riskmodel.store import LOCAL, open_store
from tests import CHECKOUT

NOBODY = 65534
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
    with closing(open_store(f"sqlite:///{tmp_path}/saved.db")) as store:
        store.save(LOCAL, "plan", "One", {"sport": "running"})


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


@pytest.fixture
def nobody():
    """A folder of a user who is not root, and that user as long as the test runs."""
    folder = Path(tempfile.mkdtemp())
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(folder, NOBODY, NOBODY)
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
            os.setegid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)


@contextmanager
def little_room(n_bytes):
    """No file may grow beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(path, text, **how):
    with replacing(str(path), **how) as out:
        out.write(text)


@pytest.mark.parametrize("new", ["longer than the old one" * 999, "x", ""])
@pytest.mark.parametrize("private", [False, True])
def test_what_a_file_is_called_elsewhere_keeps_the_old_content(tmp_path, new, private):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("the old one", encoding="utf-8")
    other.hardlink_to(one)
    write(one, new, private=private)
    assert one.read_text(encoding="utf-8") == new
    assert other.read_text(encoding="utf-8") == "the old one"
    assert len([*tmp_path.iterdir()]) == 2


@pytest.mark.parametrize("name", NAMES)
def test_in_a_row_of_copies_by_hard_links_the_earlier_ones_stay(
    name, sessions, tmp_path, database
):
    """As `cp -al` and rsnapshot make them."""
    today, yesterday = tmp_path / "today", tmp_path / "yesterday"
    today.write_text("of yesterday", encoding="utf-8")
    yesterday.hardlink_to(today)
    done = run(*commands(today, sessions)[name])
    assert done.exit_code == 0, done.output
    assert yesterday.read_text(encoding="utf-8") == "of yesterday"
    assert today.read_bytes() not in (b"", b"of yesterday")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("private", [False, True])
def test_a_new_file_follows_the_umask_which_nobody_changes(
    tmp_path, umask, private, monkeypatch
):
    before = os.umask(umask)
    try:
        with monkeypatch.context() as patch:
            # Another thread would make its files open meanwhile.
            patch.setattr("os.umask", None)
            write(tmp_path / "out", "new", private=private)
    finally:
        os.umask(before)
    allowed = 0o600 if private else 0o666
    assert S_IMODE((tmp_path / "out").stat().st_mode) == allowed & ~umask


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1644])
def test_new_content_runs_as_nobody_else(tmp_path, mode):
    path = tmp_path / "out"
    path.touch()
    path.chmod(mode)
    write(path, "new")
    assert S_IMODE(path.stat().st_mode) == mode & 0o777


@pytest.mark.parametrize("old", [False, True])
def test_the_name_outlasts_a_power_cut_too(tmp_path, monkeypatch, old):
    path, synced, sync = tmp_path / "out", [], os.fsync
    if old:
        path.touch()

    def note(handle):
        synced.append((os.fstat(handle).st_ino, path.exists() and path.stat().st_ino))
        sync(handle)

    monkeypatch.setattr("os.fsync", note)
    write(path, "new")
    # The content before it has its name, then the folder with the name.
    (content, before), (folder, after) = synced
    assert (content, folder) == (path.stat().st_ino, tmp_path.stat().st_ino)
    assert before != content
    assert after == content


def test_a_drive_that_cannot_sync_names_is_written_to_all_the_same(tmp_path, monkeypatch):
    sync = os.fsync

    def fails_for_folders(handle):
        if S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(handle)

    monkeypatch.setattr("os.fsync", fails_for_folders)
    write(tmp_path / "out", "new")
    open_store(f"sqlite:///{tmp_path}/new.db", create=True).close()
    assert (tmp_path / "out").read_text(encoding="utf-8") == "new"


def test_a_folder_that_may_only_be_written_to_is_written_to(nobody):
    nobody.chmod(0o300)
    write(nobody / "out", "new")
    assert (nobody / "out").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
@pytest.mark.parametrize("names", [1, 2])
@pytest.mark.parametrize("private", [False, True])
def test_a_file_keeps_its_permissions_and_a_private_one_loses_those_of_others(
    tmp_path, mode, names, private
):
    path = tmp_path / "out"
    path.touch()
    path.chmod(mode)
    if names > 1:
        (tmp_path / "other").hardlink_to(path)
    write(path, "new", private=private)
    assert S_IMODE(path.stat().st_mode) == (mode & 0o700 if private else mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("names", [1, 2])
def test_a_file_keeps_its_owner(tmp_path, names):
    path = tmp_path / "out"
    path.touch()
    os.chown(path, 1234, 2345)
    if names > 1:
        (tmp_path / "other").hardlink_to(path)
    write(path, "new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)
    assert path.read_text(encoding="utf-8") == "new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the file of another")
@pytest.mark.parametrize("private", [False, True])
def test_the_file_of_another_is_replaced_where_it_may_be_written(nobody, private):
    path, other = nobody / "out", nobody / "other"
    os.seteuid(0)
    path.write_text("old", encoding="utf-8")
    path.chmod(0o666)  # and of root
    other.hardlink_to(path)
    os.seteuid(NOBODY)
    write(path, "new", private=private)
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_uid == NOBODY
    assert S_IMODE(path.stat().st_mode) == (0o600 if private else 0o666)
    assert other.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the file of another")
def test_the_file_of_another_goes_on_belonging_to_their_group(nobody):
    path = nobody / "out"
    os.seteuid(0)
    path.touch()
    os.chown(path, 0, 2345)
    path.chmod(0o664)
    groups = os.getgroups()
    os.setgroups([2345])
    os.seteuid(NOBODY)
    try:
        write(path, "new")
    finally:
        os.seteuid(0)
        os.setgroups(groups)
        os.seteuid(NOBODY)
    assert path.read_text(encoding="utf-8") == "new"
    assert (path.stat().st_uid, path.stat().st_gid) == (NOBODY, 2345)
    assert S_IMODE(path.stat().st_mode) == 0o664


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the file of another")
def test_what_only_somebody_else_may_replace_is_told_before_any_work(nobody):
    """As in /tmp."""
    path = nobody / "out"
    os.seteuid(0)
    os.chown(nobody, 0, 0)
    nobody.chmod(0o1777)
    path.write_text("old", encoding="utf-8")
    path.chmod(0o666)
    os.seteuid(NOBODY)
    try:
        with pytest.raises(PermissionError, match="out"):
            check_target(str(path))
        write(nobody / "own", "one")
        write(nobody / "own", "two")
    finally:
        os.seteuid(0)
        os.chown(nobody, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    assert path.read_text(encoding="utf-8") == "old"
    assert (nobody / "own").read_text(encoding="utf-8") == "two"


@pytest.mark.parametrize("names", [1, 2])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path, names):
    path = tmp_path / "out"
    path.write_text("old" * 100, encoding="utf-8")
    if names > 1:
        (tmp_path / "other").hardlink_to(path)
    with little_room(1000), pytest.raises(OSError, match=r"File too large.*/out'"):
        write(path, "new" * 1000)
    assert path.read_text(encoding="utf-8") == "old" * 100
    assert len([*tmp_path.iterdir()]) == names


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_may_not_be_written_is_told_before_any_work(nobody, what):
    path = nobody / "out"
    path.write_text("old", encoding="utf-8")
    (nobody if what == "folder" else path).chmod(0o555 if what == "folder" else 0o444)
    with pytest.raises(PermissionError, match="Permission denied"):
        check_target(str(path))
    with pytest.raises(PermissionError, match="Permission denied"):
        write(path, "new")
    nobody.chmod(0o700)
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in nobody.iterdir()] == ["out"]


@pytest.mark.parametrize("kind", ["socket", "disk", "folder"])
def test_what_can_hold_no_file_is_refused(kind, sessions, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        if kind == "socket":
            listening.bind("special")
        elif kind == "folder":
            Path("special").mkdir()
        else:
            try:
                os.mknod("special", S_IFBLK | 0o600, os.makedev(7, 250))
            except PermissionError:
                pytest.skip("only root makes devices")
        before = os.stat("special")
        done = run("batch", sessions, "special")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert os.stat("special").st_ino == before.st_ino


@pytest.mark.parametrize(
    "command", ["template", "schema", "sql", "scorecard", "version", "--help", "batch"]
)
@pytest.mark.parametrize("end", ["closed", "full"])
def test_an_output_that_ends_early_ends_the_program_in_order(command, end, sessions):
    """As before ``head``, and on a full disk."""
    arguments = ["batch", str(sessions), "-"] if command == "batch" else [command]
    read, written = os.pipe()
    os.close(read)
    with (
        os.fdopen(written, "wb") as closed,
        open("/dev/full", "wb", buffering=0) as full,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "riskmodel", *arguments], cwd=CHECKOUT, text=True,
            stdout=closed if end == "closed" else full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert done.returncode == (1 if end == "closed" else 2)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert ("No space left on device" in done.stderr) == (end == "full")


READERS = [
    ["batch", "FILE", "out.csv"],
    ["batch", "in.csv", "out.csv", "--session", "FILE"],
    ["assess", "FILE"],
    ["assess", "-", "--scorecard", "FILE"],
    ["assess", "-", "--calibration", "FILE"],
    ["why", "FILE"],
    ["log", "FILE", "--sport", "running", "--on", "2026-05-01"],
    ["forecast", "--session", "-", "--weather-file", "FILE"],
    ["scorecard", "--diff", "FILE"],
    ["restore", "FILE", "--replace"],
]


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("file", ["/dev/zero", "a pipe", "a folder", "a gigabyte"])
def test_what_is_no_file_to_read_is_one_sentence_at_once(
    command, file, sessions, tmp_path, database, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("a pipe")  # that nobody ever writes into
    Path("a folder").mkdir()
    with open("a gigabyte", "wb") as sparse:
        sparse.truncate(10**9)
    session = json.dumps(load_examples()["Marathon"])
    arguments = [file if part == "FILE" else part for part in command]
    # Read whole, the gigabyte would not fit.
    before = resource.getrlimit(resource.RLIMIT_AS)
    room = int(Path("/proc/self/statm").read_text().split()[0]) * 4096 + 600_000_000
    resource.setrlimit(resource.RLIMIT_AS, (room, before[1]))
    try:
        done = CliRunner().invoke(app, arguments, input=session)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    words = done.stderr.splitlines()[-1]
    assert file in words or words.startswith("A line is longer")
    assert not Path("out.csv").exists()


def test_what_a_shell_opens_is_read(sessions):
    """As ``<(command)`` is."""
    read, written = os.pipe()
    with os.fdopen(written, "wb") as out:
        out.write(sessions.read_bytes())
    done = run("batch", f"/dev/fd/{read}", "-")
    os.close(read)
    assert done.exit_code == 0, done.output


OURS = "athlete,sport,duration_min,session_rpe,air_temperature_c,relative_humidity_pct"
ROW = "Ada,running,60,5,20,50"


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["x"] * 200_000, "appear twice: x."),
        (["duration_min"] * 200_000, "appear twice: duration_min."),
        ([f"x{n // 2}" for n in range(2000)], "x0, x1, x10, x100, x101 and 995 more."),
        ([f"x{n}" for n in range(200_000)], "too many columns; allowed is up to 1000"),
        ([f"x{n}" for n in range(1000)], "too many columns; allowed is up to 1000"),
        (["x" * 50_000_000], "allowed is up to 1000"),
    ],
    ids=["equal", "of ours", "pairs", "different", "some", "a long one"],
)
def test_equal_and_too_many_columns_are_refused_at_once(more, words, piped, tmp_path):
    text = "\n".join([",".join([OURS, *more]), ",".join([ROW, *"1" * len(more)])])
    path = tmp_path / "in.csv"
    path.write_text(text, encoding="utf-8")
    arguments = ["batch", "-" if piped else str(path), "-"]
    done = CliRunner().invoke(app, arguments, input=text if piped else None)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("piped", [False, True])
def test_a_row_without_end_is_refused(piped, tmp_path):
    text = f"{OURS},note\n{ROW},{'x' * 50_000_000}\n"
    path = tmp_path / "in.csv"
    path.write_text(text, encoding="utf-8")
    arguments = ["batch", "-" if piped else str(path), "-"]
    done = CliRunner().invoke(app, arguments, input=text if piped else None)
    assert done.exit_code == 2
    assert done.stderr == "A line is longer than 1000 kB, and no session is.\n"


def test_empty_lines_count_for_nothing_and_old_line_ends_are_read(tmp_path):
    path = tmp_path / "in.csv"
    for text in (
        f"{OURS}\n" + "\n" * 10**6 + ROW,
        f"{OURS}\r{ROW}\r" + f"{ROW}\r" * 50_000,
    ):
        path.write_text(text, encoding="utf-8", newline="")
        done = run("batch", path, tmp_path / "out.csv")
        assert done.exit_code == 1  # the age is missing
        n_sessions = 1 if "\n" in text else 50_001
        assert f"{n_sessions} session" in done.stderr


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
