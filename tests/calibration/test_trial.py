"""A card of one's own, calibrated and checked in another process."""

import json
import subprocess
import sys
import time
from functools import partial

from riskmodel import assess, load_scorecard
from riskmodel.calibration import anchors, fit, trial
from riskmodel.datasets import load_examples
from riskmodel.scoring.calibration_file import build_calibration

COMMAND = [sys.executable, "-m", "riskmodel.calibration.trial"]


def test_a_card_is_calibrated_and_checked_part_by_part(monkeypatch):
    small = {"n_scenarios": 4000, "draws_per_structure": 3}
    monkeypatch.setattr(trial, "calibrate", partial(fit.calibrate, **small))
    checks = partial(trial.calibration_checks, **small)
    monkeypatch.setattr(trial, "calibration_checks", checks)
    monkeypatch.setattr(anchors, "_PEOPLE", 200)
    card = load_scorecard().with_points("heat", at=28, points=25)
    parts = []
    trial.try_scorecard(card, parts.append)
    shares = [part["share"] for part in parts if "share" in part]
    assert shares == sorted(shares)
    assert 0 == shares[0] < shares[-1] < 1
    told = json.loads(json.dumps({k: v for part in parts for k, v in part.items()}))
    calibration = build_calibration(told["calibration"])
    calibration.require(card)
    assert 0 < assess(load_examples()["Marathon"], card, calibration).probability < 1
    assert {row["model"] for row in told["published"]} == {"product"}
    assert told["report"]["benchmarks"] == []


def test_a_card_that_cannot_be_used_is_told_and_nobody_listening_ends_it():
    done = subprocess.run(COMMAND, input=b"title = 1", capture_output=True, check=True)
    told = [json.loads(line) for line in done.stdout.splitlines() if line]
    assert [*told[-1]] == ["problem"]
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(load_scorecard().toml.encode())
        process.stdin.close()
        process.stdout.readline()
        process.stdout.close()
        start = time.monotonic()
        assert process.wait(timeout=60) == 1
        assert time.monotonic() - start < 30
