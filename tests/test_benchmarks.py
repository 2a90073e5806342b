"""The frame of the benchmarks, on a few rows: what it measures is never asserted."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from benchmarks.compare import LEAST, changes, main, only_in_one
from benchmarks.measuring import over_rounds
from benchmarks.modules import MODULES

CHECKOUT = Path(__file__).parents[1]
BASELINES = sorted((CHECKOUT / "benchmarks").glob("baseline*.json"))
NUMBER = {"type": "number"}
SPREAD = {
    "type": "object",
    "required": ["median", "low", "high"],
    "properties": {"median": NUMBER, "low": NUMBER, "high": NUMBER},
    "additionalProperties": False,
}
FIGURE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "ours": NUMBER,
        "other": NUMBER,
        "ratio": SPREAD,
        "against_yardstick": {"anyOf": [SPREAD, {"type": "null"}]},
        "rounds": {"type": "integer", "minimum": 1},
        "goal": {"type": ["number", "null"]},
        "unit": {"enum": ["ratio", "share"]},
        "met": {"type": ["boolean", "null"]},
    },
    "additionalProperties": False,
}
FIGURE["required"] = list(FIGURE["properties"])
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
MACHINE = ("cores", "processor", "system", "python", "cramp-risk", "versions")
REPORT = {
    "type": "object",
    "properties": {
        "machine": {
            "required": [*MACHINE],
            "properties": {"cores": {"type": "integer"}, "versions": TEXTS},
            # No name of a host, and no place on it.
            "propertyNames": {"enum": [*MACHINE]},
        },
        "scale": NUMBER,
        "figures": {
            "propertyNames": {"enum": [*MODULES]},
            "additionalProperties": {"type": "array", "items": FIGURE, "minItems": 1},
        },
        "not_measured": TEXTS,
        "failed": {"type": "array", "items": {"enum": [*MODULES]}},
    },
    "additionalProperties": False,
}
REPORT["required"] = list(REPORT["properties"])


def test_a_run_on_few_rows_prints_and_keeps_every_figure(tmp_path):
    kept = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--only", "rows,stages,solver"]
    done = subprocess.run(
        [*command, "--rounds", "2", "--json", str(kept)],
        cwd=CHECKOUT,
        env=os.environ | {"BENCHMARK_SCALE": "0.0005"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(kept.read_text(encoding="utf-8"))
    jsonschema.validate(report, REPORT)
    assert set(report["figures"]) == {"rows", "stages", "solver"}
    for figures in report["figures"].values():
        assert all(figure["name"] in done.stdout for figure in figures)
    # Shares of one whole, of which only the least are left out.
    shares = [figure["ratio"]["median"] for figure in report["figures"]["stages"]]
    assert 0.5 < sum(shares) < 1.01


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: path.name)
def test_a_stored_run_is_whole(path):
    report = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(report, REPORT)
    assert report["failed"] == []


def names_assigned_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assignments = [node for node in tree.body if isinstance(node, ast.Assign)]
    targets = [target for node in assignments for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def test_the_table_names_every_module_that_has_figures():
    paths = (CHECKOUT / "benchmarks").glob("*.py")
    with_figures = {path.stem for path in paths if "FIGURES" in names_assigned_in(path)}
    told = {module.name for module in MODULES.values()}
    assert with_figures <= told
    for name in told - with_figures:  # a module that is not here is told by the run
        assert not (CHECKOUT / "benchmarks" / f"{name}.py").exists()


def test_a_figure_is_the_median_of_its_rounds_with_the_least_and_the_most():
    rounds = iter([(1.0, 2.0), (8.0, 2.0), (4.0, 2.0)])
    other = iter([1.0, 2.0, 4.0])

    def measure():
        ours, fixed = next(rounds)
        yield "against a fixed rate", ours, fixed, 2.0
        yield "against a peer", 4.0, next(other), None
        yield "of the whole", 0.25, 1.0, None, "share"

    fixed, peer, share = over_rounds([measure], 3)
    assert fixed.ratio == (2.0, 0.5, 4.0)
    assert fixed.met
    assert fixed.against_yardstick.low < fixed.against_yardstick.high
    assert peer.ratio == (2.0, 1.0, 4.0)
    assert (peer.met, peer.against_yardstick) == (None, None)
    assert (share.unit, share.rounds) == ("share", 3)


def report(median, low=None, high=None, **changed):
    figure = {
        "name": "a / b",
        "ours": median,
        "other": 1.0,
        "ratio": {"median": median, "low": low or median, "high": high or median},
        "against_yardstick": None,
        "rounds": 3,
        "goal": None,
        "unit": "ratio",
        "met": None,
    }
    machine = dict.fromkeys(MACHINE, "x") | {"cores": 2, "versions": {}}
    plain = {"machine": machine, "scale": 1.0, "not_measured": {}, "failed": []}
    return plain | {"figures": {"rows": [figure | changed]}}


@pytest.mark.parametrize(
    ("baseline", "now", "verdict"),
    [
        # Rounds that agree: the least that counts.
        (report(1.0), report(0.99 / LEAST), "slower"),
        (report(1.0), report(1.01 / LEAST), "same"),
        (report(1.0), report(0.99 * LEAST), "same"),
        (report(1.0), report(1.01 * LEAST), "faster"),
        # 1.25 of one run times 1.6 of the other: half as fast is at the edge.
        (report(1.0, 0.8, 1.0), report(0.49, 0.49, 0.784), "slower"),
        (report(1.0, 0.8, 1.0), report(0.51, 0.51, 0.816), "same"),
    ],
)
def test_a_figure_is_slower_beyond_the_noise_of_both_runs(baseline, now, verdict):
    jsonschema.validate(now, REPORT)
    (change,) = changes(baseline, now)
    assert change.verdict == verdict


def test_a_figure_against_a_fixed_number_is_compared_by_the_yardstick():
    half_as_quick = {"median": 3.0, "low": 3.0, "high": 3.0}
    before, after = (
        report(median, against_yardstick=half_as_quick) for median in (1.0, 0.5)
    )
    (change,) = changes(before, after)
    assert change.verdict == "same"


@pytest.mark.parametrize("changed", [{"unit": "share"}, {"rounds": 1}])
def test_a_share_and_a_single_round_are_not_compared(changed):
    assert changes(report(1.0, **changed), report(0.1, **changed)) == []


def test_what_only_one_run_has_is_told():
    told = only_in_one(report(1.0, name="gone"), report(1.0, name="new"))
    assert told == {"only in the baseline": ["gone"], "only now": ["new"]}


@pytest.mark.parametrize(("now", "code"), [(0.5, 1), (1.0, 0), (2.0, 0)])
def test_the_command_fails_where_something_became_slower(now, code, tmp_path, capsys):
    paths = [tmp_path / "now.json", tmp_path / "baseline.json"]
    for path, ratio in zip(paths, (now, 1.0), strict=True):
        path.write_text(json.dumps(report(ratio)), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main([str(path) for path in paths])
    assert ended.value.code == code
    assert "rows: a / b" in capsys.readouterr().out


def test_runs_of_other_sizes_are_not_compared(tmp_path):
    for name, scale in (("now", 0.1), ("baseline", 1.0)):
        content = json.dumps(report(1.0) | {"scale": scale})
        (tmp_path / f"{name}.json").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path / "now.json"), str(tmp_path / "baseline.json")])
