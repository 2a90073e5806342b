"""Arguing with the card: weights changed by hand or uploaded, as a part of How it works."""

from __future__ import annotations

from functools import lru_cache, partial
from textwrap import shorten

import streamlit as st

from riskmodel import load_scorecard
from riskmodel.datasets import load_examples
from riskmodel.inputs import units
from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.scorecard.by_hand import MOST_POINTS, change_points
from riskmodel.scorecard.factors import Factor, Knot, Level
from riskmodel.scorecard.parts import ScorecardError
from riskmodel.scorecard.rows import Scorecard, read_scorecard
from riskmodel.scoring.assessment import assess
from riskmodel.serving.readers import read_card
from riskmodel.views import argue_checks, form, look, uploads, visit, widgets
from riskmodel.views.state import CardState, state

Place = tuple[str, float | str]
_WAY_ON = "Download ours, and change that."
_LONGEST, _CUT = 400, "\N{HORIZONTAL ELLIPSIS}"  # of what is said about a file
_FILE_NAME = "my-scorecard.toml"


def draw() -> None:
    """Draw the rows to change, what moves at once, and what a calibration says."""
    page = state(CardState)
    look.note(
        "Change the points of a row, or bring a card of your own. You see at once what "
        "moves. The weights are then yours: nothing of it changes ours, or what others see."
    )
    base = page.uploaded or load_scorecard()
    left, right = st.columns(2, gap="large")
    with left:
        _ask_points(base)
        _ask_card()
    with right:
        card = _changed(base)
        if card is None:
            return
        if card.fingerprint == load_scorecard().fingerprint:
            look.note("It is our card so far: nothing moves.")
            return
        moves = _moves(card)
        argue_checks.draw_trial(card, moves)
        with st.container(horizontal=True, key="argue_ways"):
            toml = card.toml
            widgets.download("Download the card", lambda: toml, _FILE_NAME)
            st.button("Start again from our card", key="argue_undo", on_click=_undo)
    argue_checks.draw_results(moves)


# ----------------------------------------------------------------------- what is asked


def _ask_points(base: Scorecard) -> None:
    labels = {factor.name: factor.label for factor in base.factors}
    name = widgets.select("Row of the card", labels, "argue_row")
    if name is None:
        return
    factor = base[name]
    look.note(f"{factor.reason} Ten points are set to double the odds.")
    with st.container(horizontal=True, key="argue_points"):
        entries: tuple[Knot | Level, ...] = (*factor.knots, *factor.levels)
        for entry in entries:
            _ask_one(base, factor, entry)
    if factor.cap is not None:
        look.note(f"Together they count at most {factor.cap} points.")


def _ask_one(base: Scorecard, factor: Factor, entry: Knot | Level) -> None:
    page = state(CardState)
    at = entry.at if isinstance(entry, Knot) else entry.level
    place: Place = (factor.name, at)
    key = f"argue_{base.fingerprint}_{factor.name}_{at}"
    shown = page.typed.get(place, f"{page.points.get(place, entry.points)}")
    st.session_state.setdefault(key, shown)
    with st.container(width=150):
        label = widgets.plain(_place_text(factor, at))
        st.text_input(label, key=key, on_change=_take, args=(key, place, entry.points))
        if place in page.typed:
            look.fault(f"A whole number from 0 to {MOST_POINTS}.")


def _place_text(factor: Factor, at: float | str) -> str:
    """Name a knot in the reader's unit, a level as the question does."""
    field = FIELDS.get(factor.quantity)
    if isinstance(at, str):
        return at if field is None else field.levels.get(at, at)
    if factor.quantity == "duration_min":
        return units.duration_text(at)
    own = DERIVED.get(factor.quantity) or (field.unit if field else "")
    unit = units.unit_of(own, form.chosen_units())
    return f"{unit.shown(at):.3g} {unit.label}".strip()


def _take(key: str, place: Place, before: int) -> None:
    """Take what was typed; nothing typed stands for the points of before."""
    page, text = state(CardState), st.session_state[key].strip()
    page.typed.pop(place, None)
    if not text or text == f"{before}":
        page.points.pop(place, None)
        st.session_state[key] = f"{before}"
    elif text.isascii() and text.isdigit() and int(text) <= MOST_POINTS:
        page.points[place] = int(text)
    else:
        page.typed[place] = text
    _end_trial()


def _ask_card() -> None:
    page = state(CardState)
    key = f"argue_file_{page.uploads}"
    st.file_uploader(
        "Or a card of your own (TOML)",
        "toml",
        key=key,
        max_upload_size=widgets.MOST_MB,
        on_change=partial(_take_file, key),
        help="Download ours, change what you like, and bring it back.",
    )
    if page.upload_problem:
        look.fault(page.upload_problem)
    if page.uploaded is not None:
        look.note(f"Read: {page.uploaded.title}, {page.uploaded.citation}.")
    elif not page.points:
        ours = load_scorecard().toml
        widgets.download("Download our card", lambda: ours, "scorecard.toml")


def _take_file(key: str) -> None:
    page, file = state(CardState), st.session_state[key]
    if file is None:
        return
    page.uploaded, page.upload_problem = None, ""
    try:
        reading = partial(read_card, uploads.content_of(file, widgets.MOST_MB))
        page.uploaded = uploads.read(reading, file.name, _WAY_ON)
    except (ScorecardError, uploads.UnreadError) as error:
        page.upload_problem = shorten(str(error), _LONGEST, placeholder=_CUT)
    page.points, page.typed = {}, {}
    _end_trial()


def _undo() -> None:
    """Start again from our card; what is in use stays until it is put back."""
    page = state(CardState)
    page.points, page.typed, page.uploaded, page.upload_problem = {}, {}, None, ""
    uploads.release(f"argue_file_{page.uploads}")
    page.uploads += 1
    _end_trial()
    for key in [key for key in st.session_state if str(key).startswith("argue_")]:
        if key not in ("argue_row", "argue_undo"):
            del st.session_state[key]


def _end_trial() -> None:
    page = state(CardState)
    if page.trial is not None:
        page.trial.stop()
        page.trial = None


# ------------------------------------------------------------------------ what moves


def _changed(base: Scorecard) -> Scorecard | None:
    """The card with what was changed; None and a sentence where it breaks a rule."""
    try:
        return _with_points(base, tuple(sorted(state(CardState).points.items(), key=str)))
    except ScorecardError as error:
        look.fault(f"{error} Change another place of the row, too.")
        return None


@lru_cache(maxsize=16)
def _with_points_of(toml: str, points: tuple[tuple[Place, int], ...]) -> Scorecard:
    # Together, since only the whole has to keep the rules.
    for (factor, at), number in points:
        knot, level = (None, at) if isinstance(at, str) else (at, None)
        toml = change_points(toml, factor, points=number, at=knot, level=level)
    return read_scorecard(toml)


def _with_points(base: Scorecard, points: tuple[tuple[Place, int], ...]) -> Scorecard:
    return _with_points_of(base.toml, points) if points else base


def _moves(card: Scorecard) -> list[argue_checks.Move]:
    """The reader's own session, and the examples, under both cards."""
    sessions = dict(load_examples())
    own = visit.own_answers()
    if own and not assess(own).problems:
        sessions = {"Your session": own, **sessions}
    trial = state(CardState).trial
    calibration = None if trial is None else trial.calibration
    return [
        argue_checks.Move(name, assess(answers), assess(answers, card, calibration))
        for name, answers in sessions.items()
    ]
