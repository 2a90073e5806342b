"""The worked examples as sessions."""

from __future__ import annotations

from riskmodel.datasets import load_examples
from riskmodel.inputs.session import Session


def examples() -> dict[str, Session]:
    """Worked example sessions by name, to try things with; they are nobody's.

    Returns
    -------
    dict of str to Session
        Each can be scored.

    Examples
    --------
    >>> race = examples()["Hot 10 km race"]
    >>> race["sport"], race.replace(air_temperature_c=12)["air_temperature_c"]
    ('running', 12)
    """
    return {name: Session(**answers) for name, answers in load_examples().items()}
