"""What makes the difference between two plans: in points, and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.scoring.bands import in_100_brief
from riskmodel.views import charts, form, look, own_card, plans, widgets
from riskmodel.views.plan_cards import Assessed
from riskmodel.whatif.comparison import AXES, Row, Sweep, sweep_grid, usual_values

# Reasons of fewer points, and those beyond so many, stand in one row if they are several.
_LEAST_POINTS, _MOST_STEPS, _LEAST_TOGETHER = 1.0, 7, 3
_STEPS = 28  # values along an axis
_AXES = {
    "across": ("Along", "duration_min"),
    "down": ("Upward", "air_temperature_c"),
}


def show(assessed: Assessed, factors: Sequence[Row], others: Sequence[int]) -> None:
    """Draw why the number of the first plan becomes that of one of the others."""
    with st.container(key="below"):
        with st.container(key="differences"):
            other = _why(assessed, factors, others)
        with st.container(key="heat"):
            _picture(assessed, next(iter(assessed)), other)


def _why(assessed: Assessed, factors: Sequence[Row], others: Sequence[int]) -> int:
    """Draw what differs in points, and return against which plan."""
    if st.session_state.get("against") not in others:
        st.session_state["against"] = others[-1]
    other: int = st.session_state["against"]
    first, place = next(iter(assessed)), list(assessed).index(other)
    before, after = (
        in_100_brief(assessed[number].probability) for number in (first, other)
    )
    title = f"Why {before} becomes {after}" if before != after else f"Both are {before}"
    st.header(widgets.plain(title), anchor=False)
    if len(others) > 1:
        labels = {number: plans.shown()[number].name for number in others}
        more = {"label_visibility": "collapsed", "required": True, "wrap": True}
        widgets.pills("Which plan", labels, "against", **more)
    rows = differences([(row.label, row.values[place] - row.values[0]) for row in factors])
    if rows:
        st.html(look.diverging(rows, title))
        look.note("Points: to the left fewer than in the first plan, to the right more.")
    else:
        look.note("Nothing differs in points: change something in one of the plans.")
    return other


def differences(points: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The reasons that differ, larger ones first, and the small ones as one row."""
    steps = sorted((step for step in points if step[1]), key=lambda step: -abs(step[1]))
    large = [step for step in steps if abs(step[1]) >= _LEAST_POINTS][:_MOST_STEPS]
    small = steps[len(large) :]
    if len(small) < _LEAST_TOGETHER:
        return steps
    return [*large, (f"{len(small)} smaller ones", sum(step[1] for step in small))]


# --------------------------------------------------------------------------- the picture


@st.cache_data(scope="session", max_entries=32, show_spinner=False)
def _swept(
    answers: Mapping[str, Any], across: str, down: str | None, x: Any, y: Any, card: str
) -> Sweep:
    # `card` only tells apart what was kept of another card.
    return sweep_grid(answers, across, down, x=x, y=y, **own_card.used())


def _values(name: str, both: Sequence[Mapping[str, Any]]) -> tuple[float, ...]:
    """Values along an axis on which both plans have a place."""
    spans = [usual_values(name, plan.get(name), _STEPS) for plan in both]
    return tuple(sorted({value for span in spans for value in span}))


def _picture(assessed: Assessed, first: int, other: int) -> None:
    both = [plans.shown()[number] for number in (first, other)]
    own, chosen = [plan.answers for plan in both], form.chosen_units()
    axes = [
        name
        for name in AXES
        if FIELDS[name].kind == "number" and all(FIELDS[name].asked_of(p) for p in own)
    ]
    kind = _ask_picture(axes)
    across = _axis("across", axes) or axes[0]
    down = _axis("down", axes)
    x, card = _values(across, own), own_card.name()
    if kind == "Map" and down is not None and down != across:
        swept = _swept(own[0], across, down, x, _values(down, own), card)
        places = [(plan.get(across), plan.get(down)) for plan in own]
        bands = [assessed[number].band for number in (first, other)]
        charts.heat_map(swept, places, bands, chosen)
        left_out = swept.left_out
        of = "The map is A's; the cross of B has the colour of its own band."
    else:
        curves = [_swept(plan, across, None, x, None, card) for plan in own]
        charts.curve(curves, [plan.get(across) for plan in own], chosen)
        left_out = tuple(dict.fromkeys(name for c in curves for name in c.left_out))
        needs = "A map needs two inputs: in the water, air says nothing about heat."
        of = needs if kind == "Map" else "Around each line its range."
    if labels := " and ".join(FIELDS[name].label for name in left_out):
        of += f" {labels} is left out, as it belongs to one weather only."
    look.note(f"A: {both[0].name}. B: {both[1].name}. {of}")


def _ask_picture(axes: Sequence[str]) -> str:
    with st.container(horizontal=True, vertical_alignment="center", key="picture_head"):
        kind: str = st.segmented_control(
            "Picture",
            ["Map", "Curve"],
            default="Map",
            required=True,
            key="picture",
            label_visibility="collapsed",
            persist_state="session",
        )
        box = widgets.quiet_popover("Axes", "tune", "axes")
    if box.open:
        with box:
            for which, (label, _) in _AXES.items():
                key = f"axis_{which}"
                st.session_state[key] = _axis(which, axes) or axes[0]
                labels = {name: FIELDS[name].label for name in axes}
                widgets.select(label, labels, key, persist_state="session")
    return kind


def _axis(which: str, axes: Sequence[str]) -> str | None:
    chosen = st.session_state.get(f"axis_{which}", _AXES[which][1])
    return chosen if chosen in axes else None
