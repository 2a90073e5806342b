"""Every question the product asks, once: name, unit, range, levels and words.

Validation, the form, the CSV template, the JSON Schema and the tests' random
sessions all read this table.  Names carry units; they are the columns of a CSV
file and the keys of a JSON session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from riskmodel.datasets import read_table

Kind = Literal["number", "level", "levels", "time", "text"]

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "before": "Before you start",
        "plan": "The session",
        "weather": "Weather",
        "today": "Today",
        "conditioning": "Training",
        "athlete": "You and your health",
    }
)
"""Groups in the order in which they are asked, with their headings."""

_PRIVATE_GROUPS = ("before", "today", "athlete")


@dataclass(frozen=True)
class Settled:
    """Another answer that leaves nothing to ask.

    Attributes
    ----------
    by : str
        The other question, one level of some.
    levels : frozenset of str or None
        Its answers that settle this question; None where it is open itself.
    answer : str, optional
        The level that an open answer then counts as; an answer of one's own stands.
        None: the question says nothing then, whatever is answered.
    instead : bool
        Whether another answer of one's own contradicts it: it is asked about, and the
        level counts instead.
    """

    by: str
    levels: frozenset[str | None]
    answer: str | None = None
    instead: bool = False


@dataclass(frozen=True)
class Field:
    """One question: what it is called, how it is asked and what it may hold.

    Attributes
    ----------
    name, group, label, kind, help, unit, low, high, step, levels, required
        How it is asked, and what it may hold.
    in_brief : mapping of str to str
        For each level a few words, for a sentence that names all of them.
    broader : mapping of str to str
        For a level that says more than another one, that other one.  What was answered
        with the broader one stays so: it says neither narrower one.
    retired : frozenset of str
        Levels of before, which are read and count as they did, and are offered no more.
    of_the_day : bool
        About this day alone: weather, drinking, rest.  Not open in ideal conditions.
    same_for_squad : bool
        The same for all who are there: a plan goes before an athlete's own answer.
    public : bool
        May be shown although its group may not.
    measured : bool
        A measurement in place of a prediction: left out, nothing is open.
    measured_under : tuple of str
        The answers under which it was measured; once they change it says nothing.
    axis : bool
        Whether it says something by itself, along an axis of a picture.
    usual : tuple of two floats, optional
        What is worth looking at, where far more is allowed; our judgement.
    no_points : bool
        Whether it counts no points, whatever is answered: it changes a warning at most.
    since : mapping of str to str
        For an item that earlier scorecards do not know, the one it came with: a card that
        leaves it out gives it 0 points.
    settled : Settled, optional
        By which other answer it is settled; it is then not even required.
    """

    name: str
    group: str
    label: str
    kind: Kind
    help: str = ""
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    step: float = 1.0
    levels: Mapping[str, str] = field(default_factory=dict)
    in_brief: Mapping[str, str] = field(default_factory=dict)
    broader: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    required: bool = False
    of_the_day: bool = False
    same_for_squad: bool = False
    public: bool = False
    measured: bool = False
    measured_under: tuple[str, ...] = ()
    axis: bool = True
    usual: tuple[float, float] | None = None
    no_points: bool = False
    since: Mapping[str, str] = field(default_factory=dict)
    settled: Settled | None = None

    @property
    def scored(self) -> bool:
        """Whether the answer can change the points; labels and warnings cannot."""
        return self.kind != "text" and self.group != "before" and not self.no_points

    def asked_of(self, answers: Mapping[str, Any]) -> bool:
        """Whether there is something to ask, given the other answers of a session.

        A question that is settled but was answered all the same is asked, so that its
        answer can be seen, unless it says nothing.

        Examples
        --------
        >>> pregnancy, air = FIELDS["pregnancy_trimester"], FIELDS["air_temperature_c"]
        >>> pregnancy.asked_of({"sex": "male"}), pregnancy.asked_of({"sex": "female"})
        (False, True)
        >>> air.asked_of({"sport": "swimming", "air_temperature_c": 30})
        False
        """
        rule = self.settled
        by = None if rule is None else answers.get(rule.by)
        if rule is None or not isinstance(by, str | None) or by not in rule.levels:
            return True
        return rule.answer is not None and answers.get(self.name) is not None

    @property
    def private(self) -> bool:
        """Whether the answer stays out of what is shared unless its owner says so."""
        return self.group in _PRIVATE_GROUPS and not self.public

    @property
    def of_the_plan(self) -> bool:
        """Whether one plan says it for a whole squad."""
        return self.group in ("plan", "weather")

    @property
    def of_the_hours(self) -> bool:
        """Whether hourly weather answers it; of the sky only shade and walls are asked."""
        return self.group == "weather" and self.name not in ("sky", "water_temperature_c")

    @property
    def of_the_person(self) -> bool:
        """Whether it stays the same from session to session."""
        return self.group in ("athlete", "conditioning") and self.scored

    @property
    def allowed(self) -> str:
        """What the field may hold, as the end of a sentence."""
        if self.kind == "number":
            unit = "" if self.unit == "of 10" else self.unit
            return f"{self.low:g} to {self.high:g} {unit}".rstrip()
        levels = ", ".join(name for name in self.levels if name not in self.retired)
        if self.kind == "level":
            return f"one of {levels}"
        if self.kind == "levels":
            return f"none, or a list separated by ; of {levels}"
        if self.kind == "time":
            return (
                "an ISO time from 1900 to 2199 with its UTC offset, "
                "like 2026-07-01T18:30+02:00"
            )
        return "any text"

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Position of each level, the integer that stands for it in arrays."""
        return {level: code for code, level in enumerate(self.levels)}

    def offered(self, answer: Any = None) -> Mapping[str, str]:
        """Levels to choose from: a broader or retired one only where it was answered.

        Of a list, the answer is all its items.

        Examples
        --------
        >>> list(FIELDS["cramp_sessions_12mo"].offered())
        ['never', 'earlier', '1-2', '3-5', '6+']
        """
        answered = {answer} if isinstance(answer, str) else {*(answer or ())}
        left_out = {*self.broader.values(), *self.retired} - answered
        return {name: label for name, label in self.levels.items() if name not in left_out}


def _number(
    name: str,
    group: str,
    label: str,
    unit: str,
    low: float,
    high: float,
    help: str = "",
    *,
    step: float = 1.0,
    **facts: Any,
) -> Field:
    return Field(name, group, label, "number", help, unit, low, high, step, **facts)


def _level(
    name: str,
    group: str,
    label: str,
    levels: Mapping[str, str],
    help: str = "",
    **facts: Any,
) -> Field:
    return Field(name, group, label, "level", help, levels=levels, **facts)


_YES_NO = {"no": "No", "yes": "Yes"}

_WATER_SHARES = {
    row["sport"]: float(row["in_water_share"]) for row in read_table("sports.csv")
}
_SWUM = frozenset(sport for sport, share in _WATER_SHARES.items() if share == 1)
_DRY = frozenset(sport for sport, share in _WATER_SHARES.items() if share == 0)
# In the water the air says nothing about heat; a triathlon is mostly on land.
_IN_WATER = Settled("sport", _SWUM)
_ON_LAND = Settled("sport", _DRY | {None})

# How often is frequent: the highest level of the history.
_NOT_FREQUENT = Settled(
    "cramp_sessions_12mo", frozenset({"never", "earlier", "0", "1-2", "3-5", None})
)

_OF_THE_SUN = ("sky", "latitude_deg", "longitude_deg", "start_time")
_OF_THE_HEAT = (
    "air_temperature_c",
    "relative_humidity_pct",
    "wind_speed_m_s",
    "solar_radiation_w_m2",
    *_OF_THE_SUN,
)

_TABLE = (
    # Before you start
    Field(
        "red_flags",
        "before",
        "Is any of this true of you now?",
        "levels",
        "Signs that need a person to look at them before any number helps.",
        levels={
            "swollen_calf": "Pain in a calf or another limb with swelling, warmth or "
            "redness",
            "swelling_or_bruising": "Swelling or bruising after a cramp, or you cannot "
            "put weight on the limb, use it or walk normally",
            "severe_pain_or_weakness": "Severe pain or weakness",
            "hard_to_move": "A limb that is hard to move",
            "lasting_days": "A cramp or its pain that has lasted more than a few days",
            "several_muscles": "Cramps in more than one muscle at once",
            "hinders_daily_life": "Cramps that get in the way of daily life or of walking",
            "frequent_or_several": "Frequent cramps, or cramps in more than one muscle",
            "fever_numbness_tingling": "Cramps with fever, numbness or tingling",
            "calf_with_exercise": "Cramps in a calf or another limb that come each time "
            "with exercise and go with rest",
            "twitching_with_weakness": "Twitching that does not stop, with weakness",
        },
        # Frequent cramps are asked with those of a year, see frequent_cramps.
        retired=frozenset({"frequent_or_several"}),
        in_brief={
            "swollen_calf": "pain in a limb with swelling, warmth or redness",
            "swelling_or_bruising": "swelling or bruising after a cramp, or you cannot "
            "use the limb or walk normally",
            "severe_pain_or_weakness": "severe pain or weakness",
            "hard_to_move": "a limb that is hard to move",
            "lasting_days": "a cramp or its pain for more than a few days",
            "several_muscles": "cramps in more than one muscle at once",
            "hinders_daily_life": "cramps that hinder daily life or walking",
            "fever_numbness_tingling": "cramps with fever, numbness or tingling",
            "calf_with_exercise": "cramps that come each time with exercise and go with "
            "rest",
            "twitching_with_weakness": "twitching that does not stop, with weakness",
        },
    ),
    _level(
        "red_flags_seen",
        "before",
        "Has a doctor looked at it and said that you may train?",
        _YES_NO,
        "Counts only if one of the signs above is named.",
    ),
    _level(
        "illness_24h",
        "before",
        "Fever, vomiting or diarrhoea in the last 24 hours?",
        _YES_NO,
        in_brief={"yes": "fever, vomiting or diarrhoea in the last 24 hours"},
    ),
    # The session
    _level(
        "sport",
        "plan",
        "Sport",
        {
            "running": "Running",
            "cycling": "Cycling",
            "walking": "Walking",
            "hiking": "Hiking",
            "swimming": "Swimming",
            "rowing": "Rowing",
            "triathlon": "Triathlon",
            "soccer": "Soccer",
            "rugby": "Rugby",
            "american_football": "American football",
            "basketball": "Basketball",
            "tennis": "Tennis",
            "hockey": "Hockey",
            "volleyball": "Volleyball",
            "cricket_baseball": "Cricket or baseball",
            "gym_strength": "Strength training",
            "circuit_hiit": "Circuit or interval class",
            "work": "Physical work",
            "standing": "Standing",
            "other": "Other",
        },
        "Sets how much heat the body makes and how fast it moves through the air.",
        required=True,
        same_for_squad=True,
    ),
    _number(
        "duration_min",
        "plan",
        "Planned duration",
        "min",
        5,
        1440,
        "From start to finish, short breaks included.",
        step=5,
        required=True,
        same_for_squad=True,
        usual=(15, 360),
    ),
    _number(
        "session_rpe",
        "plan",
        "How hard it will feel",
        "of 10",
        1,
        10,
        "2 is easy, 3 moderate, 5 hard, 7 very hard, 10 the hardest ever.",
        required=True,
        same_for_squad=True,
    ),
    _level(
        "relative_effort",
        "plan",
        "Compared with your usual sessions",
        {
            "easier": "Easier",
            "usual": "As usual",
            "harder": "Harder",
            "all_out": "All out",
        },
        "Effort against what you are used to, not against other people.",
    ),
    _level(
        "novelty",
        "plan",
        "Is it new for you?",
        {
            "usual": "No, I do this",
            "new_distance": "Longer than ever",
            "new_activity": "New activity",
        },
        "An activity begun within the last four weeks counts as new.",
    ),
    _level(
        "competition",
        "plan",
        "Race or match?",
        _YES_NO,
        same_for_squad=True,
        settled=Settled("sport", frozenset({"work", "standing"}), "no"),
    ),
    _number(
        "warm_up_min",
        "plan",
        "Warm-up before the start",
        "min",
        0,
        60,
        "Easy movement before the main effort.",
        of_the_day=True,
        usual=(0, 30),
    ),
    _level(
        "stretching",
        "plan",
        "Will you stretch?",
        _YES_NO,
        "Before the session, or as a daily habit.",
        of_the_day=True,
    ),
    _number(
        "fluid_intake_l_h",
        "plan",
        "Planned drinking",
        "l/h",
        0,
        3,
        "What you plan to drink per hour of the session. A sports bottle is 0.5 to 0.75 l.",
        step=0.1,
        of_the_day=True,
        usual=(0, 1.5),
    ),
    _number(
        "drink_sodium_mg_l",
        "plan",
        "Sodium in the drink",
        "mg/l",
        0,
        3000,
        "Water is 0, a usual sports drink about 500. It is on the label.",
        step=50,
        of_the_day=True,
        usual=(0, 1500),
    ),
    _number(
        "measured_sweat_rate_l_h",
        "plan",
        "Measured sweat rate",
        "l/h",
        0.1,
        5,
        "From weighing yourself before and after a session like this one. It "
        "replaces the prediction.",
        step=0.1,
        measured=True,
        usual=(0.2, 3),
    ),
    _level(
        "clothing",
        "plan",
        "Clothing",
        {
            "light": "Light (singlet, shorts)",
            "normal": "Normal (shirt, shorts or tights)",
            "heavy": "Heavy (full kit, pads, long layers)",
        },
        of_the_day=True,
        settled=_IN_WATER,
    ),
    # Weather
    _number(
        "water_temperature_c",
        "weather",
        "Water temperature",
        "°C",
        5,
        40,
        "Of the pool or the open water. No points come from it, but a warning where the "
        "water is very warm.",
        step=0.5,
        same_for_squad=True,
        usual=(16, 31),
        no_points=True,
        settled=_ON_LAND,
    ),
    _number(
        "air_temperature_c",
        "weather",
        "Air temperature",
        "°C",
        -20,
        55,
        "In the shade, during the session.",
        required=True,
        same_for_squad=True,
        usual=(0, 42),
        settled=_IN_WATER,
    ),
    _number(
        "relative_humidity_pct",
        "weather",
        "Relative humidity",
        "%",
        1,
        100,
        required=True,
        same_for_squad=True,
        usual=(10, 95),
        settled=_IN_WATER,
    ),
    _number(
        "wind_speed_m_s",
        "weather",
        "Wind",
        "m/s",
        0,
        30,
        "As forecasts give it, at 10 m above open ground. Indoors: the air moved by a fan.",
        step=0.5,
        of_the_day=True,
        same_for_squad=True,
        usual=(0, 10),
        settled=_IN_WATER,
    ),
    _level(
        "sky",
        "weather",
        "Sky",
        {
            "clear": "Clear, full sun",
            "partly": "Partly cloudy",
            "overcast": "Overcast",
            "shade": "In the shade",
            "night": "Night",
            "indoor": "Indoors",
        },
        of_the_day=True,
        same_for_squad=True,
        settled=_IN_WATER,
    ),
    _number(
        "solar_radiation_w_m2",
        "weather",
        "Solar radiation",
        "W/m²",
        0,
        1300,
        "Global horizontal radiation, if you have it. It replaces the sky.",
        step=50,
        same_for_squad=True,
        measured=True,
        measured_under=_OF_THE_SUN,
        usual=(0, 1000),
        settled=_IN_WATER,
    ),
    _number(
        "latitude_deg",
        "weather",
        "Latitude",
        "°",
        -90,
        90,
        "North is positive. With the start time it gives the sun's height.",
        step=0.5,
        of_the_day=True,
        same_for_squad=True,
        axis=False,
    ),
    _number(
        "longitude_deg",
        "weather",
        "Longitude",
        "°",
        -180,
        180,
        "East is positive.",
        of_the_day=True,
        same_for_squad=True,
        axis=False,
    ),
    Field(
        "start_time",
        "weather",
        "Start time",
        "time",
        "Local time with its UTC offset, like 2026-07-01T18:30+02:00. It counts only "
        "together with latitude and longitude, which give the sun's height.",
        of_the_day=True,
        same_for_squad=True,
    ),
    _number(
        "wbgt_c",
        "weather",
        "Measured WBGT",
        "°C",
        -10,
        45,
        "Wet-bulb globe temperature from a meter. It replaces the heat that the "
        "weather above would give.",
        step=0.5,
        same_for_squad=True,
        measured=True,
        measured_under=_OF_THE_HEAT,
        usual=(5, 36),
        settled=_IN_WATER,
    ),
    # Today
    _number(
        "sleep_h",
        "today",
        "Sleep last night",
        "h",
        0,
        14,
        step=0.5,
        of_the_day=True,
        usual=(3, 10),
    ),
    _number(
        "soreness_0_10",
        "today",
        "Muscle tiredness or soreness now",
        "of 10",
        0,
        10,
        "0 is none, 10 the worst you have had.",
        of_the_day=True,
    ),
    _number(
        "hard_sessions_3d",
        "today",
        "Hard sessions in the last 3 days",
        "sessions",
        0,
        6,
        of_the_day=True,
    ),
    _number(
        "rest_days_7d",
        "today",
        "Rest days in the last 7",
        "days",
        0,
        7,
        of_the_day=True,
    ),
    _level(
        "urine_colour",
        "today",
        "Urine colour",
        {"pale": "Pale", "yellow": "Yellow", "dark": "Dark"},
        "A rough sign of how well hydrated you start.",
        of_the_day=True,
    ),
    _level(
        "thirst",
        "today",
        "Thirsty before the start?",
        _YES_NO,
        of_the_day=True,
        no_points=True,
    ),
    _level(
        "salty_sweat",
        "today",
        "Salt marks on your clothes after sweating?",
        _YES_NO,
        of_the_day=True,
    ),
    _level(
        "stress",
        "today",
        "Stress",
        {"low": "Low", "high": "High"},
        of_the_day=True,
    ),
    _level(
        "alcohol_24h",
        "today",
        "Alcohol in the last 24 hours?",
        _YES_NO,
        of_the_day=True,
    ),
    _level(
        "caffeine",
        "today",
        "Caffeine before the session?",
        _YES_NO,
        of_the_day=True,
    ),
    # Training
    _number(
        "sessions_per_week",
        "conditioning",
        "Sessions in a usual week",
        "sessions",
        0,
        21,
        usual=(0, 10),
    ),
    _number(
        "longest_recent_min",
        "conditioning",
        "Longest similar session in the last 4 weeks",
        "min",
        0,
        1440,
        "0 if there was none.",
        step=5,
        usual=(0, 360),
    ),
    _number(
        "longest_race_effort_min",
        "conditioning",
        "Longest session at race effort in the last 4 weeks",
        "min",
        0,
        1440,
        "0 if there was none.",
        step=5,
        usual=(0, 360),
        no_points=True,
    ),
    _level(
        "strength_training",
        "conditioning",
        "Weekly strength training?",
        _YES_NO,
        settled=Settled("sport", frozenset({"gym_strength"}), "yes"),
    ),
    _number(
        "heat_days_14d",
        "conditioning",
        "Days trained in similar heat, of the last 14",
        "days",
        0,
        14,
        of_the_day=True,
    ),
    # You and your health
    Field(
        "athlete",
        "athlete",
        "Name or label",
        "text",
        "Only to recognise the row. Never scored.",
    ),
    _number(
        "age_years",
        "athlete",
        "Age",
        "years",
        5,
        100,
        required=True,
        public=True,
        usual=(16, 80),
    ),
    _level(
        "sex",
        "athlete",
        "Sex",
        {"female": "Female", "male": "Male"},
        public=True,
    ),
    _number(
        "body_mass_kg",
        "athlete",
        "Body mass",
        "kg",
        25,
        250,
        usual=(45, 120),
    ),
    _number("height_cm", "athlete", "Height", "cm", 100, 230, usual=(150, 205)),
    _level(
        "cramp_sessions_12mo",
        "athlete",
        "Sessions with a cramp in the last 12 months",
        {
            "never": "Never",
            "earlier": "Not in the last 12 months",
            "0": "None in the last 12 months",
            "1-2": "1 or 2",
            "3-5": "3 to 5",
            "6+": "6 or more",
        },
        "A muscle cramp during exercise or within an hour after it. Not in the last 12 "
        "months means that you have cramped before.",
        broader={"never": "0", "earlier": "0"},
    ),
    _level(
        "frequent_cramps",
        "athlete",
        "That many cramps: are they new, or looked at?",
        {
            "as_before": "As many as before",
            "new": "New",
            "more": "More than before",
            "looked_at": "A doctor has looked at them",
        },
        "No points come from it, but a word about a doctor.",
        no_points=True,
        settled=_NOT_FREQUENT,
    ),
    _level(
        "family_cramps",
        "athlete",
        "Does a parent or sibling cramp with exercise?",
        _YES_NO,
    ),
    _level(
        "muscle_injury_12mo",
        "athlete",
        "Muscle or tendon injury in the last 12 months",
        {
            "none": "None",
            "recovered": "Yes, recovered",
            "still_sore": "Yes, still sore",
        },
        "In the muscles that this session uses.",
    ),
    Field(
        "medications",
        "athlete",
        "Regular medicines",
        "levels",
        "Choose all that apply. None is an answer; leave it empty if you would "
        "rather not say.",
        levels={
            "thiazide_diuretic": "Thiazide diuretic",
            "loop_diuretic": "Loop diuretic",
            "potassium_sparing_diuretic": "Potassium-sparing diuretic",
            "statin": "Statin",
            "long_acting_beta_agonist": "Long-acting beta-agonist (inhaler)",
            "short_acting_beta_agonist": "Short-acting beta-agonist (reliever inhaler)",
            "oral_beta_agonist": "Beta-agonist tablets",
            "other_blood_pressure": "Other blood-pressure medicine",
            "pseudoephedrine": "Pseudoephedrine (decongestant)",
        },
        since={"short_acting_beta_agonist": "2027.2"},
    ),
    Field(
        "tried_for_cramps",
        "athlete",
        "Tried against cramps",
        "levels",
        "What you take or have tried. No points come from it; the reason is told.",
        levels={
            "creatine": "Creatine",
            "magnesium": "Magnesium",
            "salt_tablets": "Salt tablets",
            "pickle_juice": "Pickle juice",
        },
        no_points=True,
    ),
    Field(
        "conditions",
        "athlete",
        "Health conditions",
        "levels",
        "Choose all that apply. None is an answer; leave it empty if you would "
        "rather not say.",
        levels={
            "diabetes": "Diabetes",
            "thyroid": "Thyroid disease",
            "nerve_compression": "Pinched nerve",
            "neuropathy": "Neuropathy",
            "multiple_sclerosis": "Multiple sclerosis",
            "other_nerve": "Other nerve disease",
            "spinal_stenosis": "Spinal stenosis",
            "liver": "Cirrhosis of the liver",
            "other_liver": "Other liver disease",
            "kidney": "Kidney disease",
            "dialysis": "Dialysis",
            "anaemia": "Anaemia",
            "sickle_cell_trait": "Sickle cell trait",
            "poor_circulation": "Poor circulation in the legs",
        },
        since=dict.fromkeys(
            ("multiple_sclerosis", "other_nerve", "other_liver", "sickle_cell_trait"),
            "2027.2",
        ),
    ),
    _level(
        "pregnancy_trimester",
        "athlete",
        "Pregnancy",
        {
            "0": "Not pregnant",
            "1": "First trimester",
            "2": "Second trimester",
            "3": "Third trimester",
        },
        settled=Settled("sex", frozenset({"male"}), "0", instead=True),
    ),
)

FIELDS: Mapping[str, Field] = MappingProxyType({f.name: f for f in _TABLE})
"""Every input by name, in the order in which it is asked."""


def needed_fields(answers: Mapping[str, Any]) -> tuple[Field, ...]:
    """Questions that must be answered for a score, by what else is answered.

    Parameters
    ----------
    answers : mapping of str to answer
        As `FIELDS` spells them.

    Examples
    --------
    >>> [field.name for field in needed_fields({"sport": "swimming"})]
    ['sport', 'duration_min', 'session_rpe', 'age_years']
    """
    return tuple(f for f in FIELDS.values() if f.required and f.asked_of(answers))


def outdated(changed: Iterable[str]) -> tuple[str, ...]:
    """Measured values that say nothing any more once other answers change.

    Parameters
    ----------
    changed : iterable of str
        Names in `FIELDS`.

    Examples
    --------
    >>> outdated(["sky"]), outdated(["air_temperature_c", "wbgt_c"]), outdated(["sleep_h"])
    (('wbgt_c', 'solar_radiation_w_m2'), (), ())
    """
    names = set(changed)
    return tuple(
        name
        for name in ("wbgt_c", "solar_radiation_w_m2")
        if name not in names and not names.isdisjoint(FIELDS[name].measured_under)
    )


DERIVED: Mapping[str, str] = MappingProxyType(
    {
        "preparedness_ratio": "times",
        "preparedness_ratio_4h": "times",
        "bmi_kg_m2": "kg/m²",
        "body_mass_loss_pct": "%",
        "sodium_deficit_mg": "mg",
    }
)
"""Quantities that the scorecard reads besides the inputs, with their units."""
