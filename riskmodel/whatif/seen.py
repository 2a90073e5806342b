"""What a lever may look at: the plan, and what the chain made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import UNKNOWN
from riskmodel.physiology.plan import is_indoors


@dataclass(frozen=True)
class Plan:
    """What a lever may look at.

    Attributes
    ----------
    given : mapping of str to answer
        Checked answers: numbers, level names, lists of items.
    points : mapping of str to float
        Points of every factor.
    physiology : mapping of str to float
        As in `riskmodel.Assessment`.
    """

    given: Mapping[str, Any]
    points: Mapping[str, float]
    physiology: Mapping[str, float]

    @property
    def race(self) -> bool:
        """Whether its date and length are set by somebody else."""
        return bool(self.given.get("competition") == "yes")

    @property
    def inside(self) -> bool:
        """Whether it is in a hall, by what was said or else by the sport."""
        codes = (
            FIELDS[n].codes.get(self.given.get(n, ""), UNKNOWN) for n in ("sky", "sport")
        )
        return bool(is_indoors(*codes))

    def asked(self, name: str) -> bool:
        """Whether a question means anything for this session."""
        return FIELDS[name].asked_of(self.given)

    def says(self, name: str, *items: str) -> bool:
        """Whether any of these was chosen."""
        answer = self.given.get(name, ())
        return not {*items}.isdisjoint([answer] if isinstance(answer, str) else answer)
