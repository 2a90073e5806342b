"""A page with the picture of the stored run, of which `benchmarks.picture` takes it."""

import json
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from benchmarks.compare import BASELINE
from benchmarks.row_counts import COUNTS, REFERENCE, name_of

WIDTH, STEP = 560, 19
INK, MISSED = "#0b6e63", "#b3401f"
REPORT = json.loads(BASELINE.read_text(encoding="utf-8"))


def rows_of(group: str) -> pd.DataFrame:
    """Name, ratio with its spread, and goal of every figure of a benchmark."""
    figures = REPORT["figures"].get(group, [])
    return pd.DataFrame(
        [{**figure, **figure["ratio"], "benchmark": group} for figure in figures]
    )


def dots(rows: pd.DataFrame, x: alt.X, title: str) -> alt.LayerChart:
    """A mark for each figure, with a line from the least to the most of the rounds."""
    base = alt.Chart(rows, title=title, width=WIDTH, height=alt.Step(STEP))
    y = alt.Y("name", title=None, sort=None, axis=alt.Axis(labelLimit=420))
    colour = alt.condition("datum.met === false", alt.value(MISSED), alt.value(INK))
    spread = base.mark_rule(strokeWidth=2).encode(
        alt.X("low:Q"), alt.X2("high:Q"), y, color=colour
    )
    return spread + base.mark_point(filled=True, size=60, opacity=1).encode(
        x, y, color=colour
    )


def line_at_one() -> alt.Chart:
    return alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(strokeDash=[4, 3]).encode(x="x")


def against_others() -> alt.LayerChart:
    x = alt.X("median:Q", title="times as fast as", scale=alt.Scale(type="log"))
    rows = rows_of("peers").sort_values("median", ascending=False)
    rows["name"] = rows["name"].str.removeprefix("chain / ")
    title = "Answers to probability and range, against others on the same rows"
    return dots(rows, x, title) + line_at_one()


def by_rows() -> alt.LayerChart:
    """Seconds over rows, both logarithmic, with the line of equal cost a row."""
    figures = {figure["name"]: figure for figure in REPORT["figures"]["rows"]}
    at_reference = figures[name_of(COUNTS[0])]["other"]
    rates = [
        at_reference if n == REFERENCE else figures[name_of(n)]["ours"] for n in COUNTS
    ]
    rows = pd.DataFrame({"rows": COUNTS, "rate": rates})
    rows["seconds"] = rows["rows"] / rows["rate"]
    rows["in proportion"] = rows["rows"] / at_reference
    x = alt.X("rows", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s"))
    base = alt.Chart(rows, title="Seconds of one core", width=WIDTH, height=180).encode(x)
    y = alt.Y("seconds", title=None, scale=alt.Scale(type="log"))
    line = base.mark_line(strokeDash=[4, 3], color="black")
    return line.encode(
        alt.Y("in proportion", scale=alt.Scale(type="log"))
    ) + base.mark_point(filled=True, size=60, color=INK, opacity=1).encode(y)


def stages() -> alt.Chart:
    base = alt.Chart(rows_of("stages"), title="Where that time goes", width=WIDTH)
    shares = alt.X("median:Q", title=None, axis=alt.Axis(format="%"))
    names = alt.Y("short:N", title=None, sort=None)
    base = base.transform_calculate(short="split(datum.name, ' / ')[0]")
    return base.properties(height=alt.Step(STEP)).mark_bar(color=INK).encode(shares, names)


def against_goals() -> alt.LayerChart:
    """How near every figure comes to its goal."""
    rows = pd.concat([rows_of(group) for group in REPORT["figures"]])
    rows = rows[rows["goal"].notna()]
    parts = ["median", "low", "high"]
    rows[parts] = rows[parts].div(rows["goal"], axis=0)
    x = alt.X("median:Q", title="times its goal", scale=alt.Scale(type="log"))
    title = "Every figure that has a goal: to the left of the line it is missed"
    return dots(rows, x, title) + line_at_one()


def charts() -> Iterator[Any]:
    yield against_others()
    yield by_rows()
    yield stages()
    yield against_goals()


st.set_page_config(page_title="Speed", layout="wide")
whole = alt.vconcat(
    *charts(),
    spacing=30,
    background="white",
    padding={side: 10 for side in ("left", "top", "right", "bottom")},
)
st.altair_chart(
    whole.configure(font="Source Sans").configure_title(anchor="start", fontSize=15),
    theme=None,
    width="content",
)
