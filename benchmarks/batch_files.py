"""Files that `cramprisk batch` reads and writes, against pandas doing only that.

``python -m benchmarks.batch_files [--rows 10000000]``, or with all others ``make bench``.
Each run is a process of its own, from its start to its end, in seconds of the processor;
only what two processes gain is by the clock.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, print_figures, scaled
from riskmodel import assess_frame

N = scaled(300_000)
N_MEMORY = scaled(1_000_000)
PART = 50_000  # rows that are drawn at once
ROUNDS = 1

OURS = """
import sys
from riskmodel.cli import app
try:
    app()
finally:
    with open("/proc/self/status") as status:  # Linux alone tells it
        print(status.read().split("VmHWM:")[1].split()[0], file=sys.stderr)
"""
# What is written is at hand: to read it counts for nothing.
PEER = """
import sys, time
import pandas as pd
source, results, target = sys.argv[1:]
start = time.process_time()
results = pd.read_pickle(results)
aside = time.process_time() - start
pd.read_csv(source)
results.to_csv(target, index=False)
print(time.process_time() - aside, file=sys.stderr)
"""


class Run(NamedTuple):
    """What a whole process took."""

    cpu_s: float
    wall_s: float
    told: float  # last of what it said: peak memory [kB], or seconds of the peer


def run(program: str, *arguments: object) -> Run:
    """Run a program to its end."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True)
    wall_s, after = time.perf_counter() - start, os.times()
    used = (
        after.children_user
        - before.children_user
        + after.children_system
        - before.children_system
    )
    return Run(used, wall_s, float(done.stderr.split()[-1]))


def write_sessions(folder: Path, n_sessions: int) -> None:
    """The same sessions as CSV and as Parquet, without ever holding all."""
    parquet = None
    with (folder / "in.csv").open("w") as file:
        for start in range(0, n_sessions, PART):
            n_rows = min(PART, n_sessions - start)
            part = raw_frame(n_rows, start, categories=True)
            part.to_csv(file, index=False, header=start == 0)
            table = pa.Table.from_pandas(part, preserve_index=False)
            parquet = parquet or pq.ParquetWriter(folder / "in.parquet", table.schema)
            parquet.write_table(table)
    parquet.close()


def write_results(folder: Path) -> None:
    """The columns of the output, for the peer to write."""
    sessions = pd.read_csv(folder / "in.csv", low_memory=False)
    results = assess_frame(sessions).astype({"missing": str, "safety": str})
    used = {name: f"{name}_used" for name in results if name in sessions}
    joined = pd.concat([sessions, results.rename(columns=used)], axis=1)
    joined.to_pickle(folder / "results")


def in_and_out() -> Figures:
    """CSV to CSV and Parquet to Parquet, beside pandas on the same CSV."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sessions(folder, N)
        write_results(folder)
        seconds = dict.fromkeys(("peer", "csv", "parquet"), np.inf)
        for _ in range(ROUNDS):
            peer = run(PEER, folder / "in.csv", folder / "results", folder / "peer.csv")
            seconds["peer"] = min(seconds["peer"], peer.told)
            for kind in ("csv", "parquet"):
                ours = run(OURS, "batch", folder / f"in.{kind}", folder / f"out.{kind}")
                seconds[kind] = min(seconds[kind], ours.cpu_s)
        rate = {kind: N / one for kind, one in seconds.items()}
    yield "batch, CSV in and out / pandas", rate["csv"], rate["peer"], 1 / 0.8
    yield "batch, Parquet in and out / pandas, CSV", rate["parquet"], rate["peer"], 2.0


def ten_times() -> Figures:
    """Memory of a tenth of the rows and of all, with files large enough to fill it."""
    for kind in ("csv", "parquet"):
        peaks = []
        for n_sessions in (N_MEMORY // 10, N_MEMORY):
            with TemporaryDirectory() as name:
                folder = Path(name)
                write_sessions(folder, n_sessions)
                one = run(OURS, "batch", folder / f"in.{kind}", folder / f"out.{kind}")
                peaks.append(one.told)
        yield f"memory of a tenth of the rows / of all, {kind}", *peaks, 1 / 1.2


def two_processes() -> Figures:
    """Rows a second of two processes and of one, by the clock.

    Of so many rows as more processes are for: the second needs most of a second to start.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_sessions(folder, N_MEMORY)
        for kind in ("csv", "parquet"):
            files = (folder / f"in.{kind}", folder / f"out.{kind}")
            seconds = dict.fromkeys((1, 2), np.inf)
            for _ in range(ROUNDS):
                for jobs in seconds:
                    one = run(OURS, "batch", *files, "--jobs", jobs)
                    seconds[jobs] = min(seconds[jobs], one.wall_s)
            both, alone = N_MEMORY / seconds[2], N_MEMORY / seconds[1]
            yield f"batch --jobs 2 / one, {kind}", both, alone, 1.6


FIGURES = (in_and_out, ten_times, two_processes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int)
    if n_rows := parser.parse_args().rows:
        N = N_MEMORY = n_rows
    print_figures(FIGURES)
