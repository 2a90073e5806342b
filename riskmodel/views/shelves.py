"""What can be saved under a name: what of each kind is open, and how it is opened again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.session import tidy
from riskmodel.store import Item
from riskmodel.views import athletes, device, form, plans, visit
from riskmodel.views.state import SquadState, StoreState, state
from riskmodel.whatif.plans import from_text, version_in


@dataclass(frozen=True)
class Shelf:
    """One kind of thing: what of it is open now, and how it is opened again."""

    kind: str
    heading: str
    what: str
    page: str
    current: Callable[[bool], Any]  # with private answers or without; None if nothing
    open: Callable[[Item], None]
    always_private: bool = False
    is_scored: bool = True


_ABOUT_A_PERSON = ("before", "today", "conditioning", "athlete")


def _plan(private: bool) -> dict[str, Any] | None:
    answers = form.not_asked_anew(visit.own_answers())
    return {n: v for n, v in answers.items() if private or not FIELDS[n].private} or None


def _open_plan(item: Item) -> None:
    """Open a plan; whose answers about a person then stand there is said."""
    content: Mapping[str, Any] = item.content
    visit.leave()
    own = {n: v for n, v in form.answers().items() if FIELDS[n].private}
    whole = any(FIELDS[name].private for name in content)
    form.forget_trail()
    answers = dict(content) if whole else {**own, **content}
    form.fill(answers, saved_with=version_in(item.scorecard_version))
    if own and not whole:
        state(StoreState).opened_note = (
            "The plan holds no health and personal answers: those that were in My session "
            "stay there."
        )


def _open_athlete(item: Item) -> None:
    """Put one person's answers in the place of all that another one gave."""
    visit.leave()
    form.forget_trail()
    about = {n: None for n, field in FIELDS.items() if field.group in _ABOUT_A_PERSON}
    form.change({**about, **tidy(item.content)[0]})


def _athlete(_: bool) -> dict[str, Any] | None:
    answers = visit.own_answers()
    return {n: answers[n] for n in ("athlete", *device.PROFILE) if n in answers} or None


def _scenarios(private: bool) -> str | None:
    return plans.to_keep(private=private) or None


def _squad(_: bool) -> list[dict[str, Any]] | None:
    squad = state(SquadState).athletes
    if squad is None or squad.empty:
        return None
    rows = athletes.to_keep(squad).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _open_squad(item: Item) -> None:
    state(SquadState).to_open = athletes.known_cells(item.content)


SHELVES = (
    Shelf("plan", "Plans", "The session", "my_session", _plan, _open_plan),
    Shelf("athlete", "Athletes", "About you", "my_session", _athlete, _open_athlete,
           always_private=True, is_scored=False),
    Shelf("scenarios", "Compared plans", "The compared plans", "compare", _scenarios,
           lambda item: plans.read(item.content)),
    Shelf("squad", "Squads", "The squad", "squad", _squad, _open_squad,
           always_private=True),
)  # fmt: skip
"""Every kind."""


def is_private(content: Any) -> bool:
    """Whether what was saved holds health and personal answers."""
    plans = [content]
    if isinstance(content, str):
        plans = [scenario.answers for scenario in from_text(content)[0]]
    return any(name in FIELDS and FIELDS[name].private for plan in plans for name in plan)
