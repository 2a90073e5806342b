"""A whole scorecard: its rows, checked, with the file that it was read from.

Ten points double the odds of a cramp.  The weights are in ``data/scorecard.toml``;
nothing here knows one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from riskmodel.inputs.results import ShortRepr
from riskmodel.scorecard.by_hand import change_points
from riskmodel.scorecard.factors import Factor
from riskmodel.scorecard.parts import ScorecardError, fingerprint_of, read_parts


@dataclass(frozen=True, repr=False)
class Scorecard(ShortRepr):
    """All rows of a scorecard file, checked.

    Attributes
    ----------
    title, version : str
    shrink, doubt : mapping of str to float
        By grade of evidence: the exponent of a published ratio, and one standard
        deviation of a weight as a share of its points.
    factors, named : tuple of Factor
        Rows that count points, and rows that are only named.
    fingerprint : str
        Changes with anything that a calculation reads.
    adds_to : str
        The version of which it changes no number, and only adds answers; else empty.
    toml : str
        The file, to be written, changed and read again.
    """

    title: str
    version: str
    shrink: Mapping[str, float]
    doubt: Mapping[str, float]
    factors: tuple[Factor, ...]
    named: tuple[Factor, ...]
    fingerprint: str
    adds_to: str = ""
    toml: str = field(default="", compare=False, repr=False)

    @property
    def citation(self) -> str:
        """Name to cite: the version, and the fingerprint that no other card has."""
        return f"{self.version} ({self.fingerprint})"

    @property
    def duration_place(self) -> int | None:
        """Where the curve in the session's duration stands among the factors."""
        for place, factor in enumerate(self.factors):
            if factor.kind == "curve" and factor.quantity == "duration_min":
                return place
        return None

    def __getitem__(self, name: str) -> Factor:
        """Return the factor called `name`; KeyError if there is none."""
        for factor in (*self.factors, *self.named):
            if factor.name == name:
                return factor
        raise KeyError(f"The scorecard has no factor {name!r}.")

    def with_points(
        self,
        factor: str,
        *,
        points: int,
        at: float | None = None,
        level: str | None = None,
    ) -> Scorecard:
        """Change the points of one knot or one answer, and give it a name of its own.

        The ratio follows from the points, the row's ``departure`` says that they were
        changed by hand, and the changed card keeps the rules of a file.  It has no
        calibration: without one there are points and no probability, until
        `riskmodel.calibration.fit.calibrate` makes one.

        Parameters
        ----------
        factor : str
            Name of a row that counts points.
        points : int
            From 0 to 100; ten points double the odds.  One knot or level of every row
            that is no list keeps 0 points.
        at : float, optional
            Knot of a curve, in the unit of its quantity.
        level : str, optional
            Answer, or item of a list.

        Returns
        -------
        Scorecard
            Its version names the change, such as "2027.1 + heat at 28: 12".

        Raises
        ------
        ScorecardError
            A ValueError: no such row, knot or level, or points that break a rule.  The
            message names what is allowed.

        Examples
        --------
        >>> from riskmodel import assess, load_scorecard
        >>> from riskmodel.datasets import load_examples
        >>> card = load_scorecard("2027.1").with_points("heat", at=28, points=12)
        >>> card.version, card["heat"].knots[4].ratio
        ('2027.1 + heat at 28: 12', 2.297)
        >>> race = load_examples()["Hot 10 km race"]
        >>> more = assess(race, card).total_points - assess(race).total_points
        >>> more > 0
        True
        """
        return read_scorecard(
            change_points(self.toml, factor, points=points, at=at, level=level)
        )


def read_scorecard(toml: str, where: str = "The scorecard") -> Scorecard:
    """Check a scorecard that is at hand as text.

    Parameters
    ----------
    toml : str
        Laid out like ``data/scorecard.toml``.
    where : str, optional
        What a message calls it.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScorecardError
        If it is no TOML, or a row breaks a rule.

    Examples
    --------
    >>> from riskmodel import load_scorecard
    >>> read_scorecard(load_scorecard().toml) == load_scorecard()
    True
    """
    try:
        raw = tomllib.loads(toml)
    except (ValueError, RecursionError) as error:
        raise ScorecardError(f"{where} is not TOML: {error}.") from None
    try:
        return scorecard_of(raw, toml)
    except RecursionError:
        raise ScorecardError(f"{where} has a table in a table too often.") from None


def scorecard_of(raw: Mapping[str, Any], toml: str = "") -> Scorecard:
    """A scorecard of the table that its file holds."""
    parts = read_parts(raw)
    return Scorecard(
        title=str(parts.title),
        version=str(parts.version),
        adds_to=parts.adds_to,
        shrink=parts.shrink,
        doubt=parts.doubt,
        factors=tuple(factor for factor in parts.factor if factor.kind != "named"),
        named=tuple(factor for factor in parts.factor if factor.kind == "named"),
        fingerprint=fingerprint_of(raw),
        toml=toml,
    )
