"""The answer as words and bars: safety, total, why, what lies behind, what is open."""

from __future__ import annotations

from html import escape

import streamlit as st

from riskmodel.assessment import SHOWN_MAXIMUM, Assessment, Contribution
from riskmodel.fields import FIELDS
from riskmodel.report import (
    ORIGIN,
    SCALE,
    points_text,
    quantity_rows,
    total_text,
    value_text,
)

# A mid teal with at least 3:1 against both backgrounds; text never stands on it.
_ACCENT = "#2b8a96"


def _style() -> str:
    """Style of bars and total; the total stays at the top while the page scrolls."""
    paper = [st.get_option(f"theme.{mode}.backgroundColor") for mode in ("light", "dark")]
    return f"""
<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-total) {{ position: sticky; top: 3.25rem;
  z-index: 50; background: light-dark({paper[0]}, {paper[1]}); padding: 0.5rem 0; }}
.cr-total {{ font-size: 1.75rem; font-weight: 700; line-height: 1.3; }}
.cr-line {{ position: relative; height: 0.6rem; border-radius: 0.3rem;
  border: 1px solid #7d8b91; margin: 0.3rem 0 0.1rem; }}
.cr-line span {{ position: absolute; inset: 0 auto 0 0; background: {_ACCENT};
  border-radius: 0.3rem; }}
.cr-ends {{ display: flex; justify-content: space-between; font-size: 0.85rem; }}
ul.cr-why {{ list-style: none; margin: 0 !important; padding: 0 !important; }}
ul.cr-why li {{ margin: 0 0 0.35rem !important; padding: 0 !important; }}
.cr-why summary {{ cursor: pointer; padding: 0.3rem 0; }}
.cr-row {{ display: inline-flex; width: calc(100% - 1.5rem); gap: 0.75rem;
  justify-content: space-between; vertical-align: top; }}
.cr-row b {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
.cr-bar {{ display: block; height: 0.5rem; border-radius: 0.25rem;
  background: {_ACCENT}; margin-top: 0.2rem; min-width: 2px; }}
.cr-why p {{ margin: 0.25rem 0 0.5rem 1.1rem; font-size: 0.95rem; }}
</style>
"""


def show_warnings(answer: Assessment) -> None:
    """Say what to consider before any number, and what is wrong with an answer."""
    for sentence in answer.safety:
        st.warning(sentence, title="Before you start")
    for problem in answer.problems:
        if " is missing; " not in problem:
            st.warning(problem)


def show_total(answer: Assessment) -> None:
    """Say the total, or what is still needed for one."""
    if not answer.problems:
        st.html(_style() + total_html(answer))
        return
    open_labels = [
        field.label
        for field in FIELDS.values()
        if any(f"({field.name}) is missing; " in problem for problem in answer.problems)
    ]
    st.header("No score yet")
    if open_labels:
        st.markdown(
            "Six answers are enough for a first score. Still open: "
            f"**{', '.join(open_labels)}**."
        )


def show_reasons(answer: Assessment) -> None:
    """Show where the points come from and what is still open."""
    if answer.problems:
        return
    st.caption(
        f"{SCALE} Points compare plans and people; they are not a probability and "
        "not medical advice."
    )
    st.header("Why")
    st.caption("Open a row for the reason, the evidence and its sources.")
    st.html(why_html(answer.contributions))
    if answer.missing:
        labels = ", ".join(FIELDS[name].label for name in answer.missing)
        with st.expander(f"Not answered ({len(answer.missing)}), taken as average"):
            st.markdown(labels)
    with st.expander("What lies behind it"):
        rows = quantity_rows(answer.physiology)
        st.table({"Quantity": [r[0] for r in rows], "Value": [r[1] for r in rows]})


def total_html(answer: Assessment) -> str:
    """Total on a line from 0 to 100."""
    words = escape(total_text(answer.total_points))
    return (
        f'<div class="cr-total">{words}</div>'
        f'<div class="cr-line" aria-hidden="true">'
        f'<span style="width:{answer.shown_points:g}%"></span></div>'
        f'<div class="cr-ends" aria-hidden="true"><span>0</span>'
        f"<span>{SHOWN_MAXIMUM}</span></div>"
    )


def why_html(contributions: tuple[Contribution, ...]) -> str:
    """Points per factor as bars, largest first; each opens to its reason."""
    counted = sorted(contributions, key=lambda c: -c.points)
    largest = max((c.points for c in counted), default=0) or 1
    rows = "".join(_bar(c, largest) for c in counted if c.points)
    none = "".join(_bar(c, largest) for c in counted if not c.points)
    count = sum(not c.points for c in counted)
    return (
        f'<ul class="cr-why">{rows}</ul><details class="cr-zero">'
        f"<summary>{count} factors with 0 points</summary>"
        f'<ul class="cr-why">{none}</ul></details>'
    )


def _bar(c: Contribution, largest: float) -> str:
    origin = ORIGIN[c.judgement]
    departure = f"<p>{escape(c.departure)}</p>" if c.departure else ""
    average = "" if c.answered else " (average taken)"
    width = 100 * c.points / largest
    bar = f'<span class="cr-bar" style="width:{width:.1f}%"></span>' if c.points else ""
    return (
        f"<li><details><summary>"
        f'<span class="cr-row"><span>{escape(c.label)}: {escape(value_text(c))}{average}'
        f"</span><b>+{points_text(c.points)}</b></span>{bar}</summary>"
        f"<p>{escape(c.reason)}</p>{departure}"
        f"<p>Evidence: {escape(c.grade)}; {origin}. Sources: {escape(c.source)}</p>"
        f"</details></li>"
    )
