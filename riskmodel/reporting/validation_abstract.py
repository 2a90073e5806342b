"""What came out of a validation in a few plain sentences, and what cannot be told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from riskmodel.inputs.told import counted
from riskmodel.validation.joining import LEAST, told_cramps
from riskmodel.validation.report import Validation, Verdict

_VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        "more": "More cramps came than were expected: at least {low} for every 100.",
        "fewer": "Fewer cramps came than were expected: at most {high} for every 100.",
        "perhaps_more": "More cramps may have come than were expected, but the interval is "
        "rough here, so that neither that nor how many is certain.",
        "perhaps_fewer": "Fewer cramps may have come than were expected, but the interval "
        "is rough here, so that neither that nor how many is certain.",
        "no_difference": "No difference was shown, which is no proof that there is none: "
        "anything from {low} to {high} for every 100 would fit.",
        "cannot_tell": "Whether the number is right cannot be told: anything from {low} to "
        "{high} for every 100 would fit.",
    }
)
_FEW = 10
"""Expected cramps below which they are told first, and then for every 100: judgement."""
_OF_FEW = (
    f"Fewer than {LEAST} athletes had a cramp, or a session without one: how many cramps "
    "came is not told to others, nor any figure that it follows from. cramprisk validate "
    "with --json holds all of them, for yourself."
)
_FOR_NOBODY_ELSE = "Nothing follows for another club, nor for a single person."


def abstract(told: Validation) -> Iterator[str]:
    """Sentences for the top: what came, what follows, and what does not."""
    if "of_few" in told.reasons:
        yield (
            f"{n_cramps_text(told)} cramps came where {told.measures.expected:.1f} were "
            "expected."
        )
        yield _OF_FEW
        yield from _left_open(told)
        yield _FOR_NOBODY_ELSE
        return
    yield what_came(told)
    yield verdict_text(told)
    yield from _one_outcome(told)
    yield from _left_open(told)
    yield _of_high_and_low(told)
    yield _FOR_NOBODY_ELSE


def n_cramps_text(told: Validation) -> str:
    """How many cramps came, as far as others may know: "185", or "5 to 715"."""
    if "of_few" not in told.reasons:
        return str(told.records.n_cramps)
    low, high = told_cramps(told.records, np.ones_like(told.records.cramp))
    return f"{low} to {high}"


def what_came(told: Validation) -> str:
    """Cramps that came for every 100 that were expected, with the interval."""
    ratio, expected = told.measures.ratio, told.measures.expected
    came = counted(told.records.n_cramps, "cramp")
    if not math.isfinite(ratio.value):
        return f"{came} came, and {expected:.1f} were expected."
    span = f"95 % interval {_of_100(ratio.low)} to {_of_100(ratio.high)}; "
    span = span if math.isfinite(ratio.low) else ""
    if expected < _FEW:
        return (
            f"{came} came where {expected:.1f} were expected; for every 100 that is "
            f"{_of_100(ratio.value)} ({span.removesuffix('; ') or 'without an interval'})."
        )
    return (
        f"For every 100 cramps that were expected {_of_100(ratio.value)} came "
        f"({span}{came} came, {expected:.1f} expected)."
    )


def verdict_text(told: Validation) -> str:
    """What follows from the interval."""
    ratio = told.measures.ratio
    if "of_few" in told.reasons or not math.isfinite(ratio.low):
        return "Whether the number is right cannot be told."
    ends = {"low": _of_100(ratio.low), "high": _of_100(ratio.high)}
    return _VERDICTS[told.verdict].format(**ends)


def _of_100(ratio: float) -> str:
    of_100 = 100 * ratio
    return f"{of_100:.0f}" if of_100 >= 10 else f"{of_100:.1f}".removesuffix(".0")


def _one_outcome(told: Validation) -> Iterator[str]:
    if "one_outcome" in told.reasons:
        every, other = (
            ("Every", "without one") if told.records.n_cramps else ("No", "with one")
        )
        yield (
            f"{every} session of the table brought a cramp. If sessions {other} were not "
            "written down, nothing follows from it."
        )


def _left_open(told: Validation) -> Iterator[str]:
    """Rows whose outcome is not known, which may turn everything round."""
    left = told.records.left_out
    if n_open := left.get("no_outcome", 0) + left.get("outcome_not_read", 0):
        n_rows = told.records.n_sessions + n_open
        yield (
            f"Of {counted(n_rows, 'row')} {n_open} ({n_open / n_rows * 100:.0f} %) do not "
            "say whether a cramp came, and do not count. If those who cramped were asked, "
            "or told, more often than others, the figures are off by that."
        )


def _of_high_and_low(told: Validation) -> str:
    """Whether high numbers are too high, by the slope."""
    slope = told.measures.slope
    if not math.isfinite(slope.low):
        return "Whether high numbers are too high and low ones too low cannot be told here."
    if slope.low <= 1 <= slope.high:
        return "That high numbers are too high, or too low, beside low ones was not shown."
    if slope.high < 1:
        return "High numbers are too high beside low ones."
    return "High numbers are too low beside low ones."
