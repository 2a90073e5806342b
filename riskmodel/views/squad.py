"""For a coach with a squad: one session for all, or two, and who needs attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from riskmodel.inputs.fields import needed_fields
from riskmodel.inputs.session import read_session, tidy
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.reporting.squad_sheet import (
    amount_text,
    heat_text,
    option_label,
    squad_export,
    squad_pdf,
    squad_table,
    squad_warnings,
)
from riskmodel.reporting.words import BAND_LABELS, SYNTHETIC
from riskmodel.squad.plan import set_aside, with_plan
from riskmodel.squad.scores import SquadOption, answer_squad
from riskmodel.squad.summary import expected, in_each_band, labels
from riskmodel.squad.two_plans import SquadPlans, compare_plans
from riskmodel.views import (
    athletes,
    device,
    form,
    look,
    place,
    questions,
    squad_plan,
    widgets,
)
from riskmodel.views.navigation import go_to
from riskmodel.views.squad_plan import FIRST, SECOND
from riskmodel.views.state import FormState, MySessionState, SquadState, state

_SHOWN_LEVERS = 4
_SHOWN_ROWS = 40  # in the picture; the table holds everybody


# ------------------------------------------------------------------------- the session


def _strip() -> None:
    """Draw the session, and what else belongs to it behind buttons."""
    squad = state(SquadState)
    with st.container(key="strip"):
        if len(squad.plans) > 1:
            _which_plan()
        questions.ask_session(age=False)
        with st.container(horizontal=True, key="row_weather"):
            place.offer_now()
            for words, icon, draw in (
                ("Weather", "cloud", _weather),
                ("More", "tune", _more),
                (athletes.count_of(squad.athletes), "groups", athletes.ask_for_athletes),
            ):
                box = widgets.quiet_popover(words, icon, f"squad_{icon}")
                if box.open:
                    with box:
                        draw()
            if len(squad.plans) < 2:
                st.button(
                    "Compare with a plan B",
                    icon=":material/add:",
                    key="add_second",
                    type="tertiary",
                    on_click=squad_plan.add_second,
                )


def _which_plan() -> None:
    st.session_state["squad_plan"] = state(SquadState).active
    with st.container(horizontal=True, vertical_alignment="center", key="row_plan"):
        st.segmented_control(
            "Plan",
            [FIRST, SECOND],
            format_func="Plan {}".format,
            key="squad_plan",
            required=True,
            on_change=lambda: squad_plan.look_at(st.session_state["squad_plan"]),
            label_visibility="collapsed",
        )
        st.button(
            "Keep this one only",
            key="drop_second",
            type="tertiary",
            on_click=squad_plan.drop_second,
        )


def _weather() -> None:
    questions.ask_feeling()
    place.ask_forecast()


def _more() -> None:
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
    rows = [
        (
            change.label,
            " → ".join(
                f"{number:g}, {BAND_LABELS[band].lower()}"
                for number, band in zip(change.shown_in_100, change.bands, strict=True)
            ),
        )
        for change in both.changes
    ]
    st.html(look.facts(rows, "Who changes band from plan A to plan B"))


def _expected_html(name: str, scored: pd.DataFrame) -> str:
    count = expected(scored)
    said = f"{name}: " if name else ""
    if not count.n_scored:
        return f'<div class="cr-card"><p class="cr-do">{said}No number yet</p></div>'
    n = f"{count.n_scored} athlete{'s' * (count.n_scored != 1)}"
    span = f"{amount_text(count.low)} to {amount_text(count.high)}"
    return (
        f'<div class="cr-card cr-expected" role="status"><div class="cr-top">'
        f'<span class="cr-num">{amount_text(count.number)}</span>'
        f'<span class="cr-of">{said}of {n} to expect with a cramp'
        f'<br><span class="cr-note">range {span}</span></span></div>'
        f"{look.stack(in_each_band(scored))}</div>"
    )


def _must_not_start(scored: pd.DataFrame) -> None:
    stopped = scored[scored["must_not_start"]]
    if stopped.empty:
        return
    names = labels(scored).loc[stopped.index]
    sentences = [
        f"{name}: {' '.join(g.to_coach for g in guards if g.urgent and g.private)}"
        for name, guards in zip(names, stopped["guards"], strict=True)
    ]
    st.html(look.stop(f"Must not start: {len(sentences)}", sentences))


def _levers(options: Sequence[SquadOption]) -> None:
    st.header("What would help all", anchor=False)
    if not options:
        look.note("Nothing here would change it noticeably.")
        return
    look.note("One tap tries it as plan B.")
    for at, option in enumerate(options[:_SHOWN_LEVERS]):
        ends = map(amount_text, (option.expected_before, option.expected_after))
        st.button(
            f"{option_label(option, form.chosen_units())} **{' → '.join(ends)}**",
            key=f"squad_use_{at}",
            on_click=squad_plan.add_second,
            args=(dict(option.changes),),
            width="stretch",
        )


def _picture(scored: pd.DataFrame, other: pd.DataFrame | None) -> None:
    """Draw everybody on one axis, those who need attention first."""
    shown = scored[~scored["must_not_start"]]
    wanted = (st.session_state.get("squad_search") or "").strip().casefold()
    names = labels(scored)
    if wanted:
        found = names.str.casefold().str.contains(wanted, regex=False)
        shown = shown[found.loc[shown.index]]
    before = None if other is None else other["probability"]
    rows = [
        look.Ranked(
            names[row],
            chance,
            low,
            high,
            _note(label, points, problems),
            None if before is None or np.isnan(before[row]) else float(before[row]),
        )
        for row, chance, low, high, label, points, problems in zip(
            shown.index,
            shown["probability"],
            shown["probability_low"],
            shown["probability_high"],
            shown["sets_apart"],
            shown["sets_apart_points"],
            shown["answer_problems"],
            strict=True,
        )
    ]
    if not rows:
        look.note("Nobody in the squad has that name.")
        return
    st.html(
        look.ranking(rows[:_SHOWN_ROWS], "Everybody", "Athlete", "what sets them apart")
    )
    if len(rows) > _SHOWN_ROWS:
        look.note(f"{len(rows) - _SHOWN_ROWS} more stand in the table.")


def _note(label: str, points: float, problems: Sequence[Any]) -> str:
    if problems:
        return " ".join(form.sentence(problem) for problem in problems)
    return f"{label} +{points:g}" if label else ""


def _table(scored: pd.DataFrame) -> None:
    widths = {"Athlete": 180, "In 100": 110, "Risk": 110, "Range in 100": 130}
    st.dataframe(
        squad_table(scored, private=True),
        hide_index=True,
        width="stretch",
        key="squad_table",
        column_config={
            name: st.column_config.TextColumn(width=width, pinned=name == "Athlete")
            for name, width in widths.items()
        },
    )


def _everybody(
    scored: pd.DataFrame,
    other: pd.DataFrame | None,
    squad: pd.DataFrame,
    plan: dict[str, Any],
) -> None:
    names = labels(scored).to_dict()
    with st.container(horizontal=True, vertical_alignment="bottom", key="squad_bar"):
        view = st.segmented_control(
            "Show",
            ["Picture", "Table"],
            default="Picture",
            required=True,
            key="squad_view",
            label_visibility="collapsed",
            persist_state="session",
        )
        st.text_input(
            "Search for a name",
            key="squad_search",
            type="search",
            placeholder="Name",
            live=True,
            label_visibility="collapsed",
            width=140,
        )
        row = widgets.select(
            "Open an athlete",
            names,
            "squad_athlete",
            index=None,
            placeholder="Open an athlete",
            label_visibility="collapsed",
            width=200,
        )
        if row is not None:
            args = (squad, plan, row, names[row])
            st.button("Open in My session", on_click=_open_athlete, args=args)
    if view == "Table":
        _table(scored)
    else:
        _picture(scored, other)


def _open_athlete(squad: pd.DataFrame, plan: dict[str, Any], row: int, name: str) -> None:
    """Go to My session with an athlete's answers; the coach's own come back later."""
    one = with_plan(squad.loc[[row]], plan).iloc[0]
    answers, problems = tidy({str(k): v for k, v in one.items() if not pd.isna(v)})
    st.session_state["squad_athlete"] = None
    squad_plan.leave()
    form.begin_visit(name, answers)
    state(MySessionState).link_problems = problems
    go_to("my_session")


def _files(scored: Mapping[str, pd.DataFrame], options: tuple[SquadOption, ...]) -> None:
    private = widgets.with_private(
        "squad_private",
        yes="Files then say what health answers tell: factors, warnings, what is missing.",
        no="Files hold names and results; what health answers tell is left out.",
    )
    for name, of_plan in scored.items():
        end = f", plan {name}" if len(scored) > 1 else ""
        with st.container(horizontal=True):
            _file_buttons(of_plan, state(SquadState).plans[name], options, end, private)


def _file_buttons(
    scored: pd.DataFrame,
    plan: Mapping[str, Any],
    options: tuple[SquadOption, ...],
    end: str,
    private: bool,
) -> None:
    # A file is made outside the visit, where nothing of its state can be read.
    chosen = form.chosen_units()

    def export() -> pd.DataFrame:
        return squad_export(scored, plan, units=chosen, private=private)

    name = f"squad{end.replace(', plan ', '-').lower()}"
    widgets.download(
        f"Sheet to print{end}",
        lambda: squad_pdf(scored, plan, options, units=chosen, private=private),
        f"{name}.pdf",
    )
    widgets.download(f"Excel{end}", lambda: to_xlsx(export(), "Squad"), f"{name}.xlsx")
    widgets.download(f"CSV{end}", lambda: to_csv(export()), f"{name}.csv")


# ------------------------------------------------------------------------------ the page


def _missing(plan: Mapping[str, Any]) -> str:
    """Say what keeps everybody from a number, if anything does."""
    required = [field for field in needed_fields(plan) if field.of_the_plan]
    if needed := [field.label for field in required if field.name not in plan]:
        return f"Still needed for a number: {', '.join(needed)}."
    # What a person answers is missing in a plan, and no problem of it.
    problems = [p for p in read_session(plan).problems if p.kind != "missing"]
    return " ".join(form.sentence(problem) for problem in problems)


def _answer(listed: pd.DataFrame) -> None:
    squad, plans = athletes.settled(listed), state(SquadState).plans
    active = state(SquadState).active
    for name, plan in plans.items():
        if words := _missing(plan):
            look.note(f"Plan {name}: {words}" if len(plans) > 1 else words)
            return
    if words := set_aside(squad, plans[active]):
        look.note(words)
    scored, options = answer_squad(squad, plans[active])
    both = compare_plans(squad, plans) if len(plans) > 1 else None
    other = None if both is None else both.scored[FIRST if active == SECOND else SECOND]
    with st.container(key="squad_page"):
        with st.container(key="squad_answer"):
            _headline(scored, both)
            _must_not_start(scored)
            # In full, and before any name: the table cuts them.
            for warning in squad_warnings(scored[~scored["must_not_start"]]):
                look.warn(warning)
            if heat := heat_text(plans[active]):
                look.note(heat)
        with st.container(key="squad_people"):
            _everybody(scored, other, squad, plans[active])
        with st.container(key="squad_levers"):
            if active == FIRST and bool(scored["probability"].notna().any()):
                _levers(options)
            athletes.grid(listed)
            box = widgets.quiet_popover("Print and files", "print", "squad_files")
            if box.open:
                with box:
                    _files({active: scored} if both is None else both.scored, options)
    look.note(SYNTHETIC)


def _show() -> None:
    squad = state(SquadState)
    look.heading(
        "Who needs attention?",
        "One session for all: how many cramps, who, what helps.",
    )
    if state(FormState).visit is not None:
        form.leave_visit()
        state(MySessionState).link_problems = ()
    squad_plan.enter()
    device.connect()
    athletes.take_up()
    athletes.show_example()
    if squad.is_example and not form.answers():
        form.show_example(squad_plan.EXAMPLE)
    if squad.asked is not None:
        athletes.tell()
        athletes.ask_for_columns(squad.asked)
        return
    example = squad.is_example
    if example or state(FormState).example:
        words = "Example squad: bring your list" if example else "Example session"
        st.html(look.tag(words))
    _strip()
    athletes.tell()
    if squad.athletes is None or squad.athletes.empty:
        look.note("There are no athletes in the list.")
        athletes.ask_for_athletes()
        return
    squad_plan.remember()
    athletes.ask_for_words(squad.athletes)
    _answer(squad.athletes)


_show()
