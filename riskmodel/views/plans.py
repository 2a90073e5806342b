"""The scenarios of the Compare page: in the session, the address, a file, the device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, outdated
from riskmodel.inputs.session import tidy
from riskmodel.views import device, form
from riskmodel.whatif.plans import LONGEST_NAME, Scenario, from_text, to_text

_PARAMETER = "scenarios"


def all_plans() -> list[Scenario]:
    """Scenarios in their order."""
    plans: list[Scenario] = st.session_state.setdefault("plans", [])
    return plans


def identity(place: int) -> int:
    """A number that stays with a scenario when others come, go or move."""
    ids: list[int] = st.session_state.setdefault("plan_ids", [])
    return ids[place]


def chosen_place() -> int:
    """Place of the scenario that is being changed: the one chosen, else the last."""
    ids = st.session_state["plan_ids"]
    chosen = st.session_state.get("chosen_plan")
    return ids.index(chosen) if chosen in ids else len(ids) - 1


def choose(place: int) -> None:
    """Let a scenario be the one that is changed, wherever it moves."""
    st.session_state["chosen_plan"] = identity(place)


def place_of(number: int) -> int:
    """Place of a scenario with this `identity`."""
    return int(st.session_state["plan_ids"].index(number))


def labels() -> dict[int, str]:
    """Place and name of every scenario, by its `identity`."""
    names = (f"{place}. {plan.name}" for place, plan in enumerate(all_plans(), 1))
    return dict(zip(st.session_state["plan_ids"], names, strict=True))


def _put(plans: list[Scenario]) -> None:
    st.session_state["plans"] = plans
    st.session_state["plan_ids"] = [_next() for _ in plans]


def _next() -> int:
    st.session_state["next_plan"] = number = st.session_state.get("next_plan", 0) + 1
    return int(number)


def _unused(name: str, taken: Iterable[str]) -> str:
    """Name that no other scenario has: "Long ride", "Long ride 2", "Long ride 3"."""
    name = name.strip()[:LONGEST_NAME] or "Scenario"
    if name not in taken:
        return name
    counted = re.fullmatch(r"(.*\S) (\d{1,2})", name)
    base, count = (counted[1], int(counted[2])) if counted else (name, 1)
    base = base[: LONGEST_NAME - 3]
    while (made := f"{base} {count}") in taken or count < 2:
        count += 1
    return made


def _insert(place: int, name: str, answers: Mapping[str, Any]) -> None:
    # An athlete's name is no part of a plan.
    given = tidy({k: v for k, v in answers.items() if k != "athlete"})[0]
    given = form.without_assurances(given)
    named = _unused(name, {plan.name for plan in all_plans()})
    all_plans().insert(place, Scenario(named, given))
    st.session_state.setdefault("plan_ids", []).insert(place, _next())
    choose(place)


def add(name: str, answers: Mapping[str, Any]) -> None:
    """Put a scenario behind the others."""
    _insert(len(all_plans()), name, answers)


def duplicate(place: int) -> None:
    """Put a copy beside a scenario."""
    plan = all_plans()[place]
    _insert(place + 1, plan.name, plan.answers)


def remove(place: int) -> None:
    """Take a scenario away."""
    chosen = identity(chosen_place())
    gone = st.session_state["plan_ids"].pop(place)
    del all_plans()[place]
    if chosen == gone and all_plans():
        choose(min(place, len(all_plans()) - 1))


def move_left(place: int) -> None:
    """Let a scenario and the one before it change places."""
    for row in (all_plans(), st.session_state["plan_ids"]):
        row[place - 1], row[place] = row[place], row[place - 1]


def rename(place: int, key: str) -> None:
    """Take the name that was typed."""
    plan = all_plans()[place]
    if st.session_state[key].strip() != plan.name:
        others = {other.name for i, other in enumerate(all_plans()) if i != place}
        name = _unused(st.session_state[key], others)
        all_plans()[place] = Scenario(name, plan.answers)


# ---------------------------------------------------------------------- one answer


def ask_one(place: int, name: str) -> None:
    """Draw the widget for one answer of one scenario."""
    field, plan = FIELDS[name], all_plans()[place]
    key = f"plan_{identity(place)}_{name}"
    answer = plan.answers.get(name)
    unit = units.unit_of(field.unit, form.chosen_units())
    change: dict[str, Any] = {
        "key": key,
        "on_change": _answered,
        "args": (place, name, key),
    }
    if field.kind == "number":
        own = unit.feet or unit.label == field.unit
        shown = answer if own or answer is None else unit.shown(answer)
        st.session_state[key] = None if shown is None else round(float(shown), 4)
        label = f"{field.label}, {field.unit if own else unit.label}".removesuffix(", ")
        step = float(field.step if own else unit.step)
        st.number_input(label, value=None, step=step, format="%.4g", **change)
        return
    options = dict(field.levels)
    if field.kind == "levels":
        options = {"none": "None of these", **options}
    st.session_state[key] = answer
    st.pills(
        field.label,
        list(options),
        format_func=options.__getitem__,
        selection_mode="multi" if field.kind == "levels" else "single",
        wrap=True,
        **change,
    )


def _answered(place: int, name: str, key: str) -> None:
    plan, field, value = all_plans()[place], FIELDS[name], st.session_state[key]
    unit = units.unit_of(field.unit, form.chosen_units())
    if field.kind == "number" and value is not None:
        own = unit.feet or unit.label == field.unit
        value = float(value) if own else unit.inside(float(value))
    if field.kind == "levels" and len(value) > 1:
        # "None" and an item take each other's place.
        newest_is_none = "none" not in (plan.answers.get(name) or []) and "none" in value
        value = ["none"] if newest_is_none else [item for item in value if item != "none"]
    answers = {**plan.answers, name: value}
    stale = [measured for measured in outdated([name]) if measured in answers]
    if stale:
        answers |= dict.fromkeys(stale)
        labels = " and ".join(FIELDS[measured].label.lower() for measured in stale)
        st.session_state["plan_problems"] = (
            f"{plan.name}: the {labels} belonged to the weather before and was left out.",
        )
    kept = {n: v for n, v in answers.items() if v not in (None, [], "")}
    all_plans()[place] = Scenario(plan.name, kept)


# ----------------------------------------------------------- address, device, file


def open_link() -> None:
    """Take up the scenarios of the address that the page was opened with, once."""
    state = st.session_state
    if "plans" in state or _PARAMETER not in st.query_params:
        return
    state["plans_address"] = st.query_params[_PARAMETER]
    read(state["plans_address"])
    # Until the device has said that they are the reader's own.
    state["plans_from_link"] = True
    state["plans_link"] = to_text(all_plans(), private=False)


def read(text: str) -> None:
    """Take up scenarios that were written as text, such as the private part of a link."""
    plans, problems = from_text(text)
    st.session_state["plan_problems"] = tuple(map(str, problems))
    st.session_state.pop("plans_before", None)
    if plans:
        _put([Scenario(p.name, form.without_assurances(p.answers)) for p in plans])


def _saved() -> str | None:
    saved = device.kept().get("scenarios")
    return saved if isinstance(saved, str) else None


def not_from_another() -> bool:
    """Whether the scenarios are no link's, or those that this device has saved."""
    link, saved = st.session_state.get("plans_link"), _saved()
    if link is None:
        return not st.session_state.get("plans_from_link")
    return saved is not None and to_text(from_text(saved)[0], private=False) == link


def take_up() -> None:
    """Take up the saved scenarios, if there are none or they are those of the address."""
    saved, state = _saved(), st.session_state
    if saved is None or state.get("plans_taken_up"):
        return
    if "plans_link" in state:
        state["plans_taken_up"] = True
        untouched = to_text(all_plans(), private=True) == state["plans_link"]
        if not (untouched and not_from_another()):
            return
        del state["plans_link"], state["plans_from_link"]
    elif all_plans():
        return
    state["plans_taken_up"] = True
    read(saved)


def tell_link() -> None:
    """Say what a link has left out."""
    plans = all_plans()
    private = any(FIELDS[name].private for plan in plans for name in plan.answers)
    if "plans_link" in st.session_state and plans and not private:
        st.caption(
            "Opened from an address, which holds no health and personal answers: they "
            "count as open here, so that the numbers can differ from those before."
        )


def save() -> None:
    """Keep the scenarios on the reader's own device, private answers too."""
    count = len(all_plans())
    device.write(
        f"Saved {count} scenario{'s' * (count != 1)} in this browser.",
        scenarios=to_text(all_plans(), private=True),
    )


def open_file() -> None:
    """Take up the scenarios of a file, if it holds any that can be used."""
    state = st.session_state
    if (file := state["open_scenarios"]) is None:
        return
    plans, problems = from_text(file.getvalue().decode("utf-8-sig", "replace"))
    if any(plan.answers for plan in plans):
        state["plans_before"] = all_plans(), state.get("plan_ids", [])
        _put(plans)
    else:
        problems = (*problems, "Nothing of the file was used; the scenarios stay.")
    state["plan_problems"] = tuple(map(str, problems))


def tell_file() -> None:
    """Offer to take an opened file back."""
    if "plans_before" in st.session_state:
        st.button("Undo: open the file", key="undo_file", on_click=_undo_file)


def _undo_file() -> None:
    state = st.session_state
    state["plans"], state["plan_ids"] = state.pop("plans_before")
    state["plan_problems"] = ()


def keep_in_address() -> None:
    """Put the scenarios, without private answers, where a reload finds them."""
    plans = all_plans()
    if not plans:
        st.query_params.clear()
        return
    text = to_text(plans, private=False)
    # A link stays as it was spelt: a new address would lose what follows its #.
    address, state = st.query_params.get(_PARAMETER), st.session_state
    as_opened = (address, text) == (state.get("plans_address"), state.get("plans_link"))
    if address != text and not as_opened:
        st.query_params[_PARAMETER] = text


def link(*, private: bool) -> str:
    """Write the scenarios as a link to this page."""
    here = urlsplit(st.context.url or "")
    query = urlencode({_PARAMETER: to_text(all_plans(), private=False)})
    public = urlunsplit((here.scheme, here.netloc, here.path, query, ""))
    if not private:
        return public
    return device.private_part(public, to_text(all_plans(), private=True))
