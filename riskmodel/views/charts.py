"""Pictures of sweeps: a curve with its range, and a map with the bands as contours.

What a picture looks like is built and checked by Altair once for each choice of axes;
its rows go to the browser apart, so that a rerun costs no more than they do.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import contourpy
import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import Field
from riskmodel.scoring.bands import BANDS, UNKNOWN_BAND, words
from riskmodel.views.colours import DARK, ink
from riskmodel.whatif.comparison import Sweep

alt.theme.enable("none")  # Streamlit's own gives the colours and sizes
Spec = dict[str, Any]
_LABELS = {**{band.name: band.label for band in BANDS}, UNKNOWN_BAND: "Unknown"}
# Where the shown number, rounded, goes from one band to the next.
_LIMITS = [(band.up_to + 0.5) / 100.0 for band in BANDS[:-1]]


def _shown(
    field: Field, values: tuple[Any, ...], chosen: units.Chosen
) -> tuple[list[Any], str]:
    """Values and title of an axis, in the reader's units."""
    if field.kind == "level":
        return [field.levels[value] for value in values], field.label
    unit = units.unit_of(field.unit, chosen)
    if unit.feet:
        return list(values), f"{field.label}, {field.unit}"
    label = f"{field.label}, {unit.label}" if unit.label else field.label
    return [unit.shown(value) for value in values], label


def _axis(kind: str, title: str) -> dict[str, Any]:
    """Options of the axis of an input: levels keep their order, numbers their ends."""
    if kind == "level":
        return {"type": "nominal", "title": title, "sort": None}
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
    x, title = _shown(sweep.across, sweep.x, chosen)
    rows = pd.DataFrame(
        {
            "x": x,
            "low": 100.0 * sweep.probability_low[0],
            "number": 100.0 * sweep.probability[0],
            "high": 100.0 * sweep.probability_high[0],
        }
    )
    tables = {"rows": rows}
    if planned is not None:
        tables["plan"] = pd.DataFrame({"x": _shown(sweep.across, (planned,), chosen)[0]})
    ends = f"from {rows['number'].min():.1f} to {rows['number'].max():.1f} in 100"
    show(
        _curve_spec(sweep.across.kind, title, ink() if "plan" in tables else None),
        f"Curve of the number in 100 over {sweep.across.label.lower()}, {ends}.",
        **tables,
    )
    names = ("line", "area") if sweep.across.kind == "number" else ("mark", "bar")
    plan = ", the dashes this plan" if "plan" in tables else ""
    st.caption(f"The {names[0]} is the number in 100, the {names[1]} its range{plan}.")


@st.cache_data(max_entries=100, show_spinner=False)
def _curve_spec(kind: str, title: str, plan_colour: str | None) -> Spec:
    along = alt.X("x", **_axis(kind, title))
    chart = of("rows").encode(x=along)
    if kind == "number":
        ranges, answers = chart.mark_area(opacity=0.3), chart.mark_line()
    else:
        ranges, answers = chart.mark_bar(opacity=0.3), chart.mark_tick(thickness=3)
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
    fields = sweep.across, sweep.down
    x, x_title = _shown(sweep.across, sweep.x, chosen)
    y, y_title = _shown(sweep.down, sweep.y, chosen)
    tables = {"rows": _cells(sweep, x, y)}
    claims = ["The darker, the more of 100; every map has the same colours."]
    if all(field.kind == "number" for field in fields):
        lines = _contours(x, y, sweep.probability)
        if len(lines):
            tables |= {"lines": lines, "names": _names(x, y, sweep.probability)}
            claims.append("Lines divide the bands.")
    if None not in planned:
        tables["plan"] = pd.DataFrame(
            {
                name: _shown(field, (value,), chosen)[0]
                for name, field, value in zip("xy", fields, planned, strict=True)
            }
        )
        claims.append("The cross is this plan.")
    names = " and ".join(field.label.lower() for field in fields)
    number = tables["rows"]["number"]
    show(
        _map_spec(fields[0].kind, x_title, fields[1].kind, y_title, tuple(tables)),
        f"Map of the number in 100 over {names}, from {number.min():.1f} to "
        f"{number.max():.1f}.",
        **tables,
    )
    st.caption(" ".join(claims))


@st.cache_data(max_entries=100, show_spinner=False)
def _map_spec(
    x_kind: str, x_title: str, y_kind: str, y_title: str, tables: tuple[str, ...]
) -> Spec:
    places: dict[str, Any] = {
        "x": alt.X("x", **_axis(x_kind, x_title)),
        "y": alt.Y("y", **_axis(y_kind, y_title)),
    }
    kinds = {"x2": x_kind, "y2": y_kind}
    ends = {name: name for name, kind in kinds.items() if kind == "number"}
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


def _cells(sweep: Sweep, x: list[Any], y: list[Any]) -> pd.DataFrame:
    """One row for each cell; those of numbers reach half a step to each side."""
    probability = sweep.probability.ravel()
    rows: dict[str, Any] = {
        "number": 100.0 * probability,
        "band": words(probability)[0].rename_categories(_LABELS),
    }
    for name, field, values, spread, times in (
        ("x", sweep.across, x, np.tile, len(y)),
        ("y", sweep.down, y, np.repeat, len(x)),
    ):
        if field is not None and field.kind == "number":
            at = np.array(values)
            edges = np.r_[at[0], (at[1:] + at[:-1]) / 2.0, at[-1]]
            rows[name], rows[f"{name}2"] = (
                spread(side, times) for side in (edges[:-1], edges[1:])
            )
        else:
            rows[name] = spread(np.array(values, dtype=object), times)
    return pd.DataFrame(rows)


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
    """Draw the load of each day as bars, fitness and fatigue as lines.

    Parameters
    ----------
    days : pandas.DataFrame
        As from `riskmodel.training.loads.daily`.
    """
    # Without a zone in the text, no browser moves a day.
    rows = days.assign(day=days["day"].dt.strftime("%Y-%m-%dT00:00:00"))
    rows = rows[["day", "load", "fitness", "fatigue"]].rename(columns=str.capitalize)
    last = days.iloc[-1]
    description = (
        f"Load of each day from {days['day'].iloc[0]:%d %b %Y} to {last['day']:%d %b %Y}; "
        f"at the end fitness {last['fitness']:.0f} and fatigue {last['fatigue']:.0f}."
    )
    show(_weeks_spec(), description, rows=rows)
    st.markdown(description)


@st.cache_data(show_spinner=False)
def _weeks_spec() -> Spec:
    chart = of("rows").encode(x=alt.X("Day:T", title=None))
    bars = chart.mark_bar(opacity=0.35)
    lines = chart.transform_fold(["Fitness", "Fatigue"], as_=["what", "value"])
    legend = alt.Legend(orient="top")
    return alt.layer(
        bars.encode(y=alt.Y("Load:Q", title="Load a day")),
        lines.mark_line(strokeWidth=2).encode(
            y=alt.Y("value:Q", title="Load a day"),
            strokeDash=alt.StrokeDash("what:N", title=None, legend=legend),
            color=alt.Color("what:N", title=None, legend=legend),
        ),
        height=260,
    ).to_dict()
