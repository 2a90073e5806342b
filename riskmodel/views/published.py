"""Published figures beside ours, and the targets, as parts of the page How it works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.reporting.checks import (
    MAIN_FIGURES,
    figure_labels,
    figures,
    groups,
    interval_text,
    miss_text,
    ours_text,
)
from riskmodel.reporting.targets import (
    PRODUCT,
    TargetRow,
    counted,
    goal_text,
    is_none,
    met_count,
    value_text,
)
from riskmodel.scoring.bands import band_name, in_100_number, in_100_span
from riskmodel.views import look, tables

_SIMULATOR = "mixed"
_NO_SHARE_OF_PEOPLE = "onset-mean"
Row = Mapping[str, Any]


def draw(rows: Sequence[Row]) -> None:
    """Draw the main figures on the axis of all pages: a dot for ours, a ring for theirs."""
    own = {row["id"]: row for row in figures(rows, PRODUCT)}
    main = [own[name] for name in MAIN_FIGURES if name != _NO_SHARE_OF_PEOPLE]
    st.html(
        '<table class="cr-rank cr-beside" aria-label="Cramps of 100, ours and published">'
        '<thead><tr><th scope="col">Of 100, how many cramp</th>'
        '<th scope="col" class="of">ours</th>'
        '<th scope="col" class="at"><span class="cr-hidden">Place among the bands</span>'
        f'{look.band_words()}</th><th scope="col">published</th>'
        '<th scope="col" class="span">its range</th></tr></thead>'
        f"<tbody>{''.join(map(_beside, main))}</tbody></table>"
        f"{look.key('ours', 'published, the bar its range')}"
    )


def _beside(row: Row) -> str:
    theirs = "none" if is_none(row) else in_100_number(row["published"], "under")
    return (
        f'<tr class="b-{band_name(row["ours"])}">'
        f'<th scope="row" class="name">{escape(figure_labels()[row["id"]])}</th>'
        f'<td class="of">{in_100_number(row["ours"], "under")}</td><td class="at">'
        f"{look.scale(row['ours'], row['low'], row['high'], row['published'])}</td>"
        f'<td>{theirs}</td><td class="span">'
        f"{in_100_span(row['low'], row['high'], 'under')}</td></tr>"
    )


def show_misses(rows: Sequence[Row]) -> None:
    """Name every published figure that the product misses."""
    missed = (row for row in figures(rows, PRODUCT) if not row["passes"])
    tables.say(*(f"{figure_labels()[row['id']]}: {miss_text(row)}" for row in missed))


def show_all(rows: Sequence[Row]) -> None:
    """Draw every figure in tables, with what was counted."""
    st.markdown(
        "Figures that set the simulators are marked set; only those marked test "
        "count. "
        'What was asked later, mostly as "ever", is compared with a cramp in the next '
        "session, which is itself an assumption. Where no interval was published or "
        "could be computed, ours reaches a factor of 1.5 each way. Nearly all figures "
        "come from studies that the scorecard draws on too, so that to meet one says "
        "less than to miss it."
    )
    both = [row for row in figures(rows) if row["model"] in (PRODUCT, _SIMULATOR)]
    for heading, part in groups(both):
        tables.say(_heading(heading, part))
        tables.show(_group(part), heading)


def _heading(heading: str, rows: Sequence[Row]) -> str:
    own = [row for row in rows if row["model"] == PRODUCT]
    tests = [row for tier in "AB" for row in counted(own, tier)]
    met = f" {met_count(tests)} of {len(tests)} that test are met." if tests else ""
    return f"{heading}.{met}"


def _group(rows: Sequence[Row]) -> pd.DataFrame:
    product, mixed = ([r for r in rows if r["model"] == m] for m in (PRODUCT, _SIMULATOR))
    return pd.DataFrame(
        {
            "Figure": [figure_labels()[row["id"]] for row in product],
            "": [{"tune": "set"}.get(row["role"], row["role"]) for row in product],
            "Published": [f"{row['published']:.3g}" for row in product],
            "Its range": [interval_text(row) for row in product],
            "Ours": [_verdict(row) for row in product],
            "A mix of the simulators": [_verdict(row) for row in mixed],
        }
    )


def _verdict(row: Row) -> str:
    return f"{ours_text(row)}, {'inside' if row['passes'] else 'OUTSIDE'}"


def show_targets(rows: Sequence[TargetRow]) -> None:
    """Draw every target with what was measured."""
    st.markdown(
        "Their limits are our judgement, with the studies and the first results in sight. "
        "Of a target that holds in every group the worst group is named."
    )
    table = pd.DataFrame(
        {
            "Target": [row.what[0].upper() + row.what[1:] for row in rows],
            "Limit": [goal_text(row) for row in rows],
            "Found": [value_text(row) for row in rows],
            "": ["met" if row.met else "MISSED" for row in rows],
        }
    )
    tables.show(table, "Targets")
