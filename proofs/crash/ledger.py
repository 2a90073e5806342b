"""What was meant and what was confirmed, held against the rows that are there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Cells = tuple[Any, ...]  # of one row but for its id, its version and its moments


class Row(NamedTuple):
    """One row of a database."""

    version: int
    cells: Cells


Rows = dict[str, Row]  # by id


@dataclass(frozen=True)
class Intent:
    """What a program is about to do, written down before it does it.

    Attributes
    ----------
    cells : tuple, optional
        The row as it shall be afterwards; none two intents are the same.  None to delete.
    ids : tuple of str
        Rows that are changed or deleted together; none for a new one.
    version : int, optional
        The version that was opened; None if any shall be deleted.
    """

    number: str
    cells: Cells | None = None
    ids: tuple[str, ...] = ()
    version: int | None = None


@dataclass(frozen=True)
class Answer:
    """What the store said: done, refused without a change, or failed."""

    number: str
    what: Literal["confirmed", "refused", "failed"]
    id: str = ""
    version: int = 0
    sentence: str = ""


@dataclass
class Tally:
    """How many operations ended in which way.

    ``refused`` are conflicts that were told.  In flight is what was meant and never
    confirmed.  ``half`` are operations on several rows of which only some were changed.
    """

    confirmed: int = 0
    refused: int = 0
    in_flight_applied: int = 0
    in_flight_not_applied: int = 0
    lost: int = 0
    unexplained: int = 0
    half: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**(Counter(vars(self)) + Counter(vars(other))))

    @property
    def wrong(self) -> int:
        """What must be 0."""
        return self.lost + self.unexplained + self.half


def settle(
    before: Mapping[str, Row],
    intents: Iterable[Intent],
    answers: Mapping[str, Answer],
    after: Mapping[str, Row],
) -> Tally:
    """Explain each row that is there now, and each that is not."""
    tally, applied = Tally(), defaultdict[str, list[bool]](list)
    start, known = dict(before), set(before)
    touching = defaultdict[str, list[tuple[Intent, Answer | None]]](list)
    doubtful = {}
    for intent in intents:
        answer = answers.get(intent.number)
        if answer and answer.what == "refused":
            tally.refused += 1
            continue
        if answer and answer.what == "confirmed":
            tally.confirmed += 1
        else:
            answer = None
            applied[intent.number] = []
        for id in intent.ids:
            touching[id].append((intent, answer))
        if not intent.ids and intent.cells is not None:
            if answer:
                start[answer.id] = Row(1, intent.cells)
            else:
                doubtful[intent.cells] = intent
    for id, row in after.items():
        if id not in start:
            if row.version == 1 and (found := doubtful.pop(row.cells, None)):
                applied[found.number].append(True)
            else:
                tally.unexplained += 1
    for id, row in start.items():
        own = 0 if id in known else 1  # the creation is one of this time's operations
        _settle_row(row, own, touching[id], after.get(id), tally, applied)
    for outcomes in applied.values():
        tally.in_flight_applied += any(outcomes)
        tally.in_flight_not_applied += not any(outcomes)
        tally.half += any(outcomes) and not all(outcomes)
    return tally


def _settle_row(
    start: Row,
    n_created: int,
    touching: list[tuple[Intent, Answer | None]],
    end: Row | None,
    tally: Tally,
    applied: dict[str, list[bool]],
) -> None:
    """Follow one row from version to version."""
    sure, maybe = defaultdict[int, list[Intent]](list), defaultdict[int, list[Intent]](list)
    deleted: list[Intent] = []
    maybe_deleted: list[Intent] = []
    for intent, answer in touching:
        if intent.cells is None:
            (deleted if answer else maybe_deleted).append(intent)
        elif answer:
            sure[answer.version].append(intent)
            tally.unexplained += answer.version != (intent.version or 0) + 1
        else:
            maybe[(intent.version or 0) + 1].append(intent)
    # Of two that were confirmed with one version, one overwrote the other unseen.
    tally.lost += sum(len(several) - 1 for several in sure.values())
    last = max(sure, default=start.version)
    until = deleted[0] if deleted else None
    if end is None and until is None:
        until = next((i for i in maybe_deleted if (i.version or last) >= last), None)
        if until is None:
            tally.lost += max(1, n_created + len(sure))
    for intent in maybe_deleted:
        applied[intent.number].append(intent is until and end is None)
    reached = end.version if end else (until.version if until else None) or last
    tally.lost += sum(version > reached for version in sure)
    # What was deleted is back, or was deleted twice.
    tally.lost += len(deleted) if end else max(0, len(deleted) - 1)
    cells = {start.cells}
    for version in range(start.version + 1, reached + 1):
        candidates = sure[version] or maybe[version]
        tally.unexplained += not candidates
        cells = {each.cells for each in candidates}  # type: ignore[misc]
    if end is not None and reached >= start.version:
        tally.unexplained += end.cells not in cells
    tally.lost += reached < start.version
    for version, several in maybe.items():
        hit = version <= reached and not sure[version]
        for intent in several:
            same = end is None or version != reached or intent.cells == end.cells
            applied[intent.number].append(hit and same)
