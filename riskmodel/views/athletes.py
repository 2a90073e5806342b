"""The list of athletes: where it comes from, and what its columns mean."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

import pandas as pd
import streamlit as st

from riskmodel.datasets import data_file
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.reporting.spreadsheet import to_csv, to_xlsx
from riskmodel.serving.readers import read_athletes, read_list
from riskmodel.squad.cells import read_cells, squad_frame, template
from riskmodel.squad.columns import Column, match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.limits import SquadFileError
from riskmodel.squad.plan import PLAN_FIELDS
from riskmodel.squad.unknown import settle, with_settled_words
from riskmodel.views import (
    athletes_again,
    device,
    form,
    look,
    squad_plan,
    uploads,
    widgets,
)
from riskmodel.views.state import (
    AthletesBefore,
    AthletesFile,
    SquadState,
    TeamList,
    state,
)

_WAY_ON = "Save the table as CSV, with only the rows and columns that are needed."
_TEAM_LIST = "team_list"  # how the tab holds which list of a team stands here
_Settled = dict[tuple[str, str], str | None]
_ROW = "row"  # beside the answers of a list that a tab holds
_COUNTED = {
    "hidden_rows": "Count hidden rows as athletes",
    "summaries": "Count summary rows as athletes",
}

# ------------------------------------------------------------- where it comes from


def _put(
    athletes: pd.DataFrame,
    notes: Sequence[str] = (),
    settled: _Settled | None = None,
    of_team: TeamList | None = None,
) -> None:
    """Take these athletes with what was said of their words, and start the grid anew."""
    squad = state(SquadState)
    squad.before = _now() or squad.before
    squad.of_team = of_team
    # Rows keep the number that they have in their file, also when others go.
    squad.athletes = athletes
    squad.version += 1
    squad.edited = False
    squad.notes, squad.problem = notes, ""
    squad.asked = squad.source = None
    squad.settled = settled or {}


def _now() -> AthletesBefore | None:
    """The reader's own list as it is, None where nothing stands in it."""
    squad = state(SquadState)
    own, said = squad.athletes, dict(squad.settled)
    if own is None or own.empty:
        return None
    return AthletesBefore(own, squad.source, squad.notes, said, squad.edited, squad.of_team)


def back() -> None:
    """Put the list before in the place of the one that is there, which is kept for it."""
    squad = state(SquadState)
    if (before := squad.before) is None:
        return
    _put(before.athletes, before.notes, before.settled, before.of_team)
    squad.source, squad.edited = before.source, before.edited
    _empty_the_upload()


def accept(file: AthletesFile) -> None:
    """Take the athletes of a file whose columns are understood."""
    squad, raw, columns, on = state(SquadState), file.raw, file.columns, form.planned_day()
    same = squad.source is not None and squad.source.content is file.content
    before, was_edited = squad.before, squad.edited
    try:
        reading = partial(read_athletes, raw, columns, on)
        athletes, notes = uploads.read(reading, file.name, _WAY_ON)
    except uploads.UnreadError as error:
        squad.problem = str(error)
        return
    athletes_again.remember(file)
    _put(athletes, [*athletes_again.told(file), *notes], squad.settled if same else None)
    if same and not was_edited:  # nothing goes that the file does not hold
        squad.before = before
    squad.source = file


def _upload_key() -> str:
    return f"squad_upload_{state(SquadState).uploads}"


def _empty_the_upload() -> None:
    """Let a file and its name go with its list."""
    uploads.release(_upload_key())
    state(SquadState).uploads += 1


def _uploaded() -> None:
    if (upload := st.session_state[_upload_key()]) is None:
        return
    try:
        content = uploads.content_of(upload, widgets.MOST_MB)
    except uploads.UnreadError as error:
        state(SquadState).problem = str(error)
        return
    _take(_opened(content, upload.name))


def _opened(
    content: bytes, name: str, sheet: str = "", counted: frozenset[str] = frozenset()
) -> AthletesFile | None:
    """Read a file, None where it is no list, which is told."""
    squad = state(SquadState)
    squad.problem = ""
    try:
        reading = partial(read_list, content, sheet, counted)
        raw, columns = uploads.read(reading, name, _WAY_ON)
    except (SquadFileError, uploads.UnreadError) as error:
        squad.problem = str(error)
        return None
    return AthletesFile(raw, columns, content, name, sheet, counted)


def _take(file: AthletesFile | None) -> None:
    """Take the athletes of a file, or ask first what is in doubt."""
    if file is None:
        return
    file = athletes_again.as_said_before(file)
    if file.asks_for_sheet or any(column.question for column in file.columns):
        _ask_again(file)
    else:
        accept(file)


def choose_sheet(file: AthletesFile, sheet: str) -> None:
    """Read the sheet of a workbook that a person has chosen."""
    cancel()
    _take(_opened(file.content, file.name, sheet, file.counted))


def _count(file: AthletesFile, kind: str) -> None:
    """Let the rows of a kind count, or count no more."""
    again = _opened(file.content, file.name, file.sheet, file.counted ^ {kind})
    if again is None or again.raw.headers != file.raw.headers:
        _take(again)
        return
    again = replace(again, columns=_as_said(file, again))
    if state(SquadState).asked is not None:
        state(SquadState).asked = again
    else:
        _take(again)


def _as_said(file: AthletesFile, again: AthletesFile) -> list[Column]:
    """What a person has said of columns, and else what the rows say that count now."""
    columns = zip(file.columns, match_columns(file.raw), again.columns, strict=True)
    return [now if said == before else said for said, before, now in columns]


def _ask_again(file: AthletesFile | None) -> None:
    """Open the step that asks for columns, with nothing left of an earlier file."""
    state(SquadState).times_asked += 1
    state(SquadState).asked = file


def cancel() -> None:
    """Go on with the list that was there."""
    state(SquadState).asked = None


def shown() -> pd.DataFrame:
    """The list of the page: the reader's own, or else an example, which is nobody's."""
    own = state(SquadState).athletes
    return _example(form.planned_day()) if own is None else own


@lru_cache(maxsize=8)
def _example(on: date) -> pd.DataFrame:
    raw = read_squad_file(data_file("example_squad.csv").read_bytes())
    squad = squad_frame(raw, match_columns(raw), on)
    return squad.set_axis(pd.RangeIndex(1, len(squad) + 1))


def settled(athletes: pd.DataFrame) -> pd.DataFrame:
    """The list with what its words mean, and what was said of those not understood."""
    return settle(athletes, state(SquadState).settled)


def known_cells(content: Any) -> pd.DataFrame:
    """Read the cells that were kept of a list, as far as this version knows them."""
    table = pd.DataFrame(content, dtype=object)
    rows = [*table.pop(_ROW)] if _ROW in table else []
    if not all(isinstance(row, int) for row in rows) or len({*rows}) != len(table):
        rows = [*range(1, len(table) + 1)]
    known = [name for name in table.columns if name in FIELDS]
    return read_cells(table[known].set_axis(rows))


def _cells(athletes: pd.DataFrame) -> pd.DataFrame:
    """Cells of a list, None where nothing stands."""
    return athletes.astype(object).where(athletes.notna(), None)


def to_keep(athletes: pd.DataFrame) -> pd.DataFrame:
    """Cells of a list as they are kept and saved, with what was said of its words."""
    said = state(SquadState).settled
    return _cells(_not_asked_anew(with_settled_words(athletes, said)))


def _not_asked_anew(athletes: pd.DataFrame) -> pd.DataFrame:
    """A list without warning signs and illness, which are asked anew each time."""
    return athletes[list(form.not_asked_anew(dict.fromkeys(map(str, athletes.columns))))]


def take_up() -> None:
    """Take up the squad that was opened, else that of the device if there is none."""
    squad = state(SquadState)
    if squad.to_open is not None:
        _put(squad.to_open, of_team=squad.to_open_of)
        squad.to_open = squad.to_open_of = None
    if squad.athletes is not None or squad.asked is not None or squad.taken_up:
        return
    of_tab, kept = device.list_of_tab(), device.kept().get("squad")
    for content in (of_tab, kept):
        if squad.athletes is None and isinstance(content, dict) and content:
            squad.taken_up = True
            with suppress(ValueError, TypeError):
                listed = known_cells(content)
                if content is of_tab:
                    _put(listed, settled=squad.settled, of_team=_team_list_of_tab())
                else:
                    _put(_not_asked_anew(listed))
    if squad.athletes is not None and not of_tab:
        _take_up_session()


def remember() -> None:
    """Let the tab hold the list, cells as they were typed, until it is closed."""
    squad = state(SquadState)
    athletes = squad.athletes
    if squad.tab_of is not athletes:
        squad.tab_of, squad.tab_text = athletes, ""
        if athletes is not None:
            cells = _cells(athletes).assign(**{_ROW: athletes.index}).to_dict("list")
            squad.tab_text = json.dumps(cells, ensure_ascii=False, default=str)
    device.remember_list(squad.tab_text)


def remember_whose() -> None:
    """Let the tab hold which list of a team this is; before `device.connect`."""
    squad = state(SquadState)
    if squad.athletes is not None or squad.taken_up:  # else the tab's is to be taken up
        of_team = squad.of_team
        device.remember(_TEAM_LIST, "" if of_team is None else json.dumps(asdict(of_team)))


def _team_list_of_tab() -> TeamList | None:
    with suppress(ValueError, TypeError):
        held = TeamList(**json.loads(device.of_tab(_TEAM_LIST)))
        texts = (held.team, held.team_name, held.id, held.name)
        if isinstance(held.version, int) and all(isinstance(t, str) for t in texts):
            return held
    return None


def _take_up_session() -> None:
    """Ask again for the session that was kept with the list, unless there is another."""
    session = device.kept().get("squad_session")
    if isinstance(session, dict) and not squad_plan.is_answered() and not form.answers():
        form.put_example_away()
        form.change(tidy({n: v for n, v in session.items() if n in PLAN_FIELDS})[0])


def _save(athletes: pd.DataFrame) -> None:
    # The heat of a start is no answer of the coach, and its source is not kept.
    plan = squad_plan.held()
    of_start = plan.start_weather.answers if plan.start_weather is not None else ()
    session = {
        name: value
        for name, value in plan.answers.items()
        if not (FIELDS[name].measured and name in of_start)
    }
    device.write(
        f"Kept {count_of(athletes)}{' and the session' * bool(session)} in this browser.",
        squad=to_keep(athletes).to_dict("list"),
        squad_session=session,
    )


def count_of(athletes: pd.DataFrame) -> str:
    """Say how many athletes there are."""
    n = len(athletes)
    return f"{n or 'No'} athlete{'s' * (n != 1)}"


def _forget() -> None:
    squad = state(SquadState)
    squad.athletes = squad.asked = squad.source = squad.before = squad.of_team = None
    squad.notes, squad.settled = (), {}
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
        max_upload_size=widgets.MOST_MB,
        on_change=_uploaded,
    )
    if squad.problem:
        look.fault(squad.problem)
    with st.container(horizontal=True):
        widgets.download("Template, CSV", lambda: to_csv(template()), "squad-template.csv")
        widgets.download(
            "Template, Excel", lambda: to_xlsx(template(), "Squad"), "squad-template.xlsx"
        )
        if squad.athletes is not None:
            if device.may_keep():
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
        "The program that shows this page holds the list while the page is open, and this "
        "tab until it is closed; it is stored nowhere else unless you keep or save it."
    )


def tell() -> None:
    """Say what was wrong with a file, and what was noticed in it."""
    squad = state(SquadState)
    # Where the file is asked for it is told there.
    if squad.problem and not st.session_state.get("box_squad_groups"):
        look.fault(squad.problem)
    if squad.athletes is not None and device.list_is_too_long():
        look.note(
            "This tab has no room for the list: a reload loses it, unless it is kept or "
            "saved."
        )
    if squad.asked is None and squad.notes:
        look.note(*squad.notes)
    if squad.asked is None and squad.source is not None and not squad.edited:
        offer_to_count(squad.source)


def offer_to_count(file: AthletesFile) -> None:
    """Draw a switch for each kind of rows that were left out."""
    there = {some.kind for some in file.raw.left_out} | file.counted
    if not there:
        return
    with st.container(horizontal=True):
        for kind in (kind for kind in _COUNTED if kind in there):
            key = f"squad_count_{kind}"
            st.session_state[key] = kind in file.counted
            st.toggle(_COUNTED[kind], key=key, on_change=_count, args=(file, kind))
