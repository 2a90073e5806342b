"""Published figures by tier, and the targets, on a few made-up rows."""

import math

import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel.cli import app, checks
from riskmodel.datasets import kept_scorecards, read_table
from riskmodel.reporting.checks import (
    MAIN_FIGURES,
    calibration_lines,
    miss_text,
    ours_text,
    pass_text,
    published_lines,
)
from riskmodel.reporting.targets import (
    load_targets,
    outside,
    target_lines,
    target_rows,
    targets_text,
)


def figure(name, tier, published, ours, role="test", model="product", **more):
    low, high = (-0.5, 0.5) if published == 0 else (published / 1.5, published * 1.5)
    passes = low <= ours <= high
    return {
        "model": model, "id": name, "topic": "base rate", "tier": tier,
        "published": published, "low": low, "high": high, "interval": "factor 1.5",
        "role": role, "ours": ours, "error": 0.0123, "passes": passes,
        "note": f"Of {name}.", "evidence": "nobody", **more,
    }  # fmt: skip


PUBLISHED = [
    figure("marathon", "A", 0.2, 0.25, role="tune"),
    figure("ironman", "A", 0.2, 0.2),
    figure("ultra-161", "A", 0.14, 0.4),
    figure("age-56", "A", 0.0, 0.2),
    figure("ironman", "A", 0.2, 0.9, model="mixed"),
    figure("statin", "B", 1.3, 1.2),
    figure("pregnancy", "C", 8.0, 3.0, role="shown"),
    {**figure("easy-hour", "", 0.01, 0.02, role=""), "published": None},
]


def group(by, stratum, ratio, coverage):
    return {
        "by": by, "stratum": stratum, "n": 10, "expected": 0.1, "observed": 0.1 * ratio,
        "ratio": ratio, "coverage": coverage,
    }  # fmt: skip


CALIBRATION = {
    "summary": {
        "ici": 0.003, "slope": 1.0201, "slope_six": 1.0, "coverage_all": 0.9,
        "coverage_six": 0.8, "observed_over_expected": 1.0,
        "observed_over_expected_six": 1.0, "scenarios": 20, "mean_probability": 0.02,
        "ici_noise": 0.001, "emax": 0.01,
    },
    "strata": [
        group("sport", "Walking", 0.75, 0.9),
        group("sport", "Running", 1.3, 0.9),
        group("cramp_sessions_12mo", "Never", 1.0, 0.95),
        group("cramp_sessions_12mo", "6 or more", 1.2, 0.79),
    ],
    "strata_six": [
        group("sport", "Walking", 1.1, 0.9),
        # Past cramps are not among what is always answered.
        group("cramp_sessions_12mo", "6 or more", 5.0, 0.81),
    ],
    "benchmarks": [
        {"method": "Hand points (the product)", "auc": 0.8, "share_of_best": 0.9,
         "brier": 0.1, "slope": 1.0},
        {"method": "Duration alone", "auc": 0.75, "share_of_best": 0.7, "brier": 0.1,
         "slope": None},
    ],
}  # fmt: skip


def test_targets_are_met_or_missed_by_their_limits():
    rows = {row.id: row for row in target_rows(PUBLISHED, CALIBRATION)}
    assert list(rows) == [t.id for t in load_targets() if t.id != "onset-mean"]
    missed = {name for name, row in rows.items() if not row.met}
    assert missed == {
        "tier-a", "tier-a-found", "marathon", "easy-hour", "slope", "coverage-six",
        "ratio-all", "coverage-history-all",
    }  # fmt: skip
    assert (rows["tier-a"].value, rows["tier-a"].of) == (pytest.approx(2 / 3), 3)
    assert (rows["tier-a-found"].value, rows["tier-a-found"].of) == (0.5, 2)
    assert (rows["tier-b"].value, rows["tier-b"].of) == (1, 1)
    assert rows["auc-gain"].value == pytest.approx(0.05)


def test_a_target_for_every_group_names_the_worst():
    rows = {row.id: row for row in target_rows(None, CALIBRATION)}
    # 0.75 is farther from 1 than 1.3 as a ratio.
    told = {name: (row.by, row.group, row.value) for name, row in rows.items() if row.by}
    assert told == {
        "ratio-all": ("sport", "Walking", 0.75),
        "ratio-six": ("sport", "Walking", 1.1),
        "coverage-history-all": ("cramp_sessions_12mo", "6 or more", 0.79),
        "coverage-history-six": ("cramp_sessions_12mo", "6 or more", 0.81),
    }
    assert [row["stratum"] for row in outside(CALIBRATION["strata"])] == [
        "Walking",
        "Running",
    ]


def test_what_was_not_measured_is_neither_met_nor_missed():
    assert target_rows(None, None) == []
    of_figures = target_rows(PUBLISHED, None)
    of_simulators = target_rows(None, CALIBRATION)
    assert not {row.id for row in of_figures} & {row.id for row in of_simulators}
    assert of_figures + of_simulators == target_rows(PUBLISHED, CALIBRATION)
    missing = "\n".join(target_lines(of_figures)).split("Not measured here")[1]
    for target in load_targets():
        measured = target.id in {row.id for row in of_figures}
        assert (f"  {target.what}\n" in f"{missing}\n") != measured
    assert targets_text(of_figures) == "2 of 6 targets are met"


def test_every_target_has_a_limit_and_says_where_it_comes_from():
    targets = load_targets()
    assert len({target.id for target in targets}) == len(targets)
    for target in targets:
        assert target.low < target.high
        assert math.isfinite(target.low) or math.isfinite(target.high)
        assert target.source, target.id


def test_tiers_are_told_apart_and_so_is_what_was_published_as_none():
    lines = list(published_lines(PUBLISHED))
    places = {
        start: next(i for i, line in enumerate(lines) if line.startswith(start))
        for start in ("Tier A: ", "ironman", "Tier A, published", "age-56", "Tier B: ",
                      "statin", "Tier C: ", "pregnancy", "mixed simulator: ")
    }  # fmt: skip
    assert list(places.values()) == sorted(places.values())
    assert not any(line.startswith("easy-hour") for line in lines)
    assert "0.4 ± 0.01*" in lines[places["ironman"] + 1]
    assert pass_text(PUBLISHED, "product") == (
        "product: 2 of 3 of tier A (1 of 1 published as none, 1 of 2 others), "
        "1 of 1 of tier B"
    )
    misses = "\n".join(lines).split("Misses of the product\n")[1]
    assert "  ultra-161 (A, test): 0.4 lies above" in misses
    assert "  pregnancy (C, shown): 3 lies below" in misses


def test_a_near_miss_is_told_from_its_limit():
    row = {**figure("x", "A", 0.2, 0.30004), "high": 0.3}
    assert miss_text(row).startswith("0.30004 lies above 0.133 to 0.3 ")


@pytest.mark.parametrize("error", [0.0, 4e-17])
def test_no_error_is_printed_where_none_was_measured(error):
    row = figure("x", "A", 0.2, 0.25)
    assert ours_text({**row, "error": error}) == "0.25"
    assert ours_text({**row, "error": 0.01}) == "0.25 ± 0.01"


def test_groups_outside_the_limits_are_marked_where_a_target_holds():
    lines = [line for line in calibration_lines(CALIBRATION) if "  MISS" in line]
    assert [line.split()[1] for line in lines] == ["Walking", "Running"]


def test_the_command_prints_targets_with_either_report(monkeypatch):
    class Checks:
        published_checks = staticmethod(lambda *_: pd.DataFrame(PUBLISHED))
        calibration_checks = staticmethod(lambda *_: CALIBRATION)

    monkeypatch.setattr(checks, "_calibration_part", lambda _: Checks)
    figures = CliRunner().invoke(app, ["check"])
    assert figures.exit_code == 0, figures.output
    assert "Misses of the product" in figures.stdout
    simulators = CliRunner().invoke(app, ["check", "--calibration"])
    assert simulators.exit_code == 0, simulators.output
    for done, own, other in (
        (figures, "probability, Ironman", "calibration slope"),
        (simulators, "calibration slope", "probability, Ironman"),
    ):
        measured, missing = done.stdout.split("Targets\n")[1].split("Not measured here")
        assert f"  {own} " in measured
        assert f"  {other}\n" in missing


def test_earlier_figures_are_of_what_is_shown_first():
    for version in kept_scorecards():
        rows = read_table(f"scorecards/{version}.checks.csv")
        assert {row["id"] for row in rows} <= {*MAIN_FIGURES}
        assert all(0 <= float(row["value"]) <= 1 for row in rows)
