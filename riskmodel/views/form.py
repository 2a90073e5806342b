"""The questions as widgets, one per field, each keyed by its field's name.

What a widget holds is in the units that the reader chose; `answers` returns the
project's own.  A value that was only shown in another unit comes back exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, GROUPS, Field
from riskmodel.inputs.problems import Problem
from riskmodel.starts.scores import WEATHER_FIELDS
from riskmodel.views import tables

_NONE = {"none": "None of these"}
_PRIVACY = (
    "Health answers are used for this calculation only: the program that shows this "
    "page holds them while the page is open. They are stored nowhere and sent nowhere "
    "else, unless you save or share them yourself."
)
# How humid air feels, for those who have no number: our judgement.
_FEELS_PCT = {"Dry": 30.0, "Pleasant": 50.0, "Humid": 70.0, "Muggy": 85.0}
_EMPTY = (None, [], "")
_OFFSET = "start_offset_min"
# Offsets from UTC that clocks somewhere in the world keep. [min]
_OFFSETS_MIN = (
    *range(-720, 841, 60),
    *(-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765),
)
SQUAD_STEPS = "squad_undo"
"""What was clicked for the squad's session, in the state of the page."""
ANCHOR = "your-answers"
"""Where the questions begin, for a link on a phone."""


# ----------------------------------------------------------------- answers in and out


def answers() -> dict[str, Any]:
    """Everything that was answered so far, in the units of `FIELDS`."""
    _forget_an_earlier_look()
    chosen = chosen_units()
    given = {field.name: _inside(field, chosen) for field in FIELDS.values()}
    given["start_time"] = _with_offset(given["start_time"])
    if not {*(given["red_flags"] or ())} - {"none"}:
        given["red_flags_seen"] = None
    return {name: value for name, value in given.items() if value not in _EMPTY}


def _forget_an_earlier_look() -> None:
    """Ask again when a sign is named that the doctor has not looked at."""
    state = st.session_state
    named = {*(state.get("red_flags") or ())} - {"none"}
    if state.get("red_flags_seen") is None:
        state["looked_at"] = None
    elif state.get("looked_at") is None:
        state["looked_at"] = named
    elif not named or named - state["looked_at"]:
        state["red_flags_seen"] = state["looked_at"] = None


def fill(given: Mapping[str, Any]) -> None:
    """Put answers into the form; a field without one becomes unanswered."""
    # To take back a step of the answers before would reach into these.
    st.session_state.pop(SQUAD_STEPS, None)
    for field in FIELDS.values():
        _put(field, given.get(field.name))


def change(changes: Mapping[str, Any]) -> None:
    """Put some answers into the form and leave the others."""
    for name, value in changes.items():
        _put(FIELDS[name], value)


def forget_trail() -> None:
    """Forget what belongs to the answers that were there: steps, weather, sources.

    For whoever puts the answers of another person or plan in their place: taking back a
    step would reach into these.
    """
    for name in ("steps", "answer", "earlier", "weather_from", "log_sources"):
        st.session_state.pop(name, None)
    st.session_state["example"] = None


def end_visit() -> None:
    """Let the answers be the reader's own again, and no longer those of an athlete."""
    for name in ("before_athlete", "open_athlete_name"):
        st.session_state.pop(name, None)


def tell_whose() -> bool:
    """Say whose answers these are, if a squad's athlete was opened."""
    if "open_athlete_name" not in st.session_state:
        return False
    name = st.session_state["open_athlete_name"] or "an athlete"
    tables.tell(
        f"These are the answers of {name}, from the squad. What you change in My session "
        "stays there; nothing goes back into the squad."
    )
    return True


def without_assurances(given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of a link or a plan, which cannot say for anybody that nothing is wrong."""
    kept = {name: v for name, v in given.items() if FIELDS[name].group != "before"}
    flags = given.get("red_flags", ["none"])
    if flags != ["none"]:
        kept["red_flags"] = flags
    if given.get("illness_24h") == "yes":
        kept["illness_24h"] = "yes"
    return kept


def drop_changed_weather() -> None:
    """Let the heat of a start go once somebody answers another weather."""
    if "weather_from" not in st.session_state:
        return
    given, now = st.session_state["weather_from"][0], answers()
    names = ["sky", *(n for n in WEATHER_FIELDS if not FIELDS[n].measured)]
    names.remove("start_time")
    then, start = (
        datetime.fromisoformat(a["start_time"]) if "start_time" in a else None
        for a in (given, now)
    )
    if then == start and all(now.get(name) == given.get(name) for name in names):
        return
    del st.session_state["weather_from"]
    same = (n for n in given if FIELDS[n].measured and now.get(n) == given[n])
    change(dict.fromkeys(same))


def show_again(page: str) -> None:
    """Let another page's questions show what was answered here.

    Where two pages ask the same question, Streamlit draws it empty on the second one
    if nothing is written to it in that run.
    """
    state = st.session_state
    if state.get("page") == page:
        return
    state["page"] = page
    for field in FIELDS.values():
        # Every number and text that is drawn looks through all that is kept: what is
        # empty on another page is let go.
        value = state.pop(field.name, None)
        if value not in _EMPTY:
            state[field.name] = value


def chosen_units() -> dict[str, str]:
    """Units that the reader sees, at first those usual where the browser comes from."""
    if "units" not in st.session_state:
        st.session_state["units"] = units.usual_units(st.context.locale)
    chosen: dict[str, str] = st.session_state["units"]
    return chosen


def use_units(chosen: object) -> None:
    """Show everything in other units; no answer changes."""
    for own, label in units.complete(chosen).items():
        now = chosen_units()
        kept = {f.name: _inside(f, now) for f in FIELDS.values() if f.unit == own}
        st.session_state["units"] = {**chosen_units(), own: label}
        st.session_state[f"unit_{own}"] = label
        change(kept)


def sentence(problem: Problem) -> str:
    """Say what is wrong in the reader's own units, without names for programs."""
    field, chosen = FIELDS.get(problem.field), chosen_units()
    if (
        field is not None
        and problem.kind == "not_allowed"
        and units.unit_of(field.unit, chosen).label != field.unit
    ):
        try:
            shown = units.text(float(str(problem.value)), field.unit, chosen)
        except ValueError:
            return problem.sentence(names=False)
        return f"{field.label} is {shown}; allowed is {units.allowed(field, chosen)}."
    return problem.sentence(names=False)


def _inside(field: Field, chosen: units.Chosen) -> Any:
    """What a field holds, in the project's unit."""
    value = st.session_state.get(field.name)
    if field.kind != "number":
        return value
    unit = units.unit_of(field.unit, chosen)
    shown = _with_inches(field, value) if unit.feet else value
    if shown in _EMPTY:
        return value
    behind = st.session_state.setdefault("behind", {}).get(field.name)
    if behind is not None and behind[0] == shown:
        return behind[1]
    if unit.feet:
        return units.height_cm(*shown)
    return unit.inside(shown) if unit.label != field.unit else shown


def _with_inches(field: Field, feet: float | None) -> tuple[float, float] | None:
    inches = st.session_state.get(f"{field.name}_in")
    return None if feet is None and inches is None else (feet or 0.0, inches or 0.0)


def _put(field: Field, value: Any) -> None:
    shown = _as_widget_value(field, value)
    unit = units.unit_of(field.unit, chosen_units())
    # What stood behind another unit must not answer for a number typed later.
    st.session_state.setdefault("behind", {}).pop(field.name, None)
    st.session_state[field.name] = shown
    if field.kind == "levels":
        st.session_state[f"{field.name}_before"] = shown
    if field.kind == "time":
        _put_offset(value)
    if field.name == "red_flags_seen":
        st.session_state["looked_at"] = None
    if field.kind != "number" or unit.label == field.unit or shown is None:
        if unit.feet:
            st.session_state[f"{field.name}_in"] = None
        return
    if unit.feet:
        feet, inches = in_widget = units.feet_and_inches(shown)
        st.session_state[field.name] = feet
        st.session_state[f"{field.name}_in"] = inches
    else:
        in_widget = round(unit.shown(shown), unit.decimals)
        st.session_state[field.name] = in_widget
    st.session_state["behind"][field.name] = in_widget, shown


def _with_offset(moment: datetime | None) -> str | None:
    """Write a local time with the offset of its place."""
    if moment is None:
        return None
    offset_min = st.session_state.get(_OFFSET)
    if offset_min is not None:
        return moment.replace(tzinfo=timezone(timedelta(minutes=offset_min))).isoformat()
    zone = _zone()
    return (moment.replace(tzinfo=zone) if zone else moment.astimezone()).isoformat()


def _zone() -> ZoneInfo | None:
    """Time zone of the reader, or None for that of this machine."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):  # a browser that cannot tell
        return None


def today() -> date:
    """Today where the reader is, which can be another day than where this runs."""
    return datetime.now(_zone()).date()


def _put_offset(answer: str | None) -> None:
    """Keep the clock of the place where it is not the reader's own."""
    offset_min = None
    if answer is not None:
        there = datetime.fromisoformat(answer)
        offset = there.utcoffset() or timedelta(0)
        if offset != there.astimezone(_zone()).utcoffset():
            offset_min = int(offset.total_seconds() // 60)
    st.session_state[_OFFSET] = offset_min


def _offset_text(offset_min: int | None) -> str:
    if offset_min is None:
        return "As on this device"
    hours, minutes = divmod(abs(offset_min), 60)
    return f"UTC{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}"


def _as_widget_value(field: Field, answer: Any) -> Any:
    if field.kind == "levels":
        return [answer] if isinstance(answer, str) else list(answer or [])
    if field.kind == "text":
        return answer or ""
    if field.kind == "time" and answer is not None:
        # As the clock of the place shows it.
        return datetime.fromisoformat(answer).replace(tzinfo=None)
    if field.kind == "number" and answer is not None:
        whole = field.unit == "of 10" and float(answer).is_integer()
        return int(answer) if whole else float(answer)
    return answer


# ------------------------------------------------------------------------- the widgets


def ask(next_question: str | None) -> None:
    """Draw the whole form.

    Parameters
    ----------
    next_question : str or None
        The open question whose answer would narrow the range most, asked apart.
    """
    st.html(f'<div id="{ANCHOR}"></div>')
    _red_flags()
    if next_question is not None:
        with st.container(border=True, key="next_question"):
            st.markdown("**One more answer that would narrow the range most, on average**")
            _widget(FIELDS[next_question])
            if FIELDS[next_question].private:
                st.caption(_PRIVACY)
    st.header("Six answers for a first number")
    draw(field for field in FIELDS.values() if field.required)
    st.header("More answers")
    for group, heading in GROUPS.items():
        others = [
            f
            for f in FIELDS.values()
            if f.group == group and not f.required and f.name != next_question
        ]
        if group == "before":
            continue
        with st.expander(heading):
            if group == "athlete":
                st.caption(_PRIVACY)
            draw(others)


# Warnings and reasons come and go above the questions, and browsers then often lose the
# place where the reader was: the question that was just answered stays where it is.
_STAY = """
const hold = (event) => {
  const main = document.querySelector('[data-testid="stMain"]');
  const held = event.target.closest?.(".st-key-questions [data-testid=stElementContainer]");
  if (!main || !held) return;
  const top = held.getBoundingClientRect().top;
  const until = performance.now() + 3000;
  let moved = false;
  const let_go = () => { moved = true; };
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(name, let_go, { once: true, capture: true });
  const keep = () => {
    if (moved || performance.now() > until || !held.isConnected) return;
    const off = held.getBoundingClientRect().top - top;
    if (Math.abs(off) > 2) main.scrollTop += off;
    requestAnimationFrame(keep);
  };
  requestAnimationFrame(keep);
};
export default function () {
  if (window.crampRiskStay) return;
  window.crampRiskStay = true;
  addEventListener("click", hold, true);
}
"""
_stay = st.components.v2.component("stay", js=_STAY)


def stay() -> None:
    """Keep the question that is being answered where the reader sees it."""
    _stay(key="stay")


def ask_plan() -> None:
    """Draw the questions about the session and the weather, not those about a person."""
    fields = [f for f in FIELDS.values() if f.group in ("plan", "weather")]
    draw(field for field in fields if field.required)
    for group in ("plan", "weather"):
        with st.expander(GROUPS[group]):
            draw(f for f in fields if f.group == group and not f.required)


def ask_units() -> None:
    """Draw the choice of units."""
    with st.popover("Units"):
        for own, options in units.UNITS.items():
            key = f"unit_{own}"
            st.session_state.setdefault(key, chosen_units()[own])
            st.segmented_control(
                units.HEADINGS[own],
                list(options),
                key=key,
                required=True,
                on_change=_switch,
                args=(own,),
                persist_state="session",
            )
        st.caption("Switching units changes no answer and no score.")


def _switch(own: str) -> None:
    use_units({**chosen_units(), own: st.session_state[f"unit_{own}"]})
    st.session_state["units_changed"] = own


def _red_flags() -> None:
    """Ask for warning signs first, in one step that folds away once it is answered."""
    flags = st.session_state.get("red_flags") or []
    named = [item for item in flags if item != "none"]
    state = f"{len(named)} named" if named else "none" if flags else "please look first"
    seen = not named or st.session_state.get("red_flags_seen") == "yes"
    done = flags and seen and st.session_state.get("illness_24h") is not None
    with st.expander(f"Before you start: warning signs ({state})", expanded=not done):
        group = [field for field in FIELDS.values() if field.group == "before"]
        draw([f for f in group if f.name != "red_flags_seen" or named])
        st.caption(_PRIVACY)


def draw(fields: Iterable[Field]) -> None:
    """Draw some of the questions."""
    for field in fields:
        _widget(field)
        if field.name == "relative_humidity_pct":
            feeling = st.session_state.get("air_feels")
            if _FEELS_PCT.get(feeling) != st.session_state.get(field.name):
                st.session_state["air_feels"] = None
            st.pills(
                "No number at hand? How the air feels now",
                list(_FEELS_PCT),
                key="air_feels",
                on_change=_use_feeling,
            )


def _use_feeling() -> None:
    if feeling := st.session_state["air_feels"]:
        st.session_state["relative_humidity_pct"] = _FEELS_PCT[feeling]


def _widget(field: Field) -> None:
    label = field.label
    shared: dict[str, Any] = {
        "key": field.name,
        "help": field.help or None,
        "persist_state": "session",
    }
    if field.kind == "number" and field.unit == "of 10":
        steps = set(range(int(field.low), int(field.high) + 1))
        given = st.session_state.get(field.name)
        # A file may have said 5.5.
        steps |= {given} if given is not None else set()
        # What the steps mean must be in view: a 7 is a lot.
        st.pills(
            f"{label}  \n:small[{field.help}]",
            sorted(steps),
            wrap=True,
            format_func="{:g}".format,
            **{**shared, "help": None},
        )
    elif field.kind == "number":
        _number(field, shared)
    elif field.kind == "level" and len(field.levels) > 6:
        st.selectbox(
            label,
            list(field.levels),
            index=None,
            format_func=field.levels.__getitem__,
            placeholder="Choose",
            **shared,
        )
    elif field.kind in ("level", "levels"):
        options = {**(_NONE if field.kind == "levels" else {}), **field.levels}
        st.pills(
            label,
            list(options),
            format_func=options.__getitem__,
            selection_mode="multi" if field.kind == "levels" else "single",
            wrap=True,
            on_change=_none_or_some if field.kind == "levels" else None,
            args=(field.name,) if field.kind == "levels" else None,
            **shared,
        )
    elif field.kind == "time":
        _time(field, shared)
    else:
        st.text_input(label, **shared)
    value, source = st.session_state.get("log_sources", {}).get(field.name, (None, ""))
    if value is not None and value == st.session_state.get(field.name):
        st.caption(f"From the training log. {source}")


def _time(field: Field, shared: Mapping[str, Any]) -> None:
    words = "Local time at the place. It counts only together with latitude and longitude."
    with st.container(horizontal=True):
        st.datetime_input(field.label, value=None, **{**shared, "help": words})
        given = st.session_state.get(_OFFSET)
        offsets = sorted({*_OFFSETS_MIN, *([] if given is None else [given])})
        st.selectbox(
            "Clock of the place",
            [None, *offsets],
            format_func=_offset_text,
            key=_OFFSET,
            persist_state="session",
        )


def heading(field: Field, unit_label: str) -> str:
    """Label of a question with its unit; a count says in its label what it counts."""
    named = field.unit in ("", "sessions", "days")
    return field.label if named else f"{field.label}, {unit_label}"


def _number(field: Field, shared: Mapping[str, Any]) -> None:
    unit = units.unit_of(field.unit, chosen_units())
    # No limits here: the widget would keep the last good value and go on showing its
    # score.  The engine says in a sentence what is allowed.
    common = {**shared, "value": None, "placeholder": ""}
    if unit.feet:
        inches = {**common, "key": f"{field.name}_in", "help": None}
        with st.container(horizontal=True):
            st.number_input(f"{field.label}, ft", step=1.0, format="%.4g", **common)
            st.number_input(f"{field.label}, in", step=1.0, format="%.4g", **inches)
        return
    step = float(field.step if unit.label == field.unit else unit.step)
    st.number_input(
        heading(field, unit.label),
        step=step,
        format="%.4g" if step >= 1 else "%.2f",
        **common,
    )


def _none_or_some(name: str) -> None:
    """Let "None of these" and the items of a list take each other's place."""
    before = st.session_state.get(f"{name}_before", [])
    chosen = list(st.session_state[name])
    if "none" in chosen and len(chosen) > 1:
        chosen = [c for c in chosen if c != "none"] if "none" in before else ["none"]
        st.session_state[name] = chosen
    st.session_state[f"{name}_before"] = chosen
