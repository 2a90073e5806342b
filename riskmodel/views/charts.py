"""Pictures of sweeps: a curve with its range, and a map with the bands as contours.

What a picture looks like is built and checked by Altair once for each choice of axes;
its rows go to the browser apart, so that a rerun costs no more than they do.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import altair as alt
import contourpy
import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import Field
from riskmodel.scoring.bands import BANDS, UNKNOWN_BAND, words
from riskmodel.views.colours import DARK, GREY, ink
from riskmodel.whatif.comparison import Sweep

alt.theme.enable("none")  # Streamlit's own gives the colours and sizes
Spec = dict[str, Any]
_LABELS = {**{band.name: band.label for band in BANDS}, UNKNOWN_BAND: "Unknown"}
# Where the shown number, rounded, goes from one band to the next.
_LIMITS = [(band.up_to + 0.5) / 100.0 for band in BANDS[:-1]]


class _Axis(NamedTuple):
    """One input of a sweep in the reader's units; numbers have no levels."""

    values: list[Any]
    title: str
    levels: tuple[str, ...]
    plan: Any


def _axis_of(
    field: Field, values: tuple[Any, ...], planned: Any, chosen: units.Chosen
) -> _Axis:
    """What an axis shows, and where the plan lies on it."""
    if field.kind == "level":
        labels = tuple(field.levels[value] for value in values)
        return _Axis(list(labels), field.label, labels, field.levels.get(planned))
    unit = units.unit_of(field.unit, chosen)
    # Feet and inches cannot be written along an axis.
    label, shown = (field.unit, float) if unit.feet else (unit.label, unit.shown)
    title = f"{field.label}, {label}" if label else field.label
    plan = None if planned is None else shown(planned)
    return _Axis([shown(value) for value in values], title, (), plan)


def _axis(levels: tuple[str, ...], title: str) -> dict[str, Any]:
    """Options of the axis of an input: levels keep their order, numbers their ends."""
    if levels:
        return {"type": "nominal", "title": title, "sort": list(levels)}
    scale = alt.Scale(zero=False, nice=False)
    return {"type": "quantitative", "title": title, "scale": scale}


def of(rows: str) -> alt.Chart:
    """Begin a layer on the rows of that name, which `show` is given."""
    return alt.Chart(alt.NamedData(rows))


def show(spec: Spec, description: str, **rows: pd.DataFrame) -> None:
    """Draw a picture; screen readers read out the description."""
    st.vega_lite_chart({**spec, "datasets": rows}, width="stretch", alt=description)


def curve(sweep: Sweep, planned: Any, chosen: units.Chosen) -> None:
    """Draw the number in 100 over one input, with its range and the plan."""
    axis = _axis_of(sweep.across, sweep.x, planned, chosen)
    rows = pd.DataFrame(
        {
            "x": axis.values,
            "low": 100.0 * sweep.probability_low[0],
            "number": 100.0 * sweep.probability[0],
            "high": 100.0 * sweep.probability_high[0],
        }
    )
    tables, plan = {"rows": rows}, ""
    if axis.plan is not None:
        tables["plan"] = pd.DataFrame({"x": [axis.plan]})
        plan = ", the dashes this plan"
    ends = f"from {rows['number'].min():.1f} to {rows['number'].max():.1f} in 100"
    show(
        _curve_spec(axis.title, axis.levels, ink() if plan else None),
        f"Curve of the number in 100 over {sweep.across.label.lower()}, {ends}.",
        **tables,
    )
    names = ("mark", "bar") if axis.levels else ("line", "area")
    st.caption(f"The {names[0]} is the number in 100, the {names[1]} its range{plan}.")


@st.cache_data(max_entries=100, show_spinner=False)
def _curve_spec(title: str, levels: tuple[str, ...], plan_colour: str | None) -> Spec:
    along = alt.X("x", **_axis(levels, title))
    chart = of("rows").encode(x=along)
    if levels:
        ranges, answers = chart.mark_bar(opacity=0.3), chart.mark_tick(thickness=3)
    else:
        ranges, answers = chart.mark_area(opacity=0.3), chart.mark_line()
    layers = [
        ranges.encode(y=alt.Y("low:Q", title="In 100"), y2="high"),
        answers.encode(y=alt.Y("number:Q", title="In 100")),
    ]
    if plan_colour:
        dashes = of("plan").mark_rule(strokeDash=[4, 4], color=plan_colour)
        layers.append(dashes.encode(x=along))
    return alt.layer(*layers, height=300).to_dict()


def heat_map(sweep: Sweep, planned: tuple[Any, Any], chosen: units.Chosen) -> None:
    """Draw the number in 100 over two inputs, the bands as contours, and the plan."""
    if sweep.down is None:
        raise ValueError("A map needs two inputs.")
    x = _axis_of(sweep.across, sweep.x, planned[0], chosen)
    y = _axis_of(sweep.down, sweep.y, planned[1], chosen)
    tables = {"rows": _cells(x, y, sweep.probability)}
    claims = ["The darker, the more of 100; every map has the same colours."]
    if not x.levels and not y.levels:
        lines = _contours(x.values, y.values, sweep.probability)
        if len(lines):
            tables["lines"] = lines
            tables["names"] = _names(x.values, y.values, sweep.probability)
            claims.append("Lines divide the bands.")
    if x.plan is not None and y.plan is not None:
        tables["plan"] = pd.DataFrame({"x": [x.plan], "y": [y.plan]})
        claims.append("The cross is this plan.")
    number = tables["rows"]["number"]
    show(
        _map_spec(x.title, x.levels, y.title, y.levels, tuple(tables)),
        f"Map of the number in 100 over {sweep.across.label.lower()} and "
        f"{sweep.down.label.lower()}, from {number.min():.1f} to {number.max():.1f}.",
        **tables,
    )
    st.caption(" ".join(claims))


@st.cache_data(max_entries=100, show_spinner=False)
def _map_spec(
    x_title: str,
    x_levels: tuple[str, ...],
    y_title: str,
    y_levels: tuple[str, ...],
    tables: tuple[str, ...],
) -> Spec:
    places: dict[str, Any] = {
        "x": alt.X("x", **_axis(x_levels, x_title)),
        "y": alt.Y("y", **_axis(y_levels, y_title)),
    }
    levels = {"x2": x_levels, "y2": y_levels}
    ends = {name: name for name, labels in levels.items() if not labels}
    # The same colours for the same numbers, so that maps compare.
    scale = alt.Scale(scheme="yelloworangebrown", type="sqrt", domain=[0, 100])
    cells = of("rows").mark_rect()
    layers = [
        cells.encode(
            **places,
            **ends,
            color=alt.Color("number:Q", title="In 100", scale=scale),
            tooltip=[
                alt.Tooltip("number:Q", format=".1f", title="In 100"),
                alt.Tooltip("band:N", title="Band"),
            ],
        )
    ]
    if "lines" in tables:
        lines = of("lines").mark_line(color=DARK, strokeWidth=2)
        layers.append(lines.encode(**places, detail="piece:N", order="at:O"))
        names = of("names").encode(**places, text="band:N")
        bold: dict[str, Any] = {"fontSize": 14, "fontWeight": "bold"}
        # White behind the letters, as some stand on dark cells.
        halo: dict[str, Any] = {"stroke": "#ffffff", "strokeWidth": 4}
        layers.append(names.mark_text(**bold, **halo, strokeJoin="round"))
        layers.append(names.mark_text(**bold, color=DARK))
    if "plan" in tables:
        cross = of("plan").mark_point(
            shape="cross",
            filled=True,
            size=160,
            color="#ffffff",
            stroke=DARK,
            strokeWidth=2,
        )
        layers.append(cross.encode(**places))
    return alt.layer(*layers, height=380).to_dict()


def _cells(x: _Axis, y: _Axis, probability: Any) -> pd.DataFrame:
    """One row for each cell, row by row of the map."""
    rows = _sides("y", y).merge(_sides("x", x), how="cross")
    band = words(probability.ravel())[0].rename_categories(_LABELS)
    return rows.assign(number=100.0 * probability.ravel(), band=band)


def _sides(name: str, axis: _Axis) -> pd.DataFrame:
    """Where cells begin and end: those of numbers reach half a step to each side."""
    if axis.levels:
        return pd.DataFrame({name: axis.values})
    at = np.array(axis.values)
    edges = np.r_[at[0], (at[1:] + at[:-1]) / 2.0, at[-1]]
    return pd.DataFrame({name: edges[:-1], f"{name}2": edges[1:]})


def _contours(x: list[float], y: list[float], probability: Any) -> pd.DataFrame:
    """Lines between the bands, point by point."""
    lines = contourpy.contour_generator(x, y, probability)
    pieces = [np.asarray(p) for limit in _LIMITS for p in lines.lines(limit)]
    rows = [pd.DataFrame(p, columns=["x", "y"]) for p in pieces]
    if not rows:
        return pd.DataFrame()
    return pd.concat(rows, keys=range(len(rows)), names=["piece", "at"]).reset_index()


def _names(x: list[float], y: list[float], probability: Any) -> pd.DataFrame:
    """The name of each band, in the middle of its part of the map."""
    where = np.digitize(probability, _LIMITS)
    rows = []
    for place, band in enumerate(BANDS):
        at_y, at_x = np.nonzero(where == place)
        # A sliver has no room for a name.
        if at_x.size >= probability.size / 40:
            nearest = np.hypot(at_x - at_x.mean(), at_y - at_y.mean()).argmin()
            rows.append({"x": x[at_x[nearest]], "y": y[at_y[nearest]], "band": band.label})
    return pd.DataFrame(rows)


def weeks(days: pd.DataFrame) -> None:
    """Draw each day of `riskmodel.training.loads.daily`: load, fitness and fatigue."""
    # Without a zone in the text, no browser moves a day.
    rows = days.assign(Day=days["day"].dt.strftime("%Y-%m-%dT00:00:00"))
    last = days.iloc[-1]
    show(
        _weeks_spec(ink()),
        f"Load of each day from {days['day'].iloc[0]:%d %b %Y} to {last['day']:%d %b %Y}; "
        f"at the end fitness {last['fitness']:.0f} and fatigue {last['fatigue']:.0f}.",
        rows=rows[["Day", *_WEEKS]].rename(columns=_WEEKS),
    )


_WEEKS = {"load": "Load of the day", "fitness": "Fitness", "fatigue": "Fatigue"}


@st.cache_data(max_entries=4, show_spinner=False)
def _weeks_spec(letters: str) -> Spec:
    names = [*_WEEKS.values()]
    scale = alt.Scale(domain=names, range=[GREY, letters, "#d5611b"])
    legend = alt.Legend(
        orient="top", symbolType="stroke", symbolStrokeWidth=4, symbolDash=[1, 0]
    )
    chart = of("rows").transform_fold([*names], as_=["what", "value"])
    chart = chart.encode(
        x=alt.X("Day:T", title=None, axis=alt.Axis(grid=False)),
        y=alt.Y("value:Q", title=None),
        color=alt.Color("what:N", scale=scale, title=None, legend=legend),
    )
    is_load = alt.datum.what == names[0]
    bars = chart.transform_filter(is_load).mark_bar(opacity=0.55)
    dashes = alt.Scale(domain=names[1:], range=[[1, 0], [5, 3]])
    dash = alt.StrokeDash("what:N", scale=dashes, legend=None)
    lines = chart.transform_filter(~is_load).mark_line(strokeWidth=2.5)
    return alt.layer(bars, lines.encode(strokeDash=dash), height=240).to_dict()
