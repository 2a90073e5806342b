"""The server that is measured: the app as ``make app`` starts it, and its memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.server import serving

ROOT = Path(__file__).parents[2]
MIB = 2**20


@dataclass(frozen=True)
class Server:
    """The process that serves the pages, and what it has written.

    Those that wait for files, which each have their own memory, are not counted: nobody
    gives any here.
    """

    url: str
    process: psutil.Process
    log: Path

    def memory_mib(self) -> float:
        """Memory of the process. [MiB]."""
        return float(self.process.memory_info().rss) / MIB

    def cpu_s(self) -> float:
        """Processor time that it has used. [s]."""
        return float(sum(self.process.cpu_times()[:2]))

    def complaints(self) -> list[str]:
        """Lines of its log that tell of an error."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if "Traceback" in line or "ERROR" in line]


@contextmanager
def started(port: int) -> Iterator[Server]:
    """Start the app on this port of 127.0.0.1, and end it with the block."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    before = {*psutil.Process().children()}
    with TemporaryDirectory() as home:
        command += ["--server.port", str(port)]
        with serving(command, port, ROOT, Path(home)) as url:
            (process,) = {*psutil.Process().children()} - before
            yield Server(url, process, Path(home) / "server.log")
