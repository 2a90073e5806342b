"""Moments that are counted in a file, as local time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Years in which a session can lie."""

_FIRST, _LAST = (pd.Timestamp(year, 1, 1).timestamp() for year in (FIRST_YEAR, LAST_YEAR))
WEST_MIN, EAST_MIN = -12 * 60, 14 * 60
"""Clocks furthest from UTC: of ships at 180°, and of Kiribati in the east. [min]"""


def clock_of(ms: pd.Series[float]) -> pd.Series[pd.Timestamp]:
    """Clock that milliseconds since 1970 stand for, NaT where no session can be."""
    known = ms.where((ms / 1000).between(_FIRST, _LAST))
    return pd.to_datetime(known.round(), unit="ms")


def in_zone(clock_utc: pd.Series[pd.Timestamp], zone: ZoneInfo) -> pd.Series[pd.Timestamp]:
    """Local time of clocks in UTC."""
    return clock_utc.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)


def with_offset(
    clock_utc: pd.Series[pd.Timestamp], offset_s: pd.Series[float], zone: ZoneInfo
) -> pd.Series[pd.Timestamp]:
    """Local time by an offset from UTC [s], by the zone where there is none that can be."""
    known = offset_s.where((offset_s / 60).between(WEST_MIN, EAST_MIN))
    own = clock_utc + pd.to_timedelta(known, unit="s")
    return own.where(known.notna(), in_zone(clock_utc, zone))
