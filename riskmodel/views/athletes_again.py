"""A list that is given again: what was said of it is not asked a second time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from riskmodel.squad.columns import Column, match_columns, with_unit
from riskmodel.views.state import AthletesFile, state


@dataclass
class SaidState:
    """What a person said of columns by their place, by all headers of their list.

    ``taken_over`` counts those that were taken over for the last list with them.
    """

    of_columns: dict[tuple[str, ...], dict[int, Column]] = field(default_factory=dict)
    taken_over: dict[tuple[str, ...], int] = field(default_factory=dict)


def remember(file: AthletesFile) -> None:
    """Remember what a person said of columns, for a list with the same headers."""
    read = zip(file.columns, match_columns(file.raw), strict=True)
    said = {
        column.place: column
        for column, own in read
        if own.question or (own.target, own.unit) != (column.target, column.unit)
    }
    state(SaidState).of_columns[file.raw.headers] = said


def as_said_before(file: AthletesFile) -> AthletesFile:
    """A file with what was said of the columns of a list with the same headers."""
    said, raw = state(SaidState).of_columns.get(file.raw.headers, {}), file.raw
    columns = list(file.columns)
    for place, then in said.items():
        now = with_unit(Column(place, then.header, then.target), raw)
        if then.unit and now.unit not in ("", then.unit):
            doubt = f"It was {then.unit} before, the cells look like {now.unit}."
            columns[place] = replace(now, unit="", unit_doubt=doubt)
        else:
            columns[place] = replace(now, unit=then.unit or now.unit)
    taken = sum(not columns[place].question for place in said)
    state(SaidState).taken_over[raw.headers] = taken
    return replace(file, columns=columns)


def told(file: AthletesFile) -> list[str]:
    """Say what of a list with the same headers was taken over, nothing if none was."""
    if not (n := state(SaidState).taken_over.get(file.raw.headers, 0)):
        return []
    columns = "1 column means" if n == 1 else f"{n} columns mean"
    return [f"As you said before, of a list with these headers: what {columns}."]
