"""Named scenarios as text: for a link, a file, or the reader's own device."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.problems import Problem, public_sentences
from riskmodel.inputs.session import SCORECARD_VERSION, tidy
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scoring.assessment import Assessment
from riskmodel.whatif.comparison import MOST_SCENARIOS

LONGEST_NAME = 40  # characters, so that six columns fit
_FORMAT = 1
# So that no link can bring words of its own; a changed card adds its fingerprint.
_VERSION = re.compile(r"[0-9][0-9.]{0,19}(?: \([0-9a-f]{12}\))?")


@dataclass(frozen=True)
class Scenario:
    """A plan with a name.

    Attributes
    ----------
    name : str
    answers : mapping of str to answer
    """

    name: str
    answers: Mapping[str, Any]


def to_text(
    scenarios: Sequence[Scenario], scorecard_version: str | None = None, *, private: bool
) -> str:
    """Write scenarios as compact JSON, in their order, with the scorecard's version.

    Parameters
    ----------
    scenarios : sequence of Scenario
    scorecard_version : str, optional
        Of the scorecard that scores them; by default of the one that comes with the
        package.
    private : bool
        Whether to put in what `Field.private` keeps out.

    Examples
    --------
    >>> easy = Scenario("Easy", {"sport": "running", "sleep_h": 5})
    >>> to_text([easy], private=False).partition('"base":')[2]
    '{"sport":"running"},"scenarios":[["Easy",{}]]}'
    """
    plans = [
        {
            name: value
            for name, value in scenario.answers.items()
            if private or not FIELDS[name].private
        }
        for scenario in scenarios
    ]
    base = plans[0] if plans else {}
    # Only what differs from the first, so that a link stays short.
    changes = [
        {n: plan.get(n) for n in {**base, **plan} if plan.get(n) != base.get(n)}
        for plan in plans
    ]
    named = [[s.name, change] for s, change in zip(scenarios, changes, strict=True)]
    version = {SCORECARD_VERSION: scorecard_version or load_scorecard().version}
    content = {"cramp-risk": _FORMAT, **version, "base": base, "scenarios": named}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> tuple[list[Scenario], tuple[Problem, ...]]:
    """Read what `to_text` wrote, or what somebody made of it.

    Parameters
    ----------
    text : str

    Returns
    -------
    scenarios : list of Scenario
        What could be read, six at most.
    problems : tuple of Problem
        One for each thing that could not.

    Examples
    --------
    >>> from_text("[1]")[1][0].kind
    'no_scenarios'
    """
    try:
        content = _content(text)
        base, named = dict(content["base"]), list(content["scenarios"])
        pairs = [(str(name), dict(changes)) for name, changes in named]
    except (ValueError, TypeError, KeyError, RecursionError):
        return [], (Problem("", "no_scenarios"),)
    if content.get("cramp-risk") != _FORMAT:
        return [], (Problem("", "scenarios_of_another_version"),)
    scenarios: list[Scenario] = []
    problems: dict[Problem, None] = {}  # in order, each once
    for name, changes in pairs[:MOST_SCENARIOS]:
        given, wrong = tidy({k: v for k, v in {**base, **changes}.items() if v is not None})
        problems |= dict.fromkeys(wrong)
        scenarios.append(Scenario(name[:LONGEST_NAME], given))
    if len(pairs) > MOST_SCENARIOS:
        amounts = str(len(pairs)), str(MOST_SCENARIOS)
        problems[Problem("", "too_many_scenarios", amounts)] = None
    return scenarios, tuple(problems)


def saved_with(text: str) -> str:
    """Version of the scorecard that scenarios were scored with, as `to_text` wrote it.

    "" where it is not noted.
    """
    try:
        return version_in(_content(text).get(SCORECARD_VERSION))
    except (ValueError, AttributeError, RecursionError):
        return ""


def version_in(noted: Any) -> str:
    """Version that a link or a file notes; "" for what cannot be one."""
    return noted if isinstance(noted, str) and _VERSION.fullmatch(noted) else ""


def _content(text: str) -> Any:
    # Half of a pair of code units is no text, raw or escaped.
    plain = json.dumps(json.loads(text.removeprefix("\ufeff")), ensure_ascii=False)
    return json.loads(plain.encode("utf-8", "replace"))


def to_frame(
    scenarios: Sequence[Scenario],
    assessments: Sequence[Assessment],
    scorecard_version: str,
    *,
    private: bool,
) -> pd.DataFrame:
    """Lay out scenarios as a table: name, result, points per factor, answers.

    Parameters
    ----------
    scenarios, assessments : sequences of equal length
    scorecard_version : str
        Version of the scorecard that made the assessments.
    private : bool
        Whether to put in private answers; the points of single factors go with them.

    Returns
    -------
    pandas.DataFrame
        One row for each scenario.
    """
    rows = []
    for scenario, answer in zip(scenarios, assessments, strict=True):
        sentences = map(str, answer.problems)
        row: dict[str, Any] = {
            "scenario": scenario.name,
            SCORECARD_VERSION: scorecard_version,
            "probability": answer.probability,
            "probability_low": answer.probability_low,
            "probability_high": answer.probability_high,
            "band": answer.band,
            "total_points": answer.total_points,
            "problems": " ".join(sentences)
            if private
            else public_sentences(answer.problems),
        }
        if private:
            row |= {f"points_{c.factor}": c.points for c in answer.contributions}
        row |= {
            name: ";".join(value) if isinstance(value, list) else value
            for name, value in scenario.answers.items()
            if private or not FIELDS[name].private
        }
        rows.append(row)
    return pd.DataFrame(rows)
