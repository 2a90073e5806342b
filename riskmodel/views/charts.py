"""Pictures of sweeps: a curve with its range, and a map with the bands as contours."""

from __future__ import annotations

from typing import Any

import contourpy
import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import Field
from riskmodel.scoring.bands import BANDS, UNKNOWN_BAND, words
from riskmodel.whatif.comparison import Sweep

_LABELS = {**{band.name: band.label for band in BANDS}, UNKNOWN_BAND: "Unknown"}
# Where the shown number, rounded, goes from one band to the next.
_LIMITS = [(band.up_to + 0.5) / 100.0 for band in BANDS[:-1]]
_DARK = "#0f1b23"  # on the map, which is light in either scheme
_INK = {"light": _DARK, "dark": "#eef4f5"}
_CROSS = {
    "type": "point",
    "shape": "cross",
    "filled": True,
    "size": 160,
    "color": "#ffffff",
    "stroke": _DARK,
    "strokeWidth": 2,
}
_COLOUR = {
    "color": {
        "field": "number",
        "type": "quantitative",
        "title": "In 100",
        # The same colours for the same numbers, so that maps compare.
        "scale": {"scheme": "yelloworangebrown", "type": "sqrt", "domain": [0, 100]},
    },
    "tooltip": [
        {"field": "number", "format": ".1f", "title": "In 100"},
        {"field": "band", "title": "Band"},
    ],
}


def _ink() -> str:
    return _INK.get(st.context.theme.type or "light", _INK["light"])


def _axis(
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


def _shown(field: Field, value: Any, chosen: units.Chosen) -> Any:
    return None if value is None else _axis(field, (value,), chosen)[0][0]


def curve(sweep: Sweep, planned: Any, chosen: units.Chosen) -> None:
    """Draw the number in 100 over one input, with its range and the plan."""
    x, title = _axis(sweep.across, sweep.x, chosen)
    numbers = sweep.across.kind == "number"
    rows = pd.DataFrame(
        {
            "x": x,
            "low": 100.0 * sweep.probability_low[0],
            "number": 100.0 * sweep.probability[0],
            "high": 100.0 * sweep.probability_high[0],
        }
    )
    along = {
        "field": "x",
        "type": "quantitative" if numbers else "nominal",
        "title": title,
        "sort": None,
        **({"scale": {"zero": False, "nice": False}} if numbers else {}),
    }
    upward = {"field": "number", "type": "quantitative", "title": "In 100"}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "area" if numbers else "bar", "opacity": 0.3},
            "encoding": {
                "x": along,
                "y": {**upward, "field": "low"},
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "line"} if numbers else {"type": "tick", "thickness": 3},
            "encoding": {"x": along, "y": upward},
        },
    ]
    if planned is not None:
        layers.append(
            {
                "data": {"values": [{"x": _shown(sweep.across, planned, chosen)}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": _ink()},
                "encoding": {"x": along},
            }
        )
    ends = f"from {rows['number'].min():.1f} to {rows['number'].max():.1f} in 100"
    st.vega_lite_chart(
        rows,
        {"layer": layers, "height": 300},
        width="stretch",
        alt=f"Curve of the number in 100 over {sweep.across.label.lower()}, {ends}.",
    )
    marks = ("line", "area") if numbers else ("mark", "bar")
    plan = ", the dashes this plan" if planned is not None else ""
    st.caption(f"The {marks[0]} is the number in 100, the {marks[1]} its range{plan}.")


def heat_map(sweep: Sweep, planned: tuple[Any, Any], chosen: units.Chosen) -> None:
    """Draw the number in 100 over two inputs, the bands as contours, and the plan."""
    if sweep.down is None:
        raise ValueError("A map needs two inputs.")
    fields = sweep.across, sweep.down
    x, x_title = _axis(sweep.across, sweep.x, chosen)
    y, y_title = _axis(sweep.down, sweep.y, chosen)
    number = 100.0 * sweep.probability
    places = {
        "x": _along(sweep.across, "x", x_title),
        "y": _along(sweep.down, "y", y_title),
    }
    ends = {
        f"{name}2": {"field": f"{name}2"}
        for name, field in zip("xy", fields, strict=True)
        if field.kind == "number"
    }
    layers = [{"mark": "rect", "encoding": {**places, **ends, **_COLOUR}}]
    claims = ["The darker, the more of 100; every map has the same colours."]
    if len(ends) == 2 and (lines := _contours(x, y, sweep.probability)):
        layers += _band_layers(x, y, sweep.probability, lines, places)
        claims.append("Lines divide the bands.")
    here = [_shown(f, v, chosen) for f, v in zip(fields, planned, strict=True)]
    if None not in here:
        point = {"values": [dict(zip("xy", here, strict=True))]}
        layers.append({"data": point, "mark": _CROSS, "encoding": places})
        claims.append("The cross is this plan.")
    names = " and ".join(field.label.lower() for field in fields)
    alt = (
        f"Map of the number in 100 over {names}, from {number.min():.1f} to "
        f"{number.max():.1f}."
    )
    rows = _cells(sweep, x, y, number)
    st.vega_lite_chart(rows, {"layer": layers, "height": 380}, width="stretch", alt=alt)
    st.caption(" ".join(claims))


def _band_layers(
    x: list[float],
    y: list[float],
    probability: Any,
    contours: list[dict[str, Any]],
    places: dict[str, Any],
) -> list[dict[str, Any]]:
    """Lines between the bands, and their names."""
    lines = {**places, "detail": {"field": "piece"}, "order": {"field": "at"}}
    names = {
        "data": {"values": _names(x, y, probability)},
        "encoding": {**places, "text": {"field": "band"}},
    }
    bold = {"type": "text", "fontSize": 14, "fontWeight": "bold"}
    # White behind the letters, as some stand on dark cells.
    halo = {"stroke": "#ffffff", "strokeWidth": 4, "strokeJoin": "round"}
    return [
        {
            "data": {"values": contours},
            "mark": {"type": "line", "color": _DARK, "strokeWidth": 2},
            "encoding": lines,
        },
        {**names, "mark": {**bold, **halo}},
        {**names, "mark": {**bold, "color": _DARK}},
    ]


def _along(field: Field, name: str, title: str) -> dict[str, Any]:
    if field.kind == "level":
        return {"field": name, "type": "nominal", "title": title, "sort": None}
    scale = {"zero": False, "nice": False}
    return {"field": name, "type": "quantitative", "title": title, "scale": scale}


def _cells(sweep: Sweep, x: list[Any], y: list[Any], number: Any) -> pd.DataFrame:
    """One row for each cell; those of numbers reach half a step to each side."""
    rows: dict[str, Any] = {"number": number.ravel()}
    rows["band"] = words(sweep.probability.ravel())[0].rename_categories(_LABELS)
    for name, field, values in (("x", sweep.across, x), ("y", sweep.down, y)):
        spread = np.tile if name == "x" else np.repeat
        times = len(y) if name == "x" else len(x)
        if field is not None and field.kind == "number":
            at = np.array(values)
            middle = (at[1:] + at[:-1]) / 2.0
            edges = np.concatenate([at[:1], middle, at[-1:]])
            rows[name], rows[f"{name}2"] = (
                spread(edges[:-1], times),
                spread(edges[1:], times),
            )
        else:
            rows[name] = spread(np.array(values, dtype=object), times)
    return pd.DataFrame(rows)


def _contours(x: list[float], y: list[float], probability: Any) -> list[dict[str, Any]]:
    """Lines between the bands, point by point."""
    lines = contourpy.contour_generator(x, y, probability)
    pieces = [piece for limit in _LIMITS for piece in lines.lines(limit)]
    return [
        {"x": float(a), "y": float(b), "piece": number, "at": at}
        for number, piece in enumerate(pieces)
        for at, (a, b) in enumerate(np.asarray(piece))
    ]


def _names(x: list[float], y: list[float], probability: Any) -> list[dict[str, Any]]:
    """The name of each band, in the middle of its part of the map."""
    where = np.digitize(probability, _LIMITS)
    rows = []
    for place, band in enumerate(BANDS):
        at_y, at_x = np.nonzero(where == place)
        # A sliver has no room for a name.
        if at_x.size >= probability.size / 40:
            nearest = np.hypot(at_x - at_x.mean(), at_y - at_y.mean()).argmin()
            rows.append({"x": x[at_x[nearest]], "y": y[at_y[nearest]], "band": band.label})
    return rows


def weeks(days: pd.DataFrame) -> None:
    """Draw the load of each day as bars, fitness and fatigue as lines.

    Parameters
    ----------
    days : pandas.DataFrame
        As from `riskmodel.training.loads.daily`.
    """
    lines = days.melt("day", ["fitness", "fatigue"], "what", "value")
    lines["what"] = lines["what"].str.capitalize()
    along = {"field": "day", "type": "temporal", "title": None}
    upward = {"type": "quantitative", "title": "Load a day"}
    dash = {"field": "what", "type": "nominal", "title": None, "legend": {"orient": "top"}}
    layers = [
        {
            "data": {"values": _dated(days[["day", "load"]])},
            "mark": {"type": "bar", "opacity": 0.35},
            "encoding": {"x": along, "y": {**upward, "field": "load"}},
        },
        {
            "data": {"values": _dated(lines)},
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {
                "x": along,
                "y": {**upward, "field": "value"},
                "strokeDash": dash,
                "color": dash,
            },
        },
    ]
    last = days.iloc[-1]
    words = (
        f"Load of each day from {days['day'].iloc[0]:%d %b %Y} to {last['day']:%d %b %Y}; "
        f"at the end fitness {last['fitness']:.0f} and fatigue {last['fatigue']:.0f}."
    )
    st.vega_lite_chart({"layer": layers, "height": 260}, width="stretch", alt=words)
    st.markdown(words)


def _dated(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for a chart, with days that no time zone moves."""
    return rows.assign(day=rows["day"].dt.strftime("%Y-%m-%dT00:00:00")).to_dict("records")
