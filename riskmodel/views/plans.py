"""The plans of the page Compare, what is done with them, and where they lie.

A tab holds all of them until it is closed, the address what is not private; an example
is in neither, and in no link, file or browser, until somebody makes it theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from riskmodel import advise
from riskmodel.datasets import load_examples
from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import FIELDS, Field, outdated
from riskmodel.inputs.problems import Problem
from riskmodel.inputs.session import tidy
from riskmodel.inputs.written import number_text, number_written
from riskmodel.scoring.assessment import assess
from riskmodel.views import device, example, form, own_card, questions, share, visit
from riskmodel.views.state import PlansBefore, ScenariosState, Typed, state
from riskmodel.whatif.advice import DRINKS_LESS
from riskmodel.whatif.comparison import MOST_SCENARIOS
from riskmodel.whatif.levers import LEVERS
from riskmodel.whatif.plans import LONGEST_NAME, Scenario, from_text, saved_with, to_text

MY_SESSION = "My session"
NOTHING_USED = "Nothing of the file was used; the plans stay."
_PARAMETER = "scenarios"
_TAB = "plans"


def shown() -> dict[int, Scenario]:
    """The plans in their order, an example too, each by a number that it keeps."""
    return state(ScenariosState).scenarios


def is_example() -> bool:
    """Whether the plans are nobody's yet."""
    return _origin() == "example"


def _origin() -> str:
    return state(ScenariosState).origin


def all_plans() -> list[Scenario]:
    """The reader's own plans in their order, and none of an example."""
    return [] if is_example() else list(shown().values())


def is_full() -> bool:
    """Whether no other plan has room."""
    return len(shown()) >= MOST_SCENARIOS


# ------------------------------------------------------------------------------ changes


def _set(plans: Mapping[int, Scenario], *, step: str = "") -> None:
    """Put plans in the place of all by the reader's hand; a named step can be undone."""
    page = state(ScenariosState)
    before = PlansBefore(step, page.scenarios, page.origin, page.saved_with)
    page.before = before if step else None
    page.scenarios, page.origin, page.problems = dict(plans), "own", ()


def undo() -> None:
    """Take the last step back."""
    page = state(ScenariosState)
    if (before := page.before) is not None:
        page.scenarios, page.saved_with = before.scenarios, before.saved_with
        page.origin, page.before, page.problems = before.origin, None, ()


def _numbered(plans: Iterable[Scenario]) -> dict[int, Scenario]:
    """Give each plan a number of its own; what a plan may not assure goes."""
    page, numbered = state(ScenariosState), {}
    for plan in plans:
        page.last_number += 1
        answers = form.without_assurances(plan.answers)
        numbered[page.last_number] = Scenario(plan.name, answers)
    return numbered


def _unused(name: str, taken: Iterable[str]) -> str:
    """Name that no other plan has: "Start at 7", "Start at 7 (2)"."""
    name = name.strip()[:LONGEST_NAME] or "Plan"
    if name not in taken:
        return name
    base, count = _without_count(name)
    base = base[: LONGEST_NAME - 5]
    while (numbered := f"{base} ({count})") in taken or count < 2:
        count += 1
    return numbered


def _without_count(name: str) -> tuple[str, int]:
    """Name without the number that keeps it apart, and that number."""
    counted = re.fullmatch(r"(.*\S) \((\d{1,2})\)", name)
    return (counted[1], int(counted[2])) if counted else (name, 1)


@cache
def _our_names() -> frozenset[str]:
    """Names that say what is in a plan, and that no person typed."""
    levers = (
        lever.worded(lever.label_template, {"°C": label})
        for lever in LEVERS
        for label in units.UNITS["°C"]
    )
    with_drink = (f"{label}{less}" for label in levers for less in ("", DRINKS_LESS))
    names = (*(plan.name for plan in example.PLANS), *load_examples(), *with_drink)
    return frozenset(name[:LONGEST_NAME] for name in names)


def _name_after_change(number: int) -> str:
    """A name that a person typed; one of ours would now say what is no longer so."""
    name = shown()[number].name
    if _without_count(name)[0] not in _our_names():
        return name
    place = list(shown()).index(number) + 1
    return _unused(f"Plan {place}", {plan.name for plan in shown().values()})


def _named(name: str, answers: Mapping[str, Any]) -> Scenario:
    """Name a plan as no other one is; an athlete's name is no part of it."""
    known = tidy({k: v for k, v in answers.items() if k != "athlete"})[0]
    return Scenario(_unused(name, {plan.name for plan in shown().values()}), known)


def add(name: str, answers: Mapping[str, Any]) -> None:
    """Put a plan behind the others."""
    _set(shown() | _numbered([_named(name, answers)]))


def add_session() -> None:
    """Put the session of My session behind the reader's plans, or for an example."""
    if is_example():
        _set(_numbered(_of_session(visit.own_answers())))
    else:
        add(MY_SESSION, visit.own_answers())


def duplicate(number: int) -> None:
    """Put a copy beside a plan."""
    plan = shown()[number]
    rows = list(shown().items())
    place = list(shown()).index(number) + 1
    rows[place:place] = _numbered([_named(plan.name, plan.answers)]).items()
    _set(dict(rows))


def remove(number: int) -> None:
    """Take a plan away."""
    left = {other: plan for other, plan in shown().items() if other != number}
    _set(left, step=f"Remove {shown()[number].name}")


def move_left(number: int) -> None:
    """Let a plan and the one before it change places."""
    rows = list(shown().items())
    place = list(shown()).index(number)
    rows[place - 1], rows[place] = rows[place], rows[place - 1]
    _set(dict(rows))


def rename(number: int, key: str) -> None:
    """Take the name that was typed."""
    plan, name = shown()[number], st.session_state[key]
    if name.strip() != plan.name:
        others = {p.name for other, p in shown().items() if other != number}
        _set({**shown(), number: Scenario(_unused(name, others), plan.answers)})


# --------------------------------------------------------------------------- one answer


def text_of(number: int, name: str) -> str:
    """What a field for a number shows: as it was typed, else as numbers are written."""
    field, chosen = FIELDS[name], form.chosen_units()
    typed = state(ScenariosState).typed.get((number, name))
    answer = shown()[number].answers.get(name)
    if answer is None:
        return typed.text if typed else ""
    in_this_unit = typed and typed.unit == units.unit_of(field.unit, chosen).label
    return typed.text if typed and in_this_unit else number_text(answer, field, chosen)


def fault_of(number: int, name: str) -> Problem | None:
    """What is wrong with what stands in a field: it was typed, and is no answer."""
    typed = state(ScenariosState).typed.get((number, name))
    if typed is None or name in shown()[number].answers:
        return None
    return Problem(name, "not_allowed", typed.text)


def answer(number: int, name: str, key: str) -> None:
    """Take the answer of a field."""
    _take(number, name, st.session_state[key])


def _take(number: int, name: str, value: Any) -> None:
    """Put an answer into a plan; what it makes out of date goes."""
    plan, field = shown()[number], FIELDS[name]
    if field.kind == "number":
        value = _number(number, field, value)
    elif field.kind == "levels":
        value = questions.none_or_some(plan.answers.get(name) or [], list(value))
    answers = {**plan.answers, name: value}
    if name == "red_flags":  # a doctor looked at the others
        answers.pop("red_flags_seen", None)
    stale = [measured for measured in outdated([name]) if measured in answers]
    for measured in stale:
        del answers[measured]
        state(ScenariosState).typed.pop((number, measured), None)
    left = {n: v for n, v in answers.items() if v not in form.EMPTY}
    own_name = plan.name if left == plan.answers else _name_after_change(number)
    _set({**shown(), number: Scenario(own_name, left)})
    if stale:
        labels = " and ".join(FIELDS[measured].label for measured in stale)
        words = f"{own_name}: {labels} belonged to the weather before and was left out."
        state(ScenariosState).problems = (words,)


def _number(number: int, field: Field, text: str) -> float | None:
    typed, chosen = state(ScenariosState).typed, form.chosen_units()
    typed.pop((number, field.name), None)
    if is_blank(text):
        return None
    typed[number, field.name] = Typed(text, units.unit_of(field.unit, chosen).label)
    return _allowed_number(text, field)


def _allowed_number(text: str, field: Field) -> float | None:
    """Read a number in the reader's units; None if it is none that is allowed."""
    try:
        value = number_written(text, field, form.chosen_units())
    except ValueError:
        return None
    return value if field.low <= value <= field.high else None


def _read_again() -> None:
    """Take what was refused and is an answer in the units that were chosen since."""
    for (number, name), typed in list(state(ScenariosState).typed.items()):
        refused = number in shown() and fault_of(number, name) is not None
        if refused and _allowed_number(typed.text, FIELDS[name]) is not None:
            _take(number, name, typed.text)


# ------------------------------------------------------- address, tab, browser, and file


def take_up() -> None:
    """Find the plans to begin with, until the reader has some of their own.

    Those of a link, of this tab before a reload, those kept in this browser, My session
    beside a variation of it, or an example.
    """
    page = state(ScenariosState)
    if not page.origin and page.scenarios:
        page.origin, page.last_number = "own", max(page.scenarios)
    if not page.origin and (text := st.query_params.get(_PARAMETER)):
        read(text)
        if page.scenarios:
            page.origin, page.link = "link", as_text(private=False)
    if page.origin in ("", "example", "link"):
        for text in filter(_may_replace, (device.of_tab(_TAB), _kept())):
            of_link = page.saved_with
            read(text)
            page.saved_with = of_link if page.link else page.saved_with
            break
    if page.origin in ("", "example", "session"):
        _begin()
    _read_again()


def _begin() -> None:
    """Show My session if it can be scored, else the example."""
    page, answers = state(ScenariosState), visit.own_answers()
    if page.origin and page.session == answers:
        return
    page.session = answers
    can = bool(answers) and not assess(answers, **own_card.used()).problems
    page.origin = "session" if can else "example"
    page.scenarios = {}
    page.scenarios = _numbered(_of_session(answers) if can else example.PLANS)


def _of_session(answers: Mapping[str, Any]) -> list[Scenario]:
    """My session, and the same with what would help most, named by what it does."""
    own = {name: value for name, value in answers.items() if name != "athlete"}
    first = Scenario(MY_SESSION, own)
    if not (options := advise(own, **own_card.used()).now):
        return [first, Scenario(f"{MY_SESSION} (2)", own)]
    changed = {n: v for n, v in {**own, **options[0].changes}.items() if v is not None}
    name = options[0].label_in(form.chosen_units())
    return [first, Scenario(name[:LONGEST_NAME], changed)]


def read(text: str) -> None:
    """Take up plans that were written as text, such as the private part of a link."""
    page = state(ScenariosState)
    plans, problems = from_text(text)
    if plans:
        _set(_numbered(plans))
        page.saved_with = saved_with(text)
    page.problems = tuple(problem.sentence(names=False) for problem in problems)


def _kept() -> str:
    kept = device.kept().get("scenarios")
    return kept if isinstance(kept, str) else ""


def _may_replace(text: str) -> bool:
    """Whether plans that lie here are those of the address, if one brought any."""
    plans, link = from_text(text)[0], state(ScenariosState).link
    return bool(plans) and link in ("", to_text(plans, own_card.version(), private=False))


def not_from_another() -> bool:
    """Whether the plans are no link's, or those that this browser has kept."""
    return state(ScenariosState).origin != "link" or _may_replace(_kept())


def as_text(*, private: bool) -> str:
    """Write the reader's plans as their file; "" if there are none."""
    plans = all_plans()
    return to_text(plans, own_card.version(), private=private) if plans else ""


def remember() -> None:
    """Let the tab hold the plans that were touched, so that a reload changes no number.

    Others are made again of My session or of the example.
    """
    if _origin() != "link":
        device.remember(_TAB, as_text(private=True) if _origin() == "own" else "")


def address() -> str | None:
    """What the address bar is to show; a link that was sent stays as it was spelt."""
    if _origin() == "link":
        return None
    text = as_text(private=False) if _origin() == "own" else ""
    return f"?{urlencode({_PARAMETER: text})}" if text else ""


def link(*, private: bool) -> str:
    """Write the plans as a link to this page."""
    public = share.address({_PARAMETER: as_text(private=False)})
    return device.private_part(public, as_text(private=True)) if private else public


def tell_differences() -> None:
    """Say why plans that were kept or sent can have other numbers than before."""
    page = state(ScenariosState)
    private = any(FIELDS[n].private for plan in all_plans() for n in plan.answers)
    without = page.origin == "link" and not private
    share.tell_differences(page.saved_with, without_private=without)


def keep() -> None:
    """Keep the plans in the reader's browser, private answers too."""
    count = len(all_plans())
    words = f"Kept {count} plan{'s' * (count != 1)} in this browser."
    device.write(words, scenarios=to_keep(private=True))


def to_keep(*, private: bool) -> str:
    """Write the reader's plans as they are kept and saved; "" if there are none."""
    plans = [Scenario(p.name, form.not_asked_anew(p.answers)) for p in all_plans()]
    return to_text(plans, own_card.version(), private=private) if plans else ""


def open_file(found: list[Scenario], unread: Iterable[Problem], version: str) -> None:
    """Take up the plans that a file holds, if there are any that can be used."""
    page = state(ScenariosState)
    problems = tuple(problem.sentence(names=False) for problem in unread)
    if any(plan.answers for plan in found):
        _set(_numbered(found), step="Open the file")
        page.saved_with = version
    else:
        problems = (*problems, NOTHING_USED)
    page.problems = problems
