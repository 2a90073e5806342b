"""When in a session a cramp is likeliest to begin, in words."""

from __future__ import annotations

import numpy as np

from riskmodel.inputs.units import duration_text
from riskmodel.scoring.assessment import Assessment
from riskmodel.scoring.bands import in_10_span, in_10_text, in_100_number, in_100_span
from riskmodel.scoring.onset import Onset
from riskmodel.scoring.probability import Calibration
from riskmodel.whatif.during import chance_by_time

_STEPS_MIN = (5, 15, 30, 60, 120, 240)
_MOST_ROWS = 6


def onset_text(onset: Onset) -> str:
    """Say how many of the cramps begin in the last third, and when that is.

    Examples
    --------
    >>> onset_text(Onset(201.0, 163.3, 0.74, 0.61, 0.87)).partition("last third, ")[2]
    'after 2 h 43, in about 7 of 10 cases; depending on assumptions, 6 to 9.'
    """
    span = in_10_span(onset.last_third_low, onset.last_third_high)
    from_time = duration_text(round(onset.last_third_from_min))
    return (
        f"If a cramp comes, it begins in the last third, after {from_time}, in "
        f"{in_10_text(onset.last_third)} of 10 cases; depending on assumptions, {span}."
    )


def by_time_rows(
    answer: Assessment, duration_min: float, calibration: Calibration | None = None
) -> list[tuple[str, str]]:
    """Say of how many of 100 sessions the cramp has begun by when.

    Examples
    --------
    >>> from riskmodel import assess
    >>> from riskmodel.datasets import load_examples
    >>> marathon = load_examples()["Marathon"]
    >>> [when for when, _ in by_time_rows(assess(marathon), marathon["duration_min"])]
    ['1 h', '2 h', '3 h', '4 h 05']
    """
    step = next((s for s in _STEPS_MIN if duration_min <= _MOST_ROWS * s), _STEPS_MIN[-1])
    # None so near the end that it would read alike.
    whole = np.arange(step, duration_min - step / 4.0, step)
    at_min = [*whole.tolist(), duration_min]
    by = chance_by_time(answer, duration_min, at_min, calibration)
    return [
        (
            duration_text(at),
            f"{in_100_number(p, 'under')} of 100 ({in_100_span(low, high, 'under')})",
        )
        for at, p, low, high in zip(
            at_min, by.probability, by.probability_low, by.probability_high, strict=True
        )
    ]
