"""Lines for a terminal, and how points are written in them and anywhere else."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

_WIDTH = 88


def points_text(points: float) -> str:
    """Write points without a needless decimal: 12, 6.5."""
    return f"{points:g}"


def wrapped(text: str, indent: str = "") -> Iterable[str]:
    """Break a text into lines for a terminal."""
    return textwrap.wrap(
        text,
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
