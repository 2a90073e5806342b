"""One person alone, many at once, and what the server holds before, meanwhile and after."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from proofs.load.checks import Verdict, judge
from proofs.load.people import THINKS_S, Log, Person
from proofs.load.server import Server

MOST_TIMES_ALONE, MOST_MIB, MOST_LEFT_PCT = 3.0, 12.0, 10.0
"""Targets: p95 against one person's, memory for each session, and what stays."""
_EVERY_S = 0.5  # memory is looked at


@dataclass(frozen=True)
class Plan:
    """How many people, for how long, and the person alone before them."""

    users: int
    seconds: float
    seed: int
    alone: int = 5
    """Tours of all pages by one person alone, each by another, one after the other."""
    alone_thinks_s: tuple[float, float] = (0.3, 0.6)
    thinks_s: tuple[float, float] = THINKS_S
    rest_s: float = 120.0

    @property
    def arrive_s(self) -> float:
        """Within which all people have come. [s]."""
        return min(30.0, self.seconds / 6.0)


@dataclass(frozen=True)
class Found:
    """What was measured."""

    alone: Mapping[str, Sequence[float]]
    together: Mapping[str, Sequence[float]]
    verdict: Verdict
    errors: tuple[str, ...]
    start_mib: float
    alone_mib: float
    most_mib: float
    after_mib: float
    users: int
    cpu_pct: float
    change_ms: float
    """Processor time of the server for each change. [ms]."""
    others_load: tuple[float, float]
    """Load of the machine before anything was started, and at the end."""

    @property
    def times_alone(self) -> float:
        """95th percentile of all changes, against one person's."""
        return percentile(everything(self.together), 95) / percentile(
            everything(self.alone), 95
        )

    @property
    def session_mib(self) -> float:
        """Memory of each session. [MiB]."""
        return (self.most_mib - self.start_mib) / self.users

    @property
    def left_pct(self) -> float:
        """How much more there is in the end than at the start. [%]."""
        return 100.0 * (self.after_mib / self.start_mib - 1.0)

    def holds(self) -> bool:
        """Whether every target is met."""
        return (
            not (self.errors or self.verdict.wrong or self.verdict.of_another)
            and self.times_alone <= MOST_TIMES_ALONE
            and self.session_mib <= MOST_MIB
            and self.left_pct <= MOST_LEFT_PCT
        )


def everything(seconds: Mapping[str, Sequence[float]]) -> list[float]:
    """Seconds of all changes, whichever page they were made on. [s]."""
    return [one for of_page in seconds.values() for one in of_page]


def percentile(seconds: Sequence[float], share: float) -> float:
    """Percentile of some seconds, NaN of none. [s]."""
    return float(np.percentile(seconds, share)) if seconds else float("nan")


@dataclass
class _Memory:
    """The most that the server has held since it was last asked."""

    server: Server
    most_mib: float = field(default=0.0)

    async def watch(self) -> None:
        while True:
            self.most_mib = max(self.most_mib, self.server.memory_mib())
            await asyncio.sleep(_EVERY_S)


async def measured(server: Server, plan: Plan) -> Found:
    """Let one person warm up, one be alone, and all come at once and leave."""
    load_before = os.getloadavg()[0]
    warm, alone, together = Log(), Log(), Log()
    await _tour(server, warm, plan, -1)
    start_mib = server.memory_mib()
    for number in range(plan.alone):
        await _tour(server, alone, plan, -2 - number)
    alone_mib = server.memory_mib()
    memory = _Memory(server)
    watching = asyncio.create_task(memory.watch())
    cpu_s, began = server.cpu_s(), time.monotonic()
    await _all_at_once(server, together, plan)
    cpu_s, lasted_s = server.cpu_s() - cpu_s, time.monotonic() - began
    watching.cancel()
    await asyncio.sleep(plan.rest_s)
    logs = (warm, alone, together)
    return Found(
        alone=alone.seconds,
        together=together.seconds,
        verdict=judge([seen for log in logs for seen in log.seen]),
        errors=(*(e for log in logs for e in log.errors), *server.complaints()),
        start_mib=start_mib,
        alone_mib=alone_mib,
        most_mib=memory.most_mib,
        after_mib=server.memory_mib(),
        users=plan.users,
        cpu_pct=100.0 * cpu_s / lasted_s,
        change_ms=1000.0 * cpu_s / max(len(everything(together.seconds)), 1),
        others_load=(load_before, os.getloadavg()[0]),
    )


async def _tour(server: Server, log: Log, plan: Plan, number: int) -> None:
    """Let one person see all pages, and leave."""
    person = Person(number, plan.seed, log, plan.alone_thinks_s)
    await person.visit(server.url, lambda: False, whole=True)


async def _all_at_once(server: Server, log: Log, plan: Plan) -> None:
    """Let all people come, stay and leave."""
    end = time.monotonic() + plan.arrive_s + plan.seconds
    draw = random.Random(plan.seed)

    async def come(number: int, after_s: float) -> None:
        await asyncio.sleep(after_s)
        person = Person(number, plan.seed, log, plan.thinks_s)
        await person.visit(server.url, lambda: time.monotonic() > end, whole=False)

    arrivals = [draw.uniform(0.0, plan.arrive_s) for _ in range(plan.users)]
    await asyncio.gather(*(come(n, after_s) for n, after_s in enumerate(arrivals)))
