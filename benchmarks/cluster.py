"""Three million rows in twelve files: one after another here, and on two workers of Dask.

``python -m benchmarks.cluster [ROWS]``.  Processor seconds of this process and of every
worker count, starting and ending them too; the parts of both must be equal.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import fsspec
import pandas as pd

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, print_figures, scaled
from riskmodel.cli.batch_scores import Scoring
from riskmodel.cli.cluster import batch_folder
from riskmodel.cli.parts import score_file

N = scaled(3_000_000)
N_FILES = 12
N_WORKERS = 2
SCORING = Scoring({}, None, None)


def cpu_and_wall_s(task: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds of this process and of ended children, and seconds by the clock."""

    def spent() -> float:
        usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    cpu, wall = spent(), time.perf_counter()
    task()
    return spent() - cpu, time.perf_counter() - wall


def cluster(n_rows: int = N) -> Figures:
    """Rows a second of both ways, by processor and by clock, and memory of a worker."""
    with tempfile.TemporaryDirectory() as place:
        source, here, there = (Path(place) / name for name in ("in", "here", "there"))
        source.mkdir()
        for number in range(N_FILES):
            frame = raw_frame(n_rows // N_FILES, number, categories=True)
            frame.to_parquet(source / f"{number:02}.parquet")
        files = sorted(source.iterdir())
        disk = fsspec.filesystem("file")

        def in_turn() -> None:
            for file in files:
                score_file(disk, str(file), disk, str(here / file.name), SCORING)

        def on_workers() -> None:
            pattern = f"{source}/*.parquet"
            batch_folder(pattern, str(there), SCORING, jobs=N_WORKERS)

        alone, clustered = cpu_and_wall_s(in_turn), cpu_and_wall_s(on_workers)
        worker_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        own_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for file in files:
            parts = (pd.read_parquet(folder / file.name) for folder in (here, there))
            pd.testing.assert_frame_equal(*parts, check_exact=True)
    what = f"{n_rows:,} rows in {N_FILES} files, {N_WORKERS} workers / a plain loop"
    yield f"{what}, cpu", n_rows / clustered[0], n_rows / alone[0], None
    yield f"{what}, by the clock", n_rows / clustered[1], n_rows / alone[1], None
    yield "MiB of a worker / of the plain loop", worker_mib, own_mib, None, "share"


FIGURES = (cluster,)

if __name__ == "__main__":
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else N
    print_figures((lambda: cluster(n_rows),), rounds=1)
