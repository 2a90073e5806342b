"""The command line: ``cramprisk``."""

from riskmodel.cli import around, batch, cards, guide, saved, scoring, serve, squad
from riskmodel.cli.frame import app

__all__ = ["app", "around", "batch", "cards", "guide", "saved", "scoring", "serve", "squad"]
