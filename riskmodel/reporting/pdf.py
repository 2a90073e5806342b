"""The one call of Typst: a template of this folder, and its content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import riskmodel
from riskmodel.scorecard.rows import Scorecard


def pdf(template: str, content: Mapping[str, Any]) -> bytes:
    """Lay out content, which the template reads as JSON, on pages to print."""
    return _compiled(template, content, "pdf")


def svg(template: str, content: Mapping[str, Any]) -> str:
    """Lay out content as a picture that stands in a page."""
    return _compiled(template, content, "svg").decode("utf-8")


def _compiled(
    template: str, content: Mapping[str, Any], kind: Literal["pdf", "svg"]
) -> bytes:
    import typst  # comes with the app, not with the base install

    path = Path(__file__).with_name(f"{template}.typ")
    plan = json.dumps(content, ensure_ascii=False)
    return bytes(typst.compile(path, format=kind, sys_inputs={"plan": plan}))


def footer(card: Scorecard) -> str:
    """Which program and which scorecard a page comes from, and of which day it is."""
    return (
        f"cramp-risk {riskmodel.__version__}, scorecard {card.version} "
        f"({card.fingerprint}), {date.today().isoformat()}. Not a medical device."
    )
