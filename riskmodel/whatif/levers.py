"""The levers: what a person can change about a session, one row each.

A lever looks at the plan and says which answers it would change, or None where it
does not apply.  What the change is worth is counted elsewhere, by the whole chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from riskmodel.inputs import units
from riskmodel.whatif import steps
from riskmodel.whatif.drinking import LOSS_TO_STAY_BELOW_PCT, MOST_DRINK_L_H
from riskmodel.whatif.seen import Plan
from riskmodel.whatif.steps import Changes

When = Literal["now", "weeks"]


@dataclass(frozen=True)
class Amount:
    """A quantity in the words of a lever, in the project's unit.

    A difference has no zero of its own: 5 °C less are 9 °F less.
    """

    value: float
    unit: str
    difference: bool = False

    def text(self, chosen: units.Chosen) -> str:
        """Write it in the chosen unit."""
        if not self.difference:
            return units.text(self.value, self.unit, chosen)
        unit = units.unit_of(self.unit, chosen)
        return f"{round(self.value * unit.factor, unit.decimals):g} {unit.label}"


@dataclass(frozen=True)
class Lever:
    """One thing to change.

    Attributes
    ----------
    name : str
    label_template, sentence_template : str
        What to do, and more about it, with the names of `amounts` in braces.
    when : {"now", "weeks"}
        For this session, or over the weeks before one like it.
    covers : str
        The piece of advice it stands for, see ``data/README.md``.
    change : callable
        From a plan to the answers to set, or None.
    amounts : mapping of str to Amount
    for_safety : bool
        Shown even if it saves no points.
    underway : bool
        Whether it can still be taken up after the start.
    """

    name: str
    label_template: str
    sentence_template: str
    when: When
    covers: str
    change: Callable[[Plan], Changes]
    amounts: Mapping[str, Amount] = field(default_factory=dict, hash=False)
    for_safety: bool = False
    underway: bool = False

    @property
    def label(self) -> str:
        """What to do, in a few words and the project's units."""
        return self.worded(self.label_template, {})

    @property
    def sentence(self) -> str:
        """More about it, in the project's units."""
        return self.worded(self.sentence_template, {})

    def worded(self, template: str, chosen: units.Chosen) -> str:
        """Fill in the amounts in the chosen units."""
        return template.format(**{n: a.text(chosen) for n, a in self.amounts.items()})


_PACE_LABEL = "Pace yourself one step easier"
# safer22-onset, ironman-survey-onset, manjra-1996-circumstances and, on the start,
# schwellnus-2011-56km-pace
_PACE = (
    "Start no faster than planned and keep something in hand for the last third, when most "
    "cramps of races begin. One step down on the scale of 10, and one below your usual "
    "effort if you gave that."
)

LEVERS = (
    Lever(
        "cooler",
        "Start when it is {cooler} cooler",
        "Often early in the morning or late in the evening. The air then holds the same "
        "vapour, so its humidity is higher.",
        "now",
        "P7",
        steps.cooler,
        {"cooler": Amount(steps.COOLER_C, "°C", difference=True)},
    ),
    Lever(
        "shade",
        "Stay in the shade",
        "Choose a shaded route or field.",
        "now",
        "P7",
        steps.shade,
        underway=True,
    ),
    Lever(
        "indoors",
        "Go indoors, at {indoor} with a fan",
        "On a treadmill, a trainer or in a cool hall.",
        "now",
        "P7",
        steps.indoors,
        {"indoor": Amount(steps.INDOOR_C, "°C")},
    ),
    Lever(
        "shorter",
        "Make it a quarter shorter",
        "Most cramps of races begin late.",
        "now",
        "P5",
        steps.shorter,
        underway=True,
    ),
    Lever(
        "easier",
        "Go two steps easier",
        "Two steps down on the scale of 10, and one below your usual effort if you gave "
        "that.",
        "now",
        "P5",
        lambda plan: None if plan.race else steps.easier(plan),
        underway=True,
    ),
    Lever(
        "pace",
        _PACE_LABEL,
        f"{_PACE} The way is the same, so it takes longer, and that is counted.",
        "now",
        "P5",
        steps.pace,
        underway=True,
    ),
    Lever(
        "pace_same_time",
        _PACE_LABEL,
        f"{_PACE} Where it then takes longer, that is not counted here.",
        "now",
        "P5",
        steps.pace_same_time,
        underway=True,
    ),
    Lever(
        "drink",
        "Drink enough",
        f"Enough to lose at most {LOSS_TO_STAY_BELOW_PCT:g} % of your body mass, but no "
        "more than people sweat who sweat little, and at most {most}. Spread it up to the "
        "end, when most cramps of races begin. Weigh yourself before and after to learn "
        "your own sweat rate. Thirst is a good guide, afterwards too. The evidence is "
        "contested.",
        "now",
        "P1",
        steps.drink,
        {"most": Amount(MOST_DRINK_L_H, "l/h")},
        underway=True,
    ),
    Lever(
        "drink_less",
        "Plan to drink less",
        "Not more than you are likely to sweat: too much fluid can be dangerous.",
        "now",
        "P1",
        steps.drink_less,
        for_safety=True,
        underway=True,
    ),
    Lever(
        "salt",
        "Put salt in the drink",
        "As much as in a usual sports drink. The evidence is contested.",
        "now",
        "P2",
        steps.salt,
        underway=True,
    ),
    Lever(
        "hydrate",
        "Drink before the start",
        "Over the hours before, until your urine is pale. The evidence is contested.",
        "now",
        "P1",
        steps.hydrate,
    ),
    Lever(
        "warm_up",
        "Warm up for 10 minutes",
        "Easy movement before the main effort. No trial of it against cramps was found.",
        "now",
        "P3",
        steps.where("warm_up", warm_up_min=steps.WARM_UP_MIN),
    ),
    Lever(
        "stretch",
        "Stretch",
        "The muscles that you use. The evidence is weak.",
        "now",
        "P4",
        steps.where("stretching", stretching="yes"),
    ),
    Lever(
        "rest",
        "Rest a day first",
        "One day later: a rest day more, a hard session fewer, and soreness two steps "
        "lower.",
        "now",
        "P6",
        steps.rest,
    ),
    Lever(
        "sleep",
        f"Sleep {steps.SLEEP_H:g} hours the night before",
        "Short sleep carries a few points.",
        "now",
        "P6",
        steps.where("sleep", sleep_h=steps.SLEEP_H),
    ),
    Lever(
        "alcohol",
        "No alcohol the day before",
        "It carries one point.",
        "now",
        "P1",
        steps.where("alcohol", alcohol_24h="no"),
    ),
    Lever(
        "build_up",
        "Build up to this duration",
        "Lengthen your longest session step by step until one like this is familiar.",
        "weeks",
        "P5",
        steps.build_up,
    ),
    Lever(
        "regular",
        f"Train {steps.SESSIONS_PER_WEEK:g} times a week",
        "Regular weeks before a long day.",
        "weeks",
        "P5",
        steps.where("training_frequency", sessions_per_week=steps.SESSIONS_PER_WEEK),
    ),
    Lever(
        "strength",
        "Train strength every week",
        "For the muscles that you use.",
        "weeks",
        "P5",
        steps.where("strength_training", strength_training="yes"),
    ),
    Lever(
        "acclimatise",
        f"Acclimatise: {steps.HEAT_DAYS:g} days of training in such heat",
        "Most of the adaptation comes within one to two weeks.",
        "weeks",
        "P7",
        steps.acclimatise,
    ),
)
"""Every lever.  How strongly each acts is not said here but counted by the chain."""

FOR_ALL = frozenset({"cooler", "shade", "indoors", "shorter", "easier", "warm_up"})
FOR_ALL |= {"pace", "pace_same_time"}
"""Levers that a coach can pull for everybody at once."""
