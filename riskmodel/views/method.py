"""How points become a number, how far it can be trusted, and what it is not."""

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from riskmodel import assess, load_calibration, load_scorecard
from riskmodel.datasets import load_checks
from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.checks import main_figures
from riskmodel.reporting.targets import (
    PRODUCT,
    beside_limit,
    load_targets,
    of_required,
    outside,
)
from riskmodel.reporting.words import ORIGIN, SYNTHETIC
from riskmodel.scorecard.evidence import load_evidence
from riskmodel.scorecard.file import known_scorecards
from riskmodel.scorecard.points import Curve, to_half_points
from riskmodel.scoring.bands import BANDS, in_100_number
from riskmodel.scoring.probability import expit
from riskmodel.views import charts, published, scorecard_changes, tables
from riskmodel.views.colours import GREY

_DURATIONS_MIN = (30, 60, 120, 240, 480)
_OTHER_POINTS = (0, 10, 20, 30, 40, 50, 60)


@st.cache_data
def _probabilities() -> pd.DataFrame:
    """Number in 100 by the points of everything else and the duration."""
    curve = Curve([(k.at, k.points) for k in load_scorecard()["duration"].knots])
    duration = to_half_points(curve(_DURATIONS_MIN))
    calibration = load_calibration()
    table = {
        "Points of all other factors": [f"{points}" for points in _OTHER_POINTS],
    }
    for minutes, own in zip(_DURATIONS_MIN, duration, strict=True):
        column = expit(calibration.logit(np.array(_OTHER_POINTS) + own, own))
        table[f"{minutes} min (+{own:g})"] = [in_100_number(p, "<") for p in column]
    return pd.DataFrame(table)


def _doublings() -> str:
    """Ratio of the odds for twice the time, at some forty points of all else."""
    curve = Curve([(k.at, k.points) for k in load_scorecard()["duration"].knots])
    own = to_half_points(curve(_DURATIONS_MIN))
    ratios = np.exp(np.diff(load_calibration().logit(40.0 + own, own)))
    steps = zip(_DURATIONS_MIN[1:], ratios, strict=True)
    return ", ".join(f"{ratio:.1f} up to {minutes} min" for minutes, ratio in steps)


def _open_questions(minutes: float) -> float:
    """Ratio of the odds with everything optional open to those with average answers."""
    run = {"sport": "running", "session_rpe": 5, "age_years": 35}
    mild = {"air_temperature_c": 18, "relative_humidity_pct": 60}
    shift = assess({**run, **mild, "duration_min": minutes}).open_questions_logit
    return float(np.exp(shift or 0.0))


def _groups(rows: Iterable[Mapping[str, Any]]) -> str:
    """Name groups with their observed over expected."""
    return "; ".join(
        f"{FIELDS[row['by']].label}, {row['stratum'].lower()}: "
        f"{beside_limit(row['ratio'], limits.low, limits.high, 2)}"
        for row in rows
    )


def _marathon() -> str:
    """Say the miss that matters most to a reader."""
    rows = load_checks()["published"]
    row = next(r for r in rows if r["id"] == "marathon" and r["model"] == PRODUCT)
    if row["passes"]:
        return ""
    return (
        f"Of 100 marathon runners who were studied {100 * row['published']:.0f} cramped; "
        f"of people like them we say about {100 * row['ours']:.0f}."
    )


@st.cache_data
def _reliability() -> pd.DataFrame:
    rows = pd.DataFrame(load_checks()["reliability"])
    return rows[["expected", "observed"]] * 100.0


@st.cache_data
def _factors() -> pd.DataFrame:
    studies = load_evidence()
    rows = load_scorecard().factors
    return pd.DataFrame(
        {
            "Factor": [f.label for f in rows],
            "Most points": [f"{f.largest}" for f in rows],
            "Evidence": [f"{f.grade}; {ORIGIN[f.judgement]}" for f in rows],
            "Why": [" ".join((f.reason, f.departure)).strip() for f in rows],
            "Sources": [
                "; ".join(dict.fromkeys(studies[s].citation for s in f.all_evidence))
                or "our judgement"
                for f in rows
            ],
        }
    )


@st.cache_data
def _chart_spec(top: float) -> charts.Spec:
    scale = alt.Scale(domain=[0, top])
    diagonal = charts.of("diagonal").mark_line(strokeDash=[4, 4], color=GREY)
    groups = charts.of("rows").mark_point(filled=True, color="#2b8a96", size=50)
    return alt.layer(
        diagonal.encode(x=alt.X("x:Q", scale=scale), y=alt.Y("y:Q", scale=scale)),
        groups.encode(
            x=alt.X("expected:Q", title="Product, in 100", scale=scale),
            y=alt.Y("observed:Q", title="Simulators, in 100", scale=scale),
        ),
        height=320,
    ).to_dict()


card = load_scorecard()
calibration = load_calibration()
checks = load_checks()
summary = checks["summary"]
limits = next(target for target in load_targets() if target.id == "ratio-all")
odds = float(np.exp(10.0 * calibration.logit_per_point(50.0)))
others = [known for known in known_scorecards().values() if known.version != card.version]
earlier = others[-1] if others else None

st.title("Method")
st.markdown(
    f"{SYNTHETIC} We found no data with cramps athlete by athlete and session by session, "
    "so nothing here is learned from athletes. A scorecard, set by hand, gives points. "
    "Three simulators of how cramps may come about give made-up sessions a probability. "
    "Two curves join the two. "
    f"{_marathon()}"
)
st.header("From points to a number")
st.markdown(
    "Each factor's points are set so that 10 points double the odds of a cramp. In the "
    f"simulators 10 points multiply the odds by {odds:.1f}. We "
    "show that as found: no weight was changed. Time is exposure, so the duration has a "
    "curve of its own beside that of all points, and with every other answer the same "
    "each doubling of the time multiplies the odds by "
    f"{_doublings()}. In the simulators a longer session is one that people pace and are "
    "prepared for; up to two hours that is the least we allow, by judgement."
)
st.caption(
    "About how many of 100 sessions, with every question answered. All optional questions "
    "left open multiply the odds of an average run by "
    f"{_open_questions(30):.1f} in half an hour, {_open_questions(240):.1f} in four hours."
)
tables.show(_probabilities(), "Number in 100 by points and duration")
st.markdown(
    "Bands: "
    + "; ".join(
        f"**{band.label}** up to {band.up_to} in 100, {band.meaning}" for band in BANDS[:-1]
    )
    + f"; **{BANDS[-1].label}** beyond, {BANDS[-1].meaning}."
)
st.header("Does the number agree with the simulators?")
st.markdown(
    f"On {summary['scenarios']:,} fresh made-up sessions the average gap is "
    f"{100 * summary['ici']:.2f} in 100. This says that the curves fit, not that the "
    "simulators are right."
)
groups = _reliability()
top = float(groups.to_numpy().max())
charts.show(
    _chart_spec(top),
    "Product against simulators in 50 groups of scenarios, along the diagonal.",
    rows=groups,
    diagonal=pd.DataFrame({"x": [0.0, top], "y": [0.0, top]}),
)
st.markdown(
    f"The range held what the simulators said in {summary['coverage_all']:.0%} of these "
    f"sessions, and in {summary['coverage_six']:.0%} with only the six required answers."
)
for where, groups_outside in (
    ("Groups", outside(checks["strata"])),
    ("With only the six answers, groups", outside(of_required(checks["strata_six"]))),
):
    if groups_outside:
        st.markdown(
            f"{where} in which the simulators lie outside {limits.low:g} to "
            f"{limits.high:g} times the product: {_groups(groups_outside)}."
        )
with st.expander("Against simpler and fitted rivals"):
    rivals = pd.DataFrame(
        {
            "Method": [r["method"] for r in checks["benchmarks"]],
            "AUC": [f"{r['auc']:.3f}" for r in checks["benchmarks"]],
            "Brier score": [f"{r['brier']:.4f}" for r in checks["benchmarks"]],
        }
    )
    tables.show(rivals, "The product and its rivals")
st.header("Published figures")
published.show(checks, card.version, earlier.version if earlier else None)
st.header("Targets")
published.show_targets(checks)
scorecard_changes.show_unreachable(checks["published"])
st.header("The scorecard")
st.markdown(f"Version {card.version}, fingerprint {card.fingerprint}.")
with st.expander(f"All {len(card.factors)} factors"):
    for row in _factors().to_dict("records"):
        st.markdown(
            f"**{row['Factor']}**, at most {row['Most points']} points. {row['Why']} "
            f"Evidence: {row['Evidence']}. Sources: {row['Sources']}."
        )
if earlier:
    main = main_figures(checks["published"], earlier.version)
    scorecard_changes.show(earlier, card, main)
st.header("What the number is not")
st.markdown(
    "Not a medical device, not a diagnosis, and not advice to start or stop a medicine. "
    "Not a promise: with 5 of 100, five such sessions still bring a cramp. "
    "Not a measure of heat illness, which is the greater danger on a hot day."
)
made = calibration.made
st.caption(
    f"Calibration of {made['on']}: {made['scenarios']:,} scenarios, {made['draws']} draws "
    f"of the assumptions, seed {made['seed']}, scikit-learn "
    f"{made['versions']['scikit-learn']}."
)
