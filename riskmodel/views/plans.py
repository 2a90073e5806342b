"""The scenarios of the Compare page: in the session, the address, a file, the device."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.fields import FIELDS, outdated
from riskmodel.inputs.session import tidy
from riskmodel.views import device, form, questions, share
from riskmodel.views.state import ScenariosState, state
from riskmodel.whatif.plans import LONGEST_NAME, Scenario, from_text, saved_with, to_text

_PARAMETER = "scenarios"


def by_number() -> dict[int, Scenario]:
    """Scenarios in their order, each by a number that it keeps when others come or go."""
    compare = state(ScenariosState)
    if compare.scenarios is None:
        compare.scenarios = {}
    return compare.scenarios


def all_plans() -> list[Scenario]:
    """Scenarios in their order."""
    return list(by_number().values())


def as_text(*, private: bool) -> str:
    """Write the scenarios as their file, with private answers or without."""
    return to_text(all_plans(), private=private)


def labels() -> dict[int, str]:
    """Place and name of every scenario, by its number."""
    numbered = enumerate(by_number().items(), 1)
    return {number: f"{place}. {plan.name}" for place, (number, plan) in numbered}


def chosen() -> int:
    """Number of the scenario that is being changed: the one chosen, else the last."""
    number = state(ScenariosState).chosen
    if number is None or number not in by_number():
        return next(reversed(by_number()))
    return number


def choose(number: int) -> None:
    """Let a scenario be the one that is changed, wherever it moves."""
    state(ScenariosState).chosen = number


def _put(plans: Iterable[Scenario]) -> None:
    state(ScenariosState).scenarios = {_next(): plan for plan in plans}


def _next() -> int:
    state(ScenariosState).last_number += 1
    return state(ScenariosState).last_number


def _reorder(numbers: Iterable[int]) -> None:
    plans = by_number()
    state(ScenariosState).scenarios = {number: plans[number] for number in numbers}


def _unused(name: str, taken: Iterable[str]) -> str:
    """Name that no other scenario has: "Long ride", "Long ride 2", "Long ride 3"."""
    name = name.strip()[:LONGEST_NAME] or "Scenario"
    if name not in taken:
        return name
    counted = re.fullmatch(r"(.*\S) (\d{1,2})", name)
    base, count = (counted[1], int(counted[2])) if counted else (name, 1)
    base = base[: LONGEST_NAME - 3]
    while (numbered := f"{base} {count}") in taken or count < 2:
        count += 1
    return numbered


def add(name: str, answers: Mapping[str, Any]) -> None:
    """Put a scenario behind the others, and let it be the one that is changed."""
    choose(_append(name, answers))


def _append(name: str, answers: Mapping[str, Any]) -> int:
    # An athlete's name is no part of a plan.
    known = tidy({k: v for k, v in answers.items() if k != "athlete"})[0]
    unused = _unused(name, {plan.name for plan in all_plans()})
    number = _next()
    by_number()[number] = Scenario(unused, form.without_assurances(known))
    return number


def duplicate(number: int) -> None:
    """Put a copy beside a scenario."""
    plan, order = by_number()[number], list(by_number())
    copy = _append(plan.name, plan.answers)
    order.insert(order.index(number) + 1, copy)
    _reorder(order)
    choose(copy)


def remove(number: int) -> None:
    """Take a scenario away."""
    was_chosen, order = chosen() == number, list(by_number())
    place = order.index(number)
    order.remove(number)
    _reorder(order)
    if was_chosen and order:
        choose(order[min(place, len(order) - 1)])


def is_first(number: int) -> bool:
    """Whether no scenario stands before this one."""
    return next(iter(by_number())) == number


def move_left(number: int) -> None:
    """Let a scenario and the one before it change places."""
    order = list(by_number())
    place = order.index(number)
    order[place - 1], order[place] = number, order[place - 1]
    _reorder(order)


def rename(number: int, key: str) -> None:
    """Take the name that was typed."""
    plan, name = by_number()[number], st.session_state[key]
    if name.strip() != plan.name:
        others = {p.name for other, p in by_number().items() if other != number}
        by_number()[number] = Scenario(_unused(name, others), plan.answers)


# ---------------------------------------------------------------------- one answer


def ask_one(number: int, name: str) -> None:
    """Draw the widget for one answer of one scenario."""
    field, key = FIELDS[name], f"plan_{number}_{name}"
    answer = by_number()[number].answers.get(name)
    change: dict[str, Any] = {
        "key": key,
        "on_change": _answered,
        "args": (number, name, key),
    }
    if field.kind != "number":
        st.session_state[key] = answer
        questions.levels(field, change)
        return
    unit = units.unit_of(field.unit, form.chosen_units())
    own = unit.feet or unit.label == field.unit
    shown = answer if own or answer is None else unit.shown(answer)
    st.session_state[key] = None if shown is None else round(float(shown), 4)
    label = f"{field.label}, {field.unit if own else unit.label}".removesuffix(", ")
    step = float(field.step if own else unit.step)
    st.number_input(label, value=None, step=step, format="%.4g", **change)


def _answered(number: int, name: str, key: str) -> None:
    plan, field, value = by_number()[number], FIELDS[name], st.session_state[key]
    unit = units.unit_of(field.unit, form.chosen_units())
    if field.kind == "number" and value is not None:
        own = unit.feet or unit.label == field.unit
        value = float(value) if own else unit.inside(float(value))
    if field.kind == "levels":
        value = questions.none_or_some(plan.answers.get(name) or [], list(value))
    answers = {**plan.answers, name: value}
    stale = [measured for measured in outdated([name]) if measured in answers]
    if stale:
        answers |= dict.fromkeys(stale)
        labels = " and ".join(FIELDS[measured].label.lower() for measured in stale)
        state(ScenariosState).problems = (
            f"{plan.name}: the {labels} belonged to the weather before and was left out.",
        )
    left = {n: v for n, v in answers.items() if v not in form.EMPTY}
    by_number()[number] = Scenario(plan.name, left)


# ----------------------------------------------------------- address, device, file


def open_link() -> None:
    """Take up the scenarios of the address that the page was opened with, once."""
    compare = state(ScenariosState)
    if compare.scenarios is None and _PARAMETER in st.query_params:
        compare.address = st.query_params[_PARAMETER]
        read(compare.address)
        # Until the device has said that they are the reader's own.
        compare.link = as_text(private=False)


def read(text: str) -> None:
    """Take up scenarios that were written as text, such as the private part of a link."""
    compare = state(ScenariosState)
    plans, problems = from_text(text)
    compare.problems = tuple(map(str, problems))
    compare.before_file = None
    if plans:
        compare.saved_with = saved_with(text)
        _put(Scenario(p.name, form.without_assurances(p.answers)) for p in plans)


def _saved() -> str | None:
    saved = device.kept().get("scenarios")
    return saved if isinstance(saved, str) else None


def not_from_another() -> bool:
    """Whether the scenarios are no link's, or those that this device has saved."""
    link, saved = state(ScenariosState).link, _saved()
    if link is None:
        return True
    return saved is not None and to_text(from_text(saved)[0], private=False) == link


def take_up() -> None:
    """Take up the saved scenarios, if there are none or they are those of the address."""
    saved, compare = _saved(), state(ScenariosState)
    if saved is None or compare.taken_up:
        return
    if compare.link is not None:
        compare.taken_up = True
        untouched = as_text(private=True) == compare.link
        if not (untouched and not_from_another()):
            return
        compare.link = None
    elif by_number():
        return
    compare.taken_up = True
    read(saved)


def tell_differences() -> None:
    """Say why saved or sent scenarios can have other numbers than before."""
    plans, compare = all_plans(), state(ScenariosState)
    private = any(FIELDS[name].private for plan in plans for name in plan.answers)
    if plans:
        without = compare.link is not None and not private
        share.tell_differences(compare.saved_with, without_private=without)


def save() -> None:
    """Keep the scenarios on the reader's own device, private answers too."""
    count = len(by_number())
    device.write(
        f"Saved {count} scenario{'s' * (count != 1)} in this browser.",
        scenarios=as_text(private=True),
    )


def open_file() -> None:
    """Take up the scenarios of a file, if it holds any that can be used."""
    if (file := st.session_state["open_scenarios"]) is None:
        return
    compare = state(ScenariosState)
    text = file.getvalue().decode("utf-8-sig", "replace")
    plans, unread = from_text(text)
    problems = tuple(map(str, unread))
    if any(plan.answers for plan in plans):
        compare.before_file = by_number(), compare.saved_with
        _put(plans)
        compare.saved_with = saved_with(text)
    else:
        problems = (*problems, "Nothing of the file was used; the scenarios stay.")
    compare.problems = problems


def tell_file() -> None:
    """Offer to take an opened file back."""
    if state(ScenariosState).before_file is not None:
        st.button("Undo: open the file", key="undo_file", on_click=_undo_file)


def _undo_file() -> None:
    compare = state(ScenariosState)
    if compare.before_file is not None:
        compare.scenarios, compare.saved_with = compare.before_file
    compare.before_file = None
    compare.problems = ()


def keep_in_address() -> None:
    """Put the scenarios, without private answers, where a reload finds them."""
    if not by_number():
        st.query_params.clear()
        return
    text, compare = as_text(private=False), state(ScenariosState)
    # A link stays as it was spelt: a new address would lose what follows its #.
    address = st.query_params.get(_PARAMETER)
    as_opened = (address, text) == (compare.address, compare.link)
    if address != text and not as_opened:
        st.query_params[_PARAMETER] = text


def link(*, private: bool) -> str:
    """Write the scenarios as a link to this page."""
    public = share.address({_PARAMETER: as_text(private=False)})
    return device.private_part(public, as_text(private=True)) if private else public
