"""The trial with mutants and random answers runs, and notices what is planted."""

import time
import warnings
from random import Random

import pytest

from proofs import fuzz
from proofs.fuzzing import mutate, seeds, structure
from proofs.fuzzing.importers import IMPORTERS
from proofs.fuzzing.judge import (
    BrokenLaw,
    Target,
    as_bytes,
    check_sentence,
    judge,
    run_cases,
    shrunk,
)
from proofs.fuzzing.laws import check_chances, check_no_infinity


class _SpoiltError(ValueError):
    """What a planted reader says no with."""


def _target(run, name="planted", refusals=(_SpoiltError,)):
    return Target(name, name, 1, lambda rng: rng.randbytes(8), run, refusals)


def _key(content):
    return {65: 1}[content[0]]


def _endless(_):
    while True:
        pass


def _deaf(_):
    """Answer to no signal, as code in C does that never comes back."""
    import signal

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(60)


def _infinite(_):
    check_no_infinity({"probability": float("inf")})


def _warn(_):
    warnings.warn("overflow encountered", RuntimeWarning, stacklevel=1)


def _talk(_):
    raise _SpoiltError("x" * 5000)


def _refuse(_):
    raise _SpoiltError("This file is spoilt.")


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (_key, "traceback"),
        (_endless, "hang"),
        (_infinite, "law"),
        (lambda _: check_chances(0.5, 0.6, 0.7), "law"),
        (_warn, "warning"),
        (_talk, "law"),
        (lambda _: (_ for _ in ()).throw(MemoryError), "memory"),
        (_refuse, "refused"),
        (len, "answered"),
    ],
)
def test_what_is_planted_is_noticed(run, kind):
    assert judge(_target(run), b"\0" * 8, limit_s=0.2)[0] == kind


@pytest.mark.parametrize("words", ["", "KeyError: 'x'", "<class 'str'> is no text."])
def test_a_sentence_that_nobody_should_read_is_noticed(words):
    with pytest.raises(BrokenLaw):
        check_sentence(words)


def test_memory_is_measured():
    def hold(_):
        assert len(bytearray(600 * 2**20)) > 0

    tally = run_cases(_target(hold), 1, range(2))
    assert [fault.kind for fault in tally.faults] == ["memory"] * len(tally.faults) != []


def test_a_worker_that_dies_or_does_not_answer_costs_its_case_only():
    import os

    def run(content):
        if content[0] < 25:
            os._exit(3)
        if content[0] > 245:
            _deaf(content)

    report = fuzz.run([_target(run)], seed=1, count=40, workers=2, over_s=1.0)
    tally = report.of["planted"]
    assert tally.cases == 40
    kinds = {fault.kind for fault in tally.faults}
    assert kinds == {"death", "hang"}
    assert tally.answered == 40 - len(tally.faults)


def test_what_fails_is_made_small():
    assert shrunk(b"abcdef" * 50 + b"X" + b"gh" * 90, lambda data: b"X" in data) == b"X"


def test_the_same_seed_makes_the_same_cases():
    for target in fuzz.TARGETS:
        once, again = (as_bytes(target.input(5, 7)) for _ in range(2))
        assert once == again, target.name


_PLAIN = {
    "squad_csv": seeds.squads,
    "log_fit": lambda: [seeds.FIT],
    "log_tcx": lambda: [seeds.TCX],
    "log_gpx": lambda: [seeds.GPX],
    "log_apple": lambda: [seeds.APPLE],
    "log_garmin": lambda: [seeds.GARMIN_JSON],
    "log_own": lambda: [seeds.OWN_LOG],
    "log_zip": seeds.archives,
    "log_android": lambda: [seeds.health_connect()],
    "weather_epw": lambda: [seeds.typical_year()],
    "plans": lambda: [seeds.plans()],
    "backup_json": lambda: [seeds.sealed(seeds.backup_lines())],
    "backup_sqlite": lambda: [seeds.backup_file()],
}


@pytest.mark.parametrize("name", _PLAIN)
def test_files_that_mutants_are_made_of_are_read(name):
    (target,) = (each for each in IMPORTERS if each.name == name)
    for content in _PLAIN[name]():
        assert judge(target, content) == ("answered", "", "")


def test_mutants_reach_what_is_inside():
    packed = seeds.archives()[0]
    changed = {structure.members(packed, Random(n)) for n in range(20)}
    assert len(changed) == 20
    for n in range(50):
        mutate.mutant(seeds.GARMIN_JSON, Random(n), *structure.of_kind(seeds.GARMIN_JSON))


def test_nothing_goes_wrong_in_a_few_hundred_cases(capsys):
    assert fuzz.main(["--count", "400", "--seed", "11"]) == 0, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| what | cases |")
    assert len(lines) > len(fuzz.TARGETS)


def test_a_fault_is_printed_and_written_where_asked(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(fuzz, "TARGETS", (_target(_key),))
    assert fuzz.main(["--count", "20", "--out", str(tmp_path / "faults")]) == 1
    assert "KeyError" in capsys.readouterr().out
    (only,) = (tmp_path / "faults").iterdir()
    assert len(only.read_bytes()) <= 1
    assert fuzz.main(["--only", "planted", "--case", "0"]) == 1
