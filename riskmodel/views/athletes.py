"""The list of athletes: where it comes from, what its columns mean, and its changes."""

from __future__ import annotations

from collections.abc import Sequence
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
from riskmodel.views import device, form, questions, tables, widgets
from riskmodel.views.state import AthletesFile, FormState, SquadState, state

# ------------------------------------------------------------- where it comes from


def _put(athletes: pd.DataFrame, notes: Sequence[str] = ()) -> None:
    """Take these athletes, and let the grid start from them."""
    squad = state(SquadState)
    # Rows are numbered from 1, and keep their number when others go.
    squad.athletes = athletes.set_axis(pd.RangeIndex(1, len(athletes) + 1))
    squad.version += 1
    squad.notes, squad.problem = notes, ""
    squad.asked = squad.source = None


def _accept(file: AthletesFile) -> None:
    """Take the athletes of a file whose columns are understood."""
    raw, columns, on = file.raw, file.columns, form.planned_day()
    _put(squad_frame(raw, columns, on), (*raw.notes, *squad_notes(raw, columns, on)))
    state(SquadState).source = file


def _upload_key() -> str:
    return f"squad_upload_{state(SquadState).uploads}"


def _empty_the_upload() -> None:
    """Let the name of a file go with its list."""
    state(SquadState).uploads += 1


def _uploaded() -> None:
    if (file := st.session_state[_upload_key()]) is not None:
        _read(file.getvalue())


def _read(content: bytes) -> None:
    squad = state(SquadState)
    squad.problem = ""
    try:
        raw = read_squad_file(content)
    except SquadFileError as error:
        squad.problem = str(error)
        return
    file = AthletesFile(raw, match_columns(raw))
    if any(column.question for column in file.columns):
        _ask_again(file)
    else:
        _accept(file)


def _ask_again(file: AthletesFile | None) -> None:
    """Open the step that asks for columns, with nothing left of an earlier file."""
    state(SquadState).times_asked += 1
    state(SquadState).asked = file


def _cancel() -> None:
    state(SquadState).asked = None


def _use_example() -> None:
    _empty_the_upload()
    _read(data_file("example_squad.csv").read_bytes())


def known_cells(content: Any) -> pd.DataFrame:
    """Read the cells that were kept of a list, as far as this version knows them."""
    table = pd.DataFrame(content, dtype=object)
    return read_cells(table[[name for name in table.columns if name in FIELDS]])


def cells_to_keep(athletes: pd.DataFrame) -> pd.DataFrame:
    """Cells of a list as they are kept, None where nothing stands."""
    return athletes.astype(object).where(athletes.notna(), None)


def take_up() -> None:
    """Take up the squad that was opened, else that of the device if there is none."""
    saved, squad = device.kept().get("squad"), state(SquadState)
    if squad.to_open is not None:
        _put(squad.to_open)
        squad.to_open = None
    if squad.athletes is not None or squad.asked is not None or squad.taken_up:
        return
    if isinstance(saved, dict):
        squad.taken_up = True
        try:
            athletes = known_cells(saved)
        except ValueError:
            return
        if len(athletes):
            _put(athletes)
            _take_up_session()


def _take_up_session() -> None:
    """Ask again for the session that was kept with the list, unless there is another."""
    session = device.kept().get("squad_session")
    if isinstance(session, dict) and not form.answers().keys() & set(PLAN_FIELDS):
        form.change(tidy({n: v for n, v in session.items() if n in PLAN_FIELDS})[0])


def _save(athletes: pd.DataFrame) -> None:
    # The heat of a start is no answer of the coach, and its source is not kept.
    weather = state(FormState).start_weather
    of_start = weather.answers if weather is not None else ()
    session = {
        name: value
        for name, value in form.answers().items()
        if name in PLAN_FIELDS and not (FIELDS[name].measured and name in of_start)
    }
    device.write(
        f"Saved {len(athletes)} athletes{' and the session' * bool(session)} in this "
        "browser.",
        squad=cells_to_keep(athletes).to_dict("list"),
        squad_session=session,
    )


def _forget() -> None:
    squad = state(SquadState)
    squad.athletes = squad.asked = squad.source = None
    squad.notes = ()
    _empty_the_upload()
    # What is kept on the device comes back with the next visit, not at once.
    squad.taken_up = True


def _delete_kept() -> None:
    words = "No squad is kept in this browser any more."
    device.drop("squad", "squad_session", say=words)
    state(SquadState).taken_up = True


def ask_for_athletes() -> None:
    """Draw the ways to bring, keep and remove a list."""
    squad = state(SquadState)
    st.header("The athletes")
    st.file_uploader(
        "A list of athletes, CSV or Excel (.xlsx)",
        type=["csv", "txt", "tsv", "xlsx"],
        key=_upload_key(),
        on_change=_uploaded,
    )
    with st.container(horizontal=True):
        st.button("Use the example squad", on_click=_use_example)
        widgets.download("Template, CSV", lambda: to_csv(template()), "squad-template.csv")
        widgets.download(
            "Template, Excel", lambda: to_xlsx(template(), "Squad"), "squad-template.xlsx"
        )
        if squad.athletes is not None:
            st.button("Save on this device", on_click=_save, args=(squad.athletes,))
            st.button("Remove the squad", on_click=_forget)
            if squad.source is not None and squad.asked is None:
                st.button(
                    "Change what the columns mean",
                    on_click=_ask_again,
                    args=(squad.source,),
                )
        if "squad" in device.kept():
            st.button("Delete the squad kept on this device", on_click=_delete_kept)
    st.caption(
        "The program that shows this page holds the list while the page is open; it is "
        "stored nowhere unless you save it."
    )
    if squad.problem:
        tables.tell(squad.problem)
    if squad.asked is None:
        for note in squad.notes:
            tables.say(note)


# --------------------------------------------------------------- what columns mean


def ask_for_columns(file: AthletesFile) -> None:
    """Ask what is in doubt, and show what is not."""
    st.header("What the columns are")
    st.markdown("Look at the columns with a question; nothing is guessed.")
    for note in file.raw.notes:
        tables.say(note)
    if state(SquadState).athletes is not None:
        st.caption("The list that was there is replaced, with what was changed in it.")
    chosen, open_meaning = [], []
    in_order = sorted(
        file.columns, key=lambda c: (not c.question, c.doubt != NOT_UNDERSTOOD)
    )
    for column in in_order:
        answered = _ask_for_column(file.raw, column)
        if answered is None:
            open_meaning.append(column.header)
        else:
            chosen.append(answered)
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
            args=(AthletesFile(file.raw, chosen),),
        )
        st.button("Cancel", on_click=_cancel)


def _ask_for_column(raw: RawTable, column: Column) -> Column | None:
    """Draw one column; None where it is open what it means."""
    asked, place = state(SquadState).times_asked, column.place
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


def grid(athletes: pd.DataFrame) -> None:
    """Let the coach change cells, add and remove athletes."""
    squad = state(SquadState)
    count = st.empty()
    box = st.expander("Change the list", key="squad_list", on_change="rerun")
    # A closed grid would cost most of the time of the page.
    if box.open:
        with box:
            _edit(squad, athletes)
    n = 0 if squad.athletes is None else len(squad.athletes)
    count.markdown(f"**{n} athlete{'s' * (n != 1)} in the list**")


def _edit(squad: SquadState, athletes: pd.DataFrame) -> None:
    key = f"squad_grid_{squad.version}"
    if key not in st.session_state or squad.grid_base is None:
        # The grid's own changes went with the page; the athletes carry them.
        squad.grid_base = squad.grid_edited = _as_grid(athletes)
    edited = st.data_editor(
        squad.grid_base,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        column_config={
            field.name: st.column_config.TextColumn(
                questions.heading(field, field.unit), help=f"Allowed is {field.allowed}."
            )
            for field in FIELDS.values()
            if field.name in squad.grid_base
        },
    )
    # Against the last state of the grid, not the first: a change can be taken back.
    if squad.grid_edited is None or not edited.equals(squad.grid_edited):
        squad.athletes, squad.grid_edited = read_cells(edited), edited


def _as_grid(athletes: pd.DataFrame) -> pd.DataFrame:
    """Athletes as texts, with a column for everything that is asked of everybody."""
    cells = athletes.map(_cell_text)
    usual = list(template().columns)
    more = dict.fromkeys((name for name in usual if name not in cells), "")
    # Those of the file first, as far as they are asked of everybody.
    order = sorted(cells, key=lambda n: usual.index(n) if n in usual else len(usual))
    return cells[order].assign(**more)


def _cell_text(cell: Any) -> str:
    return "" if pd.isna(cell) else f"{cell:.10g}" if isinstance(cell, float) else str(cell)
