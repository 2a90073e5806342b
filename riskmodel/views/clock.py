"""The clock of the reader, and that of the place where a session starts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

OFFSET = "start_offset_min"
"""Key of the question for the clock of the place."""


def _zone() -> ZoneInfo | None:
    """Time zone of the reader, or None for that of this machine."""
    try:
        return ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):  # a browser that cannot tell
        return None


def today() -> date:
    """Today where the reader is, which can be another day than where this runs."""
    return datetime.now(_zone()).date()


def told(moment: datetime) -> str:
    """Say a moment by the reader's clock, with its day if that is not today."""
    zone = _zone() or UTC
    there, now = moment.astimezone(zone), datetime.now(zone)
    day = "" if there.date() == now.date() else f"{there:%d %b} at "
    return f"{day}{there:%H:%M}{' UTC' * (zone is UTC)}"


def with_offset(moment: datetime) -> str:
    """Write a local time with the offset of its place."""
    offset_min = st.session_state.get(OFFSET)
    if offset_min is not None:
        return moment.replace(tzinfo=timezone(timedelta(minutes=offset_min))).isoformat()
    zone = _zone()
    return (moment.replace(tzinfo=zone) if zone else moment.astimezone()).isoformat()


def offset_elsewhere(answer: str | None) -> int | None:
    """Offset of the clock of the place, where it is not the reader's own. [min]."""
    if answer is None:
        return None
    there = datetime.fromisoformat(answer)
    offset = there.utcoffset() or timedelta(0)
    own = there.astimezone(_zone()).utcoffset()
    return int(offset.total_seconds() // 60) if offset != own else None
