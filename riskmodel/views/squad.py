"""For a coach with a squad: one session for all, those who need attention first."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.datasets import load_examples
from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, outdated
from riskmodel.inputs.session import read_session, tidy
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.reporting.squad_sheet import (
    expected_text,
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
from riskmodel.views import athletes, device, form, plan_undo, tables

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
        plan_undo.make(name, plan, "session")


def _ask_for_session() -> None:
    st.header("The session")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Start from an example session",
            list(load_examples()),
            index=None,
            key="squad_example",
            placeholder="Choose an example",
            on_change=_use_example_session,
            width=320,
        )
        form.ask_units()
    plan_undo.tell("session")
    form.ask_plan()


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


def _levers(options: tuple[SquadOption, ...]) -> None:
    st.header("What would help the squad")
    plan_undo.tell("levers")
    for place, option in enumerate(options[:_SHOWN_LEVERS]):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"{option_text(option)}.", width="stretch")
            st.button(
                "Use",
                key=f"squad_use_{place}",
                on_click=plan_undo.make,
                args=(option.label, dict(option.changes), "levers"),
                help=f"Change the plan: {option.label}",
            )
    if not options:
        st.markdown("None of the changes that were tried would help noticeably.")


def _another_start(squad: pd.DataFrame, plan: dict[str, Any], expected: float) -> None:
    """Compare with the same session in other weather, say at another hour."""
    box = st.expander(
        "Another start, in other weather", key="other_start", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        unit = units.unit_of("°C", form.chosen_units())
        with st.container(horizontal=True):
            warm = st.number_input(
                f"Air temperature then, {unit.label}",
                value=round(unit.shown(plan["air_temperature_c"]), 1),
                format="%.4g",
                key=f"other_air_{unit.label}",
            )
            humid = st.number_input(
                "Relative humidity then, %",
                value=float(plan["relative_humidity_pct"]),
                format="%.4g",
                key="other_humidity",
            )
        skies = FIELDS["sky"].levels
        sky = st.pills(
            "Sky then",
            list(skies),
            default=plan.get("sky"),
            format_func=skies.__getitem__,
            key="other_sky",
        )
        changes = {
            "air_temperature_c": unit.inside(warm),
            "relative_humidity_pct": humid,
            "sky": sky,
        }
        start = datetime.fromisoformat(plan["start_time"]) if _placed(plan) else None
        if start is not None:
            clock = st.time_input("Start then", value=start.time(), key="other_time")
            moved = datetime.combine(start.date(), clock, start.tzinfo)
            changes["start_time"] = moved.isoformat()
        given, problems = tidy({k: v for k, v in changes.items() if v is not None})
        if problems:
            st.warning(" ".join(map(form.sentence, problems)))
            return
        left_out = outdated(given)
        (then,) = over_plans(squad, plan, [{**given, **dict.fromkeys(left_out)}])
        made = pd.Series(then).dropna()
        there = SquadOption("Then", given, expected, float(made.sum()), len(made))
        st.markdown(f"**{option_text(there)}.**")
        if named := [FIELDS[name].label for name in left_out if name in plan]:
            st.caption(
                f"Left out was what belongs to the weather as planned: {', '.join(named)}."
            )


def _placed(plan: dict[str, Any]) -> bool:
    """Whether the sun at another hour can be reckoned."""
    return {"start_time", "latitude_deg", "longitude_deg"} <= set(plan)


def _open_athlete(squad: pd.DataFrame, plan: dict[str, Any], row: int, name: str) -> None:
    """Go to My session with an athlete's answers; the coach's own come back later."""
    state = st.session_state
    one = with_plan(squad.loc[[row]], plan).iloc[0]
    given, problems = tidy({k: v for k, v in one.items() if not pd.isna(v)})
    before = state.get("before_athlete", form.answers())
    form.forget_trail()
    plan_undo.fill(given)
    state["before_athlete"], state["open_athlete_name"] = before, name
    state["link_problems"] = problems
    state["open_athlete"] = True


def _come_back() -> None:
    """Give the form back its answers of before an athlete was opened."""
    if "open_athlete_name" in st.session_state:
        form.forget_trail()
        plan_undo.fill(st.session_state.get("before_athlete", {}))
        form.end_visit()
        st.session_state["link_problems"] = ()


def _drill_down(shown: pd.DataFrame, squad: pd.DataFrame, plan: dict[str, Any]) -> None:
    """Offer to open one of the athletes in the table."""
    names, state = shown["Athlete"].to_dict(), st.session_state
    # A filter that fits nobody leaves nobody chosen, also once it is gone.
    if names and state.get("squad_athlete") not in names:
        state["squad_athlete"] = next(iter(names))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = st.selectbox(
            "Athlete",
            list(shown.index),
            format_func=names.__getitem__,
            key="squad_athlete",
            width=320,
            persist_state="session",
        )
        st.button(
            "Open in My session",
            on_click=_open_athlete,
            args=(squad, plan, row, names.get(row)),
            disabled=row is None,
            help="Nobody fits the filter." if row is None else None,
        )


def _take_along(
    scored: pd.DataFrame, plan: dict[str, Any], options: tuple[SquadOption, ...]
) -> None:
    st.header("Take it along")
    chosen = form.chosen_units()
    private = st.toggle("With health and personal answers", key="squad_private")
    st.caption(
        "Files then say what health answers tell: factors, warnings, what is missing."
        if private
        else "Files hold names and results; what health answers tell is left out."
    )
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            lambda: to_csv(squad_export(scored, plan, units=chosen, private=private)),
            "squad.csv",
            "text/csv",
            on_click="ignore",
        )
        st.download_button(
            "Excel",
            lambda: to_xlsx(
                squad_export(scored, plan, units=chosen, private=private), "Squad"
            ),
            "squad.xlsx",
            athletes.EXCEL,
            on_click="ignore",
        )
        st.download_button(
            "Sheet to print, PDF",
            lambda: squad_pdf(scored, plan, options, units=chosen, private=private),
            "squad.pdf",
            "application/pdf",
            on_click="ignore",
        )


def _answer(squad: pd.DataFrame, plan: dict[str, Any]) -> bool:
    """Draw what the session means for the squad, or why there is no answer yet."""
    st.header("Who needs attention")
    required = [f for f in FIELDS.values() if f.required and f.name in PLAN_FIELDS]
    if needed := [field.label for field in required if field.name not in plan]:
        st.info(f"Still needed for a score: {', '.join(needed)}.")
        return False
    # What a person answers is missing in a plan, and no problem of it.
    found = read_session(plan).problems
    if problems := [problem for problem in found if problem.kind != "missing"]:
        st.warning(" ".join(map(form.sentence, problems)))
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
    shown = _table(scored)
    _drill_down(shown, squad, plan)
    if somebody := bool(scored["probability"].notna().any()):
        _levers(options)
        _another_start(squad, plan, float(scored["probability"].sum()))
    _take_along(scored, plan, options)
    return somebody


if st.session_state.pop("open_athlete", False):
    st.switch_page(Path(__file__).with_name("my_session.py"))
_come_back()
st.title("Squad")
st.html(_STYLE)
st.markdown("One session for everybody: who needs attention, and what would help most.")
device.connect(take_up=not st.session_state.get("from_link"))
athletes.take_up()
athletes.ask_for_athletes()
if "squad_raw" in st.session_state:
    athletes.ask_for_columns()
elif "squad" in st.session_state:
    athletes.grid()
    _ask_for_session()
    session = {n: v for n, v in form.answers().items() if n in PLAN_FIELDS}
    if not _answer(st.session_state["squad"], session):
        plan_undo.tell("levers")
