"""The scorecard as a table that a person can follow, made without counting a session."""

from __future__ import annotations

import math
from collections.abc import Iterator

from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.reporting.lines import points_text, wrapped
from riskmodel.scorecard.averages import average_points
from riskmodel.scorecard.evidence import load_evidence
from riskmodel.scorecard.factors import Factor, Level
from riskmodel.scorecard.rows import Scorecard

ORIGIN = {True: "size by our judgement", False: "size from the studies, or smaller"}
"""Where the size of a weight comes from, by whether it is our judgement."""
SCALE = "Every 10 points are set to double the odds of a cramp."


def scorecard_lines(card: Scorecard) -> Iterator[str]:
    """Lay out a scorecard so that a person can follow it with a pencil.

    Yields
    ------
    str
        Lines of text.
    """
    yield f"{card.title}, version {card.version} ({card.fingerprint})"
    yield ""
    yield from wrapped(
        f"{SCALE} Take the points of every factor and add them up. Between two "
        "columns of a curve draw a straight line and round to the nearest half "
        "point, a tie upwards; beyond its ends the curve is flat. Points are 10 * "
        "log2(ratio used). The ratio used is the published one raised to the power "
        "of its grade ("
        + ", ".join(f"{grade} {power:g}" for grade, power in card.shrink.items())
        + ") unless the row says why not."
    )
    for factor in card.factors:
        yield ""
        yield from _factor_lines(factor)
    if card.named:
        yield from ("", "Named, not asked, 0 points")
        for factor in card.named:
            yield from wrapped(f"  {factor.label}: {factor.reason}", "    ")
    yield ""
    yield "Sources"
    yield from _source_lines(card)


def _factor_lines(factor: Factor) -> Iterator[str]:
    unit = DERIVED.get(factor.quantity) or (
        FIELDS[factor.quantity].unit if factor.kind == "curve" else ""
    )
    yield f"== {factor.name}: {factor.label} [{factor.quantity}{', ' * bool(unit)}{unit}]"
    yield f"  {factor.question}"
    if factor.shift:
        s = factor.shift
        yield (
            f"  First take off {s.per_unit:g} for each of {s.quantity}, "
            f"counting at most {s.limit:g}."
        )
    if factor.only_if:
        yield (f"  Counts only with one of these {factor.only_if.quantity}, or several:")
        yield f"    {', '.join(factor.only_if.any)}"
    if factor.knots:
        yield from _columns(
            ("at", [f"{knot.at:g}" for knot in factor.knots]),
            ("points", [str(knot.points) for knot in factor.knots]),
            ("ratio used", [f"{knot.ratio:g}" for knot in factor.knots]),
        )
    for level in factor.levels:
        yield f"    {level.level:<28} {level.points:>3} points  ({_ratios(level, factor)})"
        if level.evidence:
            yield from wrapped(f"      Sources: {', '.join(level.evidence)}", "        ")
    if factor.kind == "list":
        cap = f", at most {factor.cap} points" if factor.cap is not None else ""
        yield f"    none                           0 points; several add up{cap}"
    unknown = average_points(factor)
    if not math.isnan(unknown):
        yield f"  If not answered: {points_text(unknown)} points"
    origin = ORIGIN[factor.judgement]
    yield from wrapped(f"  Why ({factor.grade}; {origin}): {factor.reason}", "    ")
    if factor.departure:
        yield from wrapped(f"  Departs: {factor.departure}", "    ")
    if factor.evidence:
        yield from wrapped(f"  Sources: {', '.join(factor.evidence)}", "    ")


def _ratios(level: Level, factor: Factor) -> str:
    published = f"published {level.published:g}, " if level.published else ""
    notes = [f"{published}used {level.ratio:g}"]
    if factor.kind == "list":
        notes.append(level.grade or factor.grade)
        notes += ["our judgement"] * level.judgement
    return "; ".join(notes)


def _columns(*rows: tuple[str, list[str]]) -> Iterator[str]:
    for name, cells in rows:
        yield f"    {name:<11}" + "".join(f"{cell:>7}" for cell in cells)


def _source_lines(card: Scorecard) -> Iterator[str]:
    factors = (*card.factors, *card.named)
    used = {row for factor in factors for row in factor.all_evidence}
    for name, study in load_evidence().items():
        if name in used:
            yield from wrapped(f"  {name}: {study.citation}, {study.source}", "    ")
