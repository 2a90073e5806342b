"""Published figures beside ours, and the targets, as parts of the Method page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from riskmodel.reporting.checks import (
    figures,
    groups,
    interval_text,
    main_figures,
    miss_text,
    ours_text,
    pass_text,
)
from riskmodel.reporting.targets import (
    PRODUCT,
    goal_text,
    target_rows,
    targets_text,
    value_text,
)
from riskmodel.views import charts, tables
from riskmodel.views.colours import GREY, ink

_SIMULATOR = "mixed"
_PUBLISHED = "Published"
# Told apart by shape too; both colours are seen on either background.
_OURS, _EARLIER = "#2b8a96", "#b8651b"
_DASH = "\N{EN DASH}"
Row = Mapping[str, Any]


def show(checks: Mapping[str, Any], version: str, earlier: str | None) -> None:
    """Draw the main figures, the counts by tier, every figure, and what is missed."""
    _main_figures(checks["published"], version, earlier)
    _tiers(checks["published"])
    _misses(figures(checks["published"], PRODUCT))


def show_targets(checks: Mapping[str, Any]) -> None:
    """Draw every target with what was measured."""
    rows = target_rows(checks["published"], checks)
    st.markdown(
        f"{targets_text(rows)}. Their limits are our judgement, with the studies and the "
        "first results in sight. "
        "For a target that holds in every group the worst group is named."
    )
    table = pd.DataFrame(
        {
            "Target": [row.what[0].upper() + row.what[1:] for row in rows],
            "Goal": [goal_text(row) for row in rows],
            "Found": [value_text(row) for row in rows],
            "": ["met" if row.met else "MISSED" for row in rows],
        }
    )
    tables.show(table, "Targets")


def _main_figures(rows: Sequence[Row], version: str, earlier: str | None) -> None:
    table = main_figures(rows, earlier)
    rates = table[table["id"] != "onset-mean"]
    marks = [_PUBLISHED, *([earlier] if earlier else []), version]
    columns = ["published", *(["before"] if earlier else []), "ours"]
    values = rates.melt("name", columns, "what", "value").dropna()
    values["what"] = values["what"].replace(dict(zip(columns, marks, strict=True)))
    told = "; ".join(
        f"{row.name} published {row.published:.0f} ({row.low:.0f} to {row.high:.0f}), "
        f"ours {row.ours:.0f}"
        for row in rates.itertuples()
    )
    charts.show(
        _spec(tuple(rates["name"]), tuple(marks), ink()),
        f"How many of 100 cramped, published with its interval and ours: {told}.",
        rows=values,
        intervals=rates[["name", "low", "high"]],
    )
    st.caption(
        "How many of 100 cramped, as published, and by the product with either version of "
        "the scorecard; the bar is the interval of what was published. The table has the "
        "same, and when cramps began on average, in 100 parts of a marathon's time."
    )
    shown = {
        "Figure": table["name"],
        "Tier": table["tier"],
        "Published": [f"{x:.1f}" for x in table["published"]],
        "Interval": [
            f"{low:.1f} to {high:.1f}"
            for low, high in zip(table["low"], table["high"], strict=True)
        ],
        earlier: [_DASH if pd.isna(x) else f"{x:.1f}" for x in table["before"]],
        version: [f"{x:.1f}" for x in table["ours"]],
        "": ["pass" if passes else "MISS" for passes in table["passes"]],
    }
    shown.pop(None, None)
    tables.show(pd.DataFrame(shown), "Main figures, before and now")


@st.cache_data(max_entries=10, show_spinner=False)
def _spec(names: tuple[str, ...], marks: tuple[str, ...], letters: str) -> charts.Spec:
    down = alt.Y("name:N", title=None, sort=list(names), axis=alt.Axis(labelLimit=110))
    scale = alt.Scale(zero=True, nice=True)
    colours = [letters, *([_EARLIER] if len(marks) > 2 else []), _OURS]
    shapes = ["diamond", *(["square"] if len(marks) > 2 else []), "circle"]
    legend = alt.Legend(orient="top", direction="horizontal")
    bars = charts.of("intervals").mark_bar(color=GREY, opacity=0.45, height=8)
    points = charts.of("rows").mark_point(filled=True, size=75, opacity=1)
    return alt.layer(
        bars.encode(y=down, x=alt.X("low:Q", title="Of 100", scale=scale), x2="high:Q"),
        points.encode(
            y=down,
            x=alt.X("value:Q", title="Of 100", scale=scale),
            color=alt.Color(
                "what:N",
                title=None,
                legend=legend,
                scale=alt.Scale(domain=list(marks), range=colours),
            ),
            shape=alt.Shape(
                "what:N",
                title=None,
                legend=legend,
                scale=alt.Scale(domain=list(marks), range=shapes),
            ),
            tooltip=["name:N", "what:N", alt.Tooltip("value:Q", format=".1f")],
        ),
        height=alt.Step(34),
    ).to_dict()


def _tiers(rows: Sequence[Row]) -> None:
    st.markdown(
        "Tier A: cramps felt in an event and asked then. Tier B: asked later, mostly "
        "whether somebody ever cramped; we compare that with a cramp in the next session, "
        "which is itself an assumption. Tier C: another outcome or another exposure, shown "
        "and not counted. Figures marked tune set the simulators; those marked test count:"
    )
    st.markdown("\n".join(f"- {pass_text(rows, m)}" for m in (PRODUCT, _SIMULATOR)))
    st.markdown(
        "A pass says less than a miss. Those published as none are met by whatever says "
        "little; where no interval was published or could be computed, ours reaches a "
        "factor of 1.5 each way; "
        "and nearly all figures come from studies that the scorecard draws on too."
    )
    both = [row for row in figures(rows) if row["model"] in (PRODUCT, _SIMULATOR)]
    for heading, part in groups(both):
        with st.expander(heading):
            tables.show(_group(part), heading)


def _group(rows: Sequence[Row]) -> pd.DataFrame:
    product, mixed = ([r for r in rows if r["model"] == m] for m in (PRODUCT, _SIMULATOR))
    return pd.DataFrame(
        {
            "Figure": [row["id"] for row in product],
            "Role": [row["role"] for row in product],
            "Published": [f"{row['published']:.3g}" for row in product],
            "Interval": [interval_text(row) for row in product],
            "Product": [_verdict(row) for row in product],
            "Mixed simulator": [_verdict(row) for row in mixed],
        }
    )


def _verdict(row: Row) -> str:
    inside, out = ("inside", "outside") if row["role"] == "shown" else ("pass", "MISS")
    return f"{ours_text(row)}, {inside if row['passes'] else out}"


def _misses(rows: Sequence[Row]) -> None:
    with st.expander("What the product misses", expanded=True):
        for row in rows:
            if not row["passes"]:
                st.markdown(
                    f"- **{row['topic'].capitalize()}**, {row['id']} (tier {row['tier']}, "
                    f"{row['role']}): {miss_text(row)}"
                )
