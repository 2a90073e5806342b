"""What differs between two scorecards, row by row, as data."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from riskmodel.scorecard.factors import Factor
from riskmodel.scorecard.points import Curve, to_half_points
from riskmodel.scorecard.rows import Scorecard

# Sentences, and what `RowChange.points` says.
_NOT_COMPARED = {"question", "reason", "departure", "covers", "knots", "levels"}


@dataclass(frozen=True)
class PointsChange:
    """Points at one place of a curve, or of one level, in both scorecards.

    Attributes
    ----------
    at : float or str
        The quantity, or the name of the level.
    before, after : float or None
        Points; None where the scorecard has no such level, or no such row.
    """

    at: float | str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class RowChange:
    """One row that differs.

    Attributes
    ----------
    before, after : Factor or None
        The row in both scorecards; None where it is missing.
    points : tuple of PointsChange
        Every knot or level of either, also those whose points stay.
    attributes : tuple of str
        Names of the other attributes of `Factor` that differ, sentences apart; empty
        for a row that was added or taken out.
    """

    before: Factor | None
    after: Factor | None
    points: tuple[PointsChange, ...]
    attributes: tuple[str, ...]

    @property
    def row(self) -> Factor:
        """The row as it is now, or as it was if it was taken out."""
        row = self.after or self.before
        assert row is not None
        return row


@dataclass(frozen=True)
class ScorecardChanges:
    """What differs between two scorecards.

    Attributes
    ----------
    before, after : Scorecard
    rows : tuple of RowChange
        Rows that differ, in the order of the new scorecard, then those taken out.
    grades : tuple of str
        Grades of evidence that shrink a published ratio, or doubt a weight, otherwise.
    """

    before: Scorecard
    after: Scorecard
    rows: tuple[RowChange, ...]
    grades: tuple[str, ...]


def compare_scorecards(before: Scorecard, after: Scorecard) -> ScorecardChanges:
    """Find the rows of two scorecards that differ in anything but their sentences.

    Parameters
    ----------
    before, after : Scorecard

    Returns
    -------
    ScorecardChanges

    Examples
    --------
    >>> from riskmodel import load_scorecard
    >>> compare_scorecards(load_scorecard(), load_scorecard()).rows
    ()
    """
    old = {row.name: row for row in (*before.factors, *before.named)}
    new = {row.name: row for row in (*after.factors, *after.named)}
    pairs = [(old.get(name), new.get(name)) for name in {**new, **old}]
    grades = {**after.shrink, **before.shrink}
    return ScorecardChanges(
        before,
        after,
        rows=tuple(
            RowChange(was, now, _points_changes(was, now), _attributes(was, now))
            for was, now in pairs
            if was is None or now is None or _facts(was) != _facts(now)
        ),
        grades=tuple(
            grade
            for grade in grades
            if before.shrink.get(grade) != after.shrink.get(grade)
            or before.doubt.get(grade) != after.doubt.get(grade)
        ),
    )


def _facts(row: Factor) -> Factor:
    """Row without its sentences."""
    levels = tuple(replace(level, departure="") for level in row.levels)
    return replace(row, levels=levels, question="", reason="", departure="", covers=())


def _attributes(before: Factor | None, after: Factor | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    names = [field.name for field in fields(Factor) if field.name not in _NOT_COMPARED]
    return tuple(n for n in names if getattr(before, n) != getattr(after, n))


def _points_changes(
    before: Factor | None, after: Factor | None
) -> tuple[PointsChange, ...]:
    was, now = _by_place(before), _by_place(after)
    if before and after and before.quantity != after.quantity:
        # A place on one scale is none on the other.
        gone = [PointsChange(at, points, None) for at, points in was.items()]
        return (*gone, *(PointsChange(at, None, points) for at, points in now.items()))
    if before and after and before.kind == after.kind == "curve":
        # Each curve has points at the knots of the other, too.
        at = sorted(float(knot.at) for knot in {*before.knots, *after.knots})
        was, now = _read(before, at), _read(after, at)
    return tuple(PointsChange(at, was.get(at), now.get(at)) for at in {**now, **was})


def _by_place(row: Factor | None) -> dict[float | str, float]:
    if row is None:
        return {}
    knots = [(knot.at, float(knot.points)) for knot in row.knots]
    return dict([*knots, *((level.level, float(level.points)) for level in row.levels)])


def _read(row: Factor, at: list[float]) -> dict[float | str, float]:
    curve = Curve([(knot.at, knot.points) for knot in row.knots])
    return dict(zip(at, to_half_points(curve(at)).tolist(), strict=True))
