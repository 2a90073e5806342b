"""Plain text for the checks: published figures, calibration, rivals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from riskmodel.datasets import read_table
from riskmodel.inputs.told import grouped
from riskmodel.reporting.lines import wrapped
from riskmodel.reporting.targets import (
    PRODUCT,
    beside_limit,
    counted,
    is_none,
    met_count,
    of_required,
    outside,
)

Row = Mapping[str, Any]
TIERS: Mapping[str, str] = {
    "A": "felt in the event and asked then",
    "B": 'asked later, mostly as "ever"',
    "C": "another outcome or another exposure: shown, not counted",
}
MAIN_FIGURES = (
    "marathon",
    "ironman",
    "ultra-56",
    "ultra-161",
    "laboratory",
    "trail-month",
    "trail-year",
    "cyclists-year",
    "onset-mean",
)
"""Figures that are shown first: all are shares from 0 to 1."""
_ROUNDING = 1e-12


@cache
def figure_labels() -> dict[str, str]:
    """What every published figure is called, by its id."""
    return {row["id"]: row["label"] for row in read_table("anchors.csv")}


def figures(rows: Iterable[Row], model: str | None = None) -> list[Row]:
    """Rows with a published figure, of one model or of all."""
    return [row for row in rows if row["tier"] in TIERS and model in (None, row["model"])]


def main_figures(rows: Iterable[Row], earlier: str | None = None) -> pd.DataFrame:
    """Figures that are shown first, in 100, with those of an earlier version.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the comparison with published figures.
    earlier : str, optional
        A version of the scorecard that is kept.

    Returns
    -------
    DataFrame
        As the rows of the product, with ``name``, and ``before`` where it was measured.
    """
    was: dict[str, float] = {}
    if earlier is not None:
        kept = read_table(f"scorecards/{earlier}.checks.csv")
        was = {row["id"]: float(row["value"]) for row in kept}
    own = {row["id"]: row for row in figures(rows, PRODUCT)}
    table = pd.DataFrame(
        [
            {"name": figure_labels()[figure], "before": was.get(figure), **own[figure]}
            for figure in MAIN_FIGURES
        ]
    )
    shares = ["published", "low", "high", "before", "ours", "error"]
    return table.assign(**{share: 100.0 * table[share].astype(float) for share in shares})


def published_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Lay out the comparison with published figures for a terminal."""
    rows = figures(rows)
    models = list(dict.fromkeys(row["model"] for row in rows))
    yield "Published figures against ours, with their Monte Carlo error; * lies outside."
    for heading, group in groups(rows):
        yield ""
        yield heading
        yield f"{'':24}{'role':6}{'published':>10}  {'interval':<16}" + "".join(
            f"{model:>21}" for model in models
        )
        for name in dict.fromkeys(row["id"] for row in group):
            yield _figure_line([row for row in group if row["id"] == name])
    yield ""
    for model in models:
        yield pass_text(rows, model)
    yield ""
    yield f"Misses of the {PRODUCT}"
    for row in figures(rows, PRODUCT):
        if not row["passes"]:
            label = f"  {row['id']} ({row['tier']}, {row['role']}): "
            yield from wrapped(f"{label}{miss_text(row)}", "    ")


def groups(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Rows by tier, with a heading; in tier A those published as none stand apart."""
    for tier, what in TIERS.items():
        own = [row for row in rows if row["tier"] == tier]
        parts = [(f"Tier {tier}: {what}", own)]
        if tier == "A":
            parts = [
                (f"Tier A: {what}", [row for row in own if not is_none(row)]),
                (
                    "Tier A, published as none: no cramp, or no difference, was found",
                    [row for row in own if is_none(row)],
                ),
            ]
        yield from ((heading, part) for heading, part in parts if part)


def _figure_line(of_models: Sequence[Row]) -> str:
    first = of_models[0]
    cells = (f"{ours_text(row)}{' ' if row['passes'] else '*'}" for row in of_models)
    return (
        f"{first['id']:24}{first['role']:6}{first['published']:>10.3g}  "
        f"{interval_text(first):<16}" + "".join(f"{cell:>21}" for cell in cells)
    )


def interval_text(row: Row) -> str:
    """Write the interval of a published figure."""
    return f"{row['low']:.3g} to {row['high']:.3g}"


def ours_text(row: Row) -> str:
    """Write a computed figure with its Monte Carlo error, where that was measured.

    A figure that does not depend on the people who were drawn shows none.
    """
    text = beside_limit(row["ours"], row["low"], row["high"])
    return f"{text} ± {row['error']:.1g}" if row["error"] > _ROUNDING else text


def pass_text(rows: Iterable[Row], model: str) -> str:
    """Count the test figures that a model meets, tier A apart from tier B.

    Examples
    --------
    >>> row = {"model": "product", "role": "test", "published": 0.2, "passes": True}
    >>> none = {**row, "published": 0.0}
    >>> pass_text([{**row, "tier": "A"}, {**none, "tier": "A"}, {**row, "tier": "B"}],
    ...           "product")
    'product: 2 of 2 of tier A (1 of 1 published as none, 1 of 1 others), 1 of 1 of tier B'
    """
    own = figures(rows, model)
    tier_a, tier_b = (counted(own, tier) for tier in "AB")
    none = [row for row in tier_a if is_none(row)]
    others = [row for row in tier_a if not is_none(row)]
    name = model if model == PRODUCT else f"{model} simulator"
    return (
        f"{name}: {_count(tier_a)} of tier A ({_count(none)} published as none, "
        f"{_count(others)} others), {_count(tier_b)} of tier B"
    )


def _count(rows: Sequence[Row]) -> str:
    return f"{met_count(rows)} of {len(rows)}"


def miss_text(row: Row) -> str:
    """Say in one sentence how a figure is missed."""
    side = "below" if row["ours"] < row["low"] else "above"
    return (
        f"{beside_limit(row['ours'], row['low'], row['high'])} lies {side} "
        f"{interval_text(row)} ({row['interval']}). {row['note']}"
    )


def calibration_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """Lay out the comparison with the simulators for a terminal."""
    s = report["summary"]
    yield (
        f"Fresh synthetic sessions: {grouped(s['scenarios'])}, mean probability "
        f"{s['mean_probability']:.4f}"
    )
    for name, value in (
        ("ICI", s["ici"]),
        ("ICI that noise would show", s["ici_noise"]),
        ("largest gap of a bin", s["emax"]),
        ("slope", s["slope"]),
        ("slope, six answers", s["slope_six"]),
        ("observed over expected", s["observed_over_expected"]),
        ("the same, six answers", s["observed_over_expected_six"]),
        ("range holds the label", s["coverage_all"]),
        ("the same, six answers", s["coverage_six"]),
    ):
        yield f"  {name:28}{value:8.4f}"
    yield ""
    yield (f"{'':52}{'n':>8}{'expected':>10}{'observed':>10}{'ratio':>8}{'in range':>10}")
    yield from _stratum_lines(report["strata"], report["strata"])
    yield "With six answers only"
    yield from _stratum_lines(report["strata_six"], of_required(report["strata_six"]))
    yield ""
    yield f"{'':58}{'AUC':>8}{'of best':>9}{'Brier':>9}{'slope':>8}"
    for row in report["benchmarks"]:
        slope = f"{row['slope']:>8.2f}" if row["slope"] is not None else f"{'-':>8}"
        yield (
            f"  {row['method']:56}{row['auc']:>8.3f}{row['share_of_best']:>8.0%} "
            f"{row['brier']:>9.4f}{slope}"
        )


def _stratum_lines(rows: Sequence[Row], with_limits: Sequence[Row]) -> Iterator[str]:
    off = outside(with_limits)
    for row in rows:
        yield (
            f"  {row['by']:22}{row['stratum']:28}{row['n']:>8}{row['expected']:>10.4f}"
            f"{row['observed']:>10.4f}{row['ratio']:>8.2f}{row['coverage']:>10.0%}"
            f"{'  MISS' if row in off else ''}"
        )
