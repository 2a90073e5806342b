"""What changed between two scorecards, in words: for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from riskmodel.inputs.fields import DERIVED, FIELDS
from riskmodel.reporting.lines import points_text, wrapped
from riskmodel.scorecard.changes import RowChange, ScorecardChanges
from riskmodel.scorecard.factors import Factor, OnlyIf, Shift

_ATTRIBUTES: Mapping[str, str] = {
    "label": "Name",
    "kind": "Kind",
    "quantity": "Reads",
    "direction": "Direction",
    "grade": "Grade",
    "cap": "At most, in points",
    "shift": "Taken off first",
    "only_if": "Counts only with",
    "of_the_day": "Counts for the day",
    "judgement": "Size by our judgement",
    "evidence": "Sources",
}
NOTHING = "Nothing differs that a calculation reads."
_NONE = "\N{EN DASH}"


def change_lines(changes: ScorecardChanges) -> Iterator[str]:
    """Lay out for a terminal what differs between two scorecards.

    Yields
    ------
    str
        Lines: both scorecards, then every row that differs with its points before and
        after, and the sentences of the new row.
    """
    before, after = changes.before, changes.after
    yield f"Before: {before.title}, version {before.version} ({before.fingerprint})"
    yield f"After:  {after.title}, version {after.version} ({after.fingerprint})"
    if not changes.rows and not changes.grades:
        yield ""
        yield NOTHING
    for note in grade_notes(changes):
        yield from wrapped(note, "  ")
    for row in changes.rows:
        yield ""
        yield f"== {row.row.name}: {row.row.label}"
        for note in change_notes(row):
            yield from wrapped(f"  {note}", "    ")
        if row.points:
            yield f"    {place_heading(row):<50}{'before':>8}{'after':>8}"
        for place, was, now in points_rows(row):
            yield f"    {place:<50}{was:>8}{now:>8}"
        for sentence in change_sentences(row):
            yield from wrapped(f"  {sentence}", "    ")


def grade_notes(changes: ScorecardChanges) -> list[str]:
    """Say which grades of evidence count otherwise than before."""
    before, after = changes.before, changes.after
    return [
        f"Grade {grade}, {what}: was {_plain(was.get(grade))}, is {_plain(now.get(grade))}."
        for grade in changes.grades
        for what, was, now in (
            ("exponent of a published ratio", before.shrink, after.shrink),
            ("doubt of a weight", before.doubt, after.doubt),
        )
        if was.get(grade) != now.get(grade)
    ]


def change_notes(row: RowChange) -> list[str]:
    """Say what changed of a row besides its points."""
    if row.before is None:
        return ["New row."]
    if row.after is None:
        return ["Taken out."]
    notes = [
        f"{_ATTRIBUTES[name]}: "
        f"{_was_and_is(getattr(row.before, name), getattr(row.after, name))}."
        for name in row.attributes
    ]
    if not notes and all(place.before == place.after for place in row.points):
        notes.append("The points stay; ratios, grades or sources of single places changed.")
    return notes


def place_heading(row: RowChange) -> str:
    """Name what stands before the points: the quantity of a curve with its unit."""
    name = row.row.quantity
    field = FIELDS.get(name)
    if row.row.kind != "curve":
        return "Answer"
    unit = DERIVED.get(name) or (field.unit if field else "")
    return f"{name}, {unit}".removesuffix(", ")


def points_rows(row: RowChange) -> list[tuple[str, str, str]]:
    """Place, points before and points after, of every knot or level of a row."""
    return [
        (_place(row, place.at), _points(place.before), _points(place.after))
        for place in row.points
    ]


def change_sentences(row: RowChange) -> list[str]:
    """Sentences of the new row that say why, and how its points were reckoned."""
    if row.after is None:
        return []
    changed = {place.at for place in row.points if place.before != place.after}
    of_levels = [
        f"{_level(row.after, level.level)}: {level.departure}"
        for level in row.after.levels
        if level.departure and level.level in changed
    ]
    return [s for s in (row.after.reason, row.after.departure, *of_levels) if s]


def _was_and_is(was: Any, now: Any) -> str:
    if not isinstance(was, tuple):
        return f"was {_plain(was)}, is {_plain(now)}"
    gone, new = ([n for n in a if n not in b] for a, b in ((was, now), (now, was)))
    parts = (("new", new), ("taken out", gone))
    told = [f"{what} {', '.join(names)}" for what, names in parts if names]
    return "; ".join(told) or "another order"


def _place(row: RowChange, at: float | str) -> str:
    return f"{at:g}" if isinstance(at, float | int) else _level(row.row, at)


def _level(row: Factor, level: str) -> str:
    """Name a level as the question does; one that is no longer asked as the file does."""
    field = FIELDS.get(row.quantity)
    return level if field is None else field.levels.get(level, level)


def _points(points: float | None) -> str:
    return _NONE if points is None else points_text(points)


def _plain(value: Any) -> str:
    """Write an attribute of a row."""
    if isinstance(value, Shift):
        return f"{value.per_unit:g} for each of {value.quantity}, at most {value.limit:g}"
    if isinstance(value, OnlyIf):
        return f"{value.quantity} {' or '.join(value.any)}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value}"
