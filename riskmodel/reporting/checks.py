"""Plain text for the checks: published figures, calibration, rivals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from riskmodel.reporting.words import wrapped

PASS_GOAL_PCT = 80
COVERAGE_LIMITS = (0.85, 0.95)
RATIO_LIMITS = (0.8, 1.25)
"""Observed over expected in every stratum, the goal."""


def published_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Lay out the comparison with published figures for a terminal."""
    rows = list(rows)
    models = list(dict.fromkeys(row["model"] for row in rows))
    yield "Published figures against ours; * lies outside the interval."
    yield f"{'':24}{'role':6}{'published':>10}  {'interval':<16}" + "".join(
        f"{model:>20}" for model in models
    )
    for name in dict.fromkeys(row["id"] for row in rows):
        own = [row for row in rows if row["id"] == name]
        first = own[0]
        interval = f"{first['low']:.3g} to {first['high']:.3g}"
        cells = (f"{row['ours']:.3g}{'' if row['passes'] else '*'}" for row in own)
        yield (
            f"{name:24}{first['role']:6}{first['published']:>10.3g}  {interval:<16}"
            + "".join(f"{cell:>20}" for cell in cells)
        )
    yield ""
    for model in models:
        yield pass_text(rows, model)
    product = [row for row in rows if row["model"] == models[-1] and not row["passes"]]
    yield ""
    yield f"Misses of the {models[-1]}"
    for row in product:
        yield from wrapped(f"  {row['id']} ({row['role']}): {miss_text(row)}", "    ")


def pass_text(rows: Iterable[Mapping[str, Any]], model: str) -> str:
    """Count the test figures that a model meets."""
    tests = [r for r in rows if r["model"] == model and r["role"] == "test"]
    met = sum(bool(row["passes"]) for row in tests)
    share = 100.0 * met / len(tests)
    name = model if model == "product" else f"{model} simulator"
    verdict = "" if share >= PASS_GOAL_PCT else f"; the goal of {PASS_GOAL_PCT} % is missed"
    return f"{name}: {met} of {len(tests)} test figures ({share:.0f} %){verdict}"


def miss_text(row: Mapping[str, Any]) -> str:
    """Say in one sentence how a figure is missed."""
    # Enough digits to tell a near miss from its limit.
    digits = 3
    near = row["low"] if row["ours"] < row["low"] else row["high"]
    while f"{row['ours']:.{digits}g}" == f"{near:.{digits}g}" and digits < 6:
        digits += 1
    side = "below" if row["ours"] < row["low"] else "above"
    return (
        f"{row['ours']:.{digits}g} lies {side} {row['low']:.3g} to {row['high']:.3g} "
        f"({row['interval']}). {row['note']}"
    )


def calibration_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Lay out the comparison with the simulators for a terminal."""
    s = report["summary"]
    yield f"Fresh scenarios: {s['scenarios']}, mean probability {s['mean_probability']:.4f}"
    for name, value, low, high in (
        ("ICI", s["ici"], 0.0, 0.003),
        ("slope", s["slope"], 0.98, 1.02),
        ("observed over expected", s["observed_over_expected_all"], *RATIO_LIMITS),
        ("the same, six answers", s["observed_over_expected_six"], *RATIO_LIMITS),
        ("slope, six answers", s["slope_six"], 0.98, 1.02),
        ("range holds the label", s["coverage_all"], *COVERAGE_LIMITS),
        ("the same, six answers", s["coverage_six"], *COVERAGE_LIMITS),
    ):
        verdict = "" if low <= value <= high else "  MISS"
        yield f"  {name:24}{value:8.4f}   goal {low:g} to {high:g}{verdict}"
    yield f"  {'ICI that noise would show':24}{s['ici_noise']:8.4f}"
    yield f"  {'largest gap of a bin':24}{s['emax']:8.4f}"
    yield ""
    yield f"{'':52}{'n':>8}{'expected':>10}{'observed':>10}{'ratio':>8}"
    yield from map(_stratum_line, report["strata"])
    yield "With six answers only"
    yield from map(_stratum_line, report["strata_six"])
    yield ""
    yield f"{'':58}{'AUC':>8}{'of best':>9}{'Brier':>9}{'slope':>8}"
    for row in report["benchmarks"]:
        slope = f"{row['slope']:>8.2f}" if row["slope"] is not None else f"{'-':>8}"
        yield (
            f"  {row['method']:56}{row['auc']:>8.3f}{row['share_of_best']:>8.0%} "
            f"{row['brier']:>9.4f}{slope}"
        )


def _stratum_line(row: Mapping[str, Any]) -> str:
    verdict = "" if RATIO_LIMITS[0] <= row["ratio"] <= RATIO_LIMITS[1] else "  MISS"
    return (
        f"  {row['by']:22}{row['stratum']:28}{row['n']:>8}{row['expected']:>10.4f}"
        f"{row['observed']:>10.4f}{row['ratio']:>8.2f}{verdict}"
    )
