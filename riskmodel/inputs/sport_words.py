"""What people call sports, and words that may mean several."""

from __future__ import annotations

from functools import cache, lru_cache

from riskmodel.datasets import read_toml
from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.tables import folded


@lru_cache(maxsize=10_000)
def sports_called(word: str) -> tuple[str, ...]:
    """Sports that a word of a planned session may mean.

    Parameters
    ----------
    word : str
        In any of the languages that training logs are read in.

    Returns
    -------
    tuple of str
        Levels of ``sport``: none of a word that nobody knows or that says nothing, and
        several of one that a person must settle.

    Examples
    --------
    >>> sports_called("Trail running"), sports_called("Football"), sports_called("workout")
    (('running',), ('soccer', 'american_football'), ())
    """
    return _words().get(_key(word), ())


@cache
def _words() -> dict[str, tuple[str, ...]]:
    table = read_toml("training_log.toml")
    spelt: dict[str, tuple[str, ...]]
    spelt = {_key(word): (sport,) for sport, row in table["sports"].items() for word in row}
    spelt |= {_key(word): tuple(sports) for word, sports in table["may_mean"].items()}
    spelt |= {_key(label): (sport,) for sport, label in FIELDS["sport"].levels.items()}
    spelt |= {_key(sport): (sport,) for sport in FIELDS["sport"].levels}
    return spelt


def _key(word: str) -> str:
    """Word as it is compared: TrailRun, Trail Run and trail_run are one."""
    return folded(word).replace(" ", "")
