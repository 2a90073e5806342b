"""For somebody who can choose when to begin: the planned start against better ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel import best_start, best_start_squad
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.units import duration_text
from riskmodel.reporting.spreadsheet import to_csv
from riskmodel.reporting.starts import day_words, starts_table, weekday_word
from riskmodel.reporting.words import SYNTHETIC
from riskmodel.scoring.grid import WEATHER_FIELDS
from riskmodel.squad.plan import PLAN_FIELDS
from riskmodel.starts.possible import EARLIEST, LATEST
from riskmodel.views import (
    athletes,
    device,
    form,
    look,
    own_card,
    questions,
    squad_plan,
    start_one,
    start_weather,
    visit,
    widgets,
)
from riskmodel.views.example import EXAMPLE
from riskmodel.views.start_chart import Best, calendar_html
from riskmodel.views.state import NavigationState, SquadState, StartState, state
from riskmodel.weather.hours import Weather, at_clock, clock_words

_NEEDED = tuple(f for f in FIELDS.values() if f.required and f.name not in WEATHER_FIELDS)
_ONE, _SQUAD = "My session", "The squad"
_WHOM = "start_whom"
_LIMITS: dict[str, Any] = {
    "start_planned": None,
    "start_fixed": False,
    "start_earliest": EARLIEST,
    "start_latest": LATEST,
    "start_step": 60,
    "start_daylight": False,
}
"""What the limits hold at first, by the key of each."""
_STAYS: dict[str, Any] = {"persist_state": "session"}


def _squad() -> pd.DataFrame | None:
    """Ask whether the answer is for the squad, if there is one, and give it back.

    The questions hold the squad's plan, or else what was answered on My session.
    """
    squad, navigation = state(SquadState), state(NavigationState)
    came_from, navigation.came_from = navigation.came_from, ""
    if squad.athletes is None or squad.athletes.empty:
        squad_plan.leave()
        return None
    for page, whom in (("squad", _SQUAD), ("my_session", _ONE)):
        if came_from == page:
            st.session_state[_WHOM] = whom
    st.session_state.setdefault(_WHOM, _ONE)
    st.segmented_control("For whom", [_ONE, _SQUAD], required=True, key=_WHOM, **_STAYS)
    if st.session_state[_WHOM] == _ONE:
        squad_plan.leave()
        return None
    visit.leave()
    squad_plan.enter()
    return athletes.settled(squad.athletes)


# ------------------------------------------------------------------ session and limits


def _ask_session(*, squad: bool) -> tuple[dict[str, Any], list[str]]:
    """Draw the session as a chip that opens; give back the answers and what is missing."""
    needed = [f for f in _NEEDED if not squad or f.name in PLAN_FIELDS]
    answers = form.answers()
    if squad:
        answers = {name: v for name, v in answers.items() if name in PLAN_FIELDS}
    missing = [field.label for field in needed if field.name not in answers]
    box = st.popover(
        _session_words(answers, missing),
        key="start_session",
        icon=":material/edit_note:",
        on_change="rerun",
        width="stretch",
    )
    if box.open:
        with box:
            questions.draw(needed)
            look.note("All other answers are those of My session, its weather apart.")
    return answers, missing


def _tell_faults() -> None:
    """Say what cannot be read in the session, or could not be used."""
    page = state(StartState)
    problem, page.problem = page.problem, ""
    if problem:
        look.fault(problem)
    for name, fault in form.faults().items():
        if FIELDS[name] in _NEEDED:
            look.fault(form.sentence(fault))


def _session_words(answers: dict[str, Any], missing: list[str]) -> str:
    # The same words while answers are missing: another label would close the box.
    if missing:
        return "Say your session"
    sport = FIELDS["sport"].levels[answers["sport"]]
    minutes = duration_text(answers["duration_min"])
    return f"{sport}, {minutes}, effort {answers['session_rpe']:g}"


def _ask_limits(weather: Weather | None, answers: dict[str, Any]) -> None:
    """Draw when it may start as a chip that opens."""
    held = {key: st.session_state.setdefault(key, v) for key, v in _LIMITS.items()}
    words = f"{held['start_earliest']:%H:%M}–{held['start_latest']:%H:%M}"
    if (planned := _planned(weather, answers)) is not None:
        what = "Fixed" if held["start_fixed"] else "Plan"
        words = f"{what}: {weekday_word(planned)} {clock_words(planned)}"
    icon = ":material/schedule:"
    box = st.popover(words, key="start_limits", icon=icon, on_change="rerun")
    if not box.open:
        return
    with box:
        own = planned if held["start_planned"] is None else None
        label = "Planned start, by the clock of the place"
        looking = {"on_change": start_one.look_at_the_best, **_STAYS}
        st.datetime_input(label, None, key="start_planned", format=widgets.DATES, **looking)
        if own is not None:
            look.note(f"That of My session: {day_words(own)}, {clock_words(own)}.")
        st.toggle("Fixed start: only this one", key="start_fixed", **looking)
        if held["start_fixed"] and planned is None:
            look.note("Say when it starts; until then all are shown.")
        with st.container(horizontal=True, wrap=False):
            st.time_input("Not before", key="start_earliest", **_STAYS)
            st.time_input("Not after", key="start_latest", **_STAYS)
        labels = {60: "Every hour", 30: "Every half hour"}
        widgets.pills("Starts", labels, "start_step", required=True, **_STAYS)
        st.toggle("Only in daylight", key="start_daylight", **_STAYS)


def _planned(weather: Weather | None, answers: dict[str, Any]) -> pd.Timestamp | None:
    """When it is planned: what was said here, or else what the session says."""
    here: datetime | None = st.session_state["start_planned"]
    if here is not None and weather is not None:
        return at_clock(here, weather.zone)
    of_session = answers.get("start_time")
    if here is not None or of_session is None:
        return None
    moment = pd.Timestamp(of_session)
    return moment if weather is None else moment.tz_convert(weather.zone)


def _score(
    weather: Weather | None, answers: dict[str, Any], squad: pd.DataFrame | None
) -> Best:
    """Score every start under the weather, or under an example of it."""
    held = st.session_state
    planned = None if weather is None else _planned(weather, answers)
    limits: dict[str, Any] = {
        "planned": planned,
        "fixed": held["start_fixed"] and planned is not None,
        "now": datetime.now(UTC),
        "earliest": held["start_earliest"],
        "latest": held["start_latest"],
        "step_min": held["start_step"],
        "daylight_only": held["start_daylight"],
    }
    hours = start_weather.example() if weather is None else weather
    if weather is None or state(StartState).shown_whole:
        # An example lies in the past, and is looked at all the same.
        limits["first"] = hours.frame.index[0].to_pydatetime().replace(tzinfo=UTC)
    if squad is not None:
        return best_start_squad(squad, answers, hours, **limits, **own_card.used())
    return best_start(answers, hours, **limits, **own_card.used())


# -------------------------------------------------------------------------- the answer


def _show_stop(best: Best) -> bool:
    """Say who must not start, or why there is no number, in the place of any."""
    guards = getattr(best, "guards", ())
    if stops := [g.sentence for g in guards if g.urgent and g.private]:
        st.html(look.stop("Do not start yet", stops))
        return True
    for guard in guards:
        look.warn(guard.sentence)
    if best.by_day or (st.session_state["start_fixed"] and best.planned is not None):
        return False
    allowed = best.starts[best.starts["allowed"]]
    reasons = [*map(form.sentence, best.problems)] or [*allowed["problem"].head(1)]
    look.warn(" ".join(reasons or best.notes[-1:]))
    return True


def _show_foot(best: Best, *, takeable: bool) -> None:
    with st.container(key="start_foot"):
        of = best.weather
        of_weather = {f"{of.words}.", *of.remarks, *map(str, of.doubts)}
        notes = [note for note in best.notes if note not in of_weather]
        start_weather.show_source(best.weather)
        look.note(*notes, SYNTHETIC)
        if takeable:
            table = starts_table(best).assign(**own_card.column())
            name = "cramp-risk-starts.csv"
            widgets.download("All starts, CSV", lambda: to_csv(table), name)


def _show() -> None:
    with st.container(key="start_page"):
        with st.container(key="start_rail"):
            weather = start_weather.ask()
            squad = _squad()
            visit.tell_whose()
            with st.container(horizontal=True, wrap=False):
                answers, missing = _ask_session(squad=squad is not None)
                _ask_limits(weather, answers)
            _tell_faults()
            if start_weather.asks_for_place():
                return  # numbers of an example would look like those of the file
            example = weather is None or bool(missing)
            if example:
                st.html(_example_tags(weather=weather is None, session=bool(missing)))
            answers = {**(EXAMPLE if missing else {}), **answers}
            best = _score(weather, answers, squad)
            if _show_stop(best):
                return
            row = start_one.chosen_row(best)
            on_site = None if example else start_one.on_site(best, row, answers)
            start_one.show(best, row, answers, on_site, usable=not example)
        # Of a fixed start no other is proposed.
        if best.by_day:
            with st.container(key="start_all"):
                start_one.best_of_days(best)
                st.html(calendar_html(best, row["start"]))
        if squad is None and not example:
            with st.container(key="start_more"):
                start_one.show_on_site(best, row, on_site)
                start_one.offer_heat_days(best.weather, row, answers)
    _show_foot(best, takeable=not example)


def _example_tags(*, weather: bool, session: bool) -> str:
    """Say what in the picture is not the reader's."""
    tags = [look.tag("Example weather: choose your place")] * weather
    tags += [look.tag("Example session: say yours")] * session
    return f'<p class="cr-tags">{" ".join(tags)}</p>'


look.heading("When is the best start?", "Your session at every hour of the next days.")
device.connect()
_show()
