"""Pictures of sweeps: a curve with its range, and a map in the colours of the bands.

What a picture looks like is built and checked by Altair once for each choice of axes;
its rows go to the browser apart, so that a rerun costs no more than they do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import contourpy
import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import Field
from riskmodel.reporting.words import BAND_LABELS
from riskmodel.scoring.bands import BANDS
from riskmodel.views.colours import GREY, ink
from riskmodel.views.look import LIMITS
from riskmodel.whatif.comparison import Sweep

alt.theme.enable("none")  # Streamlit's own gives the colours and sizes
Spec = dict[str, Any]
PLANS = ("A", "B")
"""What the plans are called in a picture."""
_LONG_MIN = 180.0  # times that reach beyond are written in hours
_SHEET = Path(__file__).with_name("look.css").read_text(encoding="utf-8")
# The colours of the bands, as a picture cannot read them from the page: light and dark.
_FILLS = re.findall(r"--\w+-fill: light-dark\(#(\w+), #(\w+)\)", _SHEET)
_GROUNDS = ("ffffff", "0d1219")


class _Axis(NamedTuple):
    """One input of a sweep in the reader's units, and where the plans lie on it."""

    values: list[float]
    title: str
    plans: list[float]


def _axis_of(
    field: Field, values: Sequence[float], planned: Sequence[Any], chosen: units.Chosen
) -> _Axis:
    unit = units.unit_of(field.unit, chosen)
    # Feet and inches cannot be written along an axis.
    label, shown = (field.unit, float) if unit.feet else (unit.label, unit.shown)
    if field.unit == "min" and max(values) > _LONG_MIN:
        label, shown = "h", lambda minutes: minutes / 60.0
    title = f"{field.label}, {label}" if label else field.label
    plans = [np.nan if value is None else shown(value) for value in planned]
    return _Axis([shown(value) for value in values], title, plans)


def _axis(title: str) -> dict[str, Any]:
    """Options of an axis that ends where its values do."""
    scale = alt.Scale(zero=False, nice=False)
    return {"type": "quantitative", "title": title, "scale": scale}


def of(rows: str) -> alt.Chart:
    """Begin a layer on the rows of that name, which `show` is given."""
    return alt.Chart(alt.NamedData(rows))


def show(spec: Spec, description: str, **rows: pd.DataFrame) -> None:
    """Draw a picture; screen readers read out the description."""
    st.vega_lite_chart({**spec, "datasets": rows}, width="stretch", alt=description)


def _named(**columns: Sequence[Any]) -> pd.DataFrame:
    """Where the plans lie, each with its letter; without those that answer nothing."""
    rows = pd.DataFrame({"plan": PLANS, **columns}).dropna()
    together = rows.duplicated(rows.columns.intersection(["x", "y", "number"]), keep=False)
    # Of two in one place the first is written for both.
    letters = [" ".join(PLANS), ""] if together.any() else rows["plan"]
    return rows.assign(letter=letters)


def curve(sweeps: Sequence[Sweep], planned: Sequence[Any], chosen: units.Chosen) -> None:
    """Draw the number in 100 of two plans over one input, with its range."""
    field = sweeps[0].across
    axis = _axis_of(field, sweeps[0].x, planned, chosen)
    tables = []
    for plan, swept in zip(PLANS, sweeps, strict=True):
        numbers = {
            "low": 100.0 * swept.probability_low[0],
            "number": 100.0 * swept.probability[0],
            "high": 100.0 * swept.probability_high[0],
        }
        tables.append(pd.DataFrame({"x": axis.values, **numbers, "plan": plan}))
    rows = pd.concat(tables)
    at = [
        np.interp(place, axis.values, table["number"])
        for place, table in zip(axis.plans, tables, strict=True)
    ]
    ends = f"from {rows['number'].min():.1f} to {rows['number'].max():.1f} in 100"
    words = f"Curve of the number in 100 over {field.label.lower()}, {ends}."
    plans = _named(x=axis.plans, number=at)
    show(_curve_spec(axis.title, ink()), words, rows=rows, plans=plans)


@st.cache_data(max_entries=100, show_spinner=False)
def _curve_spec(title: str, colour: str) -> Spec:
    along = alt.X("x", **_axis(title))
    up = alt.Y("number:Q", title="In 100", scale=alt.Scale(type="sqrt"))
    lines = of("rows").encode(x=along, detail="plan:N")
    dashes = alt.StrokeDash("plan:N", legend=None)
    at = of("plans").encode(x=along, y=up)
    letters = at.mark_text(fontWeight="bold", fontSize=14, dy=-14, color=colour)
    layers = [
        lines.mark_area(opacity=0.12, color=colour).encode(y="low:Q", y2="high"),
        lines.mark_line(color=colour).encode(y=up, strokeDash=dashes),
        at.mark_point(filled=True, size=70, color=colour, opacity=1),
        letters.encode(text="letter:N"),
    ]
    return alt.layer(*layers, height=300).to_dict()


def heat_map(
    sweep: Sweep,
    planned: Sequence[tuple[Any, Any]],
    bands: Sequence[str],
    chosen: units.Chosen,
) -> None:
    """Draw the bands over two inputs, and two plans on them.

    ``planned`` and ``bands`` are of each plan, the one that was swept first.
    """
    if sweep.down is None:
        raise ValueError("A map needs two inputs.")
    x = _axis_of(sweep.across, sweep.x, [place[0] for place in planned], chosen)
    y = _axis_of(sweep.down, sweep.y, [place[1] for place in planned], chosen)
    number = 100.0 * sweep.probability
    show(
        _map_spec(x.title, y.title, dark=st.context.theme.type == "dark"),
        f"Map of the number in 100 over {sweep.across.label.lower()} and "
        f"{sweep.down.label.lower()}, from {number.min():.1f} to {number.max():.1f}.",
        areas=_areas(x.values, y.values, sweep.probability),
        names=_names(x, y, sweep.probability),
        plans=_named(x=x.plans, y=y.plans, band=[BAND_LABELS[band] for band in bands]),
    )


def _mixed(colour: str, ground: str) -> str:
    """A colour with a fifth of the ground, so that letters on it can be read."""
    pairs = zip(bytes.fromhex(colour), bytes.fromhex(ground), strict=True)
    return "#" + bytes(round(0.8 * a + 0.2 * b) for a, b in pairs).hex()


@st.cache_data(max_entries=100, show_spinner=False)
def _map_spec(x_title: str, y_title: str, *, dark: bool) -> Spec:
    places: dict[str, Any] = {
        "x": alt.X("x", **_axis(x_title)),
        "y": alt.Y("y", **_axis(y_title)),
    }
    colours = [_mixed(pair[dark], _GROUNDS[dark]) for pair in _FILLS]
    scale = alt.Scale(domain=[band.label for band in BANDS], range=colours)
    fill = alt.Fill("band:N", scale=scale, legend=None)
    line: dict[str, Any] = {"stroke": "#101828", "strokeWidth": 1.2}
    areas = of("areas").mark_line(**line, interpolate="linear-closed")
    layers = [areas.encode(**places, fill=fill, detail="piece:N", order="at:O")]
    bold: dict[str, Any] = {"fontSize": 14, "fontWeight": "bold"}
    # White behind the letters, as some stand on dark ground.
    halo: dict[str, Any] = {"stroke": "#ffffff", "strokeWidth": 4, "strokeJoin": "round"}
    for name, text, dy in (("names", "band:N", 0), ("plans", "letter:N", -17)):
        letters = of(name).encode(**places, text=text)
        layers.append(letters.mark_text(**bold, **halo, dy=dy))
        layers.append(letters.mark_text(**bold, dy=dy, color="#101828"))
    # In the colour of its own band: the second plan can be of another than the map says.
    cross = of("plans").mark_point(**line, shape="cross", opacity=1)
    sizes = alt.Scale(domain=list(PLANS), range=[330, 130])
    size = alt.Size("plan:N", scale=sizes, legend=None)
    layers.append(cross.encode(**places, fill=fill, size=size))
    return alt.layer(*layers, height=300).to_dict()


def _areas(x: list[float], y: list[float], probability: Any) -> pd.DataFrame:
    """The part of each band, point by point, over that of the band below."""
    kind = contourpy.FillType.OuterOffset
    whole = contourpy.contour_generator(x, y, probability, fill_type=kind)
    names = [band.label for band in BANDS]
    rows = []
    for band, limit in enumerate((-1.0, *LIMITS)):
        for points, offsets in zip(*whole.filled(limit, 2.0), strict=True):
            for i, (begin, end) in enumerate(pairwise(offsets)):
                piece = pd.DataFrame(points[begin:end], columns=["x", "y"])
                # What is left out of it is of the band below.
                rows.append(piece.assign(band=names[band - (i > 0)]))
    return pd.concat(rows, keys=range(len(rows)), names=["piece", "at"]).reset_index()


def _names(x: _Axis, y: _Axis, probability: Any) -> pd.DataFrame:
    """The name of each band, in the middle of its part of the map and beside the plans."""
    at_x, at_y = (np.array(axis.values) for axis in (x, y))
    taken = np.zeros(probability.shape, dtype=bool)
    for plan_x, plan_y in zip(x.plans, y.plans, strict=True):
        beside = np.abs(at_x - plan_x) < 0.2 * np.ptp(at_x)
        taken |= beside & (np.abs(at_y - plan_y) < 0.15 * np.ptp(at_y))[:, None]
    where = np.where(taken, -1, np.digitize(probability, LIMITS))
    where[:, [0, 1, -2, -1]] = -1  # no name is cut at the side
    rows = []
    for place, band in enumerate(BANDS):
        row, column = np.nonzero(where == place)
        # A sliver has no room for a name.
        if row.size >= probability.size / 40:
            far = (row - row.mean()) ** 2 + (column - column.mean()) ** 2
            near = far.argmin()
            rows.append({"x": at_x[column[near]], "y": at_y[row[near]], "band": band.label})
    return pd.DataFrame(rows, columns=["x", "y", "band"])


def weeks(days: pd.DataFrame) -> pd.DataFrame:
    """Draw each day of `riskmodel.training.loads.daily`: load, fitness and fatigue.

    Days whose load reaches beyond the picture are given back, to be told.
    """
    top = _top(days["load"])
    # Without a zone in the text, no browser moves a day.
    rows = days.assign(Day=days["day"].dt.strftime("%Y-%m-%dT00:00:00"))
    last = days.iloc[-1]
    show(
        _weeks_spec(ink(), top, few=len(days) <= _FEW_DAYS),
        f"Load of each day from {days['day'].iloc[0]:%d %b %Y} to {last['day']:%d %b %Y}; "
        f"at the end fitness {last['fitness']:.0f} and fatigue {last['fatigue']:.0f}.",
        rows=rows[["Day", *_WEEKS]].rename(columns=_WEEKS),
    )
    return days[days["load"] > (np.inf if top is None else top)]


def _top(loads: pd.Series[float]) -> float | None:
    """Where the picture ends, None for its highest value: one day shall not flatten it."""
    trained = loads[loads > 0]
    usual = float(trained.quantile(0.9)) if len(trained) >= _FEWEST_DAYS else np.inf
    return 2.0 * usual if trained.max() > 4.0 * usual else None


_FEWEST_DAYS = 5  # that tell what is usual
_FEW_DAYS = 8  # each with a tick, and none within a day
_WEEKS = {"load": "Load of the day", "fitness": "Fitness", "fatigue": "Fatigue"}


@st.cache_data(max_entries=20, show_spinner=False)
def _weeks_spec(letters: str, top: float | None = None, *, few: bool = False) -> Spec:
    names = [*_WEEKS.values()]
    scale = alt.Scale(domain=names, range=[GREY, letters, "#d5611b"])
    legend = alt.Legend(
        orient="top", symbolType="stroke", symbolStrokeWidth=4, symbolDash=[1, 0]
    )
    ticks: dict[str, Any] = {"tickCount": {"interval": "day", "step": 1}} if few else {}
    height = alt.Scale() if top is None else alt.Scale(domain=[0, top])
    chart = of("rows").transform_fold([*names], as_=["what", "value"])
    chart = chart.encode(
        x=alt.X("Day:T", title=None, axis=alt.Axis(grid=False, **ticks)),
        y=alt.Y("value:Q", title="Minutes × how hard, of 10", scale=height),
        color=alt.Color("what:N", scale=scale, title=None, legend=legend),
    )
    is_load = alt.datum.what == names[0]
    bars = chart.transform_filter(is_load).mark_bar(opacity=0.55, clip=True)
    dashes = alt.Scale(domain=names[1:], range=[[1, 0], [5, 3]])
    dash = alt.StrokeDash("what:N", scale=dashes, legend=None)
    lines = chart.transform_filter(~is_load).mark_line(strokeWidth=2.5, clip=True)
    return alt.layer(bars, lines.encode(strokeDash=dash), height=240).to_dict()
