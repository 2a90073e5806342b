"""What the columns and the words of a list mean, where the program cannot be sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS
from riskmodel.squad.cells import NAMES
from riskmodel.squad.columns import (
    LEAVE_OUT,
    NOT_UNDERSTOOD,
    UNITS,
    Column,
    lacking,
    with_unit,
)
from riskmodel.squad.headers import TARGETS
from riskmodel.squad.notes import order_told
from riskmodel.squad.plan import may_be_left_open
from riskmodel.squad.raw import RawTable
from riskmodel.squad.unknown import UnknownWord, open_words, unknown_words
from riskmodel.views import athletes, athletes_again, form, look, tables, widgets
from riskmodel.views.state import AthletesFile, SquadState, state

# --------------------------------------------------------------- what columns mean


def ask_for_columns(file: AthletesFile) -> None:
    """Ask what is in doubt first, and fold what is not."""
    if file.asks_for_sheet:
        _ask_for_sheet(file)
        return
    st.header("What the columns are", anchor=False)
    if file.raw.told:
        look.note(*file.raw.told)
    look.note(*athletes_again.told(file))
    athletes.offer_to_count(file)
    if state(SquadState).athletes is not None:
        look.note("The list that was there is replaced, with what was changed in it.")
    blocking = [c for c in file.columns if c.question and c.doubt != NOT_UNDERSTOOD]
    others = [column for column in file.columns if column not in blocking]
    unknown = [column for column in others if not column.target]
    clear = [column for column in others if column.target]
    if unknown and (missing := _missing(file.columns)):
        look.note(f"{' '.join(missing)} Is it one of these?")
    answered = [(column, _ask_for_column(file.raw, column)) for column in blocking]
    for words, columns in (("left out", unknown), ("understood", clear)):
        if not columns:
            continue
        names = _quoted(columns)
        key = f"columns_{words.replace(' ', '_')}"
        label = f"{len(columns)} column{'s' * (len(columns) != 1)} {words}: {names}"
        # What may be lacking elsewhere lies in sight.
        is_open = words == "left out" and bool(_missing(file.columns))
        box = st.expander(
            widgets.plain(label), key=key, on_change="rerun", expanded=is_open
        )
        if box.open:
            with box:
                answered += [(c, _ask_for_column(file.raw, c)) for c in columns]
        else:
            answered += [(column, _as_chosen(column)) for column in columns]
    _ask_to_use(file, answered)


def _ask_for_sheet(file: AthletesFile) -> None:
    """Ask which of several sheets is the list, where they look alike."""
    st.header("Which sheet is the squad?", anchor=False)
    with st.container(horizontal=True):
        for at, title in enumerate(file.raw.alike):
            st.button(
                widgets.plain(title),
                key=f"sheet_{at}",
                on_click=athletes.choose_sheet,
                args=(file, title),
            )
        st.button("Cancel", on_click=athletes.cancel)


def _as_chosen(column: Column) -> Column:
    """A column whose box is closed, as it was left there."""
    asked, place = state(SquadState).times_asked, column.place
    target = st.session_state.get(f"target_{asked}_{place}", column.target)
    unit = st.session_state.get(_unit_key(column, target))
    as_before = column.unit if target == column.target else ""
    return Column(place, column.header, target or LEAVE_OUT, unit or as_before)


def _unit_key(column: Column, target: str) -> str:
    """Key of how a column is written: asked anew where other rows say another unit."""
    asked = state(SquadState).times_asked
    return f"unit_{asked}_{column.place}_{target}_{column.unit}"


def _missing(columns: Sequence[Column]) -> list[str]:
    """Say what no column tells: what every athlete answers, and the names."""
    told = []
    if lacks := lacking(columns):
        told.append(f"No column for {', '.join(lacks)}, without which there is no number.")
    if not {column.target for column in columns} & {*NAMES}:
        told.append("No column for names: everybody is called by the row.")
    return told


def _ask_to_use(
    file: AthletesFile, answered: Sequence[tuple[Column, Column | None]]
) -> None:
    """Draw the button that takes the columns, and say what keeps it from being pressed."""
    chosen = [column for _, column in answered if column is not None]
    chosen.sort(key=lambda column: column.place)  # what is in doubt was asked first
    open_meaning = [column for column, answer in answered if answer is None]
    targets = [column.target for column in chosen if column.target]
    twice = {TARGETS[name] for name in targets if targets.count(name) > 1}
    open_units = [column for column in chosen if column.needs_unit]
    if twice:
        look.fault(f"Two columns are {' and '.join(sorted(twice))}: leave one out.")
    if open_meaning:
        look.note(f"Still open, what it is: {_quoted(open_meaning)}.")
    if open_units:
        look.note(f"Still open, how it is written: {_quoted(open_units)}.")
    if targets:
        look.note(*_missing(chosen))
    with st.container(horizontal=True):
        st.button(
            "Use these columns",
            type="primary",
            disabled=bool(twice or open_units or open_meaning or not targets),
            help=None if targets else "At least one column must mean something.",
            on_click=athletes.accept,
            args=(replace(file, columns=chosen),),
        )
        st.button("Cancel", on_click=athletes.cancel)


def _quoted(columns: Sequence[Column]) -> str:
    """Headers as they were written: one can be a whole question."""
    return ", ".join(f"\u201c{column.header}\u201d" for column in columns)


def _ask_for_column(raw: RawTable, column: Column) -> Column | None:
    """Draw one column; None where it is open what it means."""
    asked, place = state(SquadState).times_asked, column.place
    sample = "; ".join(map(str, raw.cells[place].dropna().head(3)))
    # What it may be stands first, as the list is long.
    options = list(dict.fromkeys((column.target, LEAVE_OUT, *TARGETS)))
    with st.container(border=True, key=f"column_{place}"):
        tables.say(f"{_quoted([column])}: {sample}")
        # How it is written is asked below, once it is known what it is.
        if doubts := [doubt for doubt in (column.doubt, column.unit_doubt) if doubt]:
            look.note(" ".join(doubts))
        open_meaning = column.doubt and column.target
        target = st.selectbox(
            f"Meaning of column {place + 1}",
            options,
            index=None if open_meaning else options.index(column.target),
            placeholder="Choose",
            format_func=lambda name: TARGETS.get(name, "Leave it out"),
            key=f"target_{asked}_{place}",
            label_visibility="collapsed",
            persist_state="session",
        )
        if target is None:
            return None
        unit = _ask_for_unit(raw, column, target) if target in UNITS else None
    return Column(place, column.header, target, unit or "")


def _ask_for_unit(raw: RawTable, column: Column, target: str) -> str | None:
    """Ask how a column is written, with what its cells look like as the answer."""
    read = column
    if target != column.target:
        read = with_unit(Column(column.place, column.header, target), raw)
        if read.unit_doubt:
            look.note(read.unit_doubt)
    ways = read.ways or UNITS[target]
    unit = st.pills(
        widgets.plain(f"{_quoted([column])} is written as"),
        ways,
        default=read.unit if read.unit in ways else None,
        key=_unit_key(column, target),
        persist_state="session",
    )
    if target == "date_of_birth" and unit and (told := order_told(raw, read)):
        look.note(told)
    return unit


# ------------------------------------------------------------------ what words mean

_MOST_WORDS = 8  # asked for at once, beside those that are settled
_NAMED = 5
_OPEN = "open"


@dataclass(frozen=True)
class Words:
    """Words of a list that may be settled, and those that no question is about."""

    to_settle: Sequence[UnknownWord]
    known: Sequence[UnknownWord]

    @property
    def still_open(self) -> list[UnknownWord]:
        """Those that nobody has settled yet."""
        said = state(SquadState).settled
        return [word for word in self.to_settle if (word.field, word.word) not in said]


def words_in(listed: pd.DataFrame) -> Words:
    """Find the words of a list that answer no question by themselves."""
    words = [
        word
        for word in unknown_words(listed)
        if FIELDS[word.field].levels or may_be_left_open(word.field)
    ]
    # First what costs a number: a warning sign may not be left open.
    words.sort(key=lambda word: may_be_left_open(word.field))
    return Words(words, open_words(listed))


def ask_for_words(words: Words) -> None:
    """Offer to say once of each word what it means; until then it is left open."""
    n_open = len(words.still_open)
    if not words.to_settle and not words.known:
        return
    # One label until the list is another: with a new one Streamlit would close the box at
    # every answer.
    n, listed = len(words.to_settle), words.to_settle or words.known
    some = _counted(listed[:_NAMED]) + (" and more" if len(listed) > _NAMED else "")
    label = f"What {n} word{'s' * (n != 1)} mean{'s' * (n == 1)}: {some}"
    if not n:
        label = f"No question is about: {some}"
    box = st.expander(widgets.plain(label), key="squad_words", on_change="rerun")
    if not box.open:
        return
    with box:
        left = f" {n_open} of {n} are left open." if n_open else ""
        words_of_signs = [w for w in words.still_open if not may_be_left_open(w.field)]
        told = "Nobody loses a number over a word: an average is taken until you say."
        if words_of_signs:
            told = "A warning sign that is not understood gives no number until you say."
        look.note(f"{told}{left}")
        most = _MOST_WORDS + len(words.to_settle) - n_open
        for word in words.to_settle[:most]:
            _ask_for_word(word)
        if len(words.to_settle) > most:
            look.note(f"{len(words.to_settle) - most} more, once these are settled.")
        if words.known:
            names = ", ".join(f"{_counted([word])}: {word.what}" for word in words.known)
            look.note(
                f"Known, but no question is about it, so that it stays open: {names}."
            )


def _counted(words: Sequence[UnknownWord]) -> str:
    return ", ".join(f"{word.word} ({word.n_athletes})" for word in words)


def _ask_for_word(word: UnknownWord) -> None:
    field, said = FIELDS[word.field], state(SquadState).settled
    key, known_as = f"word_{word.field}_{word.word}", (word.field, word.word)
    who = f"{word.n_athletes} athlete{'s' * (word.n_athletes != 1)}"
    if not field.levels:
        allowed = units.allowed(field, form.chosen_units())
        sentence = f"{field.label}: {word.word}, {who}; allowed is {allowed}."
        look.note(f"{sentence} Change it in the list.")
        return
    none = {"none": "None of these"} if field.kind == "levels" else {}
    unsaid = "Leave it open" if may_be_left_open(word.field) else "Not said yet: no number"
    options = {_OPEN: unsaid, **none, **field.offered()}
    st.session_state[key] = said.get(known_as) or _OPEN
    label = f"{field.label}: {word.word}, {who}"
    widgets.select(label, options, key, on_change=_settle, args=(known_as, key))


def _settle(word: tuple[str, str], key: str) -> None:
    said, answer = state(SquadState).settled, st.session_state[key]
    if answer == _OPEN and not may_be_left_open(word[0]):
        said.pop(word, None)
    else:
        said[word] = None if answer == _OPEN else answer
