"""The answer: how likely, as a picture, and why."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.lines import points_text
from riskmodel.reporting.onset import by_time_rows, onset_text
from riskmodel.reporting.scorecard_table import ORIGIN
from riskmodel.reporting.words import (
    BAND_ACTIONS,
    BAND_LABELS,
    BAND_LIKENESS,
    HEAT_IN_WATER,
    SYNTHETIC,
    quantity_rows,
    spread_rows,
    value_text,
)
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import (
    in_100_brief,
    in_100_number,
    in_100_span_brief,
    shown_in_10,
    shown_in_100,
)
from riskmodel.scoring.contributions import Contribution
from riskmodel.scoring.onset import Onset
from riskmodel.scoring.points_at import points_at
from riskmodel.views import form, look, own_card, widgets

_SHOWN_FIRST = 6  # factors that were answered; the smaller ones stand in one row
_GRADES = {
    "strong": "●●●",
    "moderate": "●●○",
    "weak": "●○○",
    "contested": "●○○?",
    "none": "○○○",
}
_NO = {"none": "no"}
_SPREAD_WORDS = (
    "The range is meant to hold 9 chances in 10, if the simulators are anything like "
    "the truth. Each row shows how wide it would be with this source alone."
)


# --------------------------------------------------------------------------- the answer


def must_not_start(answer: Assessment) -> list[str]:
    """What speaks against any training by this person now, in full."""
    return [guard.sentence for guard in answer.guards if guard.urgent and guard.private]


def show_number(answer: Assessment, was: Assessment | None, tag: str) -> None:
    """Draw what stays in sight: the number with its band and range, or what to do instead.

    ``was`` is the answer without the levers that are switched on; ``tag`` is HTML that
    says whose answer this is.
    """
    if sentences := must_not_start(answer):
        st.html(f'<div role="alert">{look.stop("Do not start yet", sentences)}</div>')
        return
    if answer.problems:
        st.html(_needed_html(answer))
        return
    st.html(number_html(answer, was, tag))


def _needed_html(answer: Assessment) -> str:
    labels = [problem.label for problem in answer.problems if problem.kind == "missing"]
    others = [p.sentence(names=False) for p in answer.problems if p.kind != "missing"]
    words = escape(widgets.needed_text(labels))
    lines = "".join(f"<p>{escape(line)}</p>" for line in others)
    head = '<p class="cr-do">No number yet</p>'
    said = f"<p>{words}</p>" if words else ""
    return f'<div class="cr-card" role="status">{head}{said}{lines}</div>'


def number_html(answer: Assessment, was: Assessment | None = None, tag: str = "") -> str:
    """How many of 100, the word of the band, and the range."""
    number = escape(in_100_brief(answer.probability))
    before = ""
    if was is not None:
        old = escape(in_100_brief(was.probability))
        before = f'<s aria-label="before: {old},">{old}</s>'
    side = f"range {in_100_span_brief(answer.probability_low, answer.probability_high)}"
    if shown_in_100(answer.probability_ideal) < shown_in_100(answer.probability):
        side += f" · ideally {in_100_brief(answer.probability_ideal)}"
    return (
        f'<div class="cr-card cr-answer b-{answer.band}" {look.VEILED} role="status">'
        '<div class="cr-top">'
        f'<span class="cr-num">{before}{number}</span>'
        '<span class="cr-of">of 100 sessions like this would bring a cramp</span>'
        f'<span class="cr-side">{look.chip(answer.band)}'
        f'<span class="cr-note">{escape(side)}</span>{tag}</span></div></div>'
    )


def show_picture(answer: Assessment, was: Assessment | None) -> None:
    """Draw a hundred sessions, the place among the bands, and what to do about it."""
    if must_not_start(answer) or answer.problems:
        return
    st.html(picture_html(answer, was))
    for guard in answer.guards:
        (look.note if guard.calm else look.warn)(guard.sentence)


def picture_html(answer: Assessment, was: Assessment | None = None) -> str:
    """A hundred sessions, the place among the bands, and what to do about it."""
    up_to = in_100_number(answer.probability_high, "under")
    key = (
        f'<p class="cr-key"><span><i class="on"></i>cramp</span>'
        f'<span><i class="may"></i>could be up to {up_to}</span>'
        "<span><i></i>no cramp</span></p>"
    )
    before = None if was is None else was.probability
    line = look.scale(
        answer.probability, answer.probability_low, answer.probability_high, before
    )
    action = f"<b>{BAND_LABELS[answer.band]}</b>: {BAND_LIKENESS[answer.band]}"
    # Nobody is told to enjoy what a warning stands under.
    if answer.band != "low" or not answer.guards:
        action += f" {BAND_ACTIONS[answer.band]}"
    return (
        f'<div class="cr-card cr-picture b-{answer.band}">'
        f"{look.dots(answer.probability, answer.probability_high)}{key}{line}"
        f'{look.band_words(answer.band)}<p class="cr-do">{action}</p></div>'
    )


# ------------------------------------------------------------------------------- why


def show_why(answer: Assessment) -> None:
    """Draw where the points come from: what was answered first, then what is open."""
    st.header("Why", anchor=False)
    st.html(why_html(answer))


def why_html(answer: Assessment) -> str:
    """Points of every factor as steps that add up to the total on the bands' scale."""
    counted = sorted(answer.contributions, key=lambda c: -c.points)
    given = [c for c in counted if c.points and c.answered]
    averages = [c for c in counted if c.points and not c.answered]
    limits = points_at(
        look.LIMITS, answer.total_points, answer.probability, own_card.calibration()
    )
    most = 1.04 * max(answer.total_points, *limits)
    rows, begin = [], 0.0
    for c in given[:_SHOWN_FIRST]:
        rows.append(f"<li>{_step(c, begin, most)}</li>")
        begin += c.points
    if smaller := given[_SHOWN_FIRST:]:
        rows.append(_together(f"{len(smaller)} smaller", smaller, begin, most))
        begin += sum(c.points for c in smaller)
    if averages or answer.missing:
        rows.append(_open_row(answer, averages, begin, most))
    return (
        f'<ul class="cr-steps">{"".join(rows)}{_sum_row(answer, limits, most)}</ul>'
        '<p class="cr-note">10 points more, of as long a session, multiply the odds by '
        f"about {_odds_of_ten_points(limits):.1f}; what is open weighs more in hard ones. "
        "●●● strong evidence, ? contested. Open a row for the reason.</p>"
    )


def _odds_of_ten_points(limits: tuple[float, ...]) -> float:
    """By how much ten points multiply the odds, of the totals where two bands begin."""
    low, high = (math.log(p / (1.0 - p)) for p in look.LIMITS[:2])
    return math.exp(10.0 * (high - low) / (limits[1] - limits[0]))


def _open_row(
    answer: Assessment, averages: Sequence[Contribution], begin: float, most: float
) -> str:
    """Count the questions that are open, and name them: the only place that does."""
    count, counted = len(answer.missing), {c.quantity for c in averages}
    others = [
        FIELDS[name].label.rstrip("?") for name in answer.missing if name not in counted
    ]
    words = f"{count} question{'s' * (count != 1)} open" if count else "Not known"
    words += ", averages taken" if averages else ", no points"
    return _together(words, averages, begin, most, "open", others)


def _run(begin: float, points: float, most: float, kind: str = "") -> str:
    left, width = 100.0 * begin / most, 100.0 * points / most
    style = f"left:{left:.1f}%;width:{width:.1f}%"
    return f'<span class="run"><i class="{kind}" style="{style}"></i></span>'


def _step(c: Contribution, begin: float, most: float) -> str:
    # Of a list, the grades of its items are in the text below.
    grade = "" if "," in c.grade or " " in c.grade else _GRADES.get(c.grade, "")
    mark = (
        f' <small class="grade" aria-hidden="true">{grade}</small>'
        f'<span class="cr-hidden">, {_NO.get(c.grade, c.grade)} evidence</span>'
        if grade
        else ""
    )
    value = escape(value_text(c, form.chosen_units()))
    departure = f"<p>{escape(c.departure)}</p>" if c.departure else ""
    return (
        f'<details><summary><span class="what">{escape(c.label)}{mark}<br>'
        f"<small>{value}</small></span>{_run(begin, c.points, most)}"
        f'<span class="num">+{points_text(c.points)}</span></summary>'
        f"<p>{escape(c.reason)}</p>{departure}<p>Evidence: {escape(c.grade)}; "
        f"{ORIGIN[c.judgement]}.</p></details>"
    )


def _together(
    words: str,
    group: Sequence[Contribution],
    begin: float,
    most: float,
    kind: str = "",
    others: Sequence[str] = (),
) -> str:
    points = sum(c.points for c in group)
    inside = "".join(
        f"<li>{escape(c.label)}, {escape(value_text(c, form.chosen_units()))}: "
        f"+{points_text(c.points)}</li>"
        for c in group
    )
    if others:
        inside += f"<li>Also open: {escape(', '.join(others))}</li>"
    names = escape(", ".join([*(c.label for c in group), *others][:3]))
    return (
        f'<li><details><summary><span class="what">{words}<br>'
        f"<small>{names} …</small></span>{_run(begin, points, most, kind)}"
        f'<span class="num">+{points_text(points)}</span></summary>'
        f"<ul>{inside}</ul></details></li>"
    )


def _sum_row(answer: Assessment, limits: tuple[float, ...], most: float) -> str:
    """Draw the total, on the bands where they begin for a session of this duration."""
    ends, total = [0.0, *limits, most], answer.total_points
    grounds = "".join(
        f'<b class="b-{band}" style="left:{100.0 * max(a, 0.0) / most:.1f}%;'
        f'width:{100.0 * (b - max(a, 0.0)) / most:.1f}%"></b>'
        for band, (a, b) in zip(BAND_LABELS, pairwise(ends), strict=True)
        if b > max(a, 0.0)
    )
    bar = f'<i style="left:0;width:{100.0 * total / most:.1f}%"></i>'
    return (
        f'<li class="sum b-{answer.band}"><div class="row"><span class="what">'
        f"<b>Points, in all</b><br><small>{next_band(limits, total)}</small></span>"
        f'<span class="run">{grounds}{bar}</span>'
        f'<span class="num">{points_text(total)}</span></div></li>'
    )


def next_band(limits: Sequence[float], total: float) -> str:
    """Say with how many points the next band begins; of the last one, where it began.

    Points come in halves, so that the limit is the first half that is not below it.
    """
    above = [limit for limit in limits if limit > total]
    limit = above[0] if above else limits[-1]
    label = list(BAND_LABELS.values())[list(limits).index(limit) + 1]
    first = math.ceil(2.0 * limit) / 2.0
    return f"{label} from {points_text(max(first, 0.0))} here"


def _sources(answer: Assessment) -> str:
    """Studies of every factor that counts, each folded, and each DOI a link."""
    rows = "".join(
        f"<details><summary>{escape(c.label)}</summary>{_linked(c.source)}</details>"
        for c in answer.contributions
        if c.points and c.source
    )
    return f'<details class="cr-studies"><summary>Studies</summary>{rows}</details>'


def _linked(source: str) -> str:
    """Make every DOI a link."""
    return re.sub(
        r"(10\.\d{4,9}/[^\s;,]+)",
        r'<a href="https://doi.org/\1" target="_blank">\1</a>',
        escape(source),
    )


# -------------------------------------------------------------------- behind the number


def show_behind(answer: Assessment, answers: Mapping[str, Any]) -> None:
    """Say what else there is to know about a number, once somebody asks."""
    box = st.expander("Behind the number", key="behind", on_change="rerun")
    if not box.open:
        return
    chosen = form.chosen_units()
    with box:
        if answer.onset is not None:
            minutes = float(answers["duration_min"])
            begun = by_time_rows(answer, minutes, own_card.calibration())
            st.html(
                onset_html(answer.onset, minutes)
                + '<p class="cr-note">In how many a cramp has begun by then, of this plan '
                "as a whole; one that is planned shorter is another plan:</p>"
                + look.facts(begun, "In how many a cramp has begun by then")
            )
        if answer.heat_is_open:
            look.note(HEAT_IN_WATER)
        look.note(_SPREAD_WORDS)
        st.html(look.facts(spread_rows(answer), "Where the range comes from"))
        rows = quantity_rows(
            answer.physiology,
            chosen,
            sweat_measured="measured_sweat_rate_l_h" in answers,
            drinking_planned="fluid_intake_l_h" in answers,
        )
        st.html(look.facts(rows, "Heat, sweat and salt"))
        none = ", ".join(c.label for c in answer.contributions if not c.points)
        st.html(_sources(answer))
        if none:
            look.note(f"0 points: {none}.")
        if answer.missing:
            look.note(
                "Open questions count as an average. As few high answers weigh more than "
                "many low ones, they mostly raise the number; Why names them."
            )
        look.note(
            f"{SYNTHETIC} Ideally: the same session and athlete, cool, rested and with "
            "enough to drink. Points are not a percentage."
        )


def onset_html(onset: Onset, duration_min: float) -> str:
    """Draw the time of a session with ten cramps on it, and say what the picture says."""
    late = shown_in_10(onset.last_third)
    start = duration_text(round(onset.last_third_from_min))
    end = duration_text(duration_min)
    words = (
        "The session as a bar with ten dots, one for each of ten cramps; "
        f"{late} of them in its last third, which is shaded"
    )
    return (
        f'<div class="cr-onset" role="img" aria-label="{words}">'
        f"<div>{'<i></i>' * (10 - late)}</div><div>{'<i></i>' * late}</div>"
        f"<p><span>Start</span><span>{start}</span></p><p>{end}</p></div>"
        f'<p class="cr-note">{escape(onset_text(onset))}</p>'
    )
