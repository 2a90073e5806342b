"""A folder of tables scored file by file, on this machine or on many, with Dask."""

from __future__ import annotations

import json
import logging
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskmodel import __version__
from riskmodel.cli.frame import progress_bar
from riskmodel.inputs.installing import how_to_install
from riskmodel.inputs.told import as_line, in_quotes

if TYPE_CHECKING:
    from distributed import Client

    from riskmodel.cli.batch_scores import Scoring
    from riskmodel.cli.parts import Counts

SUCCESS = "_SUCCESS"
"""Name of what is written last, into a folder in which every file is whole."""

_WAIT_S = 5.0  # for a scheduler, and for its first worker; judgement
_MAGIC = "*?["
_NAMED = 3  # of many names
# No page and no log: what is wrong is told in sentences, and one machine is asked only.
_QUIET = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.comm.timeouts.connect": f"{_WAIT_S} s",
    "distributed.diagnostics.nvml": False,
}


class ClusterError(ValueError):
    """Files were not scored; the text says which and why."""


@dataclass(frozen=True)
class _File:
    """A file of the folder: where it lies, where its result goes, and how large it is."""

    name: str
    source: str
    target: str
    n_bytes: int


def is_pattern(source: str) -> bool:
    """Whether a source names many files, as in ``in/*.parquet``, and none by itself."""
    return any(sign in source for sign in _MAGIC) and not Path(source).exists()


def batch_folder(
    pattern: str, out: str, scoring: Scoring, scheduler: str = "", jobs: int = 1
) -> Counts:
    """Score every file that a pattern names into a folder, each under its own name.

    Parameters
    ----------
    pattern : str
        As in ``in/*.parquet``, or an address of another store, as in
        ``s3://bucket/in/*.parquet``.
    out : str
        A folder, or its address; empty or not there yet.
    scoring : Scoring
        Its scorecard and its calibration travel to the workers.
    scheduler : str
        Address of a Dask scheduler, as in ``tcp://host:8786``; without one as many
        workers as there are ``jobs`` are started here.
    jobs : int

    Returns
    -------
    Counts
        Of all files together.

    Raises
    ------
    ClusterError
        If a file was not scored; a file in ``out`` is whole nevertheless.
    """
    from riskmodel.cli.batch_tables import plan_notes
    from riskmodel.scoring.engine import engine

    try:
        import pyarrow  # noqa: F401
        from distributed import CancelledError
        from distributed.comm import CommClosedError
    except ModuleNotFoundError as error:
        raise ClusterError(
            "Many files at once need more packages: "
            f"{how_to_install('cluster')} ({error.name} is not installed)."
        ) from error
    used = engine(scoring.card, scoring.curves)
    scoring = replace(scoring, card=used.scorecard, curves=used.calibration)
    from_store, to_store, files = _files(pattern, out)
    folder = _folder(to_store, out)
    try:
        with _connected(scheduler, jobs) as client:
            columns = _check_columns(client, from_store, files)
            with _sentences_of_stores(out):
                to_store.makedirs(folder, exist_ok=True)
            counts = _score_all(client, (from_store, to_store), files, scoring)
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(
            f"The scheduler went away. What is in {out} is whole; there is no {SUCCESS}."
        ) from error
    finally:
        _take_away_unfinished(to_store, folder)
    total = _write_success(to_store, folder, counts, used.scorecard.citation)
    return replace(total, aside=tuple(plan_notes(columns, scoring.plan)))


def _folder(store: Any, out: str) -> str:
    return str(store._strip_protocol(out)).rstrip("/")


def _files(pattern: str, out: str) -> tuple[Any, Any, list[_File]]:
    """Files to score, largest first, with the stores in which they lie and go."""
    from fsspec.core import url_to_fs

    from riskmodel.cli.parts import ENDINGS

    with _sentences_of_stores(pattern):
        from_store, path = url_to_fs(pattern)
        there = from_store.glob(path, detail=True)
    found = {path: about for path, about in there.items() if about["type"] == "file"}
    if not found:
        raise ClusterError(f"No file matches {in_quotes(pattern)}.")
    to_store, folder = _empty_folder(out)
    # Below the last folder that the pattern names in full.
    fixed = path[: min((path.find(sign) for sign in _MAGIC if sign in path), default=None)]
    root = len(fixed.rpartition("/")[0])
    files = [
        _File(source[root:].lstrip("/"), source, folder + source[root:], about["size"])
        for source, about in found.items()
    ]
    if strange := [file.name for file in files if not file.name.endswith(ENDINGS)]:
        raise ClusterError(
            f"{_some(strange)} cannot be read; of many files each ends with "
            f"{' or '.join(ENDINGS)}."
        )
    return from_store, to_store, sorted(files, key=lambda file: -file.n_bytes)


def _empty_folder(out: str) -> tuple[Any, str]:
    """Where results go, refused before any work where they would not stay apart."""
    from fsspec.core import url_to_fs

    if out in ("", "-"):
        raise ClusterError("Results of many files go into a folder; name one, as in out/.")
    with _sentences_of_stores(out):
        store, _ = url_to_fs(out)
        folder = _folder(store, out)
        there = store.exists(folder)
        if there and not store.isdir(folder):
            raise ClusterError(f"{in_quotes(out)} is a file; name a folder that is new.")
        others = store.ls(folder, detail=False) if there else []
    if "memory" in store.protocol:
        raise ClusterError(
            f"{in_quotes(out)} is in the memory of a process and would end with it; name a "
            "folder that stays."
        )
    if others:
        name = min(others).rpartition("/")[2]
        raise ClusterError(
            f"{out} is not empty (it holds {name}); name another folder, so that the "
            "results of two runs do not mix."
        )
    return store, folder


@contextmanager
def _sentences_of_stores(address: str) -> Iterator[None]:
    """Turn what a store raises into a sentence; what the system says is told elsewhere."""
    try:
        yield
    except (OSError, ClusterError):
        raise
    except Exception as error:
        why = as_line(str(error) or type(error).__name__).strip().rstrip(".")
        raise ClusterError(f"{in_quotes(address)} cannot be reached: {why}.") from error


@contextmanager
def _connected(scheduler: str, jobs: int) -> Iterator[Client]:
    """A scheduler with at least one worker, here or at an address."""
    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as opened:
        opened.enter_context(dask.config.set(_QUIET))
        opened.enter_context(_silent())
        if not scheduler:
            with _not_interrupted():
                cluster = LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    silence_logs=logging.CRITICAL,
                )
            opened.enter_context(cluster)
            yield opened.enter_context(Client(cluster))
            return
        try:
            client = opened.enter_context(Client(scheduler, timeout=_WAIT_S))
        except (OSError, ValueError) as error:
            raise ClusterError(
                f"No Dask scheduler answers at {in_quotes(scheduler)}; an address is as in "
                "tcp://host:8786."
            ) from error
        try:
            client.wait_for_workers(1, timeout=_WAIT_S)
        except TimeoutError as error:
            raise ClusterError(
                f"The scheduler at {scheduler} has no worker; start some: "
                f"dask worker {scheduler}"
            ) from error
        yield client


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """Threads and programs that start here leave an interruption to us."""
    masked = getattr(signal, "pthread_sigmask", None)  # where the system has it
    resource_tracker.ensure_running()  # it would unmask the thread that first needs it
    before = masked and masked(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if masked:
            masked(signal.SIG_SETMASK, before)


@contextmanager
def _silent() -> Iterator[None]:
    """No log of Dask in the terminal: what went wrong is told in a sentence."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)


def _check_columns(client: Client, store: Any, files: Sequence[_File]) -> list[str]:
    """Columns of all files; stops before any work where these do not belong together."""
    from riskmodel.cli.batch_tables import are_ours
    from riskmodel.cli.parts import attempt, columns_of

    looked = {
        client.submit(attempt, columns_of, store, file.source, pure=False): file
        for file in files
    }
    names: dict[str, list[str]] = {
        file.name: _outcome(future, file) for future, file in looked.items()
    }
    first, *others = sorted(names)
    if not are_ours(names[first]):
        raise ClusterError(
            f"{first} does not name its columns as the template does; score a list alone."
        )
    for other in others:
        lacking = [name for name in names[first] if name not in names[other]]
        further = [name for name in names[other] if name not in names[first]]
        if lacking or further:
            what = [f"no {_some(lacking)}"] * bool(lacking)
            what += [f"{_some(further)} besides"] * bool(further)
            raise ClusterError(
                f"{other} has other columns than {first}: {' and '.join(what)}; score "
                "them apart."
            )
    return names[first]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(in_quotes, names[:_NAMED])) + more


def _score_all(
    client: Client, stores: tuple[Any, Any], files: Sequence[_File], scoring: Scoring
) -> dict[str, Counts]:
    """Score every file, also where one of them cannot be."""
    from distributed import as_completed

    from riskmodel.cli.parts import attempt, score_file

    counts: dict[str, Counts] = {}
    failed: list[str] = []
    waiting = list(reversed(files))
    at_work: dict[Any, _File] = {}

    def next_future() -> Any:
        file = waiting.pop()
        way = stores[0], file.source, stores[1], file.target
        given = *way, scoring, __version__
        future = client.submit(attempt, score_file, *given, pure=False)
        at_work[future] = file
        return future

    # No more at once than are worked on: a worker that is ended casts doubt on all it has.
    done, start = as_completed(), time.monotonic()
    with progress_bar(sum(file.n_bytes for file in files)) as (bar, task):
        while waiting or at_work:
            while waiting and len(at_work) < max(1, sum(client.nthreads().values())):
                done.add(next_future())
            future = next(done)
            file = at_work.pop(future)
            try:
                counts[file.name] = _outcome(future, file)
            except ClusterError as error:
                failed.append(str(error))
            n_rows = sum(count.n_rows for count in counts.values())
            rate = f"{n_rows / (time.monotonic() - start):,.0f} rows/s"
            bar.update(task, advance=file.n_bytes, rate=rate)
    if failed:
        whole = (
            f"{len(counts)} of {len(files)} files were scored, and there is no {SUCCESS}."
        )
        raise ClusterError(f"{failed[0]} {whole}")
    return counts


def _outcome(future: Any, file: _File) -> Any:
    """What came of one file, or in a sentence why nothing did."""
    from distributed.scheduler import KilledWorker

    from riskmodel.cli.parts import Failed

    try:
        outcome = future.result()
    except KilledWorker as error:
        raise ClusterError(
            f"{file.name} was not scored: whoever worked on it was ended, every time, as "
            "happens where memory runs out; give workers more of it, or take fewer --jobs."
        ) from error
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"A worker lacks a package ({error.name}); install on each: "
            f"{how_to_install('cluster')}"
        ) from error
    if isinstance(outcome, Failed):
        raise ClusterError(f"{file.name} was not scored. {outcome.reason.rstrip('.')}.")
    return outcome


def _take_away_unfinished(store: Any, folder: str) -> None:
    """Leave nothing of a worker that was ended while it wrote."""
    from riskmodel.cli.parts import UNFINISHED

    for left in store.glob(f"{folder}/**/.*{UNFINISHED}"):
        with suppress(OSError):
            store.rm_file(left)


def _write_success(
    store: Any, folder: str, counts: Mapping[str, Counts], scorecard: str
) -> Counts:
    """Say of a folder that it is whole, and what is in it; gives all counts together."""
    from riskmodel.cli.parts import Counts, appearing

    total = sum(counts.values(), start=Counts())

    def numbers(count: Counts) -> dict[str, int]:
        return {
            "sessions": count.n_rows,
            "without_score": count.n_bad,
            "answers_left_open": count.n_open,
        }

    summary = {
        "program": __version__,
        "scorecard": scorecard,
        "all": numbers(total),
        "files": {name: numbers(counts[name]) for name in sorted(counts)},
    }
    with appearing(store, f"{folder}/{SUCCESS}") as out:
        out.write(json.dumps(summary, indent=1).encode())
    return total
