"""Texts of the form that a click has put, until the reader's browser shows them.

A click right behind another comes with the texts that the browser showed before both:
what the first one put would be taken back without a word.
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any, NamedTuple

_OVERTAKEN_S = 2.0
"""Within which a second click can come with what was there before the first: judgement."""


class TextPut(NamedTuple):
    """What a click has put into a text, and what stood there before."""

    before: Any
    after: str
    at_s: float  # of the clock that only goes on


def text_put(before: Any, after: str) -> TextPut:
    """Note what a click puts into a text now."""
    return TextPut(before, after, time.monotonic())


def keep(texts: dict[str, TextPut], widgets: MutableMapping[str | int, Any]) -> None:
    """Put again what a click took back that came with what was shown before."""
    for name, put in [*texts.items()]:
        if time.monotonic() - put.at_s > _OVERTAKEN_S:
            del texts[name]
        elif widgets.get(name) == put.before:
            widgets[name] = put.after
