"""A file is read in a process of its own, which is killed at its limits."""

import os
import signal
import time
from contextlib import suppress
from functools import partial
from threading import Thread

import psutil
import pytest

from riskmodel.datasets import data_file, data_folder
from riskmodel.serving import apart, readers
from riskmodel.serving.apart import NotReadError, read_apart
from riskmodel.serving.reading import MOST_CPU_SECONDS
from riskmodel.squad.limits import SquadFileError
from riskmodel.training.log import (
    AmbiguousDates,
    TrainingLogError,
    UnknownTable,
    WrongScale,
)
from riskmodel.weather.several_places import FilePlace, SeveralPlacesError
from tests.serving import work

SAID = readers.LogQuestions("UTC", {}, {}, frozenset(), {})


@pytest.fixture(autouse=True)
def ready():
    """One process is there before the clock of a test runs."""
    read_apart(work.number)


@pytest.fixture
def pipe(tmp_path):
    """A pipe by which a reading tells the number of its process."""
    path = tmp_path / "told"
    os.mkfifo(path)
    handle = os.open(path, os.O_RDWR)
    yield path, lambda: int(os.read(handle, 20))
    os.close(handle)


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def why_not(*given, **more):
    with pytest.raises(NotReadError) as caught:
        read_apart(*given, **more)
    return caught.value.why


def waiting():
    return {process.number for process in apart._all}


def test_each_file_is_read_by_a_process_of_its_own():
    before = waiting()
    numbers = [read_apart(work.number) for _ in range(4)]
    assert len({*numbers, os.getpid(), *before}) == 5 + len(before)
    until(lambda: not any(map(psutil.pid_exists, numbers)))
    assert waiting() >= before


@pytest.mark.parametrize(
    "read",
    [
        partial(readers.read_list, data_file("example_squad.csv").read_bytes(), "", set()),
        *(
            partial(readers.read_training_file, path.read_bytes(), SAID)
            for path in data_folder("example_logs").iterdir()
        ),
    ],
)
def test_what_comes_back_is_what_was_read(read):
    assert repr(read_apart(read)) == repr(read())


def test_it_is_killed_at_the_limit_of_time(pipe):
    path, told = pipe
    began = time.monotonic()
    assert why_not(partial(work.endless, path), most_seconds=0.5) == "time"
    assert time.monotonic() - began < 5
    assert not psutil.pid_exists(told())
    assert len(waiting()) >= apart.MOST_AT_ONCE  # another one starts already


def test_only_the_time_counts_that_it_has_a_core(pipe):
    path, told = pipe
    began = time.monotonic()
    assert why_not(partial(work.endless, path), most_seconds=120) == "time"
    assert time.monotonic() - began > MOST_CPU_SECONDS - 1
    assert not psutil.pid_exists(told())
    assert read_apart(partial(work.pid_after, MOST_CPU_SECONDS + 1), most_seconds=60)


def test_it_is_killed_when_its_visitor_leaves(pipe):
    path, told = pipe
    here = [True]
    came_to = []
    reading = partial(
        why_not, partial(work.endless, path), is_wanted=lambda: here[0], most_seconds=60
    )
    waiting = Thread(target=lambda: came_to.append(reading()))
    waiting.start()
    number = told()
    assert psutil.pid_exists(number)
    here[0] = False
    waiting.join(10)
    assert came_to == ["left"]
    assert not psutil.pid_exists(number)


def test_it_is_ended_at_the_limit_of_memory():
    before = waiting()
    assert why_not(work.all_memory, most_seconds=60) == "memory"
    assert waiting() == before


def test_it_is_killed_before_it_has_its_file(monkeypatch):
    monkeypatch.setattr(apart, "_POLL_SECONDS", 0.0)  # it gets no time at all
    process = apart._taken()
    with pytest.raises(NotReadError):
        process.answer(partial(work.size, bytes(50_000_000)), 0.0, lambda: True)
    apart._put_back(process)
    assert not process.is_there
    assert read_apart(partial(work.size, b"whole")) == 5


@pytest.mark.parametrize("end", [work.die, work.leave])
def test_a_process_that_the_system_ends_is_told(end, caplog):
    assert why_not(end) == "ended"
    assert read_apart(work.number)
    assert caplog.messages == ["What read a file was ended by the system"]


def test_a_child_that_ends_on_the_way_leaves_nothing_to_the_next_file():
    """The rest of a file is not read as another one's, whenever its child ends."""
    most = b"(" * 30_000_000 + b"cposix\nsystem\n(S'true'\ntR."
    for wait_ms in range(0, 40, 8):
        process = apart._taken()
        killer = Thread(target=kill_reader, args=(process, wait_ms / 1000))
        killer.start()
        answer = process.answer(partial(work.size, most), 60, lambda: True)
        killer.join()
        apart._put_back(process)
        assert answer.kind in ("read", "ended")
        assert process.is_there == (answer.kind == "read")
        assert read_apart(partial(work.size, b"whole"), most_seconds=60) == 5


def kill_reader(process, wait_s):
    until(lambda: process.reader)
    time.sleep(wait_s)
    if process.reader:
        os.kill(process.reader, signal.SIGKILL)


def test_an_answer_at_the_moment_of_the_end_is_nobody_elses():
    """Whatever comes of a reading that is given up, the next file gets its own answer."""
    for wait_ms in range(0, 60, 4):
        end = time.monotonic() + wait_ms / 1000
        with suppress(NotReadError):
            read_apart(work.number, is_wanted=lambda end=end: time.monotonic() < end)
        assert read_apart(partial(work.size, b"whole"), most_seconds=60) == 5


def test_a_process_that_says_what_nobody_understands_is_used_no_more(monkeypatch):
    monkeypatch.setattr(apart, "_MOST_START_SECONDS", 1.0)
    process = apart._taken()
    process._process.stdout.read(1)
    with pytest.raises(NotReadError):
        process.answer(work.number, 60, lambda: True)
    assert not process.is_there
    assert read_apart(partial(work.size, b"whole"), most_seconds=60) == 5


def test_what_nobody_thought_of_is_logged_without_a_word_of_the_file(caplog):
    assert why_not(partial(work.fail, "Ann, asthma")) == "failed"
    (message,) = caplog.messages
    assert "RuntimeError in work.py" in message
    assert "asthma" not in message


def test_an_error_about_the_file_comes_back_as_it_is():
    with pytest.raises(SquadFileError, match=r"^No list\.$"):
        read_apart(work.refuse)


@pytest.mark.parametrize(
    "error",
    [
        TrainingLogError("No log."),
        AmbiguousDates("When", "3/4/2026"),
        UnknownTable("When", "Not known."),
        WrongScale("Time", "60", "duration_min", ""),
        SeveralPlacesError((FilePlace(0, 1.0, 2.0, "UTC"), FilePlace(1, 3.0, 4.0, "UTC"))),
    ],
)
def test_errors_come_back_with_all_that_they_hold(error):
    answer = apart.Answer("refused", (type(error), error.args, vars(error)))
    with pytest.raises(type(error)) as caught:
        apart._value(answer)
    assert str(caught.value) == str(error)
    assert vars(caught.value) == vars(error)


def test_another_file_is_read_meanwhile(pipe):
    path, told = pipe
    here = [True]
    ended = []
    reading = partial(why_not, partial(work.endless, path), is_wanted=lambda: here[0])
    waiting = Thread(target=lambda: ended.append(reading(most_seconds=60)))
    waiting.start()
    number = told()
    assert read_apart(work.number) != number
    assert psutil.pid_exists(number)
    here[0] = False
    waiting.join(10)
    assert ended == ["left"]


def test_files_wait_for_their_turn_and_no_longer_than_for_a_reading(monkeypatch):
    monkeypatch.setattr(apart, "MOST_AT_ONCE", 1)
    began = []

    def slow():
        began.append(read_apart(partial(work.pid_after, 1.0)))

    first = Thread(target=slow)
    first.start()
    until(lambda: apart._n_running == 1)
    assert why_not(work.number, most_seconds=0.2) == "busy"
    assert why_not(work.number, is_wanted=lambda: False) == "left"
    assert read_apart(work.number, most_seconds=30)
    first.join(10)
    assert began
    assert not apart._line


def test_what_is_printed_is_no_answer():
    assert read_apart(work.chat) == "read"


def test_nothing_of_a_file_can_be_written_to_a_disk(tmp_path):
    assert why_not(partial(work.write, tmp_path)) == "memory"
    assert not (tmp_path / "copy").exists() or not (tmp_path / "copy").stat().st_size


def test_it_is_told_no_secrets_and_runs_no_script_of_the_server(monkeypatch):
    for name in ("CRAMPRISK_DATABASE_URL", "PGPASSWORD", "SOME_CLOUDS_KEY"):
        monkeypatch.setenv(name, "postgresql://user:password@host/base")
    with apart._lock:
        for process in [*apart._idle]:
            apart._idle.remove(process)
            process.end()
    assert read_apart(partial(work.told, "password")) == []
    assert read_apart(work.main_module) == ("riskmodel.serving.reading", [])


def test_no_process_is_left_when_the_server_ends():
    numbers = [process.number for process in apart._all]
    assert numbers
    apart._end_all()
    apart._idle.clear()
    assert not any(map(psutil.pid_exists, numbers))


def test_they_start_before_they_are_needed():
    apart.get_ready()
    assert len(apart._all) >= apart.MOST_AT_ONCE
