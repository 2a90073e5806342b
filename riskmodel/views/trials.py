"""Cards that are calibrated and checked in processes of their own, one after the other."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import riskmodel
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.calibration_file import build_calibration
from riskmodel.scoring.probability import Calibration
from riskmodel.serving.visitor import still_there

_COMMAND = (sys.executable, "-m", "riskmodel.calibration.trial")
_PATIENCE_S = 10.0  # a browser that lost its connection may come back
_LONGEST_S = 600.0
MOST_WAITING = 8
"""Trials of all visitors at once, the one that runs among them: judgement."""
_TOO_MANY = "Too many cards are waiting on this server: try again in a few minutes."
_logger = logging.getLogger(__name__)
# One core for each: others' pages use the rest.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# Trials of all visitors that are not over, the one that runs first.
_line: list[Trial] = []
_lock = Lock()


def can_be_run() -> bool:
    """Whether what calibrates is installed."""
    return find_spec("sklearn") is not None


class Trial:
    """One card that waits, runs, or is over; it ends when its visitor is gone.

    Attributes
    ----------
    card : Scorecard
    step : str
        What it does now.
    share : float
        How much is done, from 0 to 1.
    raw, calibration : mapping, Calibration or None
        As the file holds it, and read.
    published, report : list of mapping, mapping or None
        What the checks came to.
    problem : str
        Why there is no result, in one sentence.
    over : bool
    """

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self.step, self.share, self.problem = "", 0.0, ""
        self.raw: Mapping[str, Any] | None = None
        self.calibration: Calibration | None = None
        self.published: list[Mapping[str, Any]] | None = None
        self.report: Mapping[str, Any] | None = None
        self.over = self._stopped = False
        self._is_watched = still_there(_PATIENCE_S)
        self._began = time.monotonic()
        with _lock:
            if len(_line) >= MOST_WAITING:
                self.problem, self.over = _TOO_MANY, True
                return
            _line.append(self)
        Thread(target=self._wait_and_run, daemon=True).start()

    @property
    def ahead(self) -> int:
        """How many trials of others have to end before it runs."""
        with _lock:
            return _line.index(self) if self in _line else 0

    def stop(self) -> None:
        """End it, within a second, whatever it does."""
        self._stopped = True

    def _is_wanted(self) -> bool:
        return self._is_watched() and not self._stopped

    def _wait_and_run(self) -> None:
        try:
            while self.ahead and self._is_wanted():
                time.sleep(0.2)
            if self._is_wanted():
                self._began = time.monotonic()
                self._run()
        except (OSError, ValueError, KeyError, TypeError) as error:
            # The process could not be started, or said what cannot be read.
            _logger.exception("A calibration ended")
            self.problem = f"The calculation could not be run ({type(error).__name__})."
        finally:
            with _lock:
                _line.remove(self)
            self.over = True

    def _run(self) -> None:
        package = str(Path(riskmodel.__file__).parents[1])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        own = dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": os.pathsep.join(paths)}
        with subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **own},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(self.card.toml.encode())
            process.stdin.close()
            # A line comes each second.
            for line in process.stdout:
                if not self._is_wanted():
                    process.kill()
                    return
                if time.monotonic() - self._began > _LONGEST_S:
                    process.kill()
                    self.problem = "It took too long, and was ended."
                    return
                if line.strip():
                    self._take(json.loads(line))
        if self.report is None and not self.problem:
            self.problem = "The calculation ended without a result."

    def _take(self, part: Mapping[str, Any]) -> None:
        self.step = part.get("step", self.step)
        self.share = part.get("share", self.share)
        self.problem = part.get("problem", self.problem)
        self.published = part.get("published", self.published)
        self.report = part.get("report", self.report)
        if "calibration" in part:
            self.raw = part["calibration"]
            self.calibration = build_calibration(part["calibration"])
