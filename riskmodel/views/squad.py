"""For a coach with a squad: one session for all, those who need attention first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.datasets import load_examples
from riskmodel.inputs.fields import FIELDS, needed_fields, outdated
from riskmodel.inputs.session import read_session, tidy
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.reporting.squad_sheet import (
    expected_text,
    heat_text,
    option_text,
    squad_export,
    squad_pdf,
    squad_table,
    squad_warnings,
)
from riskmodel.reporting.words import BAND_LABELS, SYNTHETIC
from riskmodel.squad.scores import (
    PLAN_FIELDS,
    SquadOption,
    answer_squad,
    over_plans,
    set_aside,
    with_plan,
)
from riskmodel.views import athletes, device, form, questions, tables, undo, widgets
from riskmodel.views.navigation import go_to
from riskmodel.views.state import FormState, MySessionState, SquadState, state

_SHOWN_LEVERS = 5
_TOLD_ROWS = 10
_NO_SCORE = "No score"
# Streamlit's own download of a table knows neither formulas nor what is private.
_STYLE = (
    "<style>[data-testid=stElementToolbarButton]:has([aria-label='Download as CSV'])"
    "{display: none}"
    # On a phone the table's own tools would lie over the filter.
    "@media (max-width: 640px) {.st-key-squad_table [data-testid=stElementToolbar]"
    "{display: none}}</style>"
)


# ------------------------------------------------------------------------- the session


def _use_example_session() -> None:
    if name := st.session_state["squad_example"]:
        example = load_examples()[name]
        plan = {field: example.get(field) for field in PLAN_FIELDS}
        undo.change_plan(name, plan, "session")


def _ask_for_session() -> None:
    st.header("The session")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        widgets.example(
            "Start from an example session",
            load_examples(),
            "squad_example",
            _use_example_session,
        )
        questions.ask_units()
    undo.tell("session")
    questions.ask_session(age=False)


# -------------------------------------------------------------------------- the answer


def _table(scored: pd.DataFrame) -> pd.DataFrame:
    """Draw the filter and the table; give back the rows that are shown."""
    everybody = squad_table(scored, private=True)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input("Search for a name", key="squad_search", width=260)
        bands = [*BAND_LABELS.values(), _NO_SCORE]
        risks = st.pills(
            "Only", bands, selection_mode="multi", key="squad_bands", wrap=True
        )
    shown = everybody
    if wanted.strip():
        names = shown["Athlete"].str.casefold()
        shown = shown[names.str.contains(wanted.strip().casefold(), regex=False)]
    if risks:
        shown = shown[shown["Risk"].isin(risks)]
    if shown.empty:
        st.markdown("Nobody in the squad fits the filter.")
    else:
        st.dataframe(
            shown,
            hide_index=True,
            width="stretch",
            key="squad_table",
            column_config={
                "Range in 100": st.column_config.TextColumn(width=150),
                "Problems and warnings": st.column_config.TextColumn(width="large"),
            },
        )
    st.caption(
        f"{len(shown)} of {len(everybody)} athletes. First those with an urgent warning, "
        f"then those without a score, then by chance of a cramp. {SYNTHETIC}"
    )
    # In full: the table cuts long texts.
    without = shown[shown["Risk"] == _NO_SCORE]
    for _, row in without.head(_TOLD_ROWS).iterrows():
        tables.tell(f"{row['Athlete']}: {row['Problems and warnings']}")
    if len(without) > _TOLD_ROWS:
        st.caption(f"{len(without) - _TOLD_ROWS} more have no score, as the table says.")
    return shown


def _levers(options: Sequence[SquadOption]) -> None:
    st.header("What would help the squad")
    undo.tell("levers")
    for place, option in enumerate(options[:_SHOWN_LEVERS]):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"{option_text(option)}.", width="stretch")
            st.button(
                "Use",
                key=f"squad_use_{place}",
                on_click=undo.change_plan,
                args=(option.label, dict(option.changes), "levers"),
                help=f"Change the plan: {option.label}",
            )
    if not options:
        st.markdown("None of the changes that were tried would help noticeably.")


def _offer_another_start(
    squad: pd.DataFrame, plan: dict[str, Any], expected: float
) -> None:
    box = st.expander(
        "Another start, in other weather", key="other_start", on_change="rerun"
    )
    if box.open:
        with box:
            _another_start(squad, plan, expected)


def _another_start(squad: pd.DataFrame, plan: dict[str, Any], expected: float) -> None:
    """Compare with the same session in other weather, say at another hour."""
    changes = _ask_for_other_weather(plan)
    start = datetime.fromisoformat(plan["start_time"]) if _placed(plan) else None
    if start is not None:
        clock = st.time_input("Start then", value=start.time(), key="other_time")
        moved = datetime.combine(start.date(), clock, start.tzinfo)
        changes["start_time"] = moved.isoformat()
    answers, problems = tidy({k: v for k, v in changes.items() if v is not None})
    if problems:
        st.warning(" ".join(form.sentence(problem) for problem in problems))
        return
    left_out = outdated(answers)
    (then,) = over_plans(squad, plan, [{**answers, **dict.fromkeys(left_out)}])
    scored = pd.Series(then).dropna()
    there = SquadOption("Then", answers, expected, float(scored.sum()), len(scored))
    st.markdown(f"**{option_text(there)}.**")
    if labels := [FIELDS[name].label for name in left_out if name in plan]:
        st.caption(
            f"Left out was what belongs to the weather as planned: {', '.join(labels)}."
        )


def _ask_for_other_weather(plan: Mapping[str, Any]) -> dict[str, Any]:
    with st.container(horizontal=True):
        air_temperature_c = widgets.number_in_unit(
            "Air temperature then",
            "°C",
            plan["air_temperature_c"],
            "other_air_{}",
            format="%.4g",
        )
        relative_humidity_pct = st.number_input(
            "Relative humidity then, %",
            value=float(plan["relative_humidity_pct"]),
            format="%.4g",
            key="other_humidity",
        )
    skies = FIELDS["sky"].levels
    sky = widgets.pills("Sky then", skies, "other_sky", default=plan.get("sky"))
    return {
        "air_temperature_c": air_temperature_c,
        "relative_humidity_pct": relative_humidity_pct,
        "sky": sky,
    }


def _placed(plan: Mapping[str, Any]) -> bool:
    """Whether the sun at another hour can be reckoned."""
    return {"start_time", "latitude_deg", "longitude_deg"} <= set(plan)


def _open_athlete(squad: pd.DataFrame, plan: dict[str, Any], row: int, name: str) -> None:
    """Go to My session with an athlete's answers; the coach's own come back later."""
    one = with_plan(squad.loc[[row]], plan).iloc[0]
    answers, problems = tidy({str(k): v for k, v in one.items() if not pd.isna(v)})
    form.begin_visit(name, answers)
    state(MySessionState).link_problems = problems
    go_to("my_session")


def _come_back() -> None:
    if state(FormState).visit is not None:
        form.leave_visit()
        state(MySessionState).link_problems = ()


def _drill_down(shown: pd.DataFrame, squad: pd.DataFrame, plan: dict[str, Any]) -> None:
    """Offer to open one of the athletes in the table."""
    names = shown["Athlete"].to_dict()
    # A filter that fits nobody leaves nobody chosen, also once it is gone.
    if names and st.session_state.get("squad_athlete") not in names:
        st.session_state["squad_athlete"] = next(iter(names))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = widgets.select(
            "Athlete", names, "squad_athlete", width=320, persist_state="session"
        )
        st.button(
            "Open in My session",
            on_click=_open_athlete,
            args=(squad, plan, row, "" if row is None else names[row]),
            disabled=row is None,
            help="Nobody fits the filter." if row is None else None,
        )


def _take_along(
    scored: pd.DataFrame, plan: dict[str, Any], options: tuple[SquadOption, ...]
) -> None:
    st.header("Take it along")
    chosen = form.chosen_units()
    private = widgets.with_private(
        "squad_private",
        yes="Files then say what health answers tell: factors, warnings, what is missing.",
        no="Files hold names and results; what health answers tell is left out.",
    )

    def export() -> pd.DataFrame:
        return squad_export(scored, plan, units=chosen, private=private)

    with st.container(horizontal=True):
        widgets.download("CSV", lambda: to_csv(export()), "squad.csv")
        widgets.download("Excel", lambda: to_xlsx(export(), "Squad"), "squad.xlsx")
        widgets.download(
            "Sheet to print, PDF",
            lambda: squad_pdf(scored, plan, options, units=chosen, private=private),
            "squad.pdf",
        )


def _answer(squad: pd.DataFrame, plan: dict[str, Any]) -> bool:
    """Draw what the session means for the squad, or why there is no answer yet."""
    st.header("Who needs attention")
    required = [field for field in needed_fields(plan) if field.of_the_plan]
    if needed := [field.label for field in required if field.name not in plan]:
        st.info(f"Still needed for a score: {', '.join(needed)}.")
        return False
    # What a person answers is missing in a plan, and no problem of it.
    found = read_session(plan).problems
    if problems := [problem for problem in found if problem.kind != "missing"]:
        st.warning(" ".join(form.sentence(problem) for problem in problems))
        return False
    if squad.empty:
        st.info("There are no athletes in the list.")
        return False
    if words := set_aside(squad, plan):
        tables.tell(words)
    scored, options = answer_squad(squad, plan)
    # In full, and before any number: the table cuts them, and a phone hides them.
    for warning in squad_warnings(scored):
        tables.tell(warning)
    with st.container(key="squad_expected"):
        st.markdown(f"**To expect: {expected_text(scored)}.**")
    if words := heat_text(plan):
        st.caption(words)
    shown = _table(scored)
    _drill_down(shown, squad, plan)
    if somebody := bool(scored["probability"].notna().any()):
        _levers(options)
        if FIELDS["air_temperature_c"].asked_of(plan):
            _offer_another_start(squad, plan, float(scored["probability"].sum()))
    _take_along(scored, plan, options)
    return somebody


_come_back()
st.title("Squad")
st.html(_STYLE)
st.markdown("One session for everybody: who needs attention, and what would help most.")
device.connect()
athletes.take_up()
athletes.ask_for_athletes()
page = state(SquadState)
if page.asked is not None:
    athletes.ask_for_columns(page.asked)
elif page.athletes is not None:
    athletes.grid(page.athletes)
    _ask_for_session()
    session = {n: v for n, v in form.answers().items() if n in PLAN_FIELDS}
    if not _answer(page.athletes, session):
        undo.tell("levers")
