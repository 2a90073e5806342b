"""What a page showed, beside what the engine says of the answers that were given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from html import unescape
from typing import Any, cast
from urllib.parse import parse_qsl

import pandas as pd

from riskmodel import assess, best_start, typed_weather
from riskmodel.datasets import data_file
from riskmodel.inputs.session import SCORECARD_VERSION, tidy
from riskmodel.reporting.squad_sheet import amount_text
from riskmodel.reporting.starts import number_of, span_words
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_100_brief, in_100_span_brief
from riskmodel.squad.cells import squad_frame
from riskmodel.squad.columns import match_columns
from riskmodel.squad.file import read_squad_file
from riskmodel.squad.plan import PLAN_FIELDS
from riskmodel.squad.scores import answer_squad
from riskmodel.squad.summary import expected
from riskmodel.starts.possible import EARLIEST, LATEST
from riskmodel.whatif.advice import advise
from riskmodel.whatif.combined import combined

Answers = Mapping[str, Any]
Shown = tuple[str, ...]
"""What a page says in the end: number, band and range, as far as it has them."""

_NUMBER = re.compile(r'class="cr-num">(?:<s.*?</s>)?(?:<span.*?</span>)?([^<]+)<')
_BAND = re.compile(r'class="cr-chip b-(\w+)"')
_RANGE = re.compile(r">range ([^<·]+)")


def shown_in(html: str) -> Shown:
    """Number, band and range in a piece of HTML of a page."""
    found = (_NUMBER.search(html), _BAND.search(html), _RANGE.search(html))
    return tuple(unescape(some[1]).strip() for some in found if some is not None)


@dataclass(frozen=True)
class Seen:
    """What one person saw on one page, and what the engine says to that one's answers."""

    person: int
    page: str
    shown: Shown
    right: Callable[[], Shown]


@dataclass(frozen=True)
class Verdict:
    """How many answers of which pages were looked at, and what was wrong with which."""

    n_checked: int
    pages: frozenset[str]
    wrong: tuple[str, ...]
    of_another: tuple[str, ...]


def judge(all_seen: Sequence[Seen]) -> Verdict:
    """Compare every answer with the engine's; one that is wrong may be another person's."""
    wrong, of_another = [], []
    right = [seen.right() for seen in all_seen]
    whose = {
        (seen.page, said): seen.person for seen, said in zip(all_seen, right, strict=True)
    }
    pages = frozenset(seen.page for seen in all_seen)
    for seen, said in zip(all_seen, right, strict=True):
        if seen.shown == said:
            continue
        sentence = f"{seen.page}, person {seen.person}: {seen.shown} in place of {said}"
        other = whose.get((seen.page, seen.shown), seen.person)
        if other != seen.person:
            of_another.append(f"{sentence}, which is that of person {other}")
        else:
            wrong.append(sentence)
    return Verdict(len(all_seen), pages, tuple(wrong), tuple(of_another))


# ------------------------------------------------------------- what the engine says


def of_address(query: str) -> Shown:
    """Answers that the address of My session shows."""
    return of_answers({n: v for n, v in parse_qsl(query) if n != SCORECARD_VERSION})


def of_answers(answers: Answers) -> Shown:
    """Answers in one way of writing and one order."""
    return tuple(sorted(f"{name}={value}" for name, value in tidy(answers)[0].items()))


def of_session(answers: Answers, levers: frozenset[str] = frozenset()) -> Shown:
    """Number, band and range of a session with what is switched on."""
    answer = combined(answers, levers).assessment if levers else assess(answers)
    return (*_number(answer), in_100_span_brief(*_ends(answer)))


def of_plans(answers: Answers, changes: Sequence[Answers]) -> Shown:
    """Number and band of the plans that Compare makes of a session, changed since.

    They are the session itself and what would help it most.
    """
    better = advise(answers).now
    changed: tuple[Answers, Answers] = ({}, better[0].changes if better else {})
    plans = [{**answers, **a, **b} for a, b in zip(changed, changes, strict=True)]
    given = ({n: v for n, v in plan.items() if v is not None} for plan in plans)
    return tuple(part for plan in given for part in _number(assess(plan)))


def _number(answer: Assessment) -> Shown:
    return in_100_brief(answer.probability), answer.band


def _ends(answer: Assessment) -> tuple[float, float]:
    return answer.probability_low, answer.probability_high


@cache
def _example_squad(on: date) -> pd.DataFrame:
    raw = read_squad_file(data_file("example_squad.csv").read_bytes())
    return squad_frame(raw, match_columns(raw), on)


def of_squad(answers: Answers, on: date) -> Shown:
    """How many of the example's athletes to expect with a cramp, and the range."""
    plan = {name: value for name, value in answers.items() if name in PLAN_FIELDS}
    count = expected(answer_squad(_example_squad(on), plan)[0])
    ends = f"{amount_text(count.low)} to {amount_text(count.high)}"
    return amount_text(count.number), ends


def of_start(answers: Answers, on: date, zone: str, low_c: float, high_c: float) -> Shown:
    """Number, band and range of the best start of a day with two temperatures."""
    weather = typed_weather(on, coolest_c=low_c, warmest_c=high_c, time_zone=zone)
    best = best_start(
        answers,
        weather,
        now=datetime.combine(on, time(), UTC),
        earliest=EARLIEST,
        latest=LATEST,
        step_min=60,
    )
    if not best.by_day:  # a session that no start of that day has room for
        return ()
    first = min(best.by_day, key=lambda day: (day.shown, not day.daylight))
    row = cast("pd.Series[Any]", best.starts.loc[first.start.tz_convert("UTC")])
    number = in_100_brief(number_of(best, row))
    return number, row["band"], span_words(best, row, "under")
