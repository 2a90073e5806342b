"""What a visit holds besides its widgets: one typed object for each part of the app.

Each lies in the session of the page under the name of its class.  What a widget holds
lies there too, under the widget's own key: for a question the name of its field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import pandas as pd
import streamlit as st

from riskmodel.inputs.problems import Problem
from riskmodel.scorecard.rows import Scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.probability import Calibration
from riskmodel.squad.columns import Column
from riskmodel.squad.raw import RawTable
from riskmodel.views.overtaken import TextPut
from riskmodel.views.trials import Trial
from riskmodel.weather.hours import Place, Weather
from riskmodel.weather.several_places import FilePlace
from riskmodel.whatif.advice import Advice
from riskmodel.whatif.combined import Combined
from riskmodel.whatif.plans import Scenario

if TYPE_CHECKING:
    # A database that a visit may never open takes most of a second to import.
    from riskmodel.store import Saved, Team

Answers = Mapping[str, Any]
Reading = tuple[dict[str, Any], dict[str, Problem]]
State = TypeVar("State")


def state(kind: type[State]) -> State:
    """State of this visit of one kind, as it is at first or as it was left."""
    if kind.__name__ not in st.session_state:
        st.session_state[kind.__name__] = kind()
    kept: State = st.session_state[kind.__name__]
    return kept


@dataclass
class AccountState:
    """Whose visit this is, "" of nobody, and from when on that sign-in is over."""

    owner: str = ""
    is_leaving: bool = False
    asks_once: bool = False
    answer: datetime | Exception | None = None  # or why there is none
    is_shared: bool | None = None  # the machine, as was said here or before signing in
    limited: str = ""  # the sign-in that was noted to end soon, by its digest


@dataclass
class NavigationState:
    """Which page is shown, and which a click asked for, by the name of its file."""

    page: str = ""
    came_from: str = ""
    go_to: str = ""
    unknown: str = ""  # an address that is no page's, without its first stroke


@dataclass(frozen=True)
class StartWeather:
    """Weather answers of a start that was used, and where they came from."""

    answers: Answers
    words: str
    place: str = ""
    minutes: float | None = None  # over which its heat is the mean
    outdated: bool = False  # its heat went, as the duration is another one now


@dataclass(frozen=True)
class LogAnswer:
    """An answer of the training log, and what it was reckoned from."""

    value: Any
    source: str


@dataclass(frozen=True)
class Behind:
    """What a widget shows in another unit, and the answer that this stands for."""

    shown: Any
    answer: float


@dataclass(frozen=True)
class Visit:
    """An athlete of the squad who is open, and the coach's answers of before."""

    name: str
    own_answers: Answers
    start_weather: StartWeather | None = None
    log_answers: dict[str, LogAnswer] = field(default_factory=dict)


@dataclass
class FormState:
    """What belongs to the answers in the form."""

    units: dict[str, str] | None = None
    units_changed: str = ""
    behind: dict[str, Behind] = field(default_factory=dict)
    texts_put: dict[str, TextPut] = field(default_factory=dict)
    levels_before: dict[str, list[str]] = field(default_factory=dict)
    signs_looked_at: set[str] | None = None
    start_weather: StartWeather | None = None
    log_answers: dict[str, LogAnswer] = field(default_factory=dict)
    visit: Visit | None = None
    # Questions that this run has drawn so far, and what goes with them.
    in_sight: set[str] = field(default_factory=set)
    # Questions that show an example, with all that was shown when it was put there;
    # and what an example gave that was touched since.
    example: frozenset[str] = frozenset()
    as_put: Answers = field(default_factory=dict)
    from_example: Answers = field(default_factory=dict)
    # What was read from the questions, kept while a page is drawn.
    reads_once: bool = False
    reading: Reading | None = None


@dataclass(frozen=True)
class Scored:
    """Answers with their assessment, advice, and what the chosen levers make of them."""

    answers: Answers
    levers: frozenset[str]
    assessment: Assessment
    advice: Advice
    combined: Combined | None
    planned_advice: Advice  # of the answers with what the switched levers set

    @property
    def planned(self) -> Answers:
        """The answers with what the switched levers set."""
        changes = {} if self.combined is None else self.combined.changes
        planned = {**self.answers, **changes}
        return {name: value for name, value in planned.items() if value is not None}

    @property
    def planned_assessment(self) -> Assessment:
        """What `planned` comes to."""
        return self.assessment if self.combined is None else self.combined.assessment


@dataclass(frozen=True)
class Step:
    """What one click did: the answers before it and after it, and whose they are."""

    label: str
    before: Answers
    after: Answers
    visit: Visit | None = field(default_factory=lambda: state(FormState).visit)


@dataclass
class MySessionState:
    """What My session has last shown, and the link that opened it."""

    scored: Scored | None = None
    levers: frozenset[str] = frozenset()  # switched on, by name
    skipped: frozenset[str] = frozenset()  # questions that nobody wants to answer now
    signs_open: bool = False
    mass_asked: bool = False  # for what to drink, where its question then stays
    step: Step | None = None
    from_link: bool | None = None  # None until the address was looked at
    link_problems: Sequence[Problem] = ()
    # Version of the scorecard of the plan that was opened, "" if it notes none.
    saved_with: str | None = None


@dataclass
class DeviceState:
    """What lies on the reader's device, and what it was asked to do last."""

    text: str = ""
    entry_text: str = ""
    entry: dict[str, Any] = field(default_factory=dict)
    command: dict[str, Any] | None = None
    failed: bool = False
    taken_up: bool = False
    # What the tab holds until it is closed; which visit of the page this is, and
    # whether it has what an earlier one in the same tab left.
    tab: dict[str, str] = field(default_factory=dict)
    visit: str = field(default_factory=lambda: str(uuid4()))
    restored: bool = False
    tab_list: str = ""  # as it was held before a reload
    told: bool = False  # the private part of a link


@dataclass(frozen=True)
class AthletesFile:
    """A list of athletes as it was read, what its columns mean, and how to read it anew."""

    raw: RawTable
    columns: list[Column]
    content: bytes = b""
    name: str = "The file"
    sheet: str = ""  # that a person chose
    counted: frozenset[str] = frozenset()  # kinds of rows that count all the same

    @property
    def asks_for_sheet(self) -> bool:
        """Whether several sheets look alike, and nobody has chosen."""
        return bool(self.raw.alike) and not self.sheet


@dataclass(frozen=True)
class TeamList:
    """A list that a team has, as it was opened: whose and which, in which version."""

    team: str
    team_name: str
    id: str
    version: int
    name: str


@dataclass(frozen=True)
class AthletesBefore:
    """A list that another one took the place of, with what was said of it."""

    athletes: pd.DataFrame
    source: AthletesFile | None
    notes: Sequence[str]
    settled: dict[tuple[str, str], str | None]
    edited: bool
    of_team: TeamList | None


@dataclass(frozen=True)
class Held:
    """What the questions held: answers, what cannot be read, and where they came from."""

    answers: Answers = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    start_weather: StartWeather | None = None
    from_example: Answers = field(default_factory=dict)


@dataclass
class SquadState:
    """The page Squad; without athletes of the reader's own it shows an example."""

    athletes: pd.DataFrame | None = None
    version: int = 0
    edited: bool = False  # since the list was read
    grid_base: pd.DataFrame | None = None
    grid_edited: pd.DataFrame | None = None
    source: AthletesFile | None = None
    before: AthletesBefore | None = None
    asked: AthletesFile | None = None  # a file whose columns are in question
    times_asked: int = 0
    notes: Sequence[str] = ()
    problem: str = ""
    uploads: int = 0
    taken_up: bool = False
    to_open: pd.DataFrame | None = None
    # Which list of a team is to be opened, and stands here; None of one's own.
    to_open_of: TeamList | None = None
    of_team: TeamList | None = None
    diary_of: str = ""  # the team whose diary is shown, "" of one's own
    # What a person said of words that were not understood, by question and word.
    settled: dict[tuple[str, str], str | None] = field(default_factory=dict)
    # One plan or two by name, which of them the questions hold, and what they held of
    # My session, which waits meanwhile.
    plans: dict[str, Held] = field(default_factory=dict)
    active: str = "A"
    waiting: Held | None = None
    # The list as the tab holds it, and the athletes that this was written of.
    tab_text: str = ""
    tab_of: pd.DataFrame | None = None


@dataclass(frozen=True)
class Typed:
    """What was typed in a field of a plan, and the unit that was chosen then."""

    text: str
    unit: str


@dataclass(frozen=True)
class PlansBefore:
    """The plans before a step that can be taken back, and what the step was."""

    step: str
    scenarios: dict[int, Scenario]
    origin: str
    saved_with: str | None


@dataclass
class ScenariosState:
    """The plans of the page Compare, each by a number that it keeps.

    ``origin`` is "example", "session" (made from My session and untouched since), "link"
    (of an address, untouched), "own", or "" before anything was looked at.
    """

    scenarios: dict[int, Scenario] = field(default_factory=dict)
    origin: str = ""
    last_number: int = 0
    typed: dict[tuple[int, str], Typed] = field(default_factory=dict)
    rows: tuple[str, ...] = ()  # asked for beside those that are always in sight
    all_rows: bool = False
    problems: Sequence[str] = ()
    saved_with: str | None = None  # as in MySessionState
    before: PlansBefore | None = None
    uploads: int = 0
    link: str = ""  # the public text of the plans that an address brought
    session: Answers | None = None  # answers of My session when it was last looked at


@dataclass
class CardState:
    """A card of the visitor's own, and the one that scores in place of ours, if any."""

    # Points by hand, by the name of a row and the knot or level; what was typed and
    # cannot be read stands beside them until it can.
    points: dict[tuple[str, float | str], int] = field(default_factory=dict)
    typed: dict[tuple[str, float | str], str] = field(default_factory=dict)
    uploaded: Scorecard | None = None
    upload_problem: str = ""
    uploads: int = 0
    trial: Trial | None = None
    used: tuple[Scorecard, Calibration] | None = None


@dataclass
class PlaceState:
    """The search for a place, wherever a page asks for one."""

    places: Sequence[Place] = ()
    problem: str = ""


@dataclass
class StartState:
    """The page Best start: the weather that it shows, and what was chosen in it."""

    weather: Weather | None = None
    fetched: Place | None = None  # the place of a forecast
    shown_whole: bool = False
    outdated: bool = False
    weather_problem: str | Problem = ""
    file: bytes | None = None
    file_name: str = "The file"
    file_places: tuple[FilePlace, ...] = ()  # of a file that holds several
    problem: str = ""


@dataclass
class StoreState:
    """The pages Saved and Diary: what is open, and what the last click came to."""

    opened: dict[str, Saved] = field(default_factory=dict)  # by kind
    asked: Saved | None = None  # has the name under which something is to be saved
    problem: str = ""
    problem_at: str = ""  # the field that it is about, "" of none
    note: str = ""
    opened_note: str = ""  # what was noticed in what is opened on another page
    team: Team | None = None  # whose things Saved shows, None for one's own
    times_turned: int = 0  # to another team, by another click than on its name
    invited: str = ""  # address of who is to be told of an invitation
    diary_note: str = ""
    diary_day: date | None = None
    why: str = ""  # the session that is looked back at
    is_seen: bool = False  # whether it is noted that the account is in use
