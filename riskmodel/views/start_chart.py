"""The picture of Best start: the answer hour by hour, and the heat under it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.scoring.bands import BANDS
from riskmodel.starts.daylight import is_up
from riskmodel.views.colours import BAND_COLOURS, ink
from riskmodel.views.state import StartState, state
from riskmodel.weather.hours import Weather, naive_utc

_ALONG: dict[str, Any] = {
    "field": "at",
    "type": "temporal",
    "title": None,
    # The clock of the place, whatever the browser's own is.
    "scale": {"type": "utc"},
}


def hour_by_hour(
    starts: pd.DataFrame, weather: Weather, name: str, title: str, chosen: units.Chosen
) -> str | None:
    """Draw the answer at every start with its range, and WBGT under it.

    Parameters
    ----------
    starts : pandas.DataFrame
        As from `riskmodel.starts.best` or `riskmodel.best_start_squad`, some rows of it.
    weather : Weather
    name : str
        Column of the answer; its range is ``name_low`` and ``name_high``.
    title : str
    chosen : mapping of str to str

    Returns
    -------
    str or None
        The start that was tapped, as its ``start_utc`` in ISO format.
    """
    scale = 100.0 if name == "probability" else 1.0
    air = units.unit_of("°C", chosen)
    several = starts["start"].dt.date.nunique() > 1
    clock = "%a %H:%M" if several else "%H:%M"
    along = {
        **_ALONG,
        "axis": {"format": clock, "labelOverlap": True, "tickMinStep": 3.6e6},
    }
    rows = pd.DataFrame(
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
    top = float(rows["high"].max()) * 1.1 if rows["high"].notna().any() else 1.0
    upward = {"type": "quantitative", "title": title, "scale": {"domain": [0, top]}}
    heat = {"type": "quantitative", "title": f"WBGT, {air.label}", "scale": {"zero": False}}
    nights = _nights(starts, weather)
    points = {
        "mark": {"type": "point", "stroke": ink(), "fill": ink(), "strokeWidth": 1.5},
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["id"]}}],
        "encoding": {
            "x": along,
            "y": {**upward, "field": "number"},
            # Hollow where the limits or the light speak against it.
            "fillOpacity": {
                "condition": {"test": "datum.allowed", "value": 1},
                "value": 0,
            },
            "size": {
                "condition": {"param": "pick", "empty": False, "value": 160},
                "value": 60,
            },
            "tooltip": [
                {"field": "clock", "title": "Start"},
                {"field": "number", "format": ".1f", "title": title},
                {"field": "low", "format": ".1f", "title": "Low"},
                {"field": "high", "format": ".1f", "title": "High"},
                {"field": "wbgt", "format": ".1f", "title": f"WBGT, {air.label}"},
            ],
        },
    }
    area = {
        "mark": {"type": "area", "opacity": 0.3, "color": ink()},
        "encoding": {
            "x": along,
            "y": {**upward, "field": "low"},
            "y2": {"field": "high"},
        },
    }
    line = {
        "mark": {"type": "line", "color": ink(), "strokeWidth": 2},
        "encoding": {"x": along, "y": {**upward, "field": "number"}},
    }
    layers = [*nights, area, line, points]
    if name == "probability":
        half = pd.Timedelta("30min")
        first, last = starts["start"].iloc[0] - half, starts["start"].iloc[-1] + half
        ends = _clock(pd.Series([first, last]))
        layers = [*_bands((ends[0], ends[1]), top, upward), *layers]
    spec = {
        "vconcat": [
            {"layer": layers, "height": 260, "width": "container"},
            {
                "layer": [
                    *nights,
                    {
                        "mark": {"type": "line", "color": ink(), "strokeWidth": 2},
                        "encoding": {"x": along, "y": {**heat, "field": "wbgt"}},
                    },
                ],
                "height": 110,
                "width": "container",
            },
        ],
        "autosize": {"type": "fit-x", "contains": "padding"},
    }
    words = _words(rows, title, air)
    event = st.vega_lite_chart(
        rows,
        spec,
        width="stretch",
        on_select="rerun",
        selection_mode="pick",
        # What is chosen elsewhere takes away what was tapped.
        key=f"start_chart_{state(StartState).looks}",
        alt=words,
    )
    st.caption(
        "The line is the answer for each start, the area its range with the doubt about "
        "the weather; grey is while the sun is down, hollow points are outside your "
        "limits. Tap a full point to look at that start."
    )
    picked = (event or {}).get("selection", {}).get("pick", [])
    return str(picked[0]["id"]) if picked and "id" in picked[0] else None


def _clock(moments: pd.Series[Any]) -> list[str]:
    """What clocks show there, written as UTC, so that no browser moves it."""
    return [f"{moment:%Y-%m-%dT%H:%M:%S}Z" for moment in moments]


def _bands(
    ends: tuple[str, str], top: float, upward: dict[str, Any]
) -> list[dict[str, Any]]:
    """Areas of the bands, with their names."""
    areas, low = [], 0.0
    for band in BANDS:
        high = min(band.up_to + 0.5, top)
        if low < top:
            areas.append(
                {
                    "band": band.label,
                    "from": low,
                    "to": high,
                    "colour": BAND_COLOURS[band.name],
                    "at": ends[0],
                    "until": ends[1],
                }
            )
        low = high
    tall = [a for a in areas if a["to"] - a["from"] > top / 12]
    across = {"x": {**_ALONG}, "x2": {"field": "until"}}
    up = {"y": {**upward, "field": "from"}, "y2": {"field": "to"}}
    names = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "dy": 3}
    return [
        {
            "data": {"values": areas},
            "mark": {"type": "rect", "opacity": 0.22},
            "encoding": {**across, **up, "color": {"field": "colour", "scale": None}},
        },
        {
            "data": {"values": tall},
            "mark": {**names, "fontWeight": "bold", "color": ink()},
            "encoding": {
                "x": _ALONG,
                "y": {**upward, "field": "to"},
                "text": {"field": "band"},
            },
        },
    ]


def _nights(starts: pd.DataFrame, weather: Weather) -> list[dict[str, Any]]:
    """Grey where the sun is down, minute by minute, also where it never rises."""
    first, last = starts.index[0], starts.index[-1]
    minutes = pd.date_range(first, max(last, first + pd.Timedelta("1h")), freq="1min")
    local = minutes.tz_convert(weather.zone)
    down = ~is_up(naive_utc(minutes), weather.latitude_deg, weather.longitude_deg)
    turns = np.flatnonzero(np.diff(down.astype(np.int8))) + 1
    edges = [0, *turns.tolist(), len(minutes) - 1]
    clock = _clock(pd.Series(local))
    values = [
        {"at": clock[a], "until": clock[b]}
        for a, b in itertools.pairwise(edges)
        if down[a] and a < b
    ]
    if not values:
        return []
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rect", "opacity": 0.18, "color": "#7d8b91"},
            "encoding": {"x": _ALONG, "x2": {"field": "until"}},
        }
    ]


def _words(rows: pd.DataFrame, title: str, air: units.Unit) -> str:
    known = rows.dropna(subset=["number"])
    if known.empty:
        return f"{title}: no start has a number."
    best, worst = (known.loc[known["number"].agg(f)] for f in ("idxmin", "idxmax"))
    return (
        f"{title} by start, from {best['number']:.1f} at {best['clock']} to "
        f"{worst['number']:.1f} at {worst['clock']}; WBGT from {known['wbgt'].min():.0f} "
        f"to {known['wbgt'].max():.0f} {air.label}."
    )
