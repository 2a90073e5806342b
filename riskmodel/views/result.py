"""The answer as words and bars: safety, total, why, what lies behind, what is open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import streamlit as st

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import Chosen, duration_text
from riskmodel.reporting.onset import onset_text
from riskmodel.reporting.words import (
    BAND_LABELS,
    BAND_MEANINGS,
    HEAT_IN_WATER,
    ORIGIN,
    SYNTHETIC,
    points_text,
    quantity_rows,
    spread_rows,
    total_text,
    value_text,
)
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_span, in_100_text, shown_in_10, shown_in_100
from riskmodel.scoring.contributions import Contribution
from riskmodel.scoring.guards import Guard
from riskmodel.scoring.onset import Onset
from riskmodel.views import form
from riskmodel.views.colours import BAND_COLOURS

_OWN: Chosen = {}
_SHOWN_FIRST = 6  # factors; the rest is folded away, so that a phone has room
_SHOWN_URGENT = 1  # on a phone two would fill half the screen

# A mid teal with at least 3:1 against both backgrounds; text never stands on it.
_ACCENT = "#2b8a96"


_GRADES = {
    "strong": "(strong evidence)",
    "moderate": "(moderate evidence)",
    "weak": "(weak evidence)",
    "contested": "(contested)",
    "none": "(no evidence found)",
}
_SPREAD_WORDS = (
    "The range is meant to hold 9 chances in 10, if the simulators are anything like "
    "the truth; the Method page says how often it did in made-up sessions. "
    "Each row shows how wide it would be with this source alone."
)


def _style() -> str:
    """Style of bars and answer; the answer stays at the top while the page scrolls."""
    light, dark = (
        st.get_option(f"theme.{mode}.backgroundColor") for mode in ("light", "dark")
    )
    style = Template(Path(__file__).with_name("result.css").read_text(encoding="utf-8"))
    filled = style.substitute(light=light, dark=dark, accent=_ACCENT)
    return f"\n<style>\n{filled}</style>\n"


def show_warnings(answer: Assessment) -> None:
    """Say what to consider before any number."""
    for guard in answer.guards:
        if guard not in _urgent(answer):
            st.warning(guard.sentence, title="Before you start")


def _urgent(answer: Assessment) -> list[Guard]:
    """What stays in sight beside the answer; a few only, for the room they take."""
    return [guard for guard in answer.guards if guard.urgent][:_SHOWN_URGENT]


def show_urgent(answer: Assessment) -> None:
    """Say before the number what speaks against any training now."""
    for guard in _urgent(answer):
        st.error(guard.sentence)


def show_reminder(answer: Assessment) -> None:
    """Say what is wrong with an answer, and that there are warnings, in sight."""
    for problem in answer.problems:
        if problem.kind != "missing":
            st.warning(form.sentence(problem))
    urgent = _urgent(answer)
    count = len(answer.guards) - len(urgent)
    if count:
        st.html(
            f'<p class="cr-note"><b>{count}{" more" * bool(urgent)} '
            f"warning{'s' * (count > 1)} before you start, at the top of the page</b></p>"
        )


def show_total(answer: Assessment, earlier: Assessment | None) -> None:
    """Say the total, what it was before the last change, or what is still needed."""
    # Before anything else, since it is the style that keeps this part in sight.
    st.html(_style())
    show_urgent(answer)
    if not answer.problems:
        st.html(total_html(answer, earlier))
        return
    open_labels = [
        problem.label for problem in answer.problems if problem.kind == "missing"
    ]
    st.header("No score yet")
    if open_labels and len(open_labels) == len(answer.problems):
        st.markdown(
            f"{form.needed_words()} answers are enough for a first score. Still open: "
            f"**{', '.join(open_labels)}**."
        )


def show_reasons(answer: Assessment, answers: Mapping[str, Any]) -> None:
    """Show where the points come from and what is still open."""
    chosen = form.chosen_units()
    st.html(dots_html(answer))
    st.caption(
        f"{BAND_LABELS[answer.band]}: {BAND_MEANINGS[answer.band]}. "
        f"{SYNTHETIC} Ideal conditions: the same session and athlete, cool, rested and "
        "with enough to drink. Points are not a percentage."
    )
    if answer.heat_is_open:
        st.caption(HEAT_IN_WATER)
    if answer.onset is not None:
        st.html(onset_html(answer.onset, answers["duration_min"]))
    st.header(f"Why: {total_text(answer.total_points)}")
    st.caption(
        "At the same duration, more points mean higher odds. Open a row for the reason, "
        "the evidence and its sources."
    )
    st.html(why_html(answer.contributions, chosen))
    if answer.missing:
        _show_open(answer)
    with st.expander("Where the range comes from"):
        st.markdown(_SPREAD_WORDS)
        _two_columns("Source", "Range by itself", spread_rows(answer))
    with st.expander("Heat, sweat and salt behind it"):
        rows = quantity_rows(
            answer.physiology,
            chosen,
            sweat_measured="measured_sweat_rate_l_h" in answers,
            drinking_planned="fluid_intake_l_h" in answers,
        )
        _two_columns("Quantity", "Value", rows)


def _show_open(answer: Assessment) -> None:
    labels = ", ".join(FIELDS[name].label for name in answer.missing)
    with st.expander(f"Not answered ({len(answer.missing)}), taken as average"):
        st.markdown(
            f"{labels}. The number is an average over likely answers; as few high "
            "ones weigh more than many low ones, open questions mostly raise it."
        )
        for name in list(answer.narrowing)[:1]:
            words = "would narrow the range most, on average."
            st.markdown(f"**{FIELDS[name].label}** {words}")


def _two_columns(left: str, right: str, rows: Sequence[tuple[str, str]]) -> None:
    st.table({left: [row[0] for row in rows], right: [row[1] for row in rows]})


def dots_html(answer: Assessment) -> str:
    """Draw a hundred sessions, those with a cramp filled."""
    filled = int(shown_in_100(answer.probability))
    dots = '<span class="on"></span>' * filled + "<span></span>" * (100 - filled)
    words = f"A hundred dots, one for each session; {answer.in_100} filled"
    return f'<div class="cr-dots" role="img" aria-label="{words}">{dots}</div>'


def onset_html(onset: Onset, duration_min: float) -> str:
    """Draw the time of a session with ten cramps on it, and say what the picture says."""
    late = shown_in_10(onset.last_third)
    start = duration_text(onset.last_third_from_min)
    words = (
        "The session as a bar with ten dots, one for each of ten cramps; "
        f"{late} of them in its last third, which is shaded"
    )
    return (
        f'<div class="cr-onset" role="img" aria-label="{words}">'
        f"<div>{'<i></i>' * (10 - late)}</div><div>{'<i></i>' * late}</div>"
        f"<p><span>Start</span><span>{start}</span></p><p>{duration_text(duration_min)}</p></div>"
        f'<p class="cr-note">{escape(onset_text(onset))}</p>'
    )


def total_html(answer: Assessment, earlier: Assessment | None = None) -> str:
    """How many of 100 sessions, the range, and both on a line from 0 to 100."""
    before = ""
    if earlier is not None:
        more = answer.total_points - earlier.total_points
        sign = "+" if more > 0 else "\u2212"
        points = f"{sign}{points_text(abs(more))} points" if more else "same points"
        # An answer takes the place of an average over likely ones, which is no number of
        # points: the number may fall where the points rise.
        if {*earlier.missing} - {*answer.missing}:
            points = "with an average in place of the answer"
        before = f"<span>Before the last change: {escape(earlier.in_100)} ({points})</span>"
    low, high = 100.0 * answer.probability_low, 100.0 * answer.probability_high
    ideal = in_100_text(answer.probability_ideal)
    return (
        f'<div><span class="cr-total">{escape(answer.in_100.capitalize())} of 100</span> '
        "sessions like this one would bring a cramp</div>"
        f'<div class="cr-span"><span class="cr-band" '
        f'style="background:{BAND_COLOURS[answer.band]}">{BAND_LABELS[answer.band]}</span>'
        f"<span>Range {in_100_span(answer.probability_low, answer.probability_high)}</span>"
        f"<span>In ideal conditions: {ideal} of 100</span>{before}"
        f'<a class="cr-jump" href="#{form.ANCHOR}">Change answers</a></div>'
        f'<div class="cr-line" aria-hidden="true">'
        f'<span style="left:{low:.1f}%;width:{high - low:.1f}%"></span>'
        f'<i style="left:{100.0 * answer.probability:.1f}%"></i></div>'
        f'<div class="cr-ends" aria-hidden="true"><span>0</span><span>100</span></div>'
    )


def why_html(contributions: tuple[Contribution, ...], chosen: Chosen = _OWN) -> str:
    """Points per factor as bars, largest first; each opens to its reason."""
    counted = sorted(contributions, key=lambda c: -c.points)
    largest = max((c.points for c in counted), default=0) or 1
    some = [c for c in counted if c.points]
    none = [c for c in counted if not c.points]
    rest = sum(c.points for c in some[_SHOWN_FIRST:])

    def rows(group: list[Contribution]) -> str:
        return f'<ul class="cr-why">{"".join(_bar(c, largest, chosen) for c in group)}</ul>'

    def folded(words: str, group: list[Contribution]) -> str:
        if not group:
            return ""
        return f'<details class="cr-zero"><summary>{words}</summary>{rows(group)}</details>'

    return (
        rows(some[:_SHOWN_FIRST])
        + folded(
            f"{len(some) - _SHOWN_FIRST} more factors, together +{points_text(rest)}",
            some[_SHOWN_FIRST:],
        )
        + folded(f"{len(none)} factors with 0 points", none)
    )


def _linked(source: str) -> str:
    """Make every DOI a link."""
    text = escape(source)
    return re.sub(
        r"(10\.\d{4,9}/[^\s;,]+)",
        r'<a href="https://doi.org/\1" target="_blank">\1</a>',
        text,
    )


def _bar(c: Contribution, largest: float, chosen: Chosen) -> str:
    origin = ORIGIN[c.judgement]
    # Of a list, the grades of its items are in the text below.
    grade = "" if "," in c.grade or " " in c.grade else _GRADES.get(c.grade, "")
    departure = f"<p>{escape(c.departure)}</p>" if c.departure else ""
    average = "" if c.answered else " (average taken)"
    width = 100 * c.points / largest
    bar = f'<span class="cr-bar" style="width:{width:.1f}%"></span>' if c.points else ""
    value = escape(value_text(c, chosen))
    return (
        f"<li><details><summary>"
        f'<span class="cr-row"><span>{escape(c.label)}: {value}{average} '
        f"<small>{escape(grade)}</small></span><b>+{points_text(c.points)}</b></span>{bar}</summary>"
        f"<p>{escape(c.reason)}</p>{departure}"
        f"<p>Evidence: {escape(c.grade)}; {origin}. Sources: {_linked(c.source)}</p>"
        f"</details></li>"
    )
