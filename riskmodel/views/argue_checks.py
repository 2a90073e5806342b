"""What a changed card moves, its calibration, and its checks beside those of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from riskmodel.datasets import load_checks
from riskmodel.reporting.card_comparison import (
    FigureChange,
    changes_text,
    figure_changes,
    turned,
)
from riskmodel.reporting.checks import MAIN_FIGURES
from riskmodel.reporting.lines import points_text
from riskmodel.reporting.targets import goal_text, target_rows, value_text
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import band_name, in_100_number, in_100_span
from riskmodel.views import look, own_card, tables, widgets
from riskmodel.views.state import CardState, state
from riskmodel.views.trials import Trial, can_be_run

_NO_SHARE_OF_PEOPLE = "onset-mean"
_DIRECTIONS = {"nearer": "nearer", "further": "further away", "same": ""}


@dataclass(frozen=True)
class Move:
    """One session under our card and under the changed one."""

    name: str
    ours: Assessment
    theirs: Assessment

    @property
    def points(self) -> str:
        """Points under both cards."""
        was, now = (points_text(a.total_points) for a in (self.ours, self.theirs))
        return was if was == now else f"{was} to {now}"


def _draw_points(moves: Sequence[Move]) -> None:
    """Draw by how many points sessions move."""
    moved = [move for move in moves if move.ours.total_points != move.theirs.total_points]
    differences = [
        (f"{m.name}, {m.points} points", m.theirs.total_points - m.ours.total_points)
        for m in moved
    ]
    if differences:
        st.html(look.diverging(differences, "What moves, in points"))
    stays = len(moves) - len(moved)
    if stays:
        look.note(f"{stays} of {len(moves)} sessions stay as they are.")


def _draw_numbers(moves: Sequence[Move]) -> None:
    """Draw how many of 100 cramp, under the card and under ours."""
    rows = [
        _beside(
            move.name,
            (move.theirs.probability, move.ours.probability),
            (move.theirs.probability_low, move.theirs.probability_high),
            move.points,
        )
        for move in moves
    ]
    _draw_beside("Session", "points", rows, "ours; the bar is your card's range")


def _draw_beside(first: str, last: str, rows: Sequence[str], ring: str) -> None:
    """Draw rows of `_beside` on the axis of all pages."""
    st.html(
        f'<table class="cr-rank cr-beside" aria-label="{escape(first)}">'
        f'<thead><tr><th scope="col">{escape(first)}</th>'
        '<th scope="col" class="of">yours</th>'
        '<th scope="col" class="at"><span class="cr-hidden">Place among the bands</span>'
        f'{look.band_words()}</th><th scope="col">ours</th>'
        f'<th scope="col" class="span">{escape(last)}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>{look.key('yours', ring)}"
    )


def _beside(
    name: str,
    both: tuple[float, float],
    span: tuple[float, float],
    last: str,
    word: str = "",
) -> str:
    """One row: what the card and ours say, on the axis with a range."""
    yours, ours = both
    small = f" <small>{word}</small>" if word else ""
    return (
        f'<tr class="b-{band_name(yours)}">'
        f'<th scope="row" class="name">{escape(name)}{small}</th>'
        f'<td class="of">{in_100_number(yours, "under")}</td>'
        f'<td class="at">{look.scale(yours, *span, ours)}</td>'
        f'<td>{in_100_number(ours, "under")}</td><td class="span">{escape(last)}</td></tr>'
    )


# --------------------------------------------------------------------- the calibration


def draw_trial(card: Scorecard, moves: Sequence[Move]) -> None:
    """Draw what moves, offer the calibration, and show how far it is."""
    trial = state(CardState).trial
    if trial is None or trial.calibration is None:
        _draw_points(moves)
    if trial is None:
        if can_be_run():
            look.note(
                "Points become a number by a calibration on made-up sessions. With all "
                "checks it takes about half a minute, on a busy server up to two."
            )
            st.button(
                "Calibrate and check",
                key="argue_try",
                type="primary",
                on_click=partial(_try, card),
            )
        else:
            look.note(
                "A calibration needs scikit-learn, which comes with the extra "
                "“calibration” and is not installed on this server."
            )
        return
    if trial.problem:
        look.fault(trial.problem)
    if not trial.over:
        _progress(_stage(trial))
    if trial.calibration is not None:
        _offer_use(trial)


def draw_results(moves: Sequence[Move]) -> None:
    """Draw what the card says of sessions, and of what was published."""
    trial = state(CardState).trial
    if trial is None or trial.calibration is None:
        return
    if trial.published is None:
        _draw_numbers(moves)
        return
    changes = figure_changes(load_checks()["published"], trial.published)
    where = [change.direction for change in changes]
    counts = f"{where.count('nearer')} nearer, {where.count('further')} further away"
    st.subheader(f"Your card against ours: {counts}", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _draw_figures(changes)
    with right:
        _draw_numbers(moves)
    look.note(
        "A calibration fits the curves anew: what nearly all sessions gain alike it takes "
        "back, so that points can move far and the numbers little."
    )
    _draw_checks(trial, changes)


def _try(card: Scorecard) -> None:
    page = state(CardState)
    if page.trial is not None:
        page.trial.stop()
    page.trial = Trial(card)


def _stop(trial: Trial) -> None:
    trial.stop()
    state(CardState).trial = None


def _stage(trial: Trial) -> tuple[bool, ...]:
    """What of a trial is there: once it changes, the page has more to show."""
    return trial.calibration is not None, trial.published is not None, trial.over


# Alone: the page around it stays as it is while something is typed.
@st.fragment(run_every=1.0)
def _progress(drawn: tuple[bool, ...]) -> None:
    trial = state(CardState).trial
    if trial is None or _stage(trial) != drawn:
        st.rerun()
    if trial.ahead:
        others = "one other" if trial.ahead == 1 else f"{trial.ahead} others"
        st.progress(0.0, text=f"Waiting for {others} on this server.")
    else:
        st.progress(min(trial.share, 1.0), text=trial.step or "Starting")
    if st.button("Stop", key="argue_stop", on_click=_stop, args=(trial,)):
        st.rerun()


def _offer_use(trial: Trial) -> None:
    """Name the card, and let it score on every page."""
    calibration, card = trial.calibration, trial.card
    assert calibration is not None
    look.note(
        "It can score on every page of this visit, until you put ours back or reload the "
        "page. Cite it as"
    )
    st.code(card.citation, language=None, wrap_lines=True)
    with st.container(horizontal=True, key="argue_use"):
        if own_card.scorecard() == card:
            st.button("Put ours back", key="argue_back", on_click=own_card.put_back)
        else:
            st.button(
                "Use this card on every page",
                key="argue_use_it",
                type="primary",
                on_click=own_card.use,
                args=(card, calibration),
            )
        raw = trial.raw
        widgets.download(
            "Download its calibration",
            lambda: json.dumps(raw, indent=1) + "\n",
            "my-calibration.json",
        )


# -------------------------------------------------------------- your card against ours


def _draw_figures(changes: Sequence[FigureChange]) -> None:
    """Draw the main figures: a dot for the card, a ring for ours, a bar for theirs."""
    by_id = {change.published["id"]: change for change in changes}
    shares = [by_id[name] for name in MAIN_FIGURES if name != _NO_SHARE_OF_PEOPLE]
    rows = []
    for change in shares:
        row = change.published
        rows.append(
            _beside(
                change.label,
                (change.after, change.before),
                (row["low"], row["high"]),
                in_100_span(row["low"], row["high"], "under"),
                _DIRECTIONS[change.direction],
            )
        )
    ring = "ours; the bar is the range that was published"
    _draw_beside("Of 100, how many cramp", "published", rows, ring)


def _draw_checks(trial: Trial, changes: Sequence[FigureChange]) -> None:
    tested = [c for c in changes if c.published["role"] == "test"]
    met_before, met_after = (
        sum(getattr(c, name) for c in tested) for name in ("met_before", "met_after")
    )
    tables.say(
        f"{changes_text(changes)} Of {len(tested)} that test, {met_after} lie within the "
        f"published range, {met_before} with ours."
    )
    moved = [c for c in changes if c.direction != "same" or c.met_before != c.met_after]
    order = ["nearer", "same", "further"]
    # What turns from missed to met, or back, comes first.
    moved.sort(key=lambda c: (c.met_before == c.met_after, order.index(c.direction)))
    if moved:
        table = pd.DataFrame(
            {
                "Figure": [c.label for c in moved],
                "Published": [f"{c.published['published']:.3g}" for c in moved],
                "Ours": [f"{c.before:.3g}" for c in moved],
                "Yours": [f"{c.after:.3g}" for c in moved],
                "": [_verdict(c) for c in moved],
            }
        )
        tables.show(table, "Published figures that move")
    _tell_targets(trial)
    look.note(
        "Checks that are looked at while weights are changed tune them: to try until "
        "everything fits proves nothing. Better sources for a weight do."
    )


def _verdict(change: FigureChange) -> str:
    turn = ""
    if change.met_before != change.met_after:
        turn = "now MET" if change.met_after else "now MISSED"
    return ", ".join(filter(None, (_DIRECTIONS[change.direction], turn)))


def _tell_targets(trial: Trial) -> None:
    """Name every target that one card meets and the other misses."""
    if trial.report is None:
        return
    checks = load_checks()
    pairs = turned(
        target_rows(checks["published"], checks),
        target_rows(trial.published, trial.report),
    )
    for was, now in pairs:
        tables.say(
            f"Target {'met now' if now.met else 'missed now'}: {now.what}, "
            f"{goal_text(now)}; {value_text(now)}, with ours {value_text(was)}."
        )
    if not pairs:
        tables.say("Every target that ours meets is met, and no other.")
