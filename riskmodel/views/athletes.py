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
from riskmodel.squad.plan import PLAN_FIELDS, may_be_left_open
from riskmodel.squad.unknown import UnknownWord, open_words, settle, unknown_words
from riskmodel.views import device, form, look, questions, squad_plan, tables, widgets
from riskmodel.views.state import AthletesFile, FormState, SquadState, state

# ------------------------------------------------------------- where it comes from


def _put(
    athletes: pd.DataFrame, notes: Sequence[str] = (), *, example: bool = False
) -> None:
    """Take these athletes, and let the grid start from them."""
    squad = state(SquadState)
    squad.is_example = example
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
    raw = read_squad_file(data_file("example_squad.csv").read_bytes())
    _put(squad_frame(raw, match_columns(raw), form.planned_day()), example=True)


def show_example() -> None:
    """Let a first visitor see a squad, which is nobody's."""
    squad = state(SquadState)
    if squad.athletes is None and squad.asked is None and not squad.uploads:
        _use_example()


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
    if isinstance(session, dict) and not form.answers():
        form.change(tidy({n: v for n, v in session.items() if n in PLAN_FIELDS})[0])


def _save(athletes: pd.DataFrame) -> None:
    # The heat of a start is no answer of the coach, and its source is not kept.
    weather = state(FormState).start_weather
    of_start = weather.answers if weather is not None else ()
    session = {
        name: value
        for name, value in squad_plan.remember().items()
        if not (FIELDS[name].measured and name in of_start)
    }
    device.write(
        f"Kept {count_of(athletes)}{' and the session' * bool(session)} in this browser.",
        squad=cells_to_keep(athletes).to_dict("list"),
        squad_session=session,
    )


def count_of(athletes: pd.DataFrame | None) -> str:
    """Say how many athletes there are.

    Examples
    --------
    >>> count_of(None)
    'No athletes'
    """
    n = 0 if athletes is None else len(athletes)
    return f"{n or 'No'} athlete{'s' * (n != 1)}"


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
    """Draw the ways to bring, change, keep and remove a list."""
    squad = state(SquadState)
    st.file_uploader(
        "A list of athletes, CSV or Excel (.xlsx)",
        type=["csv", "txt", "tsv", "xlsx"],
        key=_upload_key(),
        on_change=_uploaded,
    )
    with st.container(horizontal=True):
        widgets.download("Template, CSV", lambda: to_csv(template()), "squad-template.csv")
        widgets.download(
            "Template, Excel", lambda: to_xlsx(template(), "Squad"), "squad-template.xlsx"
        )
        if not squad.is_example:
            st.button("Use the example squad", on_click=_use_example)
        if squad.athletes is not None:
            if not squad.is_example:
                words = "Keep in this browser"
                st.button(words, on_click=_save, args=(squad.athletes,))
            st.button("Remove the squad", on_click=_forget)
            if squad.source is not None and squad.asked is None:
                st.button(
                    "Change what the columns mean",
                    on_click=_ask_again,
                    args=(squad.source,),
                )
        if "squad" in device.kept():
            st.button("Delete the squad kept in this browser", on_click=_delete_kept)
    look.note(
        "The program that shows this page holds the list while the page is open; it is "
        "stored nowhere unless you keep or save it."
    )


def tell() -> None:
    """Say what was wrong with a file, and what was noticed in it."""
    squad = state(SquadState)
    if squad.problem:
        look.fault(squad.problem)
    if squad.asked is None and squad.notes:
        look.note(*squad.notes)


# --------------------------------------------------------------- what columns mean


def ask_for_columns(file: AthletesFile) -> None:
    """Ask what is in doubt first, and fold what is not."""
    st.header("What the columns are", anchor=False)
    if file.raw.notes:
        look.note(*file.raw.notes)
    if state(SquadState).athletes is not None and not state(SquadState).is_example:
        look.note("The list that was there is replaced, with what was changed in it.")
    blocking = [c for c in file.columns if c.question and c.doubt != NOT_UNDERSTOOD]
    unknown = [c for c in file.columns if c.question and c.doubt == NOT_UNDERSTOOD]
    clear = [c for c in file.columns if not c.question]
    answered = [(column, _ask_for_column(file.raw, column)) for column in blocking]
    for words, columns in (("left out", unknown), ("understood", clear)):
        if not columns:
            continue
        names = ", ".join(column.header for column in columns)
        key = f"columns_{words.replace(' ', '_')}"
        label = f"{len(columns)} column{'s' * (len(columns) != 1)} {words}: {names}"
        box = st.expander(label, key=key, on_change="rerun")
        if box.open:
            with box:
                answered += [(c, _ask_for_column(file.raw, c)) for c in columns]
        else:
            answered += [(column, _as_chosen(column)) for column in columns]
    _ask_to_use(file, answered)


def _as_chosen(column: Column) -> Column:
    """A column whose box is closed, as it was left there."""
    asked, place = state(SquadState).times_asked, column.place
    target = st.session_state.get(f"target_{asked}_{place}", column.target)
    unit = st.session_state.get(f"unit_{asked}_{place}_{target}")
    return Column(place, column.header, target or LEAVE_OUT, unit or column.unit)


def _ask_to_use(
    file: AthletesFile, answered: Sequence[tuple[Column, Column | None]]
) -> None:
    """Draw the button that takes the columns, and say what keeps it from being pressed."""
    chosen = [column for _, column in answered if column is not None]
    open_meaning = [column.header for column, answer in answered if answer is None]
    targets = [column.target for column in chosen if column.target]
    twice = {TARGETS[name] for name in targets if targets.count(name) > 1}
    open_units = [column.header for column in chosen if column.needs_unit]
    if twice:
        look.fault(f"Two columns are {' and '.join(sorted(twice))}: leave one out.")
    if open_meaning:
        look.fault(f"Still open, what it is: {', '.join(open_meaning)}.")
    if open_units:
        look.fault(f"Still open, how it is written: {', '.join(open_units)}.")
    with st.container(horizontal=True):
        st.button(
            "Use these columns",
            type="primary",
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
            look.note(column.question)
        open_meaning = column.doubt and column.target
        target = st.selectbox(
            f"Meaning of column {place + 1}",
            options,
            index=None if open_meaning else options.index(column.target),
            placeholder=f"{TARGETS.get(column.target)}? Choose",
            format_func=lambda name: TARGETS.get(name, "Leave it out"),
            key=f"target_{asked}_{place}",
            label_visibility="collapsed",
            persist_state="session",
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
                persist_state="session",
            )
    return Column(place, column.header, target, unit or "")


# ------------------------------------------------------------------ what words mean

_MOST_WORDS = 8  # asked for at once
_OPEN = "open"


def settled(athletes: pd.DataFrame) -> pd.DataFrame:
    """The list with what was said of words that are not understood."""
    said = state(SquadState).settled
    return settle(athletes, said) if said else athletes


def ask_for_words(athletes: pd.DataFrame) -> None:
    """Offer to say once of each word what it means; until then it is left open."""
    said = state(SquadState).settled
    words = [word for word in unknown_words(athletes) if may_be_left_open(word.field)]
    known = [word for word in open_words(athletes)]
    if not words and not known:
        return
    open_now = [w for w in words if (w.field, w.word) not in said]
    label = f"{len(open_now)} word{'s' * (len(open_now) != 1)} left open"
    if open_now:
        label += f": {', '.join(_counted(word) for word in open_now[:4])}"
    elif not words:
        label = f"Known, and asked nowhere: {', '.join(_counted(w) for w in known[:4])}"
    else:
        label = "What the words mean"
    box = st.expander(label, key="squad_words", on_change="rerun")
    if not box.open:
        return
    with box:
        look.note("Nobody loses a number over a word: an average is taken until you say.")
        for word in words[:_MOST_WORDS]:
            _ask_for_word(word)
        if len(words) > _MOST_WORDS:
            look.note(f"{len(words) - _MOST_WORDS} more, once these are settled.")
        if known:
            names = ", ".join(f"{_counted(w)}: {w.what}" for w in known)
            look.note(f"Known, and no question here is about it: {names}.")


def _counted(word: UnknownWord) -> str:
    return f"{word.word} ({word.n_athletes})"


def _ask_for_word(word: UnknownWord) -> None:
    field, said = FIELDS[word.field], state(SquadState).settled
    key, known_as = f"word_{word.field}_{word.word}", (word.field, word.word)
    who = f"{word.n_athletes} athlete{'s' * (word.n_athletes != 1)}"
    label = f"{field.label}: {word.word}, {who}"
    if not field.levels:
        look.note(f"{label}; allowed is {field.allowed}. Change it in the list.")
        return
    options = {_OPEN: "Leave it open", "none": "None of these", **field.levels}
    if field.kind == "level":
        del options["none"]
    st.session_state[key] = said.get(known_as) or _OPEN
    widgets.select(label, options, key, on_change=_settle, args=(known_as, key))


def _settle(word: tuple[str, str], key: str) -> None:
    said, answer = state(SquadState).settled, st.session_state[key]
    said[word] = None if answer == _OPEN else answer


# ------------------------------------------------------------------- its changes


def grid(athletes: pd.DataFrame) -> None:
    """Let the coach change cells, add and remove athletes."""
    box = st.expander("Change the list", key="squad_list", on_change="rerun")
    # A closed grid would cost most of the time of the page.
    if box.open:
        with box:
            _edit(state(SquadState), athletes)


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
        squad.is_example = False


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
