"""A folder of tables scored file by file, on this machine or on many, with Dask."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from riskmodel import __version__
from riskmodel.cli.frame import progress_bar, say
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.told import as_line, in_quotes
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.engine import engine
from riskmodel.scoring.probability import Calibration

if TYPE_CHECKING:
    from distributed import Client

    from riskmodel.cli.parts import Counts, Scoring

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
    pattern: str,
    out: str,
    *,
    scheduler: str | None = None,
    jobs: int = 2,
    columns: Sequence[str] | None = None,
    scorecard: Scorecard | None = None,
    calibration: Calibration | None = None,
) -> Counts:
    """Score every file that a pattern names into a folder, each under its own name.

    Parameters
    ----------
    pattern : str
        As in ``in/*.parquet``, or an address of another store, as in
        ``s3://bucket/in/*.parquet``.
    out : str
        A folder, or its address; empty or not there yet.
    scheduler : str, optional
        Address of a Dask scheduler, as in ``tcp://host:8786``; by default as many
        workers as there are ``jobs`` are started here.
    jobs : int
    columns : sequence of str, optional
        To be written, of the files' own and of the results; by default all.
    scorecard, calibration : optional
        As for `riskmodel.assess_frame`; they travel to the workers.

    Returns
    -------
    Counts
        Of all files together.

    Raises
    ------
    ClusterError
        If a file was not scored; a file in ``out`` is whole nevertheless.
    """
    missing = 'Many files at once need more packages: pip install "cramp-risk[cluster]"'
    try:
        import distributed  # noqa: F401

        from riskmodel.cli.parts import Scoring
    except ModuleNotFoundError as error:
        raise ClusterError(f"{missing} ({error.name} is not installed).") from error
    used = engine(scorecard, calibration)
    wanted = None if columns is None else frozenset(columns)
    scoring = Scoring(used.scorecard, used.calibration, wanted)
    from_store, to_store, files = _files(pattern, out)
    with _connected(scheduler, jobs) as client:
        for note in _columns_notes(client, from_store, files, scoring):
            say(note, err=True)
        to_store.makedirs(_folder(to_store, out), exist_ok=True)
        counts = _score_all(client, (from_store, to_store), files, scoring)
    return _write_success(to_store, _folder(to_store, out), counts, scoring)


def _folder(store: Any, out: str) -> str:
    return str(store._strip_protocol(out)).rstrip("/")


def _files(pattern: str, out: str) -> tuple[Any, Any, list[_File]]:
    """Files to score, largest first, with the stores in which they lie and go."""
    from fsspec.core import url_to_fs

    from riskmodel.cli.parts import ENDINGS

    try:
        from_store, path = url_to_fs(pattern)
        to_store, _ = url_to_fs(out)
        there = from_store.glob(path, detail=True)
    except (ImportError, ValueError) as error:  # of a store that nothing here can reach
        raise ClusterError(f"{in_quotes(pattern)} or {in_quotes(out)}: {error}") from error
    found = {path: about for path, about in there.items() if about["type"] == "file"}
    if not found:
        raise ClusterError(f"No file matches {in_quotes(pattern)}.")
    folder = _folder(to_store, out)
    if to_store.exists(folder) and (others := to_store.ls(folder, detail=False)):
        name = min(others).rpartition("/")[2]
        raise ClusterError(
            f"{out} is not empty (it holds {name}); name another folder, so that the "
            "results of two runs do not mix."
        )
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


@contextmanager
def _connected(scheduler: str | None, jobs: int) -> Iterator[Client]:
    """A scheduler with at least one worker, here or at an address."""
    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as opened:
        opened.enter_context(dask.config.set(_QUIET))
        opened.enter_context(_silent())
        if scheduler is None:
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
    log = logging.getLogger("distributed")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _columns_notes(
    client: Client, store: Any, files: Sequence[_File], scoring: Scoring
) -> list[str]:
    """Say which columns are not used; files that do not belong together are an error."""
    from riskmodel.cli.parts import columns_of, spelt

    looked = {
        client.submit(columns_of, store, file.source, pure=False): file for file in files
    }
    names = {file.name: _outcome(future, file) for future, file in looked.items()}
    first, *others = sorted(names)
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
    written = {*names[first], *scoring.results(pd.DataFrame(), names[first]).columns}
    if strange := sorted((scoring.columns or frozenset()) - written):
        raise ClusterError(f"There is no column {_some(strange)} to write.")
    unused = [name for name in names[first] if spelt(name) not in FIELDS]
    sentences = (str(Problem(name, "no_such_input")) for name in unused)
    return [f"Not used: {' '.join(sentences)}"] if unused else []


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(map(in_quotes, names[:_NAMED])) + more


def _score_all(
    client: Client, stores: tuple[Any, Any], files: Sequence[_File], scoring: Scoring
) -> dict[str, Counts]:
    """Score every file, also where one of them cannot be."""
    from distributed import as_completed

    from riskmodel.cli.parts import score_file

    counts: dict[str, Counts] = {}
    failed: list[str] = []
    waiting = list(reversed(files))
    at_work: dict[Any, _File] = {}

    def next_future() -> Any:
        file = waiting.pop()
        way = stores[0], file.source, stores[1], file.target
        future = client.submit(score_file, *way, scoring, pure=False)
        at_work[future] = file
        return future

    # No more at once than are worked on: a worker that is ended casts doubt on all it has.
    done = as_completed()
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
            bar.update(task, advance=file.n_bytes)
    if failed:
        whole = (
            f"{len(counts)} of {len(files)} files were scored, and there is no {SUCCESS}."
        )
        raise ClusterError(f"{failed[0]} {whole}")
    return counts


def _outcome(future: Any, file: _File) -> Any:
    """What came of one file, or in a sentence why nothing did."""
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        raise ClusterError(
            f"{file.name} was not scored: whoever worked on it was ended, every time, as "
            "happens where memory runs out; give workers more of it, or take fewer --jobs."
        ) from error
    except CancelledError as error:
        raise ClusterError(
            f"{file.name} was not scored: the scheduler went away."
        ) from error
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"A worker lacks a package ({error.name}); install on each: "
            'pip install "cramp-risk[cluster]"'
        ) from error
    except (OSError, ValueError) as error:
        raise ClusterError(f"{file.name} was not scored: {as_line(str(error))}") from error


def _write_success(
    store: Any, folder: str, counts: Mapping[str, Counts], scoring: Scoring
) -> Counts:
    """Say of a folder that it is whole, and what is in it."""
    from riskmodel.cli.parts import UNFINISHED, Counts, appearing

    for left in store.glob(f"{folder}/**/.*{UNFINISHED}"):
        with suppress(OSError):  # of a worker that was ended
            store.rm_file(left)
    total = Counts(
        sum(count.rows for count in counts.values()),
        sum(count.with_problems for count in counts.values()),
    )
    summary = {
        "program": __version__,
        "scorecard": scoring.scorecard.citation,
        "all": vars(total),
        "files": {name: vars(counts[name]) for name in sorted(counts)},
    }
    with appearing(store, f"{folder}/{SUCCESS}") as out:
        out.write(json.dumps(summary, indent=1).encode())
    return total
