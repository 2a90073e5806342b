"""Reasons to stop and think that no number of points may outweigh.

Each guard is a condition on a planned session and the sentence to show for it,
before any score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import UNKNOWN, is_one_of
from riskmodel.physiology.plan import contradicted
from riskmodel.scoring.bits import as_bits

HIGH_WBGT_C = 30.0
EXTREME_WBGT_C = 32.0
"""Above the first, training stops for those not used to heat; above the second, for all.

American College of Sports Medicine, 2007, as reprinted in J. Athl. Train. 51(8),
2016, doi:10.4085/1062-6050-51.8.08; its 32.2 °C is rounded to the safe side.
"""
WARM_WATER_C = 31.0
"""Limit of World Aquatics (FINA) for open-water races; Chalmers et al. 2021, Front.
Physiol., doi:10.3389/fphys.2021.785399, says that its physical basis is unclear. [°C]"""
ADULT_AGE_YEARS = 18
MOST_LOSS_PCT = 10.0
"""Losses of body mass above this are not survived in practice; our judgement. [%]"""
HEAT_BANDS = (
    (18.3, "no limit"),
    (27.8, "no limit if used to heat; others rest more as it gets warm"),
    (HIGH_WBGT_C, "hot: rest more, and limit hard effort unless used to heat"),
    (EXTREME_WBGT_C, "very hot: only if used to heat, and then easier and shorter"),
    (math.inf, "extreme: do not train"),
)
"""What a WBGT up to each limit means for training, from the same table. [°C]"""

ACCLIMATISED_DAYS = 10
"""Days of training in heat after which somebody counts as used to it.

Our judgement from the 5 to 14 days that reviews give; unknown counts as not used to it.
"""

_YES_SEEN = FIELDS["red_flags_seen"].codes["yes"]
_YES_ILL = FIELDS["illness_24h"].codes["yes"]

_NO_EXERCISE = [FIELDS["sport"].codes[name] for name in ("work", "standing")]

Columns = Mapping[str, NDArray[Any]]

RED_FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "swollen_calf": "Pain in a limb with swelling, warmth or redness can be a blood "
        "clot. Do not massage or stretch it and do not train; get medical care today.",
        "swelling_or_bruising": "Swelling, bruising or a limb that does not carry you, or "
        "that you cannot use, can mean a torn muscle. Do not train; have it examined.",
        "severe_pain_or_weakness": "Severe pain or weakness can be more than a cramp. Do "
        "not train; get medical care now.",
        "hard_to_move": "A limb that is hard to move can mean an injury, or a nerve. Do "
        "not train; have it examined.",
        "lasting_days": "A cramp ends within minutes. What lasts for days should be "
        "examined before you train.",
        "several_muscles": "Cramps in more than one muscle at once can have a cause in the "
        "whole body. Do not train; have it looked at.",
        "hinders_daily_life": "Cramps that get in the way of daily life or of walking need "
        "a doctor before you train.",
        "frequent_or_several": "Cramps that are frequent or come in more than one muscle "
        "can have a cause that a doctor should look for. They are asked apart now: say "
        "which of the signs it is.",
        "fever_numbness_tingling": "Cramps with fever, numbness or tingling need a doctor "
        "before you train.",
        "calf_with_exercise": "Cramps in a limb that come each time with exercise and go "
        "with rest can come from the circulation. Have it looked at before you train on.",
        "twitching_with_weakness": "Twitching that does not stop, together with weakness, "
        "should be seen by a doctor.",
    }
)
"""What to do about each red flag, by its name in `riskmodel.inputs.fields.FIELDS`.

In the main what five lay articles on cramps agree on; the wording is ours.
"""
_RED_FLAGS_TO_A_COACH: Mapping[str, str] = MappingProxyType(
    {
        "swollen_calf": "Pain in a limb with swelling, warmth or redness can be a blood "
        "clot. No massage, no stretching and no training; medical care today.",
        "swelling_or_bruising": "Swelling, bruising or a limb that cannot take weight or "
        "be used can mean a torn muscle. No training; have it examined.",
        "severe_pain_or_weakness": "Severe pain or weakness can be more than a cramp. No "
        "training; medical care now.",
        "hard_to_move": "A limb that is hard to move can mean an injury, or a nerve. No "
        "training; have it examined.",
        "lasting_days": "A cramp ends within minutes. What lasts for days should be "
        "examined before any training.",
        "several_muscles": "Cramps in more than one muscle at once can have a cause in the "
        "whole body. No training; have it looked at.",
        "hinders_daily_life": "Cramps that get in the way of daily life or of walking need "
        "a doctor before any training.",
        "frequent_or_several": "Cramps that are frequent or come in more than one muscle "
        "can have a cause that a doctor should look for. Ask which of the two it is.",
        "fever_numbness_tingling": "Cramps with fever, numbness or tingling need a doctor "
        "before any training.",
        "calf_with_exercise": "Cramps in a limb that come each time with exercise and go "
        "with rest can come from the circulation. Have it looked at before any more "
        "training.",
    }
)
"""The same to a coach, where the first speaks to the athlete."""


@dataclass(frozen=True)
class Guard:
    """What to say where a condition holds; see `riskmodel.scoring.guards.GUARDS`."""

    name: str
    sentence: str
    coach_sentence: str = ""  # to who looks after the athlete; empty if it is the same
    private: bool = False  # it tells a health answer
    urgent: bool = False  # it speaks against any training now
    about_heat: bool = False  # it is about the weather of the session
    calm: bool = False  # a word for later, which says nothing against this session

    def __str__(self) -> str:
        return self.sentence

    @property
    def to_coach(self) -> str:
        """The sentence for who looks after the athlete."""
        return self.coach_sentence or self.sentence


Condition = Callable[[Columns], NDArray[np.bool_]]
_Rule = tuple[Guard, Condition]


def _rule(
    name: str, applies: Condition, sentence: str, to_coach: str = "", **attributes: bool
) -> _Rule:
    # The condition stands beside the guard, which is data that can be sent and stored.
    return Guard(name, sentence, to_coach, **attributes), applies


def _lists(quantity: str, item: str) -> Condition:
    bit = 1 << FIELDS[quantity].codes[item]
    # Unknown is -1, all bits set, and must not count as named.
    return lambda columns: (columns[quantity] > 0) & (columns[quantity] & bit > 0)


def _frequent(*courses: str | None) -> Condition:
    """Cramps in so many sessions that they are frequent, and how that came to be."""
    codes = FIELDS["frequent_cramps"].codes
    named = [UNKNOWN if course is None else codes[course] for course in courses]
    often = FIELDS["cramp_sessions_12mo"].codes["6+"]
    return lambda columns: (
        (columns["cramp_sessions_12mo"] == often)
        & is_one_of(columns["frequent_cramps"], named)
    )


def _red_flag(item: str) -> Condition:
    named = _lists("red_flags", item)
    return lambda columns: named(columns) & ~_seen(columns)


def _seen(columns: Columns) -> NDArray[np.bool_]:
    seen: NDArray[np.bool_] = columns["red_flags_seen"] == _YES_SEEN
    return seen


def _high_heat(columns: Columns, *, used_to_it: bool) -> NDArray[np.bool_]:
    wbgt_c = columns["wbgt_c"]
    used: NDArray[np.bool_] = columns["heat_days_14d"] >= ACCLIMATISED_DAYS
    very_hot: NDArray[np.bool_] = (wbgt_c > HIGH_WBGT_C) & (wbgt_c <= EXTREME_WBGT_C)
    return very_hot & (used if used_to_it else ~used)


# Those about the person come first and hold for sessions that cannot be scored too.
_OF_THE_PERSON = (
    *(
        _rule(
            *(name, _red_flag(name), text, _RED_FLAGS_TO_A_COACH.get(name, "")),
            private=True,
            urgent=True,
        )
        for name, text in RED_FLAGS.items()
    ),
    _rule(
        "red_flag_seen",
        lambda columns: (columns["red_flags"] > 0) & _seen(columns),
        "You say that a doctor has looked at your warning sign and that you may train. "
        "Do what they told you, and stop if it comes back.",
        "A doctor is said to have looked at the warning sign and to allow training: keep "
        "to what was said, and stop if it comes back.",
        private=True,
    ),
    _rule(
        "illness",
        lambda columns: columns["illness_24h"] == _YES_ILL,
        "With fever, vomiting or diarrhoea do not train: wait until you have been well "
        "for a day. The number does not know about it.",
        "With fever, vomiting or diarrhoea no training: wait until well for a day.",
        private=True,
        urgent=True,
    ),
)

_RULES = (
    *_OF_THE_PERSON,
    _rule(
        "extreme_heat",
        lambda columns: columns["wbgt_c"] > EXTREME_WBGT_C,
        "In this heat the danger is heat illness, not cramp: move the session to a "
        "cooler time or place, or cancel it.",
        urgent=True,
        about_heat=True,
    ),
    _rule(
        "high_heat",
        lambda columns: _high_heat(columns, used_to_it=False),
        "For people who are not used to heat this is too hot to train: choose a cooler "
        "time or place. Heat illness is the danger here, more than cramp.",
        about_heat=True,
    ),
    _rule(
        "high_heat_used_to",
        lambda columns: _high_heat(columns, used_to_it=True),
        "This is very hot even for people who are used to heat: go easier and shorter, "
        "and watch for signs of heat illness.",
        about_heat=True,
    ),
    _rule(
        "warm_water",
        lambda columns: columns["water_temperature_c"] > WARM_WATER_C,
        "World Aquatics holds no open-water race in water above 31 °C: choose cooler "
        "water, or swim easier and shorter. Heat illness is the danger here, more than "
        "cramp.",
        about_heat=True,
    ),
    _rule(
        "over_drinking",
        lambda columns: columns["drinking_exceeds_sweat"] > 0,
        "You plan to drink more than you are likely to sweat. Too much fluid can be "
        "dangerous: plan less, and drink to thirst.",
        "More drinking is planned than is likely to be sweated. Too much fluid can be "
        "dangerous: plan less, and drinking to thirst.",
    ),
    _rule(
        "impossible_loss",
        lambda columns: columns["body_mass_loss_pct"] > MOST_LOSS_PCT,
        "By these answers you would lose more than a tenth of your body mass: check the "
        "duration, the drinking and the sweat rate.",
        "By these answers more than a tenth of the body mass would be lost: check the "
        "duration, the drinking and the sweat rate.",
    ),
    _rule(
        "circulation",
        _lists("conditions", "poor_circulation"),
        "Calf pain that comes with exercise and goes with rest can come from the "
        "circulation: have it looked at before you train on.",
        "Calf pain that comes with exercise and goes with rest can come from the "
        "circulation: have it looked at before any more training.",
        private=True,
    ),
    _rule(
        "sickle_cell_trait",
        _lists("conditions", "sickle_cell_trait"),
        "Sickle cell trait: a collapse in hard effort is no cramp and an emergency. Build "
        "up slowly, rest when you need to, and let somebody call for help at once.",
        "Sickle cell trait: a collapse in hard effort is no cramp and an emergency. Build "
        "up slowly, allow rest when it is asked for, and call for help at once.",
        private=True,
    ),
    _rule(
        "frequent_cramps",
        _frequent(None, "as_before"),
        "Six or more sessions with a cramp in a year are worth a word with a doctor, who "
        "can look for a cause; sooner if they are new, or more than before.",
        private=True,
        calm=True,
    ),
    _rule(
        "frequent_cramps_new",
        _frequent("new", "more"),
        "Cramps this often that are new, or more than before, can have a cause: see a "
        "doctor about them soon, and go easy until then.",
        "Cramps this often that are new, or more than before, can have a cause: a doctor "
        "should look at them soon; easy training until then.",
        private=True,
    ),
    _rule(
        "pregnancy",
        lambda columns: columns["pregnancy_trimester"] > 0,
        "In pregnancy, talk about this session with your doctor or midwife first.",
        "In pregnancy, a doctor or midwife should hear of this session first.",
        private=True,
    ),
    _rule(
        "pregnancy_contradicted",
        lambda columns: columns[contradicted("pregnancy_trimester")],
        "The answers say male and pregnant: which is right? Pregnancy counts no points "
        "here. If you are pregnant, talk about this session with your doctor or midwife.",
        "The answers say male and pregnant: which is right? Pregnancy counts no points "
        "here. In pregnancy, a doctor or midwife should hear of this session first.",
        private=True,
    ),
    _rule(
        "no_exercise",
        lambda columns: is_one_of(columns["sport"], _NO_EXERCISE),
        "No study of these cramps is about work or standing: the number is that of a "
        "session as long and as hard, and less sure.",
    ),
    _rule(
        "under_18",
        lambda columns: columns["age_years"] < ADULT_AGE_YEARS,
        "Under 18: plan this session together with a parent or coach. Hardly any study "
        "of cramps is about young athletes.",
        "Under 18: hardly any study of cramps is about young athletes, so that the number "
        "is less sure.",
    ),
    _rule(
        "under_18_sweat",
        lambda columns: (
            (columns["age_years"] < ADULT_AGE_YEARS)
            & np.isnan(columns["body_mass_kg"])
            & np.isnan(columns["measured_sweat_rate_l_h"])
        ),
        "Under 18 and without a body mass: the sweat is that of an adult.",
    ),
)
GUARDS, CONDITIONS = zip(*_RULES, strict=True)
"""Every guard, those about the person first, and where each applies."""
URGENT_BITS = sum(1 << i for i, guard in enumerate(GUARDS) if guard.urgent)
"""Those that speak against any training now, as a set of bits."""
STOP_BITS = sum(1 << i for i, guard in enumerate(GUARDS) if guard.urgent and guard.private)
"""Those of them about the person: whoever has one must not start, in any weather."""
BITS_OF_THE_PERSON = (1 << len(_OF_THE_PERSON)) - 1
"""The guards that hold whether or not a session can be scored."""


def heat_band(wbgt_c: float) -> str:
    """Say what a WBGT means for training; nothing of one that is unknown (NaN).

    Examples
    --------
    >>> heat_band(32.1)
    'extreme: do not train'
    """
    return next((words for limit, words in HEAT_BANDS if wbgt_c <= limit), "")


def guard_bits(columns: Columns) -> NDArray[np.int64]:
    """Find the guards that apply.

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n_sessions,)
        Answers and quantities of the sessions.

    Returns
    -------
    ndarray of int, shape (n_sessions,)
        A set of bits, in the order of `GUARDS`.
    """
    # Warning signs are rare: most blocks of sessions have none to look through.
    first = 0 if (columns["red_flags"] > 0).any() else len(RED_FLAGS)
    return as_bits([applies(columns) for applies in CONDITIONS[first:]]) << first


def guards_in(bits: int) -> tuple[Guard, ...]:
    """Guards in a set of bits, in the order of `GUARDS`."""
    return tuple(guard for i, guard in enumerate(GUARDS) if bits >> i & 1)


def of_each(bits: NDArray[np.int64]) -> NDArray[np.object_]:
    """Guards of each session: an array of tuples."""
    patterns, which = np.unique(bits, return_inverse=True)
    distinct = np.fromiter(map(guards_in, patterns.tolist()), object, len(patterns))
    return distinct[which]


def guard_texts(bits: NDArray[np.int64]) -> ExtensionArray:
    """Sentences of the guards of each session as one text."""
    which, patterns = pd.factorize(bits)
    texts = [joined(guards_in(int(pattern))) for pattern in patterns]
    return pd.array(texts, dtype="str").take(which)


def joined(guards: Iterable[Guard]) -> str:
    """Sentences of guards as one text."""
    return " ".join(map(str, guards))
