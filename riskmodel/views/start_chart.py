"""The picture of Best start: the answer hour by hour, and the heat under it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.scoring.bands import BANDS
from riskmodel.starts.daylight import is_up
from riskmodel.views.charts import Spec, of
from riskmodel.views.colours import BAND_COLOURS, GREY, ink
from riskmodel.views.state import StartState, state
from riskmodel.weather.hours import Weather, naive_utc

# The clock of the place, whatever the browser's own is.
_ALONG = alt.X("at:T", title=None, scale=alt.Scale(type="utc"))


def hour_by_hour(
    starts: pd.DataFrame, weather: Weather, name: str, title: str, chosen: units.Chosen
) -> str | None:
    """Draw the answer at every start with its range, and WBGT under it.

    The starts are rows of `riskmodel.starts.best` or `riskmodel.best_start_squad`; the
    answer is their column `name`, its range ``name_low`` and ``name_high``.  Returned is
    the start that was tapped, as its ``start_utc`` in ISO format.
    """
    air = units.unit_of("°C", chosen)
    rows = _rows(starts, name, air)
    top = float(rows["high"].max()) * 1.1 if rows["high"].notna().any() else 1.0
    tables = {"rows": rows}
    if len(nights := _nights(starts, weather)):
        tables["nights"] = nights
    if name == "probability":
        tables["bands"] = _bands(starts["start"], top)
    clock = "%a %H:%M" if starts["start"].dt.date.nunique() > 1 else "%H:%M"
    spec = _spec(title, f"WBGT, {air.label}", clock, top, ink(), tuple(tables))
    event = st.vega_lite_chart(
        {**spec, "datasets": tables},
        width="stretch",
        on_select="rerun",
        selection_mode="pick",
        # What is chosen elsewhere takes away what was tapped.
        key=f"start_chart_{state(StartState).looks}",
        alt=_description(rows, title, air),
    )
    st.caption(
        "The line is the answer for each start, the area its range with the doubt about "
        "the weather; grey is while the sun is down, hollow points are outside your "
        "limits. Tap a full point to look at that start."
    )
    picked = event["selection"].get("pick", [])
    return str(picked[0]["id"]) if picked and "id" in picked[0] else None


@st.cache_data(max_entries=100, show_spinner=False)
def _spec(
    title: str, heat: str, clock: str, top: float, colour: str, tables: tuple[str, ...]
) -> Spec:
    """Build the two pictures, one above the other, for tables of these names."""
    nights = []
    if "nights" in tables:
        grey = of("nights").mark_rect(opacity=0.18, color=GREY)
        nights.append(grey.encode(x=_ALONG, x2="until"))
    scale = alt.Scale(domain=[0, top])
    axis = alt.Axis(format=clock, labelOverlap=True, tickMinStep=3.6e6)
    chart = of("rows").encode(x=_ALONG.axis(axis))
    number = alt.Y("number:Q", title=title, scale=scale)
    area = chart.mark_area(opacity=0.3, color=colour)
    line = chart.mark_line(color=colour, strokeWidth=2)
    answers = [
        *(_band_layers(scale, title, colour) if "bands" in tables else ()),
        *nights,
        area.encode(y=alt.Y("low:Q", title=title, scale=scale), y2="high"),
        line.encode(y=number),
        _points(chart, title, heat, colour).encode(y=number),
    ]
    wbgt = line.encode(y=alt.Y("wbgt:Q", title=heat, scale=alt.Scale(zero=False)))
    spec: Spec = alt.vconcat(
        alt.layer(*answers, height=260, width="container"),
        alt.layer(*nights, wbgt, height=110, width="container"),
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
    ).to_dict()
    return spec


def _points(chart: alt.Chart, title: str, heat: str, colour: str) -> alt.Chart:
    """Build the points that can be tapped, each with its numbers."""
    pick = alt.selection_point("pick", fields=["id"])
    numbers = {"number": title, "low": "Low", "high": "High", "wbgt": heat}
    points: alt.Chart = chart.mark_point(
        stroke=colour, fill=colour, strokeWidth=1.5
    ).encode(
        # Hollow where the limits or the light speak against it.
        fillOpacity=alt.when("datum.allowed").then(alt.value(1)).otherwise(alt.value(0)),
        size=alt.when(pick, empty=False).then(alt.value(160)).otherwise(alt.value(60)),
        tooltip=[
            alt.Tooltip("clock:N", title="Start"),
            *(alt.Tooltip(f"{n}:Q", format=".1f", title=t) for n, t in numbers.items()),
        ],
    )
    tappable: alt.Chart = points.add_params(pick)
    return tappable


def _band_layers(scale: alt.Scale, title: str, colour: str) -> list[alt.Chart]:
    """Build the areas of the bands, with their names at the top left of each."""
    bands = of("bands").encode(x=_ALONG)
    areas = bands.mark_rect(opacity=0.22)
    names = bands.mark_text(
        align="left", baseline="top", dx=4, dy=3, fontWeight="bold", color=colour
    )
    return [
        areas.encode(
            x2="until",
            y=alt.Y("from:Q", title=title, scale=scale),
            y2="to",
            color=alt.Color("colour:N", scale=None),
        ),
        names.encode(y=alt.Y("to:Q", title=title, scale=scale), text="name:N"),
    ]


def _rows(starts: pd.DataFrame, name: str, air: units.Unit) -> pd.DataFrame:
    """Rows of the picture: one for each start, in the reader's units."""
    scale = 100.0 if name == "probability" else 1.0
    return pd.DataFrame(
        {
            "at": _clock(starts["start"]),
            "id": [moment.isoformat() for moment in starts.index],
            "low": scale * starts[f"{name}_low"].to_numpy(),
            "number": scale * starts[name].to_numpy(),
            "high": scale * starts[f"{name}_high"].to_numpy(),
            "wbgt": [air.shown(value) for value in starts["wbgt_c"]],
            "allowed": starts["allowed"].to_numpy(),
            "clock": starts["start"].map("{:%a %H:%M}".format).to_numpy(),
        }
    )


def _clock(moments: Iterable[pd.Timestamp]) -> list[str]:
    """What clocks show there, written as UTC, so that no browser moves it."""
    return [f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in moments]


def _bands(starts: pd.Series[pd.Timestamp], top: float) -> pd.DataFrame:
    """Areas of the bands up to the top; those with room for a name have it."""
    half = pd.Timedelta("30min")
    at, until = _clock([starts.iloc[0] - half, starts.iloc[-1] + half])
    rows, low = [], 0.0
    for band in BANDS:
        high = min(band.up_to + 0.5, top)
        if low < top:
            name = band.label if high - low > top / 12 else ""
            rows.append((name, low, high, BAND_COLOURS[band.name], at, until))
        low = high
    return pd.DataFrame(rows, columns=["name", "from", "to", "colour", "at", "until"])


def _nights(starts: pd.DataFrame, weather: Weather) -> pd.DataFrame:
    """When the sun is down, minute by minute, also where it never rises."""
    first, last = starts.index[0], starts.index[-1]
    minutes = pd.date_range(first, max(last, first + pd.Timedelta("1h")), freq="1min")
    down = ~is_up(naive_utc(minutes), weather.latitude_deg, weather.longitude_deg)
    turns = np.flatnonzero(np.diff(down.astype(np.int8))) + 1
    edges = [0, *turns.tolist(), len(minutes) - 1]
    clock = _clock(minutes[edges].tz_convert(weather.zone))
    spans = itertools.pairwise(zip(edges, clock, strict=True))
    rows = [(at, until) for (a, at), (b, until) in spans if down[a] and a < b]
    return pd.DataFrame(rows, columns=["at", "until"])


def _description(rows: pd.DataFrame, title: str, air: units.Unit) -> str:
    known = rows.dropna(subset=["number"])
    if known.empty:
        return f"{title}: no start has a number."
    best, worst = (known.loc[known["number"].agg(f)] for f in ("idxmin", "idxmax"))
    return (
        f"{title} by start, from {best['number']:.1f} at {best['clock']} to "
        f"{worst['number']:.1f} at {worst['clock']}; WBGT from {known['wbgt'].min():.0f} "
        f"to {known['wbgt'].max():.0f} {air.label}."
    )
