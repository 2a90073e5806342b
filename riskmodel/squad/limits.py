"""How large a list of athletes may be, and what says that one cannot be read."""

from riskmodel.inputs.told import ToldError

MOST_ROWS = 5000
LONGEST_CELL = 5000
"""Signs of a cell: no answer, note or name is longer.  Judgement."""


class SquadFileError(ToldError, ValueError):
    """A file that cannot be read as a list of athletes; the message says why."""
