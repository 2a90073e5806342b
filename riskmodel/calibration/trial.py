"""A scorecard calibrated and checked in a process of its own: ``python -m`` this module.

The scorecard comes as TOML by standard input.  Every line that goes out is a JSON
object: ``step`` and ``share`` as it goes on, then ``calibration``, ``published`` and
``report`` as each is there, or the ``problem`` that ended it.  An empty line each second
says that it is alive; when nobody reads it any more, it ends.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from threading import Lock, Thread
from typing import Any

from riskmodel.calibration.checks import calibration_checks, published_checks
from riskmodel.calibration.fit import calibrate
from riskmodel.scorecard.rows import Scorecard, read_scorecard
from riskmodel.scoring.calibration_file import build_calibration

# Shares of the whole time that pass before the published figures, and the simulators.
_CALIBRATED, _PUBLISHED = 0.4, 0.75
_NICE = 10  # pages that score go first


def try_scorecard(scorecard: Scorecard, tell: Callable[[Mapping[str, Any]], None]) -> None:
    """Calibrate a scorecard and run the checks, telling each part as it is there.

    The rivals and the simulators' own figures are left out.

    Parameters
    ----------
    scorecard : Scorecard
    tell : callable
        Gets ``step`` and ``share``, ``calibration``, ``published``, ``report``.
    """
    raw = calibrate(
        scorecard,
        progress=lambda share, what: tell({"step": what, "share": share * _CALIBRATED}),
    )
    tell({"calibration": raw})
    tell({"step": "Published figures", "share": _CALIBRATED})
    calibration = build_calibration(raw)
    published = published_checks(scorecard, calibration, with_simulators=False)
    tell({"published": published.to_dict("records")})
    tell({"step": "Fresh sessions", "share": _PUBLISHED})
    tell({"report": calibration_checks(scorecard, calibration, with_rivals=False)})


def _run(toml: str) -> None:
    one_at_a_time = Lock()

    def write(line: str) -> None:
        try:
            with one_at_a_time:
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
        except OSError:  # nobody listens any more
            os._exit(1)

    def beat() -> None:
        while True:
            time.sleep(1.0)
            write("")

    Thread(target=beat, daemon=True).start()
    try:
        try_scorecard(read_scorecard(toml), lambda part: write(json.dumps(part)))
    except (ValueError, ArithmeticError, MemoryError, RuntimeError) as error:
        write(json.dumps({"problem": f"{error}"}))


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(_NICE)
    _run(sys.stdin.buffer.read().decode("utf-8"))
