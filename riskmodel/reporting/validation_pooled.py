"""Several clubs together in words, as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from riskmodel.inputs.told import counted
from riskmodel.reporting.validation import estimate_text, name_text, table_lines
from riskmodel.scoring.bands import BANDS
from riskmodel.validation.pooling import Pooled, PooledGroup, Span
from riskmodel.validation.summary import NOT_SAID

_BANDS = {band.name: band.label for band in BANDS}
_BY = {
    "band": "Band",
    "duration": "Duration",
    "history": "Past cramps",
}
_NOTHING = "nothing about people"


def span_text(span: Span) -> str:
    """A figure that small counts leave between two ends."""
    low, high = estimate_text(span.low), estimate_text(span.high)
    return low if low == high else f"{low}, or up to {high}"


def pooled_lines(pooled: Pooled, names: Sequence[str]) -> Iterator[str]:
    """Several clubs together, the made-up ones first of all."""
    yield from _simulated_lines(pooled.simulated, names)
    marks = {"yes": " (simulated)", "partly": " (partly simulated)"}
    rows = [
        (f"{name}{marks.get(simulated, '')}", span_text(club))
        for name, simulated, club in zip(names, pooled.simulated, pooled.clubs, strict=True)
    ]
    rows.append(("All clubs, on average", span_text(pooled.together)))
    if told_of_next := math.isfinite(pooled.next_club.low.low):
        rows.append(("A further club", span_text(pooled.next_club)))
    rows += [(_group_text(group), span_text(group.ratio)) for group in pooled.groups]
    yield f"{pooled.n_sessions} sessions of {len(names)} clubs."
    yield from table_lines(("", "observed over expected"), rows)
    share = f"{pooled.heterogeneity_pct:.0f} %"
    yield f"Of the differences between clubs {share} are more than chance (I²)."
    if not told_of_next:
        yield "Where a further club would lie can be said from three clubs on."
    if pooled.n_open:
        yield (
            f"Of {counted(pooled.n_open, 'small count')} only the ends are told; where "
            "that changes a figure, both ends stand there."
        )
    yield "A summary cannot show a slope, nor what single athletes add to the intervals."


def _group_text(group: PooledGroup) -> str:
    names = [_BANDS.get(name) or name_text(group.by, name) for name in group.names]
    return f"{_BY[group.by]}: {', '.join(names)}"


def _simulated_lines(simulated: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Say which clubs were made up, and whether real ones are among them."""
    of = {
        said: [name for name, own in zip(names, simulated, strict=True) if own == said]
        for said in dict.fromkeys(simulated)
    }
    made_up, partly = of.get("yes", []), of.get("partly", [])
    if len(made_up) == len(names):
        yield f"Simulated data: no club here exists, and this says {_NOTHING}."
    elif made_up or partly:
        told = [f"{', '.join(made_up)} made up"] * bool(made_up)
        told += [f"{', '.join(partly)} partly made up"] * bool(partly)
        yield (
            f"Simulated data are mixed with other clubs: {'; '.join(told)}. What all clubs "
            f"come to together says {_NOTHING}; pool the real ones alone."
        )
    if unsaid := of.get(NOT_SAID):
        yield (
            f"Written by an earlier version, which does not say whether its data were made "
            f"up: {', '.join(unsaid)}."
        )
