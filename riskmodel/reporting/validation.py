"""A validation in words, in the order of TRIPOD+AI, as text, HTML and PDF.

Collins et al., BMJ 2024, doi:10.1136/bmj-2023-078378.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from types import MappingProxyType
from typing import Any

from riskmodel.inputs.fields import FIELDS
from riskmodel.reporting.pdf import footer, pdf, svg
from riskmodel.scorecard.rows import Scorecard
from riskmodel.validation.intervals import LEVEL, N_DRAWS, Estimate
from riskmodel.validation.joining import LEAST
from riskmodel.validation.measures import FEWEST_ATHLETES, FEWEST_CRAMPS
from riskmodel.validation.records import NOT_ANSWERED, Records
from riskmodel.validation.report import Validation

TITLE = "Validation of cramp-risk on one's own people"
_CONCLUSIONS: Mapping[str, str] = MappingProxyType(
    {
        "few_cramps": f"There are fewer than {FEWEST_CRAMPS} sessions with a cramp, or "
        "without one: neither slope nor AUC is told, and the ratio says little.",
        "fewer_than_needed": "There are fewer cramps than it takes to know the ratio "
        "within 15 %: a ratio near 1 is no proof that the number is right.",
        "athletes_not_named": "The table names no athletes, so that sessions count as "
        "independent: the intervals are too narrow.",
        "few_athletes": "Fewer than 20 athletes are too few for intervals by athlete: they "
        f"are too narrow, and below {FEWEST_ATHLETES} neither slope nor AUC is told.",
        "one_athlete": "All sessions are of one person: intervals take them as "
        "independent, and say nothing of others.",
        "scored_afterwards": "The number was worked out afterwards from planned answers. "
        "If those were written down, or changed, when the outcome was known, it looks "
        "better than it is.",
        "rows_left_out": "Rows were left out. If those who cramp report less, or more, the "
        "figures are off by that.",
    }
)
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
        "summaries": "that sum up others",
    }
)
_BY = MappingProxyType({"sport": "sport", "history": "past cramps", "duration": "duration"})


_ANALYSIS = (
    "Observed over expected, calibration in the large and slope, AUC, Brier "
    "score against the base rate and the duration alone, and a decision "
    f"curve. Intervals of {LEVEL * 100:.0f} % come from {N_DRAWS} draws of "
    f"whole athletes; with fewer than {FEWEST_CRAMPS} cramps or {FEWEST_ATHLETES} athletes "
    "that of the ratio is an exact one for a count (Poisson)."
)


@dataclass(frozen=True)
class Section:
    """A heading, sentences, and a table or pictures."""

    heading: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    pictures: tuple[Mapping[str, Any], ...] = field(default=())


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
    athletes = f" of {records.n_athletes} athletes" if records.names_athletes else ""
    left = ", ".join(f"{n} {_LEFT_OUT[why]}" for why, n in records.left_out.items())
    return [
        *_simulated(records),
        Section(
            "Objectives",
            ("To see whether as many sessions bring a cramp as the number says.",),
        ),
        Section(
            "Data and participants",
            (
                f"{records.n_sessions} sessions{athletes}, {records.n_cramps} with cramp.",
                f"Left out: {left}." if left else "No row was left out.",
            ),
        ),
        Section(
            "Outcome",
            (
                "A cramp, as told; the product means one during the session or within "
                "an hour after.",
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
        Section("Interpretation", (_verdict(told), *_ALWAYS)),
        Section(
            "Usability",
            (
                "The number asks for a plan that is written down before the session. An "
                "answer that is left open widens its range.",
            ),
        ),
        Section("Limitations", tuple(_CONCLUSIONS[why] for why in told.reasons)),
        Section(
            "To be added by whoever publishes it",
            ("Setting and dates, consent and ethical approval, funding, who took part.",),
        ),
    ]


def _simulated(records: Records) -> Iterator[Section]:
    if said := _SIMULATED.get(records.simulated):
        words = said.format(n=records.n_simulated, of=records.n_sessions)
        yield Section("Simulated example data", (words,))


def _results(told: Validation) -> Iterator[Section]:
    yield Section(
        "Results: performance",
        (_verdict(told),),
        ("", "found", "right is"),
        tuple(_performance(told)),
        (_reliability(told), _decisions(told)),
    )
    yield Section(
        "Fairness: groups",
        (
            "By sport, past cramps and duration; of small groups without an interval. "
            f"A group of fewer than {LEAST} athletes is told with its neighbour, and so is "
            f"one in which 1 to {LEAST - 1} athletes had a cramp, or a session without.",
        ),
        ("", "sessions", "cramps", "expected", "observed over expected"),
        tuple(_group_rows(told)),
    )


def _size_text(told: Validation) -> str:
    if told.cramps_needed is None:
        return "How many cramps it takes cannot be told from these sessions."
    n = told.records.n_cramps
    needed = f"about {round(told.cramps_needed, -1) or told.cramps_needed} cramps"
    reached = "which are there" if n >= told.cramps_needed else f"of which there are {n}"
    return (
        "To know observed over expected, and that alone, within 15 % either way, with "
        f"sessions as alike as those of these athletes, you need {needed}, {reached}: the "
        "first criterion of Riley et al. 2021. Slope and AUC ask for more."
    )


def _verdict(told: Validation) -> str:
    ratio = told.measures.ratio
    sums = f"{told.measures.observed:.0f} came, {told.measures.expected:.1f} were expected"
    if "few_cramps" in told.reasons or not math.isfinite(ratio.low):
        return f"Of cramps, {sums}; whether the number is right cannot be told."
    if ratio.low <= 1 <= ratio.high:
        return f"Of cramps, {sums}. The interval holds 1: no difference was shown."
    more = "More" if ratio.low > 1 else "Fewer"
    return f"{more} cramps came than were expected: {sums}."


def _performance(told: Validation) -> Iterator[tuple[str, str, str]]:
    found = told.measures
    yield "Observed over expected", estimate_text(found.ratio), "1"
    yield "Calibration in the large, log odds", estimate_text(found.intercept), "0"
    yield "Calibration slope", estimate_text(found.slope), "1"
    yield "AUC", estimate_text(found.auc), "above that of the duration"
    yield "AUC of the duration alone", estimate_text(found.auc_of_duration), ""
    yield "Brier score", _number(found.brier), "below both others"
    yield "Brier score of the base rate", _number(found.brier_of_base_rate), ""
    yield "Brier score of the duration alone", _number(found.brier_of_duration), ""


def _group_rows(told: Validation) -> Iterator[tuple[str, ...]]:
    for group in told.told_groups:
        yield (
            ", ".join(name_text(group.by, name) for name in group.names),
            str(group.n_sessions), str(group.observed), f"{group.expected:.1f}",
            estimate_text(group.ratio),
        )  # fmt: skip


def name_text(by: str, name: str) -> str:
    """A sport, a band, past cramps or a duration, as people read it."""
    if name == NOT_ANSWERED:
        return f"{_BY[by]}: {name}"
    asked = FIELDS["cramp_sessions_12mo" if by == "history" else "sport"]
    return asked.levels.get(name, name)


# --------------------------------------------------------------------------- pictures


def _marks(values: Sequence[float], place: Callable[[float], float]) -> list[Any]:
    return [{"place": place(v), "text": f"{100 * v:g}"} for v in values]


def _reliability(told: Validation) -> dict[str, Any]:
    """Expected and observed, on the axis of all pictures: the root of the probability."""
    bins = told.measures.bins
    ends = [end for b in bins for end in (*b.observed, b.expected) if math.isfinite(end)]
    top = next(t for t in (0.1, 0.25, 0.5, 1.0) if t >= max(ends))

    def place(value: float) -> float:
        return math.sqrt(max(value, 0.0) / top)

    steps = [v for v in (0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1) if v <= top]
    dots = [
        {
            "x": place(b.expected),
            "y": place(b.observed.value),
            "low": place(
                b.observed.low if math.isfinite(b.observed.low) else b.observed.value
            ),
            "high": place(
                b.observed.high if math.isfinite(b.observed.high) else b.observed.value
            ),
        }
        for b in bins
    ]
    right = {"points": [[0, 0], [1, 1]], "name": "right", "ours": False, "dash": "dashed"}
    return {
        "x-label": "expected, of 100 sessions",
        "y-label": "came, of 100",
        "x-marks": _marks(steps, place),
        "y-marks": _marks(steps, place),
        "lines": [right | {"at": 0}],
        "dots": dots,
    }


def _decisions(told: Validation) -> dict[str, Any]:
    """Net benefit of changing the plans above a threshold, of all plans, and of none."""
    curve = told.measures.net_benefit
    low = -0.25 * (
        top := max(0.01, *(max(n.by_probability, n.of_all) for n in curve)) * 1.2
    )

    def line(name: str, values: Sequence[float], *, ours: bool, at: int) -> dict[str, Any]:
        inside = [
            [n.threshold / curve[-1].threshold, (max(v, low) - low) / (top - low)]
            for n, v in zip(curve, values, strict=True)
        ]
        dash = None if ours else "dashed"
        return {"points": inside, "name": name, "ours": ours, "dash": dash, "at": at}

    return {
        "x-label": "threshold at which a plan is changed, of 100",
        "y-label": "net benefit",
        "x-marks": _marks((0, 0.1, 0.2, 0.3), lambda v: v / curve[-1].threshold),
        "y-marks": [
            {"place": (v - low) / (top - low), "text": f"{v:.3f}"}
            for v in (0.0, top / 2, top)
        ],
        "lines": [
            line("by the number", [n.by_probability for n in curve], ours=True, at=8),
            line("all", [n.of_all for n in curve], ours=False, at=1),
            line("none", [0.0] * len(curve), ours=False, at=-6),
        ],
        "dots": [],
    }


# ------------------------------------------------------------------- files and sentences


def validation_lines(told: Validation) -> Iterator[str]:
    """As text for a terminal."""
    for section in validation_sections(told):
        yield f"{section.heading}"
        yield from (f"  {line}" for line in section.lines)
        yield from table_lines(section.head, section.rows)
        yield ""


def table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table as text for a terminal; none without a row."""
    if rows:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = (f"{c:<{w}}" for c, w in zip(row, widths, strict=True))
            yield f"  {'  '.join(cells).rstrip()}"


def validation_pdf(told: Validation, card: Scorecard) -> bytes:
    """As pages to print."""
    sections = [asdict(section) for section in validation_sections(told)]
    return pdf("validation", {"title": TITLE, "sections": sections, "footer": footer(card)})


_STYLE = """body { font: 16px/1.5 system-ui, sans-serif; color: #101828; max-width: 50rem;
  margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: 0.2rem 0.8rem; text-align: right;
  border-bottom: 1px solid #d5dbe4; } td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; } footer { color: #56616f; font-size: 0.8rem; }"""


def validation_html(told: Validation, card: Scorecard) -> str:
    """As one page that loads nothing."""
    parts = [f"<h1>{escape(TITLE)}</h1>"]
    for section in validation_sections(told):
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        parts += [f"<p>{escape(line)}</p>" for line in section.lines]
        if section.rows:
            head = "".join(f"<th>{escape(cell)}</th>" for cell in section.head)
            body = "".join(
                f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
                for row in section.rows
            )
            parts.append(
                f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            )
        for picture in section.pictures:
            label = f"{picture['y-label']} against {picture['x-label']}"
            drawn = svg("validation", {"only": picture})
            parts.append(
                f'<figure role="img" aria-label="{escape(label)}">{drawn}</figure>'
            )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(TITLE)}</title>"
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"{''.join(parts)}<footer>{escape(footer(card))}</footer></html>"
    )
