"""How points become a number, how far it can be trusted, and what it is not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from riskmodel import assess, load_calibration, load_scorecard
from riskmodel.datasets import load_checks
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.told import grouped
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.checks import main_figures
from riskmodel.reporting.scorecard_table import ORIGIN
from riskmodel.reporting.targets import (
    Target,
    beside_limit,
    load_targets,
    of_required,
    outside,
    target_rows,
    targets_text,
)
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.scorecard.evidence import load_evidence
from riskmodel.scorecard.file import known_scorecards
from riskmodel.scorecard.points import Curve, to_half_points
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.bands import BANDS, in_100_number
from riskmodel.scoring.probability import expit
from riskmodel.views import (
    argue,
    charts,
    look,
    published,
    scorecard_changes,
    tables,
    widgets,
)
from riskmodel.views.colours import GREY, ink

_DURATIONS_MIN = (30, 60, 120, 240, 480)
_DRAWN_MIN = (30, 60, 240)
_OTHER_POINTS = (0, 10, 20, 30, 40, 50, 60)
_OF_100 = [0, 1, 5, 10, 20, 40, 60]
_MOST_WEIGHTS = 8


def _duration_points(minutes: Sequence[float]) -> NDArray[np.float64]:
    curve = Curve([(k.at, k.points) for k in load_scorecard()["duration"].knots])
    return to_half_points(curve(minutes))


@st.cache_data
def _probabilities() -> pd.DataFrame:
    """Number in 100 by the points of everything else and the duration."""
    calibration = load_calibration()
    table = {
        "All other points": [f"{points}" for points in _OTHER_POINTS],
    }
    for minutes, own in zip(_DURATIONS_MIN, _duration_points(_DURATIONS_MIN), strict=True):
        column = expit(calibration.logit(np.array(_OTHER_POINTS) + own, own))
        head = f"{duration_text(minutes)} (+{own:g})"
        table[head] = [in_100_number(p, "<") for p in column]
    return pd.DataFrame(table)


def _doublings() -> list[float]:
    """Ratios of the odds for twice the time, at some forty points of all else."""
    own = _duration_points(_DURATIONS_MIN)
    ratios: list[float] = np.exp(np.diff(calibration.logit(40.0 + own, own))).tolist()
    return ratios


def _open_questions(minutes: float) -> float:
    """Ratio of the odds with everything optional open to those with average answers."""
    run = {"sport": "running", "session_rpe": 5, "age_years": 35}
    mild = {"air_temperature_c": 18, "relative_humidity_pct": 60}
    shift = assess({**run, **mild, "duration_min": minutes}).open_questions_logit
    return float(np.exp(shift or 0.0))


def _groups(rows: Iterable[Mapping[str, Any]], limits: Target) -> str:
    """Name groups with their observed over expected."""
    return "; ".join(
        f"{FIELDS[row['by']].label}, {row['stratum'].lower()}: "
        f"{beside_limit(row['ratio'], limits.low, limits.high, 2)}"
        for row in rows
    )


@st.cache_data
def _reliability() -> pd.DataFrame:
    rows = pd.DataFrame(load_checks()["reliability"])
    return rows[["expected", "observed"]] * 100.0


@st.cache_data
def _agreement_spec(top: float, ink: str) -> charts.Spec:
    root = alt.Scale(type="sqrt", domain=[0, top])  # the axis of all pages
    axis = alt.Axis(values=_OF_100, grid=False)
    diagonal = charts.of("diagonal").mark_line(color=GREY)
    groups = charts.of("rows").mark_point(filled=True, color=ink, size=45, opacity=0.8)
    return alt.layer(
        diagonal.encode(x=alt.X("x:Q", scale=root), y=alt.Y("y:Q", scale=root)),
        groups.encode(
            x=alt.X("expected:Q", title="We say, of 100", scale=root, axis=axis),
            y=alt.Y(
                "observed:Q", title="The simulators say, of 100", scale=root, axis=axis
            ),
        ),
        height=280,
    ).to_dict()


@st.cache_data
def _curve_rows() -> pd.DataFrame:
    """Number in 100 by the points of everything else, for each of a few durations."""
    points = np.arange(0.0, _OTHER_POINTS[-1] + 1.0)
    rows = [
        pd.DataFrame(
            {
                "points": points,
                "of_100": 100.0 * expit(calibration.logit(points + own, own)),
                "session": duration_text(minutes),
            }
        )
        for minutes, own in zip(_DRAWN_MIN, _duration_points(_DRAWN_MIN), strict=True)
    ]
    return pd.concat(rows, ignore_index=True)


@st.cache_data
def _curve_spec(ink: str) -> charts.Spec:
    names = [*map(duration_text, _DRAWN_MIN)]
    scale = alt.Scale(domain=names, range=[GREY, ink, "#d5611b"])
    line = charts.of("rows").mark_line(strokeWidth=2.5)
    chart = line.encode(
        x=alt.X("points:Q", title="Points of all answers but the duration"),
        y=alt.Y(
            "of_100:Q",
            title="Sessions with a cramp, of 100",
            scale=alt.Scale(type="sqrt"),
            axis=alt.Axis(values=_OF_100),
        ),
        color=alt.Color(
            "session:N",
            scale=scale,
            title="A session of",
            legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=4),
        ),
        strokeDash=alt.StrokeDash(
            "session:N",
            scale=alt.Scale(domain=names, range=[[2, 2], [1, 0], [6, 3]]),
            legend=None,
        ),
    )
    spec: charts.Spec = chart.properties(height=320).to_dict()
    return spec


# ----------------------------------------------------------------------- the pictures


def _draw_curve() -> None:
    rows = _curve_rows()
    ends = rows.groupby("session", sort=False)["of_100"].last()
    at_most = ", ".join(f"{value:.0f} of 100 in {name}" for name, value in ends.items())
    words = f"The more points, the more likely: at {_OTHER_POINTS[-1]} points {at_most}."
    charts.show(_curve_spec(ink()), words, rows=rows)


def _explain_points() -> None:
    st.markdown(
        "Every answer gives points; they add up, and a curve for the length of the session "
        "turns them into a chance."
    )
    ends = [*(f"up to {band.up_to} of 100" for band in BANDS[:-1]), "beyond"]
    st.html(
        "".join(
            f'<p class="cr-line">{look.chip(band.name)} {end}: {escape(band.meaning)}</p>'
            for band, end in zip(BANDS, ends, strict=True)
        )
    )
    look.note(
        f"{SYNTHETIC} Not a diagnosis, and no advice to start or stop a medicine. No "
        "promise: of 5 in 100, five such sessions still bring a cramp. No measure of heat "
        "illness, the greater danger on a hot day."
    )


def _draw_weights() -> None:
    heaviest = sorted(card.factors, key=lambda factor: -factor.largest)[:_MOST_WEIGHTS]
    most = heaviest[0].largest
    rows = "".join(
        f'<li><div class="row"><span class="what">{escape(factor.label)}</span>'
        f'<span class="run"><i style="left:0;width:{100 * factor.largest / most:.0f}%">'
        f'</i></span><span class="num">{factor.largest}</span></div></li>'
        for factor in heaviest
    )
    st.html(f'<ul class="cr-steps" aria-label="Most points of a factor">{rows}</ul>')
    look.note(
        f"The most points that an answer can give, for {len(heaviest)} of "
        f"{len(card.factors)} factors; all stand below, with their studies."
    )


def _draw_agreement() -> None:
    groups = _reliability()
    top = float(groups.to_numpy().max())
    charts.show(
        _agreement_spec(top, ink()),
        "Ours against the simulators in 50 groups of sessions, along the diagonal.",
        rows=groups,
        diagonal=pd.DataFrame({"x": [0.0, top], "y": [0.0, top]}),
    )
    look.note(
        f"{grouped(summary['scenarios'])} made-up sessions in 50 groups; on average we are "
        f"{100 * summary['ici']:.2f} of 100 off (ICI). It says that the curves fit, not "
        "that the simulators are right."
    )


def _say_how_far() -> None:
    ours, *_ = checks["benchmarks"]
    st.markdown(
        f"{targets_text(targets)}; each miss is named below. Of two made-up sessions, one "
        "with a cramp and one without, the one with it has the higher number "
        f"{100 * ours['auc']:.0f} times in 100 (AUC)."
    )


# ------------------------------------------------------------------ what is folded


def _show_numbers() -> None:
    odds = float(np.exp(10.0 * calibration.logit_per_point(50.0)))
    steps = zip(_doublings(), _DURATIONS_MIN[1:], strict=True)
    times = ", ".join(f"{ratio:.1f} up to {duration_text(at)}" for ratio, at in steps)
    look.note(
        "About how many of 100 sessions, with every question answered. Three simulators of "
        "how cramps may come about gave made-up sessions a chance, and two curves join "
        f"points and chances: ten points multiply the odds by about {odds:.1f}. All "
        "optional questions left open multiply the odds of an average run by "
        f"{_open_questions(30):.1f} in half an hour, {_open_questions(240):.1f} in four "
        f"hours. Twice the time multiplies them by {times}: a longer session is one that "
        "people pace and are prepared for, and up to two hours the size is the least that "
        "we allow, by judgement."
    )
    tables.show(_probabilities(), "Number in 100 by points and duration")


def _show_misses() -> None:
    published.show_misses(checks["published"])
    limits = next(target for target in load_targets() if target.id == "ratio-all")
    for where, rows in (
        ("Groups", outside(checks["strata"])),
        ("With only the six answers, groups", outside(of_required(checks["strata_six"]))),
    ):
        if rows:
            look.note(
                f"{where} in which the simulators lie outside {limits.low:g} to "
                f"{limits.high:g} times ours: {_groups(rows, limits)}."
            )
    look.note(
        f"The range held what the simulators said in {summary['coverage_all']:.0%} of "
        f"these sessions, and in {summary['coverage_six']:.0%} with only six answers."
    )
    scorecard_changes.show_unreachable(checks["published"])


def _show_rivals() -> None:
    heads = {"method": "Method", "auc": "AUC", "brier": "Brier score"}
    rivals = pd.DataFrame(checks["benchmarks"])[[*heads]].rename(columns=heads)
    tables.show(rivals.round(4), "Ours and its rivals")


def _show_factors() -> None:
    studies = load_evidence()
    for factor in card.factors:
        sources = dict.fromkeys(studies[s].citation for s in factor.all_evidence)
        st.markdown(
            f"**{factor.label}**, at most {factor.largest} points. "
            f"{' '.join((factor.reason, factor.departure)).strip()} "
            f"Evidence: {factor.grade}; {ORIGIN[factor.judgement]}. "
            f"Sources: {'; '.join(sources) or 'our judgement'}."
        )


def _changed(before: Scorecard, after: Scorecard) -> None:
    main = main_figures(checks["published"], before.version)
    scorecard_changes.show(before, after, main)


def _tell_own_rate() -> None:
    st.markdown(
        "Do you know how many of your own club's sessions brought a cramp? In Python "
        "`load_calibration().with_own_rate` shifts every number alike to that rate; the "
        "points and the order of sessions stay."
    )
    by = calibration.made
    look.note(
        f"Scorecard {card.version}. Calibrated on {by['on']}: {grouped(by['scenarios'])} "
        f"made-up sessions, {by['draws']} draws of the assumptions, seed {by['seed']}, "
        f"scikit-learn {by['versions']['scikit-learn']}."
    )


card, calibration, checks = load_scorecard(), load_calibration(), load_checks()
summary = checks["summary"]
targets = target_rows(checks["published"], checks)
versions = [*known_scorecards().values()]

look.heading(
    "How points become a chance",
    "Points set by hand with studies in sight, checked against what was counted. Nothing "
    "is learned from athletes: no such data was found.",
)
with st.container(key="method"):
    with st.container(key="method_curve"):
        _draw_curve()
    with st.container(key="method_points"):
        _explain_points()
st.header("What weighs most", anchor=False)
_draw_weights()
st.header("How far to trust it", anchor=False)
_say_how_far()
with st.container(key="method_checks"):
    with st.container(key="method_published"):
        published.draw(checks["published"])
    with st.container(key="method_agreement"):
        _draw_agreement()
folded: list[tuple[str, str, Callable[[], None]]] = [
    (f"All {len(card.factors)} factors", "factors", _show_factors),
    ("The number by points and time", "numbers", _show_numbers),
    ("What it misses, and what stays out of reach", "misses", _show_misses),
    ("Every published figure", "all", lambda: published.show_all(checks["published"])),
    (targets_text(targets), "targets", lambda: published.show_targets(targets)),
    ("Argue with the card", "argue", argue.draw),
    ("Against simpler and fitted rivals", "rivals", _show_rivals),
]
for before, after in reversed([*pairwise(versions)]):
    changed = f"What changed from {before.version} to {after.version} and why"
    folded.append((changed, f"changes_{before.version}", partial(_changed, before, after)))
folded.append(("Your own club's rate, and how it was computed", "own_rate", _tell_own_rate))
for label, key, draw in folded:
    widgets.folded(label, f"method_{key}", draw)
