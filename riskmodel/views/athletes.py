"""The list of athletes: where it comes from, what its columns mean, and its changes."""

from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.datasets import data_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.squad.cells import read_cells, squad_frame, squad_notes, template
from riskmodel.squad.columns import (
    LEAVE_OUT,
    NOT_UNDERSTOOD,
    TARGETS,
    UNITS,
    Column,
    RawTable,
    match_columns,
)
from riskmodel.squad.file import SquadFileError, read_squad_file
from riskmodel.squad.scores import PLAN_FIELDS
from riskmodel.views import device, form, tables

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# ------------------------------------------------------------- where it comes from


def _put(squad: pd.DataFrame, notes: tuple[str, ...] = ()) -> None:
    """Take these athletes, and let the grid start from them."""
    state = st.session_state
    # Rows are numbered from 1, and keep their number when others go.
    state["squad"] = squad.set_axis(pd.RangeIndex(1, len(squad) + 1))
    state["squad_version"] = state.get("squad_version", 0) + 1
    state["squad_notes"] = notes
    for name in ("squad_raw", "squad_columns", "squad_source", "squad_problem"):
        state.pop(name, None)


def _accept(raw: RawTable, columns: list[Column]) -> None:
    """Take the athletes of a file whose columns are understood."""
    on = _session_day()
    _put(squad_frame(raw, columns, on), (*raw.notes, *squad_notes(raw, columns, on)))
    st.session_state["squad_source"] = raw, columns


def _cell_text(cell: Any) -> str:
    return "" if pd.isna(cell) else f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _upload_key() -> str:
    return f"squad_upload_{st.session_state.get('squad_uploads', 0)}"


def _empty_the_upload() -> None:
    """Let the name of a file go with its list."""
    st.session_state["squad_uploads"] = st.session_state.get("squad_uploads", 0) + 1


def _uploaded() -> None:
    if (file := st.session_state[_upload_key()]) is not None:
        _read(file.getvalue())


def _read(content: bytes) -> None:
    state = st.session_state
    state.pop("squad_problem", None)
    try:
        raw = read_squad_file(content)
    except SquadFileError as error:
        state["squad_problem"] = str(error)
        return
    columns = match_columns(raw)
    if any(column.question for column in columns):
        _ask_again(raw, columns)
    else:
        _accept(raw, columns)


def _ask_again(raw: RawTable, columns: list[Column]) -> None:
    """Open the step that asks for columns, with nothing left of an earlier file."""
    state = st.session_state
    state["squad_asked"] = state.get("squad_asked", 0) + 1
    state["squad_raw"], state["squad_columns"] = raw, columns


def _cancel() -> None:
    for name in ("squad_raw", "squad_columns"):
        st.session_state.pop(name, None)


def _session_day() -> date:
    start = form.answers().get("start_time")
    return datetime.fromisoformat(start).date() if start else form.today()


def _use_example() -> None:
    _empty_the_upload()
    _read(data_file("example_squad.csv").read_bytes())


def take_up() -> None:
    """Take up the squad that was opened, else that of the device if there is none."""
    saved, state = device.kept().get("squad"), st.session_state
    if (opened := state.pop("squad_to_open", None)) is not None:
        _put(opened)
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
            _take_up_session()


def _take_up_session() -> None:
    """Ask again for the session that was kept with the list, unless there is another."""
    kept = device.kept().get("squad_session")
    if isinstance(kept, dict) and not form.answers().keys() & set(PLAN_FIELDS):
        form.change(tidy({n: v for n, v in kept.items() if n in PLAN_FIELDS})[0])


def _save() -> None:
    squad = st.session_state["squad"]
    cells = squad.astype(object).where(squad.notna(), None)
    # The heat of a start is no answer of the coach, and its source is not kept.
    of_start = st.session_state.get("weather_from", ({},))[0]
    session = {
        name: value
        for name, value in form.answers().items()
        if name in PLAN_FIELDS and not (FIELDS[name].measured and name in of_start)
    }
    device.write(
        f"Saved {len(squad)} athletes{' and the session' * bool(session)} in this browser.",
        squad=cells.to_dict("list"),
        squad_session=session,
    )


def _forget() -> None:
    for name in ("squad", "squad_raw", "squad_columns", "squad_notes", "squad_source"):
        st.session_state.pop(name, None)
    _empty_the_upload()
    # What is kept on the device comes back with the next visit, not at once.
    st.session_state["squad_taken_up"] = True


def _delete_kept() -> None:
    said = "No squad is kept in this browser any more."
    device.drop("squad", "squad_session", say=said)
    st.session_state["squad_taken_up"] = True


def ask_for_athletes() -> None:
    """Draw the ways to bring, keep and remove a list."""
    st.header("The athletes")
    st.file_uploader(
        "A list of athletes, CSV or Excel (.xlsx)",
        type=["csv", "txt", "tsv", "xlsx"],
        key=_upload_key(),
        on_change=_uploaded,
    )
    state = st.session_state
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
            EXCEL,
            on_click="ignore",
        )
        if "squad" in state:
            st.button("Save on this device", on_click=_save)
            st.button("Remove the squad", on_click=_forget)
            if "squad_source" in state and "squad_raw" not in state:
                st.button(
                    "Change what the columns mean",
                    on_click=_ask_again,
                    args=state["squad_source"],
                )
        if "squad" in device.kept():
            st.button("Delete the squad kept on this device", on_click=_delete_kept)
    st.caption(
        "The program that shows this page holds the list while the page is open; it is "
        "stored nowhere unless you save it."
    )
    if problem := state.get("squad_problem"):
        tables.tell(problem)
    if "squad_raw" not in state:
        for note in state.get("squad_notes", ()):
            tables.say(note)


# --------------------------------------------------------------- what columns mean


def ask_for_columns() -> None:
    """Ask what is in doubt, and show what is not."""
    state = st.session_state
    raw, columns = state["squad_raw"], state["squad_columns"]
    st.header("What the columns are")
    st.markdown("Look at the columns with a question; nothing is guessed.")
    for note in raw.notes:
        tables.say(note)
    if "squad" in state:
        st.caption("The list that was there is replaced, with what was changed in it.")
    chosen, open_meaning = [], []
    in_order = sorted(columns, key=lambda c: (not c.question, c.doubt != NOT_UNDERSTOOD))
    for column in in_order:
        made = _ask_for_column(raw, column)
        if made is None:
            open_meaning.append(column.header)
        else:
            chosen.append(made)
    targets = [column.target for column in chosen if column.target]
    twice = {TARGETS[name] for name in targets if targets.count(name) > 1}
    open_units = [column.header for column in chosen if column.needs_unit]
    if twice:
        st.error(f"Two columns are {' and '.join(sorted(twice))}: leave one out.")
    if open_meaning:
        tables.tell(f"Still open, what it is: {', '.join(open_meaning)}.")
    if open_units:
        tables.tell(f"Still open, how it is written: {', '.join(open_units)}.")
    with st.container(horizontal=True):
        st.button(
            "Use these columns",
            disabled=bool(twice or open_units or open_meaning or not targets),
            help=None if targets else "At least one column must mean something.",
            on_click=_accept,
            args=(raw, chosen),
        )
        st.button("Cancel", on_click=_cancel)


def _ask_for_column(raw: RawTable, column: Column) -> Column | None:
    """Draw one column; None where it is open what it means."""
    asked, place = st.session_state["squad_asked"], column.place
    sample = "; ".join(map(str, raw.cells[place].dropna().head(3)))
    options = [LEAVE_OUT, *TARGETS]
    with st.container(border=True, key=f"column_{place}"):
        tables.say(f"{column.header}: {sample}")
        if column.question:
            st.warning(column.question)
        open_meaning = column.doubt and column.target
        target = st.selectbox(
            f"Meaning of column {place + 1}",
            options,
            index=None if open_meaning else options.index(column.target),
            placeholder=f"{TARGETS.get(column.target)}? Choose",
            format_func=lambda name: TARGETS.get(name, "Leave it out"),
            key=f"target_{asked}_{place}",
            label_visibility="collapsed",
        )
        if target is None:
            return None
        unit = None
        if target in UNITS:
            unit = st.pills(
                "Written as",
                UNITS[target],
                default=column.unit if column.unit in UNITS[target] else None,
                key=f"unit_{asked}_{place}_{target}",
            )
    return Column(place, column.header, target, unit or "")


# ------------------------------------------------------------------- its changes


def grid() -> None:
    """Let the coach change cells, add and remove athletes."""
    state = st.session_state
    count = st.empty()
    box = st.expander("Change the list", key="squad_list", on_change="rerun")
    # A closed grid would cost most of the time of the page.
    if box.open:
        with box:
            _edit()
    n = len(state["squad"])
    count.markdown(f"**{n} athlete{'s' * (n != 1)} in the list**")


def _edit() -> None:
    state = st.session_state
    key = f"squad_grid_{state['squad_version']}"
    if key not in state:
        # The grid's own changes went with the page; the athletes carry them.
        cells = state["squad"].map(_cell_text)
        usual = list(template().columns)
        more = dict.fromkeys((name for name in usual if name not in cells), "")
        # Those of the file first, as far as they are asked of everybody.
        given = sorted(cells, key=lambda n: usual.index(n) if n in usual else len(usual))
        base = cells[given].assign(**more)
        state["squad_base"] = state["squad_edited"] = base
    edited = st.data_editor(
        state["squad_base"],
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            name: st.column_config.TextColumn(
                form.heading(FIELDS[name], FIELDS[name].unit),
                help=f"Allowed is {FIELDS[name].allowed}.",
            )
            for name in state["squad_base"]
        },
    )
    # Against the last state of the grid, not the first: a change can be taken back.
    if not edited.equals(state["squad_edited"]):
        state["squad"], state["squad_edited"] = read_cells(edited), edited
