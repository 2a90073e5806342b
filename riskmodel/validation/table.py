"""A table of outcomes: what came, and the planned answers, whoever wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.formulas import table_as_it_was
from riskmodel.inputs.tables import csv_rows, folded, read_text, separator
from riskmodel.inputs.told import ToldError, quoted
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.file import certain_columns, read_squad_file
from riskmodel.squad.raw import RawTable

OUTCOME_HEADERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "cramp": frozenset({
            "cramp", "cramps", "cramped", "outcome", "krampf", "krampfe", "crampe",
            "crampes", "calambre", "calambres", "crampo", "crampi", "caibra", "caibras",
            "kramp", "krampen", "kramper", "skurcz", "skurcze",
        }),
        "athlete": frozenset({"athlete", "name", "player", "id", "athlete id", "code"}),
        "probability": frozenset({"probability", "expected", "expected probability"}),
        "simulated": frozenset({"simulated"}),
    }
)  # fmt: skip
"""Headers, folded, of what no plan asks."""
_OF_THE_PLAN = "plan_"  # how the diary's export begins the headers of a plan
_OF_A_DIARY = frozenset({"probability_low", "scorecard"})
DONE_DURATION = "done_duration_min"


class RecordsError(ToldError, ValueError):
    """A table of outcomes that cannot be used; the message says why."""


@dataclass(frozen=True)
class OutcomeTable:
    """Rows as they stand in a file.

    Attributes
    ----------
    outcome : pandas.DataFrame
        Texts by what they say: the keys of `OUTCOME_HEADERS`, and ``scorecard``.
    answers : pandas.DataFrame
        Planned answers, and the duration in the end where the file holds both.
    of_one_person : bool
        Whether it is the export of a diary.
    left_out : mapping of str to int
        Rows that the reader of lists left out, by its word.
    """

    outcome: pd.DataFrame
    answers: pd.DataFrame
    of_one_person: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_table(content: bytes) -> OutcomeTable:
    """Read a table with our own columns, a diary's export, or a club's own list.

    Raises
    ------
    RecordsError
        If two columns say the same thing.
    riskmodel.SquadFileError, riskmodel.inputs.tables.TableFileError
        If it is no table, or a heading is in doubt.
    """
    if not content.startswith(b"PK"):
        text = read_text(content).text
        first, *rows = csv_rows(text, separator(text)) or [[]]
        headers = [name.strip() for name in first]
        if _is_ours(headers):
            return _own_table(headers, [row for row in rows if any(map(str.strip, row))])
    raw = read_squad_file(content)
    left_out: Counter[str] = Counter()
    for left in raw.left_out:
        left_out[left.kind] += len(left.rows)
    if _is_ours(raw.headers):
        rows = raw.cells.fillna("").astype(str).to_numpy().tolist()
        return _own_table([*raw.headers], rows, left_out)
    return _clubs_table(raw, left_out)


def _clubs_table(raw: RawTable, left_out: Mapping[str, int]) -> OutcomeTable:
    places = _outcome_places(raw.headers)
    rest = [place for place in range(len(raw.headers)) if place not in places.values()]
    asked = RawTable(
        raw.cells[rest].set_axis(range(len(rest)), axis=1),
        tuple(raw.headers[place] for place in rest),
        epoch=raw.epoch,
    )
    columns = certain_columns(asked)
    answers = squad_frame(asked, columns, date.today())
    outcome = pd.DataFrame({what: raw.cells[place] for what, place in places.items()})
    named = {column.target for column in columns} & {"athlete", "first_name", "last_name"}
    if named and "athlete" not in outcome and "athlete" in answers:
        outcome["athlete"] = answers["athlete"]
    return OutcomeTable(
        outcome.fillna("").reset_index(drop=True),
        answers.reset_index(drop=True),
        left_out=left_out,
    )


def _outcome_of(header: str) -> str:
    plain = folded(re.sub(r"[_\s]+", " ", header).strip())
    return next((what for what, known in OUTCOME_HEADERS.items() if plain in known), "")


def _outcome_places(headers: Sequence[str]) -> dict[str, int]:
    """Which column says what; two that say the same are refused."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        if not (what := _outcome_of(header)):
            continue
        if what in places:
            both = [quoted(headers[at], 40) for at in (places[what], place)]
            raise RecordsError(
                f"Two columns say the same, {both[0]} and {both[1]} ({what}); keep one."
            )
        places[what] = place
    return places


def _without_plan(names: Sequence[str]) -> list[str]:
    """Headers without what the diary's export puts before those of the plan.

    What was done in the end stands beside what was planned there, under a name of its own.
    """
    planned = {n.removeprefix(_OF_THE_PLAN) for n in names if n.startswith(_OF_THE_PLAN)}
    return [
        f"done_{name}" if name in planned else name.removeprefix(_OF_THE_PLAN)
        for name in names
    ]


def _is_ours(names: Sequence[str]) -> bool:
    headers = {header.lower() for header in _without_plan([n.strip() for n in names])}
    required = {name for name, field in FIELDS.items() if field.required}
    said = set(map(_outcome_of, headers))
    known = "cramp" in headers or bool(headers & FIELDS.keys())
    return "cramp" in said and (required <= headers or ("probability" in said and known))


def _own_table(
    names: list[str],
    rows: list[list[str]],
    left_out: Mapping[str, int] | None = None,
) -> OutcomeTable:
    lower = [name.strip().lower() for name in names]
    headers = _without_plan(lower)
    places = _outcome_places(headers)
    if twice := [name for name, n in Counter(headers).items() if n > 1 and name]:
        raise RecordsError(f"Two columns are called {quoted(twice[0], 40)}; keep one.")
    width = len(headers)
    cells = [[*row, *[""] * (width - len(row))][:width] for row in rows]
    table = table_as_it_was(pd.DataFrame(cells, columns=headers, dtype=object))
    table.columns = pd.Index(headers)
    outcome = pd.DataFrame({what: table.iloc[:, place] for what, place in places.items()})
    is_diary = set(lower) >= _OF_A_DIARY or any(n.startswith(_OF_THE_PLAN) for n in lower)
    if "scorecard" in table:
        outcome["scorecard"] = table["scorecard"]
    return OutcomeTable(
        outcome,
        table[[name for name in table if name in FIELDS or name == DONE_DURATION]],
        of_one_person=is_diary and "athlete" not in outcome,
        left_out=left_out or {},
    )
