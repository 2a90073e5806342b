"""A validation in words, in the order of TRIPOD+AI, and as text for a terminal.

Collins et al., BMJ 2024, doi:10.1136/bmj-2023-078378.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.told import counted
from riskmodel.reporting.validation_abstract import abstract, n_cramps_text, verdict_text
from riskmodel.reporting.validation_pictures import decisions, reliability
from riskmodel.validation.intervals import LEVEL, N_DRAWS, Estimate
from riskmodel.validation.joining import LEAST
from riskmodel.validation.measures import FEWEST_ATHLETES, FEWEST_CRAMPS
from riskmodel.validation.records import Records
from riskmodel.validation.report import Validation

TITLE = "Validation of cramp-risk on one's own people"
_CONCLUSIONS: Mapping[str, str] = MappingProxyType(
    {
        "few_cramps": f"There are fewer than {FEWEST_CRAMPS} sessions with a cramp, or "
        "without one: neither slope nor AUC is told, and the interval of the ratio is that "
        "of a count, which is rough where the same people cramp again and again.",
        "fewer_than_needed": "There are fewer cramps than it takes to know the ratio "
        "within 15 %: a ratio near 1 is no proof that the number is right.",
        "athletes_not_named": "The table names no athletes, so that sessions count as "
        "independent: the intervals are too narrow.",
        "few_athletes": "Fewer than 20 athletes are too few for intervals by athlete: they "
        f"are too narrow, and below {FEWEST_ATHLETES} neither slope nor AUC is told.",
        "one_athlete": "All sessions are of one person: intervals take them as "
        "independent, and say nothing of others.",
        "one_outcome": "All sessions had the same outcome: how well the number "
        "tells sessions apart cannot be seen.",
        "blanks_as_no": "Blank outcomes count as no cramp, as whoever ran this said. "
        "If some were only not filled in, more cramps came than are counted.",
        "scored_afterwards": "The number was worked out afterwards from planned answers. "
        "If those were written down, or changed, when the outcome was known, it looks "
        "better than it is.",
        "rows_left_out": "Rows were left out. If those who cramp report less, or more, the "
        "figures are off by that.",
    }
)
_NOT_OF_FEW = frozenset({"few_cramps", "fewer_than_needed", "one_outcome", "of_few"})
"""What would tell of how many cramps came; the last is said at the top."""
_ALWAYS = (
    "These are people of one club, and the cramps that they told of. Nothing follows from "
    "it for others, nor for a single person.",
    "No weight is changed for it.",
)
_SIMULATED: Mapping[str, str] = MappingProxyType(
    {
        "yes": "The table says that it was made up: nobody in it exists. What follows "
        "shows what a report looks like, and nothing about people.",
        "partly": "The table says of {n} of its {of} sessions that they were made up. "
        "What follows mixes them with the others, and says nothing about people.",
    }
)
_LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "no_outcome": "without an outcome",
        "outcome_not_read": "with an outcome that is neither yes nor no",
        "not_scored": "whose answers cannot be scored",
        "no_probability": "without a probability (--score-again works it out)",
        "probability_not_read": "with a probability that cannot be read",
        "hidden_rows": "hidden in the sheet",
        "summaries": "summing up others",
    }
)
_GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "sport": ("sport", "sport"),
        "history": ("past cramps", "sessions with a cramp in 12 months"),
        "duration": ("duration", "duration"),
    }
)
"""What sessions are grouped by, and what the names of such groups say."""

_ANALYSIS = (
    "Observed over expected, calibration in the large and slope, AUC, Brier "
    "score against the base rate and the duration alone, and a decision "
    f"curve. Intervals of {LEVEL * 100:.0f} % come from {N_DRAWS} draws of "
    f"whole athletes; with fewer than {FEWEST_CRAMPS} cramps or {FEWEST_ATHLETES} athletes "
    "that of the ratio is an exact one for a count (Poisson)."
)


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and a table, with a note to each of its rows, or pictures."""

    heading: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    pictures: tuple[Mapping[str, Any], ...] = ()
    is_abstract: bool = False


def estimate_text(estimate: Estimate, digits: int = 2) -> str:
    """A figure with its interval.

    Examples
    --------
    >>> estimate_text(Estimate(1.204, 0.98, 1.5)), estimate_text(Estimate(float("nan")))
    ('1.20 (0.98 to 1.50)', 'not told')
    """
    if not math.isfinite(estimate.value):
        return "not told"
    if not math.isfinite(estimate.low):
        return f"{estimate.value:.{digits}f}"
    ends = f"{estimate.low:.{digits}f} to {estimate.high:.{digits}f}"
    return f"{estimate.value:.{digits}f} ({ends})"


def _number(value: float, digits: int = 4) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else "not told"


def validation_sections(told: Validation) -> list[Section]:
    """Everything that a validation says, heading by heading."""
    records = told.records
    source = (
        "as it was written down before the session"
        if records.written_before
        else f"worked out now by scorecard {told.scorecard}"
    )
    return [
        *_simulated(records),
        Section("Abstract", tuple(abstract(told)), is_abstract=True),
        Section(
            "Objectives",
            ("To see whether as many sessions bring a cramp as the number says.",),
        ),
        Section("Data and participants", tuple(_participants(told))),
        Section(
            "Outcome",
            (
                "A cramp, as told; the product means one during the session or within "
                "an hour after.",
                *_blanks(told),
            ),
        ),
        Section("Predictors", (f"The probability, {source}.",)),
        Section("Sample size", (_size_text(told),)),
        Section(
            "Missing data",
            (
                "Answers that were missing counted as they did when the number was written "
                "down."
                if records.written_before
                else "An answer that is missing takes the average of a reference "
                "population, as in the product.",
            ),
        ),
        Section("Analysis", (_ANALYSIS,)),
        *_results(told),
        Section("Interpretation", (verdict_text(told), *_ALWAYS)),
        Section(
            "Usability",
            (
                "The number asks for a plan that is written down before the session. An "
                "answer that is left open widens its range.",
            ),
        ),
        Section("Limitations", tuple(_limitations(told))),
        Section(
            "To be added by whoever publishes it",
            ("Setting and dates, consent and ethical approval, funding, who took part.",),
        ),
    ]


def _simulated(records: Records) -> Iterator[Section]:
    if said := _SIMULATED.get(records.simulated):
        words = said.format(n=records.n_simulated, of=records.n_sessions)
        yield Section("Simulated example data", (words,))


def _participants(told: Validation) -> Iterator[str]:
    records = told.records
    athletes = counted(records.n_athletes, "athlete")
    of_them = f" of {athletes}" if records.names_athletes else ""
    sessions = counted(records.n_sessions, "session")
    yield f"{sessions}{of_them}, of which {n_cramps_text(told)} brought a cramp."
    left = ", ".join(f"{n} {_LEFT_OUT[why]}" for why, n in records.left_out.items())
    yield f"Left out: {left}." if left else "No row was left out."


def _blanks(told: Validation) -> Iterator[str]:
    # Where only cramps were written down, all sessions less the blanks are those with one.
    if (n := told.records.n_blanks_as_no) and "of_few" not in told.reasons:
        yield f"{counted(n, 'outcome')} left blank: no cramp, as whoever ran this said."


def _limitations(told: Validation) -> Iterator[str]:
    hidden = _NOT_OF_FEW if "of_few" in told.reasons else frozenset[str]()
    yield from (_CONCLUSIONS[why] for why in told.reasons if why not in hidden)


def _results(told: Validation) -> Iterator[Section]:
    if "of_few" in told.reasons:
        yield Section("Results", ("No figure and no picture is told.",))
        return
    names, rows, notes = zip(*_performance(told), strict=True)
    yield Section(
        "Results: performance",
        (),
        ("", "found", "right is"),
        tuple((name, *row) for name, row in zip(names, rows, strict=True)),
        notes,
    )
    yield Section("Results: pictures", pictures=(reliability(told), decisions(told)))
    about = (
        "Small groups are without an interval. "
        f"A group of fewer than {LEAST} athletes is told with its neighbour, and so is "
        f"one in which 1 to {LEAST - 1} athletes had a cramp, or a session without."
    )
    for by, (name, kinds) in _GROUPS.items():
        yield Section(
            f"Fairness: by {name}",
            (about,) if by == "sport" else (),
            (kinds, "sessions", "cramps", "expected", "observed over expected"),
            tuple(_group_rows(told, by)),
        )


def _size_text(told: Validation) -> str:
    if told.cramps_needed is None or "of_few" in told.reasons:
        return "How many cramps it takes cannot be told from these sessions."
    n = told.records.n_cramps
    about = counted(round(told.cramps_needed, -1) or told.cramps_needed, "cramp")
    reached = "which are there" if n >= told.cramps_needed else f"and there are only {n}"
    return (
        "To know observed over expected, and that alone, within 15 % either way, with "
        f"sessions as alike as those of these athletes, you need about {about}, {reached}: "
        "the first criterion of Riley et al. 2021. Slope and AUC ask for more."
    )


def _performance(told: Validation) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Each measure: its name, what was found and what is right, and what it says."""
    found = told.measures
    yield (
        "Observed over expected",
        (estimate_text(found.ratio), "1"),
        "Cramps that came for each that was expected.",
    )
    yield (
        "Calibration in the large, log odds",
        (estimate_text(found.intercept), "0"),
        "What every number lacks, as log odds; above 0 they are too low.",
    )
    yield (
        "Calibration slope",
        (estimate_text(found.slope), "1"),
        "Below 1 high numbers are too high and low ones too low; above 1 the reverse.",
    )
    yield (
        "AUC",
        (estimate_text(found.auc), "above that of the duration"),
        "Of two sessions, one with a cramp: how often that one had the higher number; 0.5 "
        "is a toss of a coin.",
    )
    yield (
        "AUC of the duration alone",
        (estimate_text(found.auc_of_duration), ""),
        "The same, if the longer session were taken.",
    )
    yield (
        "Brier score",
        (_number(found.brier), "below both others"),
        "Mean squared distance between the number and what came; less is better.",
    )
    yield (
        "Brier score of the base rate",
        (_number(found.brier_of_base_rate), ""),
        "The same, if every session got the average.",
    )
    yield (
        "Brier score of the duration alone",
        (_number(found.brier_of_duration), ""),
        "The same, if the duration were all that is known.",
    )


def _group_rows(told: Validation, by: str) -> Iterator[tuple[str, ...]]:
    for group in told.told_groups:
        if group.by == by:
            yield (
                ", ".join(name_text(by, name) for name in group.names),
                str(group.n_sessions), str(group.observed), f"{group.expected:.1f}",
                estimate_text(group.ratio),
            )  # fmt: skip


def name_text(by: str, name: str) -> str:
    """A sport, a band, past cramps or a duration, as people read it."""
    asked = FIELDS["cramp_sessions_12mo" if by == "history" else "sport"]
    return asked.levels.get(name, name)


def validation_lines(told: Validation) -> Iterator[str]:
    """As text for a terminal."""
    for section in validation_sections(told):
        if section.pictures:
            continue
        yield section.heading
        yield from (f"  {line}" for line in section.lines)
        yield from table_lines(section.head, section.rows)
        for row, note in zip(section.rows, section.notes, strict=False):
            yield f"  {row[0]}: {note[0].lower()}{note[1:]}"
        yield ""


def table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table as text for a terminal; none without a row."""
    if rows:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = (f"{c:<{w}}" for c, w in zip(row, widths, strict=True))
            yield f"  {'  '.join(cells).rstrip()}"
