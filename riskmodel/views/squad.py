"""For a coach with a squad: one session for all, or two, and who needs attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.inputs.told import names_text
from riskmodel.reporting.squad_sheet import (
    amount_text,
    heat_text,
    option_label,
)
from riskmodel.reporting.squad_warnings import name_warnings, plan_warnings
from riskmodel.reporting.words import BAND_LABELS, SYNTHETIC
from riskmodel.squad.plan import set_aside
from riskmodel.squad.scores import SquadOption, answer_squad
from riskmodel.squad.summary import expected, in_each_band, labels
from riskmodel.squad.two_plans import SquadPlans, compare_plans
from riskmodel.views import (
    athletes,
    athletes_grid,
    athletes_meaning,
    device,
    form,
    look,
    own_card,
    place,
    questions,
    squad_diary,
    squad_files,
    squad_people,
    squad_plan,
    teams,
    widgets,
)
from riskmodel.views.squad_plan import FIRST, SECOND
from riskmodel.views.state import FormState, SquadState, state

_SHOWN_LEVERS = 4
_SHOWN_CHANGES = 6


# ------------------------------------------------------------------------- the session


def _strip() -> None:
    """Draw the session, and what else belongs to it behind buttons."""
    squad = state(SquadState)
    with st.container(key="strip"):
        if len(squad.plans) > 1:
            squad_plan.ask_which()
        questions.ask_session(age=False)
        with st.container(horizontal=True, key="row_weather"):
            place.offer_now()
            for words, icon, draw in (
                ("Weather", "cloud", place.ask_weather),
                ("Details and units", "tune", _details),
                (_list_words(), "groups", athletes.ask_for_athletes),
            ):
                box = widgets.quiet_popover(words, icon, f"squad_{icon}")
                if box.open:
                    with box:
                        draw()
            widgets.confirm_example()
            if len(squad.plans) < 2:
                st.button(
                    "Compare with a plan B",
                    icon=":material/add:",
                    key="add_second",
                    type="tertiary",
                    on_click=squad_plan.add_second,
                )
    if not st.session_state.get("box_squad_cloud"):
        place.tell_problem()
    for name, problem in form.faults().items():
        if name not in state(FormState).in_sight:
            look.fault(f"{form.sentence(problem)} It is left open.")


def _list_words() -> str:
    squad = athletes.shown()
    is_own = state(SquadState).athletes is not None
    return athletes.count_of(squad) if is_own else "Bring your list"


def _details() -> None:
    labels_of = {"plan": "The session", "weather": "Weather"}
    group = widgets.pills("Part", labels_of, "squad_group", default="plan", required=True)
    questions.ask_group(group or "plan")
    questions.ask_units()


# -------------------------------------------------------------------------- the answer


def _headline(scored: pd.DataFrame, both: SquadPlans | None) -> None:
    """Draw how many cramps to expect, in each band, under one plan or two."""
    if both is None:
        st.html(_expected_html("", scored))
        return
    st.html("".join(_expected_html(f"Plan {n}", both.scored[n]) for n in (FIRST, SECOND)))
    if not both.changes:
        look.note("Nobody changes band between the plans.")
        return
    st.header("Who changes band", anchor=False)
    more = [change.label for change in both.changes[_SHOWN_CHANGES:]]
    rows = [
        (
            change.label,
            " → ".join(
                f"{f'{number:g}' if number else 'under 1'}, {BAND_LABELS[band].lower()}"
                for number, band in zip(change.shown_in_100, change.bands, strict=True)
            ),
        )
        for change in both.changes[:_SHOWN_CHANGES]
    ]
    st.html(look.facts(rows, "Who changes band from plan A to plan B"))
    if more:
        look.note(f"And {len(more)} more: {names_text(more)}.")


def _expected_html(name: str, scored: pd.DataFrame) -> str:
    count = expected(scored)
    said = f"<b>{name}</b> " if name else ""
    if not count.n_scored:
        return f'<div class="cr-card"><p class="cr-do">{said}No number yet</p></div>'
    n = f"{count.n_scored} athlete{'s' * (count.n_scored != 1)}"
    span = f"{amount_text(count.low)} to {amount_text(count.high)}"
    return (
        f'<div class="cr-card cr-expected" {look.VEILED} role="status"><div class="cr-top">'
        f'<span class="cr-num">{amount_text(count.number)}</span>'
        f'<span class="cr-of">{said}of {n} to expect with a cramp'
        f'<br><span class="cr-note">range {span}</span></span></div>'
        f"{look.stack(in_each_band(scored))}</div>"
    )


def _must_not_start(scored: pd.DataFrame) -> None:
    stopped = scored[scored["must_not_start"]]
    if stopped.empty:
        return
    sentences = [
        f"{name}: {' '.join(g.to_coach for g in guards if g.urgent and g.private)}"
        for name, guards in zip(stopped["athlete"], stopped["guards"], strict=True)
    ]
    st.html(look.stop(f"Must not start: {len(sentences)}", sentences))


def _levers(options: Sequence[SquadOption]) -> None:
    st.header("What would help all", anchor=False)
    if not options:
        look.note("Nothing here would change it noticeably.")
        return
    again = len(state(SquadState).plans) > 1
    look.note(f"One tap {'makes it plan B instead' if again else 'tries it as plan B'}.")
    for at, option in enumerate(options[:_SHOWN_LEVERS]):
        ends = map(amount_text, (option.expected_before, option.expected_after))
        st.button(
            f"{option_label(option, form.chosen_units())} **{' → '.join(ends)}**",
            key=f"squad_use_{at}",
            on_click=squad_plan.add_second,
            args=(dict(option.changes),),
            width="stretch",
        )


# ------------------------------------------------------------------------------ the page

_Expected = tuple[pd.DataFrame, "pd.Series[str]", Mapping[str, Any]] | None


def _answer(listed: pd.DataFrame, words: athletes_meaning.Words) -> _Expected:
    """Draw the answer; gives back what can be written down of it."""
    squad, plans = athletes.settled(listed), squad_plan.shown()
    active = state(SquadState).active
    for name, plan in plans.items():
        if missing := squad_plan.missing(plan):
            look.note(f"Plan {name}: {missing}" if len(plans) > 1 else missing)
            return None
    if sentence := set_aside(squad, plans[active]):
        look.note(sentence)
    # Everybody has one name, whoever of them is looked at.
    names = squad.get("athlete", pd.Series("", squad.index)).fillna("")
    named = squad.assign(athlete=labels(squad.assign(athlete=names)))
    scored, options = answer_squad(named, plans[active], **own_card.used())
    both = compare_plans(named, plans, **own_card.used()) if len(plans) > 1 else None
    other = None if both is None else both.scored[FIRST if active == SECOND else SECOND]
    is_own = state(SquadState).athletes is not None and not state(FormState).example
    with st.container(key="squad_page"):
        with st.container(key="squad_answer"):
            _headline(scored, both)
            _must_not_start(scored)
            # In full, and before any name: the table cuts them.
            for warning in plan_warnings({active: scored} if both is None else both.scored):
                look.warn(warning)
            # Of the words as they were written: what is settled is left open in `squad`.
            for warning in name_warnings(listed, named["athlete"]):
                look.warn(warning)
            if heat := heat_text(plans[active]):
                look.note(heat)
        with st.container(key="squad_people"):
            squad_people.show(scored, other, squad, plans[active])
        with st.container(key="squad_levers"):
            if active == FIRST and bool(scored["probability"].notna().any()):
                _levers(options)
            if not words.still_open:
                athletes_meaning.ask_for_words(words)
            athletes_grid.grid(listed)
            if is_own:
                box = widgets.quiet_popover("Print and files", "print", "squad_files")
                if box.open:
                    with box, st.container(key="short_box_files"):
                        of_plans = {active: scored} if both is None else both.scored
                        squad_files.offer(of_plans, named, listed)
    weather = state(FormState).start_weather
    look.note(*([] if weather is None else [weather.words]), SYNTHETIC)
    return (scored, names, plans[active]) if is_own else None


def _tag() -> str:
    """Say what on the page is not the reader's, "" if all is."""
    if state(SquadState).athletes is None:
        also = " and session" * bool(state(FormState).example)
        return look.tag(f"Example squad{also}: bring your list")
    return look.tag("Example session: change it") if state(FormState).example else ""


def _show() -> None:
    squad = state(SquadState)
    look.heading(
        "Who needs attention?",
        "One session for all: who, how many, what helps.",
    )
    squad_plan.enter()
    athletes.take_up()
    athletes.remember_whose()
    # After a session nobody looks for it below the list; a first visitor has none.
    is_own = squad.athletes is not None
    place = st.container() if is_own else None
    expected = _show_squad()
    with place or st.container():
        squad_diary.offer(*(expected or ()))


def _show_squad() -> _Expected:
    squad = state(SquadState)
    if squad.asked is not None:
        athletes.tell()
        athletes_meaning.ask_for_columns(squad.asked)
        return None
    squad_plan.remember()
    if not squad_plan.is_answered():
        form.show_example(squad_plan.EXAMPLE)
    if tag := _tag():
        st.html(tag)
    if (of_team := squad.of_team) is not None:
        teams.tell_open_list(of_team)
    if squad.before is not None:
        label = f"Back to the list before: {athletes.count_of(squad.before.athletes)}"
        st.button(label, key="list_before", type="tertiary", on_click=athletes.back)
    _strip()
    athletes.tell()
    listed = athletes.shown()
    if listed.empty:
        look.note("There are no athletes in the list.")
        athletes_grid.grid(listed)
        return None
    squad_plan.remember()
    words = athletes_meaning.words_in(listed)
    if words.still_open:
        athletes_meaning.ask_for_words(words)
    return _answer(listed, words)


_show()
# At the end: the browser shows the page once it was told that nothing is missing.
device.connect()
athletes.remember()
