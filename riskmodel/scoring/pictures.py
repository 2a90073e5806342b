"""Pictures of answers for notebooks, with Altair, which comes with the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from riskmodel.inputs.installing import how_to_install
from riskmodel.scoring.bands import BANDS
from riskmodel.scoring.card import BAND_FILLS

if TYPE_CHECKING:
    import altair as alt

_ANSWERED, _OPEN = "answered", "open, an average"


def _altair() -> Any:
    try:
        import altair
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"A picture needs Altair: {how_to_install('app')}"
        ) from None
    return altair


def points_picture(factors: pd.DataFrame, title: str) -> alt.Chart:
    """Points of each factor that has any, the most first.

    Parameters
    ----------
    factors : pandas.DataFrame
        As from `riskmodel.Assessment.to_frame`.
    title : str
    """
    altair = _altair()
    rows = factors.loc[factors["points"] > 0, ["label", "points", "reason"]].assign(
        source=factors["answered"].map({True: _ANSWERED, False: _OPEN})
    )
    colours = altair.Scale(domain=[_ANSWERED, _OPEN], range=["#2f4bc7", "#a2aee6"])
    picture: alt.Chart = (
        altair.Chart(rows, title=title)
        .mark_bar()
        .encode(
            x=altair.X("points:Q", title="Points"),
            y=altair.Y("label:N", title=None, sort="-x", axis=altair.Axis(labelLimit=300)),
            color=altair.Color("source:N", title=None, scale=colours),
            tooltip=["label:N", "points:Q", "reason:N"],
        )
    )
    return picture


def ranges_picture(scenarios: pd.DataFrame) -> alt.LayerChart:
    """The number in 100 of each scenario with its range, in the colour of its band.

    Parameters
    ----------
    scenarios : pandas.DataFrame
        ``scenario`` (its name), ``probability``, ``probability_low``,
        ``probability_high`` and ``band``.
    """
    altair = _altair()
    columns = ["probability", "probability_low", "probability_high"]
    rows = scenarios[["scenario"]].assign(
        **{name: 100.0 * scenarios[name] for name in columns},
        band=scenarios["band"].map({band.name: band.label for band in BANDS}),
    )
    colours = altair.Scale(
        domain=[band.label for band in BANDS], range=[BAND_FILLS[b.name] for b in BANDS]
    )
    place = altair.Scale(type="sqrt", domainMin=0.0)
    every = altair.Chart(rows.dropna(subset=columns)).encode(
        y=altair.Y("scenario:N", title=None, sort=None),
        color=altair.Color("band:N", title="Risk", scale=colours),
        tooltip=["scenario:N", *(altair.Tooltip(f"{n}:Q", format=".1f") for n in columns)],
    )
    low = altair.X("probability_low:Q", title="Of 100 sessions, with a cramp", scale=place)
    picture: alt.LayerChart = altair.layer(
        every.mark_rule(strokeWidth=3).encode(x=low, x2="probability_high:Q"),
        every.mark_point(filled=True, size=120, opacity=1).encode(x="probability:Q"),
    )
    return picture
