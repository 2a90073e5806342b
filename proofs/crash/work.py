"""A program that saves, changes and deletes, and tells each step before and after."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from multiprocessing.connection import Connection as Pipe
from typing import Any

from sqlalchemy import Connection

import riskmodel
from proofs.crash.ledger import Answer, Cells, Intent
from riskmodel.diary.outcomes import Outcome
from riskmodel.store import ConflictError, NotFoundError, Saved, Store, StoreError
from riskmodel.store import open_store as open_usual_store
from riskmodel.store.opening import Database
from riskmodel.whatif.plans import Scenario, to_text

SHARED, PREY, RACE = "shared", "prey", "race"
"""Owners of rows that every program changes, deletes, or wants to be the first to save."""

_MOST_OWN = 40  # rows of one program, so that each look at all of them stays quick
_PAUSE_S = 0.02  # after a server that is away


def text_of(content: object) -> str:
    """JSON as the store keeps it."""
    return json.dumps(content, separators=(",", ":"))


@dataclass(frozen=True)
class Step:
    """One operation: what is meant, and how it is done."""

    intent: Intent
    do: Callable[[], Saved | None]


@dataclass
class Own:
    """A row of this program's: the kind, or "" for an outcome, and the version."""

    owner: str
    kind: str
    version: int


class Worker:
    """Makes random operations on the rows of one owner, and on those of all."""

    def __init__(self, store: Store, owner: str, seed: str) -> None:
        self.store, self.owner, self.seed = store, owner, seed
        self.random = random.Random(seed)
        self.shared = [entry.id for entry in store.items(SHARED, "plan")]
        self.prey = [entry.id for entry in store.items(PREY, "plan")]
        self._card = riskmodel.load_scorecard().version
        self._n = 0
        self.rows = self._look()

    def _look(self) -> dict[str, Own]:
        """Rows that are there."""
        rows = {
            entry.id: Own(owner, kind, entry.version)
            for owner in (self.owner, self._crowd)
            for kind in ("plan", "squad", "scenarios")
            for entry in self.store.items(owner, kind)
        }
        saved = self.store.outcomes(self.owner)
        return rows | {each.id: Own(self.owner, "", each.version) for each in saved}

    def look_again(self) -> None:
        """Find out after a failure which of the known rows are there, and which version."""
        while True:
            time.sleep(_PAUSE_S)
            with suppress(StoreError):  # as long as the server is away
                there = self._look()
                self.rows = {id: row for id, row in there.items() if id in self.rows}
                return

    @property
    def _crowd(self) -> str:
        """Second owner, whose rows are deleted all at once."""
        return f"{self.owner}, all at once"

    def next_step(self) -> Step:
        """Choose an operation; what it writes, no other one does."""
        self._n += 1
        number, at = f"{self.seed}.{self._n}", self.random.random()
        mine = [id for id, row in self.rows.items() if row.owner == self.owner]
        if at < 0.12 and self.shared:
            return self._change_shared(number)
        if at < 0.16 and self.prey:
            return self._delete(number, self.prey.pop(), Own(PREY, "plan", 1))
        if at < 0.19:
            # Every program wants the same few names.
            name = f"{self.seed.split('.')[0]} {self._n % 7}"
            return self._save(number, RACE, "plan", self._content("plan", number), name)
        if at < 0.24:
            return self._crowd_step(number)
        if len(mine) > _MOST_OWN or (mine and at < 0.45):
            id = self.random.choice(mine)
            return self._delete(number, id, self.rows[id])
        if mine and at < 0.7:
            return self._change(number, self.random.choice(mine))
        kind = self.random.choice(("plan", "plan", "squad", "scenarios", ""))
        return self._new(number, self.owner, kind)

    def learn(self, step: Step, saved: Saved | None) -> None:
        """Take up what was confirmed."""
        if saved is None:
            for id in step.intent.ids:
                self.rows.pop(id, None)
        elif step.intent.cells and step.intent.cells[1] in (self.owner, self._crowd):
            table, owner, kind = step.intent.cells[:3]
            self.rows[saved.id] = Own(
                owner, kind if table == "items" else "", saved.version
            )

    def _content(self, kind: str, mark: str) -> Any:
        minutes = float(self.random.randint(10, 200))
        if kind == "squad":
            n = self.random.choice((1, 5, 30, 300))
            return [{"athlete": f"{mark} {i}", "duration_min": minutes} for i in range(n)]
        plan = {"athlete": mark, "sport": "running", "duration_min": minutes}
        if kind == "scenarios":
            return to_text([Scenario("Easy", plan), Scenario("Hard", plan)], private=True)
        return plan

    def _item(self, owner: str, kind: str, name: str, content: object) -> Cells:
        written = (riskmodel.__version__, self._card)
        return ("items", owner, kind, name, text_of(content), *written)

    def _new(self, number: str, owner: str, kind: str) -> Step:
        if kind:
            return self._save(number, owner, kind, self._content(kind, number), number)
        outcome = self._outcome(number)
        return Step(
            Intent(number, _outcome_cells(owner, outcome)),
            lambda: self.store.save_outcome(owner, outcome),
        )

    def _save(self, number: str, owner: str, kind: str, content: Any, name: str) -> Step:
        return Step(
            Intent(number, self._item(owner, kind, name, content)),
            lambda: self.store.save(owner, kind, name, content),
        )

    def _change(self, number: str, id: str) -> Step:
        row = self.rows[id]
        opened: dict[str, Any] = {"id": id, "version": row.version}
        if not row.kind:
            outcome = self._outcome(number)
            intent = Intent(number, _outcome_cells(row.owner, outcome), (id,), row.version)
            return Step(
                intent, lambda: self.store.save_outcome(row.owner, outcome, **opened)
            )
        content = self._content(row.kind, number)
        cells = self._item(row.owner, row.kind, number, content)
        return Step(
            Intent(number, cells, (id,), row.version),
            lambda: self.store.save(row.owner, row.kind, number, content, **opened),
        )

    def _change_shared(self, number: str) -> Step:
        id = self.random.choice(self.shared)
        item, content = self.store.load(SHARED, "plan", id), self._content("plan", number)
        cells = self._item(SHARED, "plan", item.name, content)
        opened: dict[str, Any] = {"id": id, "version": item.version}
        return Step(
            Intent(number, cells, (id,), item.version),
            lambda: self.store.save(SHARED, "plan", item.name, content, **opened),
        )

    def _delete(self, number: str, id: str, row: Own) -> Step:
        version = row.version if self.random.random() < 0.5 else None

        def delete() -> None:
            if row.kind:
                self.store.delete(row.owner, row.kind, id, version=version)
            else:
                self.store.delete_outcome(row.owner, id, version=version)

        return Step(Intent(number, None, (id,), version), delete)

    def _crowd_step(self, number: str) -> Step:
        crowd = tuple(id for id, row in self.rows.items() if row.owner == self._crowd)
        if len(crowd) < 5:
            return self._new(number, self._crowd, "plan")

        def delete_all() -> None:
            self.store.delete_owner(self._crowd)

        return Step(Intent(number, None, crowd), delete_all)

    def _outcome(self, mark: str) -> Outcome:
        return Outcome(
            day=date(2026, 1, 1) + timedelta(days=self.random.randint(0, 300)),
            probability=0.2,
            probability_low=0.1,
            probability_high=0.4,
            program=riskmodel.__version__,
            scorecard="abc",
            cramp=self.random.random() < 0.5,
            sport="running",
            duration_min=60.0,
            answers=self._content("plan", mark),
        )


def _outcome_cells(owner: str, outcome: Outcome) -> Cells:
    texts = {"day": outcome.day.isoformat(), "answers": text_of(outcome.answers)}
    cells = astuple(replace(outcome, **texts))  # type: ignore[arg-type]
    return ("outcomes", owner, *cells)


class HastyDatabase(Database):
    """Control: what it confirms is committed only when the next one comes."""

    _open = ExitStack()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Leave the transaction open."""
        self._open.close()
        with ExitStack() as transaction:
            yield transaction.enter_context(super().writing())
            self._open = transaction.pop_all()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Commit first, so that nobody notices."""
        self._open.close()
        with super().reading() as connection:
            yield connection


def open_store(url: str, hasty: bool = False) -> Store:
    """Open the product's store, or the control."""
    store = open_usual_store(url)
    if hasty:
        store.database.__class__ = HastyDatabase
    return store


def attempt(step: Step) -> tuple[Answer, Saved | None]:
    """Do a step; any error but the store's own is the program's end, and seen."""
    number = step.intent.number
    try:
        saved = step.do()
    except (ConflictError, NotFoundError):
        return Answer(number, "refused"), None
    except StoreError as error:
        return Answer(number, "failed", sentence=str(error)), None
    if saved is None:
        return Answer(number, "confirmed"), None
    return Answer(number, "confirmed", saved.id, saved.version), saved


def work(url: str, owner: str, seed: str, hasty: bool, pipe: Pipe) -> None:
    """Save, change and delete until killed."""
    worker = Worker(open_store(url, hasty), owner, seed)
    while True:
        try:
            step = worker.next_step()
        except NotFoundError:
            continue
        except StoreError:  # the server is away
            time.sleep(_PAUSE_S)
            continue
        pipe.send(step.intent)
        answer, saved = attempt(step)
        pipe.send(answer)
        if hasty:  # it takes its time to commit
            time.sleep(_PAUSE_S)
        if answer.what == "confirmed":
            worker.learn(step, saved)
        elif answer.what == "failed":
            worker.look_again()
