"""For a coach with a squad: one session for all, those who need attention first."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel import units
from riskmodel.datasets import data_file
from riskmodel.exports import to_csv, to_xlsx
from riskmodel.fields import FIELDS
from riskmodel.inputs import tidy
from riskmodel.report import BAND_LABELS, SYNTHETIC
from riskmodel.squad import PLAN_FIELDS, SquadOption, over_plans, score_squad, squad_levers
from riskmodel.squad_file import (
    LEAVE_OUT,
    TARGETS,
    UNITS,
    Column,
    RawTable,
    SquadFileError,
    match_columns,
    read_cells,
    read_squad_file,
    squad_frame,
    template,
)
from riskmodel.squad_sheet import expected_text, option_text, squad_pdf, squad_table
from riskmodel.views import device, form, tables

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_LEVERS = 5
_NO_SCORE = "No score"


# ------------------------------------------------------------------------ the athletes


def _put(squad: pd.DataFrame) -> None:
    """Take these athletes, and let the grid start from them."""
    state = st.session_state
    state["squad"] = squad
    cells = squad.map(lambda cell: "" if pd.isna(cell) else _cell_text(cell))
    state["squad_base"] = cells.reset_index(drop=True)
    state["squad_version"] = state.get("squad_version", 0) + 1
    for name in ("squad_raw", "squad_columns"):
        state.pop(name, None)


def _cell_text(cell: Any) -> str:
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _uploaded() -> None:
    if (file := st.session_state["squad_upload"]) is not None:
        _read(file.getvalue())


def _read(content: bytes) -> None:
    state = st.session_state
    state.pop("squad_problem", None)
    try:
        raw = read_squad_file(content)
    except SquadFileError as error:
        state["squad_problem"] = str(error)
        return
    state["squad_notes"] = raw.notes
    columns = match_columns(raw)
    if any(column.doubt for column in columns) or all(not c.target for c in columns):
        state["squad_raw"], state["squad_columns"] = raw, columns
    else:
        _put(squad_frame(raw, columns, _session_day()))


def _session_day() -> date:
    start = form.answers().get("start_time")
    return datetime.fromisoformat(start).date() if start else date.today()


def _use_example() -> None:
    _read(data_file("example_squad.csv").read_bytes())


def _take_up() -> None:
    """Take up the squad that was saved on the device, if there is no other."""
    saved, state = device.kept().get("squad"), st.session_state
    if "squad" in state or "squad_raw" in state or state.get("squad_taken_up"):
        return
    if isinstance(saved, dict):
        state["squad_taken_up"] = True
        try:
            table = pd.DataFrame(saved, dtype=object)
        except ValueError:
            return
        known = table[[name for name in table.columns if name in FIELDS]]
        if len(known):
            _put(read_cells(known))


def _save() -> None:
    squad = st.session_state["squad"]
    cells = squad.astype(object).where(squad.notna(), None)
    device.write(squad=cells.to_dict("list"))
    st.toast(f"Saved {len(squad)} athletes in this browser.")


def _forget() -> None:
    for name in ("squad", "squad_base", "squad_raw", "squad_columns", "squad_notes"):
        st.session_state.pop(name, None)


def _ask_for_athletes() -> None:
    st.header("The athletes")
    st.file_uploader(
        "A list of athletes, CSV or Excel (.xlsx)",
        type=["csv", "txt", "tsv", "xlsx"],
        key="squad_upload",
        on_change=_uploaded,
    )
    with st.container(horizontal=True):
        st.button("Use the example squad", on_click=_use_example)
        st.download_button(
            "Template, CSV",
            lambda: to_csv(template()),
            "squad-template.csv",
            "text/csv",
            on_click="ignore",
        )
        st.download_button(
            "Template, Excel",
            lambda: to_xlsx(template(), "Squad"),
            "squad-template.xlsx",
            _EXCEL,
            on_click="ignore",
        )
        if "squad" in st.session_state:
            st.button("Save on this device", on_click=_save)
            st.button("Remove the squad", on_click=_forget)
    st.caption(
        "The program that shows this page holds the list while the page is open; it is "
        "stored nowhere unless you save it."
    )
    if problem := st.session_state.get("squad_problem"):
        tables.tell(problem)
    for note in st.session_state.get("squad_notes", ()):
        tables.tell(note)


def _ask_for_columns(raw: RawTable, columns: list[Column]) -> None:
    """Ask what is in doubt, and show what is not."""
    st.header("What the columns are")
    st.markdown("Look at the columns with a question; nothing is guessed.")
    chosen = []
    ordered = sorted(columns, key=lambda column: not column.doubt)
    for column in ordered:
        sample = ", ".join(map(str, raw.cells[column.place].dropna().head(3)))
        title = f"{column.header}: {sample}"
        with st.container(border=True, key=f"column_{column.place}"):
            tables.tell(title)
            if column.doubt:
                st.warning(column.doubt)
            target = st.selectbox(
                f"Meaning of column {column.place + 1}",
                [LEAVE_OUT, *TARGETS],
                index=[LEAVE_OUT, *TARGETS].index(column.target),
                format_func=lambda name: TARGETS.get(name, "Leave it out"),
                key=f"target_{column.place}",
                label_visibility="collapsed",
            )
            unit = ""
            if target in UNITS:
                options = UNITS[target]
                known = column.unit if column.unit in options and not column.doubt else None
                unit = st.pills(
                    "Written as",
                    options,
                    default=known,
                    key=f"unit_{column.place}_{target}",
                )
            chosen.append(Column(column.place, column.header, target, unit or ""))
    targets = [column.target for column in chosen if column.target]
    twice = {TARGETS[name] for name in targets if targets.count(name) > 1}
    open_units = [c.header for c in chosen if c.target in UNITS and not c.unit]
    if twice:
        st.error(f"Two columns are {' and '.join(sorted(twice))}: leave one out.")
    if open_units:
        tables.tell(f"Still open, how it is written: {', '.join(open_units)}.")
    st.button(
        "Use these columns",
        disabled=bool(twice or open_units or not targets),
        on_click=lambda: _put(squad_frame(raw, chosen, _session_day())),
    )


def _grid() -> None:
    """Let the coach change cells, add and remove athletes."""
    state = st.session_state
    key = f"squad_grid_{state['squad_version']}"
    if key not in state and "squad" in state:
        # The grid's own changes went with the page; the athletes carry them.
        cells = state["squad"].map(lambda c: "" if pd.isna(c) else _cell_text(c))
        state["squad_base"] = cells.reset_index(drop=True)
    with st.expander(f"Change the list ({len(state['squad'])} athletes)"):
        base = state["squad_base"]
        more = [n for n in template().columns if n not in base]
        shown = base.assign(**dict.fromkeys(more, ""))
        edited = st.data_editor(
            shown,
            key=key,
            num_rows="dynamic",
            hide_index=True,
            column_config={
                name: st.column_config.TextColumn(
                    FIELDS[name].label, help=f"Allowed is {FIELDS[name].allowed}."
                )
                for name in shown
            },
        )
        if not edited.equals(shown):
            state["squad"] = read_cells(edited.reset_index(drop=True))


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
        st.dataframe(shown, hide_index=True, width="stretch", key="squad_table")
    st.caption(
        f"{len(shown)} of {len(everybody)} athletes. First those with an urgent warning, "
        f"then those without a score, then by chance of a cramp. {SYNTHETIC}"
    )
    return shown


def _levers(options: tuple[SquadOption, ...], plan: dict[str, Any]) -> None:
    st.header("What would help the squad")
    for place, option in enumerate(options[:_SHOWN_LEVERS]):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"{option_text(option)}.", width="stretch")
            st.button(
                "Use",
                key=f"squad_use_{place}",
                on_click=form.change,
                args=(dict(option.changes),),
                help=f"Change the plan: {option.label}",
            )
    if not options:
        st.markdown("None of the changes that were tried would help noticeably.")


def _another_start(squad: pd.DataFrame, plan: dict[str, Any], expected: float) -> None:
    """Compare with the same session in other weather, say at another hour."""
    with st.expander("Another start, in other weather"):
        unit = units.unit_of("°C", form.chosen_units())
        with st.container(horizontal=True):
            warm = st.number_input(
                f"Air temperature then, {unit.label}",
                value=round(unit.shown(plan["air_temperature_c"]), 1),
                key=f"other_air_{unit.label}",
            )
            humid = st.number_input(
                "Relative humidity then, %",
                value=float(plan["relative_humidity_pct"]),
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
            st.warning(" ".join(form.sentence(problem) for problem in problems))
            return
        # What was measured belongs to the weather as planned.
        measured = dict.fromkeys(("wbgt_c", "solar_radiation_w_m2"))
        (then,) = over_plans(squad, plan, [{**given, **measured}])
        made = pd.Series(then).dropna()
        st.markdown(
            f"To expect with a cramp, of {len(made)} athletes: {expected:.1f} as planned, "
            f"**{made.sum():.1f}** then."
        )


def _placed(plan: dict[str, Any]) -> bool:
    """Whether the sun at another hour can be reckoned."""
    return {"start_time", "latitude_deg", "longitude_deg"} <= set(plan)


def _open_athlete(squad: pd.DataFrame, plan: dict[str, Any]) -> None:
    row = st.session_state["squad_athlete"]
    own = {k: v for k, v in squad.loc[row].items() if not pd.isna(v)}
    given, st.session_state["link_problems"] = tidy({**plan, **own})
    form.fill(given)
    st.session_state["open_athlete"] = True


def _take_along(
    scored: pd.DataFrame, plan: dict[str, Any], options: tuple[SquadOption, ...]
) -> None:
    st.header("Take it along")
    private = st.toggle("With health and personal answers", key="squad_private")
    st.caption(
        "Files then say what health answers tell: factors, warnings, what is missing."
        if private
        else "Files hold names and results; what health answers tell is left out."
    )
    with st.container(horizontal=True):
        st.download_button(
            "CSV",
            lambda: to_csv(squad_table(scored, private=private)),
            "squad.csv",
            "text/csv",
            on_click="ignore",
        )
        st.download_button(
            "Excel",
            lambda: to_xlsx(squad_table(scored, private=private), "Squad"),
            "squad.xlsx",
            _EXCEL,
            on_click="ignore",
        )
        st.download_button(
            "Sheet to print, PDF",
            lambda: squad_pdf(
                scored, plan, options, units=form.chosen_units(), private=private
            ),
            "squad.pdf",
            "application/pdf",
            on_click="ignore",
        )


if st.session_state.pop("open_athlete", False):
    st.switch_page(Path(__file__).with_name("my_session.py"))
st.title("Squad")
st.markdown("One session for everybody: who needs attention, and what would help most.")
device.connect(take_up=not st.session_state.get("from_link"))
_take_up()
_ask_for_athletes()
if "squad_raw" in st.session_state:
    _ask_for_columns(st.session_state["squad_raw"], st.session_state["squad_columns"])
elif "squad" in st.session_state:
    _grid()
    st.header("The session")
    form.ask_units()
    form.ask_plan()
    plan = {n: v for n, v in form.answers().items() if n in PLAN_FIELDS}
    squad = st.session_state["squad"]
    needed = [f.label for f in FIELDS.values() if f.required and f.name in PLAN_FIELDS]
    required = [n for n in PLAN_FIELDS if FIELDS[n].required]
    st.header("Who needs attention")
    if not all(name in plan for name in required):
        st.info(f"Needed for a score: {', '.join(needed)}.")
    elif problems := tidy(plan)[1]:
        st.warning(" ".join(form.sentence(problem) for problem in problems))
    elif squad.empty:
        st.info("There are no athletes in the list.")
    else:
        scored = score_squad(squad, plan)
        known = scored["probability"].dropna()
        options = squad_levers(squad, plan)
        with st.container(key="squad_expected"):
            st.markdown(f"**To expect: {expected_text(float(known.sum()), len(known))}.**")
        shown = _table(scored)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                "Athlete",
                list(shown.index),
                format_func=lambda row: shown.loc[row, "Athlete"],
                key="squad_athlete",
                width=320,
            )
            st.button(
                "Open in My session",
                on_click=_open_athlete,
                args=(squad, plan),
                disabled=shown.empty,
            )
        _levers(options, plan)
        _another_start(squad, plan, float(known.sum()))
        _take_along(scored, plan, options)
