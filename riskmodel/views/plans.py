"""The scenarios of the Compare page: in the session, the address, a file, the device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from riskmodel import units
from riskmodel.fields import FIELDS
from riskmodel.inputs import tidy
from riskmodel.scenarios import LONGEST_NAME, Scenario, from_text, to_text
from riskmodel.views import device, form

_PARAMETER = "scenarios"


def all_plans() -> list[Scenario]:
    """Scenarios in their order."""
    plans: list[Scenario] = st.session_state.setdefault("plans", [])
    return plans


def identity(place: int) -> int:
    """A number that stays with a scenario when others come, go or move."""
    ids: list[int] = st.session_state.setdefault("plan_ids", [])
    return ids[place]


def _put(plans: list[Scenario]) -> None:
    st.session_state["plans"] = plans
    st.session_state["plan_ids"] = [_next() for _ in plans]


def _next() -> int:
    st.session_state["next_plan"] = number = st.session_state.get("next_plan", 0) + 1
    return int(number)


def _unused(name: str) -> str:
    """Name that no other scenario has: "Long ride", "Long ride 2"."""
    taken = {plan.name for plan in all_plans()}
    name = name.strip()[:LONGEST_NAME] or "Scenario"
    if name not in taken:
        return name
    count = 2
    while f"{name[: LONGEST_NAME - 3]} {count}" in taken:
        count += 1
    return f"{name[: LONGEST_NAME - 3]} {count}"


def _insert(place: int, name: str, answers: Mapping[str, Any]) -> None:
    # An athlete's name is no part of a plan.
    given = tidy({k: v for k, v in answers.items() if k != "athlete"})[0]
    all_plans().insert(place, Scenario(_unused(name), given))
    st.session_state.setdefault("plan_ids", []).insert(place, _next())


def add(name: str, answers: Mapping[str, Any]) -> None:
    """Put a scenario behind the others."""
    _insert(len(all_plans()), name, answers)


def duplicate(place: int) -> None:
    """Put a copy beside a scenario."""
    plan = all_plans()[place]
    _insert(place + 1, plan.name, plan.answers)


def remove(place: int) -> None:
    """Take a scenario away."""
    del all_plans()[place], st.session_state["plan_ids"][place]


def move_left(place: int) -> None:
    """Let a scenario and the one before it change places."""
    for row in (all_plans(), st.session_state["plan_ids"]):
        row[place - 1], row[place] = row[place], row[place - 1]


def rename(place: int, key: str) -> None:
    """Take the name that was typed."""
    plan = all_plans()[place]
    if st.session_state[key].strip() != plan.name:
        name = _unused(st.session_state[key])
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
    kept = {n: v for n, v in answers.items() if v not in (None, [], "")}
    all_plans()[place] = Scenario(plan.name, kept)


# ----------------------------------------------------------- address, device, file


def open_link() -> None:
    """Take up the scenarios of the address that the page was opened with, once."""
    if "plans" in st.session_state or _PARAMETER not in st.query_params:
        return
    read(st.query_params[_PARAMETER])
    st.session_state["from_link"] = True


def read(text: str) -> None:
    """Take up scenarios that were written as text."""
    plans, st.session_state["plan_problems"] = from_text(text)
    if plans:
        _put(plans)


def take_up() -> None:
    """Take up the scenarios that were saved on the device, if there are no others."""
    saved = device.kept().get("scenarios")
    if all_plans() or st.session_state.get("plans_taken_up") or not isinstance(saved, str):
        return
    st.session_state["plans_taken_up"] = True
    read(saved)


def save() -> None:
    """Keep the scenarios on the reader's own device, private answers too."""
    device.write(scenarios=to_text(all_plans(), private=True))
    st.toast(f"Saved {len(all_plans())} scenarios in this browser.")


def open_file() -> None:
    """Take up the scenarios of a file."""
    if (file := st.session_state["open_scenarios"]) is not None:
        read(file.getvalue().decode("utf-8", "replace"))


def keep_in_address() -> None:
    """Put the scenarios, without private answers, where a reload finds them."""
    plans = all_plans()
    if not plans:
        st.query_params.clear()
        return
    text = to_text(plans, private=False)
    if st.query_params.get(_PARAMETER) != text:
        st.query_params[_PARAMETER] = text


def link(*, private: bool) -> str:
    """Write the scenarios as a link to this page."""
    here = urlsplit(st.context.url or "")
    query = urlencode({_PARAMETER: to_text(all_plans(), private=False)})
    public = urlunsplit((here.scheme, here.netloc, here.path, query, ""))
    if not private:
        return public
    return device.private_part(public, to_text(all_plans(), private=True))
