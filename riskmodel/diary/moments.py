"""When in a session something came, as people write it."""

from __future__ import annotations

import re

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.written import number_written

# Stoppage time is written behind the minute at which a half should have ended.
_PRIME = r"['\u2019\u2032]"
_STOPPAGE = re.compile(rf"(\d{{1,3}})\s*{_PRIME}?\s*\+\s*(\d{{1,2}})\s*(?:{_PRIME}|min)?")


def minute_written(text: str) -> float:
    """Read a moment in a session, also in stoppage time. [min from the start].

    Raises
    ------
    ValueError
        If it is no time, or could be two.

    Examples
    --------
    >>> [minute_written(text) for text in ("90+3", "78'", "1:15", "1 h 15", "45'+2'")]
    [93.0, 78.0, 75.0, 75.0, 47.0]
    """
    if stoppage := _STOPPAGE.fullmatch(text.strip()):
        return float(stoppage[1]) + float(stoppage[2])
    return number_written(text, FIELDS["duration_min"])
