"""What files that mean harm cost a server, by ``python -m proofs.uploads``.

Each is read as a page reads it, in a process of its own; told is how long the visitor waits
for a sentence, what server and process take more of memory than before, and the sentence.
Below that, how long a page takes for another visitor while such files are read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from typing import Any, NamedTuple

import psutil
from streamlit.testing.v1 import AppTest

from proofs.hostile import CARDS, LOGS, TABLES, TEXTS, WORKBOOKS
from riskmodel.serving.apart import MOST_WAIT_SECONDS, NotReadError, read_apart
from riskmodel.serving.readers import (
    LogQuestions,
    read_card,
    read_list,
    read_plans,
    read_training_file,
    read_weather,
)

MOST_SECONDS, MOST_MB = 5.0, 300.0
"""Of each file: the time limit with the end of its process, and the target of memory."""
_APP = Path(__file__).parents[1] / "app.py"
_TURN_SECONDS = 6.0
SAID = LogQuestions("UTC", {}, {}, frozenset(), {})
READERS: Mapping[str, Callable[[bytes], Callable[[], Any]]] = {
    "Squad": lambda content: partial(read_list, content, "", frozenset()),
    "Training log": lambda content: partial(read_training_file, content, SAID),
    "Best start": lambda content: partial(
        read_weather, content, date(2026, 7, 1), None, "Europe/Vienna"
    ),
    "Compare": lambda content: partial(read_plans, content),
    "How it works": lambda content: partial(read_card, content),
}
_LARGEST_BYTES = {"Squad": 5e6, "Best start": 1e7, "Compare": 1e6, "How it works": 5e6}
_PAGES: Mapping[str, Iterable[Mapping[str, Callable[[], bytes]]]] = {
    "Squad": (WORKBOOKS, TABLES),
    "Training log": (WORKBOOKS, TABLES, LOGS),
    "Best start": (WORKBOOKS, TABLES, TEXTS),
    "Compare": (TEXTS,),
    "How it works": (CARDS, TEXTS),
}


class Cost(NamedTuple):
    """What one file came to."""

    page: str
    name: str
    size_bytes: int
    seconds: float
    more_mb: float  # of server and process together, at most
    came_to: str


class Memory:
    """Watches what this process and all it started hold, while a file is read."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._over = Event()
        self._first = self.most = self._settled()
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def more_mb(self) -> float:
        """The most that was held, above what was held at first [MB]."""
        return (self.most - self._first) / 1e6

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, self._now())

    def _settled(self) -> int:
        """What is held once a process that was killed before has been replaced."""
        held = -1
        for _ in range(20):
            before, held = held, self._now()
            if abs(held - before) < 1_000_000:
                break
            time.sleep(0.5)
        return held

    def _now(self) -> int:
        held = 0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                memory = process.memory_full_info()
                # What several processes share counts once, where the system tells.
                held += getattr(memory, "pss", memory.uss)
            except psutil.Error:  # has ended meanwhile
                continue
        return held


def cost(
    page: str, name: str, content: bytes, most_seconds: float = MOST_WAIT_SECONDS
) -> Cost:
    """Read one file as a page does."""
    read = READERS[page](content)
    with Memory() as memory:
        began = time.perf_counter()
        came_to = _outcome(read, most_seconds)
        seconds = time.perf_counter() - began
    return Cost(page, name, len(content), seconds, memory.more_mb, came_to)


def _outcome(read: Callable[[], Any], most_seconds: float = MOST_WAIT_SECONDS) -> str:
    try:
        answer = read_apart(read, most_seconds=most_seconds)
    except NotReadError as error:
        return f"ended: {error.why}"
    except ValueError as error:
        return f"refused: {error}"
    return f"read: {getattr(answer, 'problem', '')}"


def every_file() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Each page with each file that it may be given."""
    for page, groups in _PAGES.items():
        for group in groups:
            for name, make in group.items():
                yield page, name, make


def _reruns_ms(page: AppTest, seconds: float) -> list[float]:
    """How long another visitor's page takes, again and again [ms]."""
    times, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        page.run()
        times.append((time.perf_counter() - began) * 1000)
    return times


def reruns_ms(
    contents: list[Callable[[], Any]], seconds: float
) -> tuple[list[float], list[float]]:
    """Reruns alone, and while two visitors give files without a pause, in turns [ms]."""
    page = AppTest.from_file(str(_APP), default_timeout=60).run()
    alone, beside = list[float](), list[float]()
    for _ in range(max(int(seconds / _TURN_SECONDS), 1)):
        alone += _reruns_ms(page, min(_TURN_SECONDS, seconds))
        over = Event()
        visitors = [
            Thread(target=_give, args=(contents, over), daemon=True) for _ in range(2)
        ]
        for visitor in visitors:
            visitor.start()
        beside += _reruns_ms(page, min(_TURN_SECONDS, seconds))
        over.set()
        for visitor in visitors:
            visitor.join(20)
    return alone, beside


def _give(contents: list[Callable[[], Any]], over: Event) -> None:
    while not over.is_set():
        for read in contents:
            _outcome(read)
            if over.is_set():
                break


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of reruns, each way")
    parser.add_argument("--only", default="", help="files whose name holds this")
    given = parser.parse_args(arguments)
    _outcome(READERS["Squad"](b"Name,Age\nAnn,20\n"))  # the process is ready
    costs = []
    print("page          file                                   kB     s    MB  came to")
    for page, name, make in every_file():
        if given.only not in name:
            continue
        content = make()
        if len(content) > _LARGEST_BYTES.get(page, 1e8) * 1.05:
            continue
        costs.append(found := cost(page, name, content))
        print(
            f"{page:13} {name:35} {found.size_bytes / 1e3:8.0f} {found.seconds:5.2f} "
            f"{found.more_mb:5.0f}  {found.came_to[:100]}",
            flush=True,
        )
    late = [c for c in costs if c.seconds > MOST_SECONDS]
    large = [c for c in costs if c.more_mb > MOST_MB]
    over = f"over {MOST_SECONDS} s: {len(late)}; over {MOST_MB:.0f} MB: {len(large)}"
    print(f"{len(costs)} files; {over}")
    if not given.seconds:
        return
    names = ("1,000,000 cells in 5000 rows", "1,000,000 styles")
    contents = [READERS["Squad"](WORKBOOKS[n]()) for n in names]
    alone, beside = reruns_ms(contents, given.seconds)
    print("My session, a rerun                    runs   p50 ms   p95 ms")
    for words, times in (("alone", alone), ("while two others give files", beside)):
        p95 = quantiles(times, n=20)[-1]
        print(f"{words:36} {len(times):6} {median(times):8.0f} {p95:8.0f}")


if __name__ == "__main__":
    main()
