"""What a first visitor sees: one session, and three plans of it. Nobody's answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from riskmodel.whatif.plans import Scenario

EXAMPLE: Mapping[str, Any] = {
    "sport": "running",
    "duration_min": 120.0,
    "session_rpe": 7,
    "air_temperature_c": 27.0,
    "relative_humidity_pct": 60.0,
    "age_years": 38.0,
}
"""The answers to the questions that a number needs."""

# The same vapour in the air of the morning, and the same way at an easier pace.
_AT_7 = {**EXAMPLE, "air_temperature_c": 20.0, "relative_humidity_pct": 90.0}
PLANS = (
    Scenario("Start at 10", EXAMPLE),
    Scenario("Start at 7", _AT_7),
    Scenario("At 7, easier", {**_AT_7, "session_rpe": 5, "duration_min": 130.0}),
)
"""That session, and two others for it."""
