"""How large a list of athletes may be, and what says that one cannot be read."""

MOST_ROWS = 5000


class SquadFileError(ValueError):
    """A file that cannot be read as a list of athletes; the message says why."""
