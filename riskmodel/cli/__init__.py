"""The command line: ``cramprisk``."""

from riskmodel.cli.program import app, run

__all__ = ["app", "run"]
