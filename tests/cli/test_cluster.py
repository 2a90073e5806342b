"""A folder of files on a real cluster of this machine, of which a worker is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import dask
import fsspec
import pandas as pd
import psutil
import pytest
from typer.testing import CliRunner

from benchmarks.frames import raw_frame
from riskmodel import assess_frame, load_scorecard
from riskmodel.cli import app
from riskmodel.cli.batch_scores import Scoring
from riskmodel.cli.cluster import SUCCESS, ClusterError, batch_folder
from riskmodel.cli.parts import UNFINISHED, Failed, attempt, columns_of, score_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.installing import how_to_install
from tests import CHECKOUT

ROWS = 20_000
PLAIN = Scoring({}, None, None)
WAIT_S = 60.0  # for what takes a second on a quiet machine


def sessions(rows: int, seed: int) -> pd.DataFrame:
    frame = raw_frame(rows, seed, categories=True)
    # Some rows cannot be scored and say why; a text and a clash beside the answers.
    ages = frame["age_years"].where(frame.index % 7 > 0, 300.0)
    return frame.assign(age_years=ages, club="=1+1", band=range(rows))


def expected(frame: pd.DataFrame, *weights: object) -> pd.DataFrame:
    """What the plain run gives, as a file holds it."""
    answers = frame.drop(columns=["club", "band"])
    results = assess_frame(answers, *weights)
    taken = {name: f"{name}_used" for name in results if name in frame}
    texts = {name: "str" for name, kind in results.dtypes.items() if kind.kind != "f"}
    return frame.join(results.astype(texts).rename(columns=taken))


def assert_is_the_plain_run(part: Path, frame: pd.DataFrame, *weights: object) -> None:
    want = expected(frame, *weights)
    got = pd.read_parquet(part)
    got = got.astype({n: "str" for n in want if want[n].dtype == "str"})
    pd.testing.assert_frame_equal(
        got, want, check_exact=True, check_categorical=False, check_dtype=True
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six files, one of them in a folder of its own and one without rows."""
    folder = tmp_path_factory.mktemp("sessions")
    (folder / "late").mkdir()
    for number in range(4):
        sessions(ROWS, number).to_parquet(folder / f"{number}.parquet")
    sessions(ROWS, 4).to_parquet(folder / "late" / "4.parquet")
    sessions(ROWS, 5).iloc[:0].to_parquet(folder / "none.parquet")
    return folder


def until(what: Callable[[], object]) -> object:
    """What comes out of a look, as soon as something does."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.005)
    raise AssertionError("waited in vain")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def dask_program(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of Dask, without a page and on this machine alone, ended at the end."""
    quiet = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    program = subprocess.Popen(
        [sys.executable, "-m", "dask", *words, *quiet],
        cwd=CHECKOUT,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler with two workers, which nobody starts again; the scheduler is last."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    worker = ["worker", address, "--nthreads", "1", "--no-nanny", "--death-timeout", "60"]
    with ExitStack() as running:
        programs = [("scheduler", "--port", str(port)), worker, worker]
        scheduler, *workers = [
            running.enter_context(dask_program(*words)) for words in programs
        ]
        until(lambda: answers(port))
        yield address, [*workers, scheduler]


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["batch", *map(str, words)])
    return done.exit_code, done.output


@pytest.mark.slow
def test_a_worker_is_killed_while_it_writes_and_every_part_is_the_plain_run(
    cluster, folder, tmp_path
):
    address, (*workers, _) = cluster
    out = tmp_path / "out"
    left: list[str] = []

    def writing() -> psutil.Process | None:
        for worker in workers:
            with suppress(psutil.Error, OSError):
                process = psutil.Process(worker.pid)
                # Not the first: some parts are whole by then, others are not begun.
                if any(f.path.endswith(UNFINISHED) for f in process.open_files()) and [
                    *out.glob("*.parquet")
                ]:
                    return process
        return None

    def kill() -> None:
        until(writing).send_signal(signal.SIGKILL)
        left.extend(path.name for path in out.rglob(f".*{UNFINISHED}"))

    killer = threading.Thread(target=kill)
    killer.start()
    total = batch_folder(f"{folder}/**/*.parquet", f"{out}/", PLAIN, address)
    killer.join()
    assert sorted(worker.poll() is None for worker in workers) == [False, True]
    assert left
    for number in range(4):
        assert_is_the_plain_run(out / f"{number}.parquet", sessions(ROWS, number))
    assert_is_the_plain_run(out / "late" / "4.parquet", sessions(ROWS, 4))
    assert pd.read_parquet(out / "none.parquet").shape == (
        0,
        len(expected(sessions(1, 5)).columns),
    )
    assert not [*out.rglob(f".*{UNFINISHED}")]
    summary = json.loads((out / SUCCESS).read_text())
    assert total.n_rows == summary["all"]["sessions"] == 5 * ROWS
    assert total.n_bad == summary["all"]["without_score"] > 0
    assert "club" in total.unused[0]
    assert set(summary["files"]) == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")
    }


@pytest.mark.slow
def test_weights_of_ones_own_travel_and_columns_are_chosen(cluster, folder, tmp_path):
    card = load_scorecard().with_points("heat", at=28, points=12)
    (tmp_path / "card.toml").write_text(card.toml)
    code, told = run(
        *(f"{folder}/0.parquet", tmp_path / "out", "--scheduler", cluster[0]),
        *("--columns", "total_points,points_heat", "--scorecard", tmp_path / "card.toml"),
    )
    assert code == 0, told
    got = pd.read_parquet(tmp_path / "out" / "0.parquet")
    frame = sessions(ROWS, 0)
    want = expected(frame, card)[["total_points", "points_heat"]]
    assert [*got] == [*frame, *want]
    pd.testing.assert_frame_equal(got[[*want]], want, check_exact=True)


@pytest.mark.slow
def test_what_the_session_says_in_place_of_the_files_is_told_as_of_one(cluster, tmp_path):
    plan = {"sport": "walking", "duration_min": 30, "session_rpe": 2}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    for name in "ab":
        sessions(3, 1).drop(columns="session_rpe").to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    session = "--session", tmp_path / "plan.json"
    of_one = run(tmp_path / "a.csv", tmp_path / "one.csv", *session)[1].splitlines()
    code, told = run(
        f"{tmp_path}/[ab].csv", tmp_path / "out", *session, "--scheduler", cluster[0]
    )
    assert code == 0, told
    assert told.splitlines()[:-2] == of_one[:-2]  # how many, and where to look
    (aside,) = [note for note in of_one if note.startswith("Of the session")]
    assert FIELDS["sport"].label in aside
    assert FIELDS["session_rpe"].label not in aside
    assert (tmp_path / "out" / "a.csv").read_text() == (tmp_path / "one.csv").read_text()


@pytest.mark.slow
def test_files_with_other_columns_are_told_before_any_work(cluster, tmp_path):
    for name, more in (("a", {}), ("b", {"hat": 1})):
        frame = sessions(3, 1).assign(**more).drop(columns=["sport"] if more else [])
        frame.to_parquet(tmp_path / f"{name}.parquet")
    out = tmp_path / "out"
    with pytest.raises(ClusterError, match=r"no “sport” and “hat” besides") as told:
        batch_folder(f"{tmp_path}/*.parquet", str(out), PLAIN, cluster[0])
    assert str(told.value).startswith("b.parquet has other columns than a.parquet")
    pd.DataFrame({"Name": ["Ada"], "Alter": [29]}).to_csv(tmp_path / "list.csv")
    with pytest.raises(ClusterError, match=r"^list\.csv .* a list alone"):
        batch_folder(f"{tmp_path}/*.csv", str(out), PLAIN, cluster[0])
    assert not out.exists()


@pytest.mark.slow
def test_a_file_that_cannot_be_read_costs_the_others_nothing(cluster, tmp_path):
    # Whole at its end, where its columns stand, and broken before.
    sessions(2_000, 1).to_parquet(tmp_path / "a.parquet")
    content = bytearray((tmp_path / "a.parquet").read_bytes())
    content[4:5_000] = bytes(4_996)
    (tmp_path / "b.parquet").write_bytes(content)
    out = tmp_path / "out"
    with pytest.raises(ClusterError, match=r"^b\.parquet .* 1 of 2 files") as told:
        batch_folder(f"{tmp_path}/*.parquet", str(out), PLAIN, cluster[0])
    assert "\n" not in str(told.value)
    assert [path.name for path in out.iterdir()] == ["a.parquet"]
    assert_is_the_plain_run(out / "a.parquet", sessions(2_000, 1))


@pytest.mark.slow
def test_a_scheduler_that_goes_away_is_told(cluster, folder, tmp_path):
    address, (*_, scheduler) = cluster  # the last to use it
    out = tmp_path / "out"

    def kill() -> None:
        until(lambda: [*out.glob("*.parquet")])
        scheduler.kill()
        scheduler.wait()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ClusterError, match="The scheduler went away"):
        batch_folder(f"{folder}/*.parquet", str(out), PLAIN, address)
    killer.join()
    assert not (out / SUCCESS).exists()
    for part in out.glob("[0-9].parquet"):
        assert_is_the_plain_run(part, sessions(ROWS, int(part.stem)))


@pytest.mark.slow
def test_workers_of_our_own_and_a_file_that_takes_too_much(folder, tmp_path):
    # What the system does to a program that fills the memory is done to it here.
    preload = tmp_path / "ended.py"
    preload.write_text(
        "import contextlib, os, signal\n"
        "from riskmodel.cli import parts\n"
        "def writer(out, writer=parts.scored_writer.__wrapped__, **how):\n"
        "    if '1.parquet' in out.name:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    yield from writer(out, **how)\n"
        "writer.__wrapped__ = parts.scored_writer.__wrapped__\n"
        "parts.scored_writer = contextlib.contextmanager(writer)\n"
    )
    settings = {
        "distributed.worker.preload": [str(preload)],
        "distributed.scheduler.allowed-failures": 0,
    }
    out = tmp_path / "out"
    with dask.config.set(settings):
        code, told = run(f"{folder}/[01].parquet", out, "--jobs", "1")
    assert (code, told.count("\n")) == (2, 1), told
    assert told.startswith("1.parquet was not scored")
    assert "memory" in told
    assert [path.name for path in out.glob("*")] == ["0.parquet"]
    assert_is_the_plain_run(out / "0.parquet", sessions(ROWS, 0))
    # Nothing of Dask goes on.
    going_on = psutil.Process().children(recursive=True)
    going_on = [p for p in going_on if p.status() != psutil.STATUS_ZOMBIE]
    assert not [p for p in going_on if "spawn_main" in " ".join(p.cmdline())]
    code, told = run(f"{folder}/[01].parquet", out)
    assert (code, told.count("\n")) == (2, 1)
    assert "is not empty" in told


@pytest.mark.slow
def test_a_run_that_is_interrupted_leaves_no_part_that_looks_whole(folder, tmp_path):
    out = tmp_path / "out"
    program = subprocess.Popen(
        [sys.executable, "-m", "riskmodel", "batch", f"{folder}/*.parquet", out],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # Whoever started the tests in the background let signals of a terminal pass by.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    until(lambda: [*out.glob("*.parquet")])
    inside = psutil.Process(program.pid).children(recursive=True)
    os.killpg(program.pid, signal.SIGINT)  # as a terminal does
    told = program.communicate(timeout=WAIT_S)[1].decode()
    assert "Traceback" not in told
    assert program.returncode != 0
    assert not (out / SUCCESS).exists()
    for part in out.glob("*.parquet"):
        number = part.stem
        if number != "none":
            assert_is_the_plain_run(part, sessions(ROWS, int(number)))
    assert psutil.wait_procs(inside, timeout=WAIT_S)[1] == []


@pytest.mark.parametrize("where", ["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer_is_told_within_seconds(where, folder, tmp_path):
    start = time.monotonic()
    code, told = run(f"{folder}/*.parquet", tmp_path / "out", "--scheduler", where)
    assert (code, told.count("\n")) == (2, 1), told
    assert "No Dask scheduler answers" in told
    assert time.monotonic() - start < 20
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_scored_is_told_before_anything_is_started(folder, tmp_path):
    out = tmp_path / "out"
    (tmp_path / "a.xlsx").touch()
    for pattern, words in {
        f"{folder}/*.nothing": "No file matches",
        f"{tmp_path}/*.xlsx": "a.xlsx",
        "nostore://there/*.csv": "nostore",
    }.items():
        code, told = run(pattern, out)
        assert (code, told.count("\n")) == (2, 1), told
        assert words in told
    for words in (["--sheet", "Squad"], ["--scheduler", "tcp://there:1", "--jobs", "1"]):
        code, told = run(f"{folder}/*.parquet", out, *words)
        assert (code, told.count("\n")) == (2, 1)
        assert words[-2] in told
    assert not out.exists()


@pytest.mark.parametrize(
    ("out", "why"),
    [
        ("-", "go into a folder"),
        ("", "go into a folder"),
        ("memory://there", "memory of a process"),
        ("file", "is a file"),
        ("full", "is not empty"),
        ("nostore://there", "nostore"),
        ("zip://there::bad.zip", "not a zip file"),
    ],
)
def test_where_no_results_can_lie_is_told_before_anything_is_started(
    out, why, folder, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "bad.zip").write_bytes(b"PK no archive")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    before = {*tmp_path.rglob("*")}
    code, told = run(f"{folder}/*.parquet", out)
    assert (code, told.count("\n")) == (2, 1), told
    assert why in told
    assert {*tmp_path.rglob("*")} == before


def test_a_damaged_archive_of_files_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.zip").write_bytes(b"PK no archive")
    code, told = run("zip://*.csv::bad.zip", "out")
    assert (code, told.count("\n")) == (2, 1), told
    assert "bad.zip" in told


def test_without_dask_it_is_told_how_to_get_it(folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, told = run(f"{folder}/*.parquet", tmp_path / "out")
    assert (code, told.count("\n")) == (2, 1)
    assert how_to_install("cluster") in told


def test_any_store_and_csv_without_formulas():
    store = fsspec.filesystem("memory")
    frame = sessions(100, 3)
    store.pipe_file("/in/a.csv", frame.to_csv(index=False).encode())
    store.pipe_file("/in/none.csv", frame[:0].to_csv(index=False).encode())
    assert columns_of(store, "/in/a.csv") == [*frame.columns]
    counts = score_file(store, "/in/a.csv", store, "/out/a.csv", PLAIN)
    assert (counts.n_rows, counts.n_bad) == (100, 15)
    with store.open("/out/a.csv") as file:
        got = pd.read_csv(file)
    assert set(got["club"]) == {"'=1+1"}
    want = expected(frame)["probability"]
    pd.testing.assert_series_equal(got["probability"], want, check_exact=True)
    assert score_file(store, "/in/none.csv", store, "/out/none.csv", PLAIN).n_rows == 0
    head = store.cat("/out/a.csv").partition(b"\n")[0]
    assert store.cat("/out/none.csv") == head + b"\n"
    assert store.ls("/out", detail=False) == ["/out/a.csv", "/out/none.csv"]


def test_a_file_that_breaks_off_leaves_nothing():
    store = fsspec.filesystem("memory")
    whole = sessions(100, 3).to_csv(index=False).encode()
    store.pipe_file("/in/b.csv", whole + b"\xff\n")
    way = store, "/in/b.csv", store, "/broken/b.csv", PLAIN
    assert "not UTF-8" in attempt(score_file, *way).reason
    assert store.ls("/broken", detail=False) == []
    assert "0.0.1" in attempt(score_file, *way, "0.0.1").reason


def as_one(content: bytes, folder: Path) -> str:
    """What the plain run of one table says or writes."""
    (folder / "one.csv").write_bytes(content)
    code, told = run(folder / "one.csv", folder / "scored.csv")
    return told.strip() if code == 2 else (folder / "scored.csv").read_text()


ROWS_OF_FIVE = sessions(5, 1).to_csv(index=False)
BROKEN = {
    "a quote that stays open": ROWS_OF_FIVE + '"running',
    "a row with more cells": ROWS_OF_FIVE.replace("\n", ',"x"\n') + 'a,"b"' + 90 * ",c",
    "no text": "sport,age_years\n\xff\n",
    "no text in its head": "sport,age_years,caf\xe9\n",
    "a column twice": "sport,age_years,sport\n",
    "a line without an end": ROWS_OF_FIVE + "9" * 1_100_000,
    "a head without an end": "sport,age_years," + ",".join(map(str, range(40_000))),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_file_of_many_is_refused_in_words_for_people(text):
    store = fsspec.filesystem("memory")
    store.pipe_file("/in/c.csv", text.encode("latin-1"))
    for work, more in ((columns_of, ()), (score_file, (store, "/words/c.csv", PLAIN))):
        outcome = attempt(work, store, "/in/c.csv", *more)
    assert isinstance(outcome, Failed)
    assert outcome.reason[0].isupper()
    for word in ("tokeniz", "C error", "universal", "codec", "Error:", "csv."):
        assert word not in outcome.reason


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_lines_may_end_as_on_any_machine(end, tmp_path):
    content = ROWS_OF_FIVE.replace("\n", end).encode()
    store = fsspec.filesystem("memory")
    store.pipe_file("/in/d.csv", content)
    assert columns_of(store, "/in/d.csv") == [*sessions(5, 1)]
    assert score_file(store, "/in/d.csv", store, "/ends/d.csv", PLAIN).n_rows == 5
    assert store.cat("/ends/d.csv").decode() == as_one(content, tmp_path)


def test_columns_without_a_name_are_not_taken_for_one_column():
    store = fsspec.filesystem("memory")
    store.pipe("/blank/a.csv", b"sport,age_years,,\nrunning,30,x,\n")
    assert columns_of(store, "/blank/a.csv") == ["sport", "age_years", "", ""]
    score_file(store, "/blank/a.csv", store, "/blank/out/a.csv", PLAIN)
    header = store.cat("/blank/out/a.csv").decode().split("\n")[0]
    assert header.startswith("sport,age_years,,,")
