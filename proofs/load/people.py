"""What one person does on the pages: changes answers, reads, goes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from proofs.load import checks
from proofs.load.checks import Seen, shown_in
from proofs.load.tab import ZONE, Tab, TabError, opened
from riskmodel.inputs.fields import FIELDS
from riskmodel.views.example import EXAMPLE

THINKS_S = 3.0, 9.0
"""How long a person looks at a page before the next change, evenly between. [s]."""
FIRST = "first page"
_SPORTS = ("running", "cycling", "hiking", "soccer", "rugby", "basketball", "tennis")
_QUESTIONS = ("foot cramp at night", "do bananas help", "calf twitches after a run")
_Act = Callable[[], Awaitable[float]]
Acts = Iterator[_Act]
"""What a person does one after the other; what they see is noted between."""


@dataclass
class Log:
    """What came of all that people did: seconds by page, what they saw, what failed."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note(self, page: str, seconds: float) -> None:
        """Note how long a change took."""
        self.seconds.setdefault(page, []).append(seconds)


class Person:
    """Somebody with answers of their own, whose numbers nobody else has."""

    def __init__(
        self, number: int, seed: int, log: Log, thinks_s: tuple[float, float]
    ) -> None:
        self._number, self._log, self._thinks_s = number, log, thinks_s
        self._draw = random.Random(f"{seed} {number}")
        # What was answered on My session; the answers that Compare made its plans of,
        # with what was changed in each since; and the plan of Squad.
        self._answers: dict[str, Any] = dict(EXAMPLE)
        self._compared: dict[str, Any] = {}
        self._changes: tuple[dict[str, Any], ...] = ({}, {})
        self._squad_plan: dict[str, Any] = {}
        self._page = "My session"

    async def visit(self, url: str, until: Callable[[], bool], *, whole: bool) -> None:
        """Use the app until the time is over; `whole` ends after one tour of all pages."""
        try:
            async with opened(url) as (tab, seconds):
                self._log.note(FIRST, seconds)
                while not until():
                    await self._tour(tab, until)
                    if whole:
                        return
        except (TabError, OSError, ValueError, KeyError, StopIteration) as error:
            self._fail(error)
        except Exception as error:  # of the WebSocket or of HTTP
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        where = f"{self._page}, person {self._number}"
        self._log.errors.append(f"{where}: {type(error).__name__}: {error}")

    async def _tour(self, tab: Tab, until: Callable[[], bool]) -> None:
        pages: list[Callable[[Tab], Acts]] = [
            self._my_session,
            self._best_start,
            self._compare,
            self._squad,
            self._guide,
            self._training,
            self._method,
        ]
        self._draw.shuffle(pages)
        # Somebody who has answered nothing would see the examples, which are everybody's.
        for page in (self._duration, *pages):
            for act in page(tab):
                if until():
                    return
                await asyncio.sleep(self._draw.uniform(*self._thinks_s))
                self._log.note(self._page, await act())
                if faults := tab.html('class="cr-fault"'):
                    raise TabError(f"the page refuses: {faults}")

    # ------------------------------------------------------------------------ the pages

    def _duration(self, tab: Tab) -> Acts:
        yield from self._to_my_session(tab)
        # Other than the example's: what is no change leaves it nobody's.
        minutes = self._draw.choice([*range(50, 120, 5), *range(125, 305, 5)])
        self._answers["duration_min"] = float(minutes)
        yield partial(tab.write, "duration_min", f"{minutes // 60}:{minutes % 60:02d}")
        self._saw_session(tab)

    def _to_my_session(self, tab: Tab) -> Acts:
        if self._page != "My session":
            self._page = "My session"
            yield partial(tab.go_to, "My session")
        self._saw_session(tab)

    def _my_session(self, tab: Tab) -> Acts:
        draw = self._draw
        yield from self._to_my_session(tab)
        yield partial(tab.open, "sport_box")
        self._answers["sport"] = draw.choice(_SPORTS)
        at = [*FIELDS["sport"].levels].index(self._answers["sport"])
        yield partial(tab.choose, "sport", at)
        self._saw_session(tab)
        self._answers["session_rpe"] = rpe = draw.randint(3, 9)
        yield partial(tab.choose, "session_rpe", rpe - 1)
        self._saw_session(tab)
        for name, low, high in (
            ("air_temperature_c", 12, 38),
            ("relative_humidity_pct", 25, 90),
            ("age_years", 18, 75),
        ):
            self._answers[name] = value = draw.randint(low, high)
            yield partial(tab.write, name, f"{value}")
            self._saw_session(tab)
        yield from self._lever(tab)
        yield partial(tab.open, "behind")
        yield partial(tab.open, "behind", close=True)

    def _lever(self, tab: Tab) -> Acts:
        """Switch one lever on, look, and switch it off."""
        if levers := [key for key in tab.widgets() if key.startswith("lever_")]:
            key = self._draw.choice(levers)
            yield partial(tab.toggle, key)
            self._saw_session(tab, frozenset({key.removeprefix("lever_")}))
            yield partial(tab.toggle, key, close=True)
            self._saw_session(tab)

    def _best_start(self, tab: Tab) -> Acts:
        self._page = "Best start"
        yield partial(tab.go_to, "Best start")
        yield partial(tab.open, "by_hand")
        low, high = self._draw.randint(8, 16), self._draw.randint(20, 34)
        yield partial(tab.write, "typed_low_°C", f"{low}")
        yield partial(tab.write, "typed_high_°C", f"{high}")
        yield partial(tab.press, "use_typed")
        tomorrow = (datetime.now(ZoneInfo(ZONE)) + timedelta(days=1)).date()
        right = partial(
            checks.of_start, dict(self._answers), tomorrow, ZONE, float(low), float(high)
        )
        self._saw(tab, "cr-card cr-start", right)

    def _compare(self, tab: Tab) -> Acts:
        self._page = "Compare"
        yield partial(tab.go_to, "Compare")
        self._compared = self._compared or dict(self._answers)
        self._saw_plans(tab)
        keys = [key for key in tab.widgets() if key.endswith("_air_temperature_c")]
        for changes, key in zip(self._changes, keys, strict=True):
            changes["air_temperature_c"] = value = self._draw.randint(8, 38)
            yield partial(tab.write, key, f"{value}")
            self._saw_plans(tab)

    def _squad(self, tab: Tab) -> Acts:
        self._page = "Squad"
        yield partial(tab.go_to, "Squad")
        if not self._squad_plan:
            self._squad_plan = dict(self._answers)
        self._saw_squad(tab)
        self._squad_plan["air_temperature_c"] = value = self._draw.randint(12, 38)
        yield partial(tab.write, "air_temperature_c", f"{value}")
        self._saw_squad(tab)
        self._squad_plan["session_rpe"] = rpe = self._draw.randint(3, 9)
        yield partial(tab.choose, "session_rpe", rpe - 1)
        self._saw_squad(tab)
        yield partial(tab.open, "squad_list")

    def _guide(self, tab: Tab) -> Acts:
        yield from self._behind_more(tab, "Cramp guide")
        yield partial(tab.choose, "guide_choice", self._draw.randint(0, 2))
        yield partial(tab.write, "guide_question", self._draw.choice(_QUESTIONS))

    def _training(self, tab: Tab) -> Acts:
        yield from self._behind_more(tab, "Training log")
        examples = len(tab.widgets()["log_example"][1].options)
        yield partial(tab.choose, "log_example", self._draw.randrange(examples))

    def _method(self, tab: Tab) -> Acts:
        yield from self._behind_more(tab, "How it works")

    def _behind_more(self, tab: Tab, label: str) -> Acts:
        yield partial(tab.open, next(k for k in tab.widgets() if k.startswith("nav_more")))
        self._page = label
        yield partial(tab.go_to, label)

    # --------------------------------------------------------------------- what is seen

    def _saw_session(self, tab: Tab, levers: frozenset[str] = frozenset()) -> None:
        answers = dict(self._answers)
        self._saw(tab, "cr-card cr-answer", partial(checks.of_session, answers, levers))
        if tab.query:
            shown, right = checks.of_address(tab.query), partial(checks.of_answers, answers)
            self._log.seen.append(Seen(self._number, "the address", shown, right))

    def _saw_plans(self, tab: Tab) -> None:
        changes = tuple(dict(of_plan) for of_plan in self._changes)
        right = partial(checks.of_plans, dict(self._compared), changes)
        self._saw(tab, '<div class="cr-top b-', right)

    def _saw_squad(self, tab: Tab) -> None:
        today, plan = datetime.now(ZoneInfo(ZONE)).date(), dict(self._squad_plan)
        self._saw(tab, "cr-card cr-expected", partial(checks.of_squad, plan, today))

    def _saw(self, tab: Tab, kind: str, right: Callable[[], checks.Shown]) -> None:
        parts = [part for html in tab.html(kind) for part in shown_in(html)]
        self._log.seen.append(Seen(self._number, self._page, tuple(parts), right))
