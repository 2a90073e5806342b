"""When in a session a cramp is likeliest to begin, in words."""

from __future__ import annotations

from riskmodel.inputs.units import duration_text
from riskmodel.scoring.bands import in_10_span, in_10_text
from riskmodel.scoring.onset import Onset


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
