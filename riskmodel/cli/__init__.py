"""The command line: ``cramprisk``."""

from riskmodel.cli import around, batch, cards, guide, saved, scoring, serve, validation
from riskmodel.cli.frame import app

__all__ = [
    "app",
    "around",
    "batch",
    "cards",
    "guide",
    "saved",
    "scoring",
    "serve",
    "validation",
]
