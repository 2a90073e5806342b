"""Where other answers settle questions, of all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import is_settled

_RULES = dict.fromkeys(f.settled for f in FIELDS.values() if f.settled is not None)
_ALIKE = [[f for f in FIELDS.values() if f.settled == rule] for rule in _RULES]
"""Questions by what settles them."""


def settled_masks(
    columns: Mapping[str, NDArray[Any]], n_sessions: int
) -> dict[str, NDArray[np.bool_]]:
    """`is_settled` of every question that another answer can settle, by its name.

    Questions that are settled alike share one array.
    """
    masks: dict[str, NDArray[np.bool_]] = {}
    for fields in _ALIKE:
        mask = is_settled(fields[0], columns, n_sessions)
        masks |= {field.name: mask for field in fields}
    return masks
