"""Which questions were left open, of those whose answer could matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from riskmodel.answers import Answers, is_unknown
from riskmodel.fields import FIELDS

# Questions whose answer replaces others; leaving them out leaves nothing open.
_REPLACING = ("measured_sweat_rate_l_h", "solar_radiation_w_m2", "wbgt_c")
_SUN_PLACE = ("latitude_deg", "longitude_deg", "start_time")


_OPTIONAL = tuple(
    name
    for name, field in FIELDS.items()
    if not field.required and field.kind != "text" and name not in _REPLACING
)


def unanswered_bits(answers: Answers) -> NDArray[np.int64]:
    """Unanswered questions of each session, one bit per optional input."""
    n = answers.n_sessions

    def unknown(name: str) -> NDArray[np.bool_]:
        column = answers.columns.get(name)
        return np.ones(n, dtype=bool) if column is None else is_unknown(column)

    def level(name: str, *levels: str) -> NDArray[np.bool_]:
        codes = [FIELDS[name].codes[level] for level in levels]
        column = answers.columns.get(name)
        return np.zeros(n, dtype=bool) if column is None else np.isin(column, codes)

    sweat_open = unknown("measured_sweat_rate_l_h")
    weather_open = sweat_open | unknown("wbgt_c")
    sun_open = weather_open & unknown("solar_radiation_w_m2")
    relevant: dict[str, NDArray[np.bool_]] = {
        "clothing": sweat_open,
        "wind_speed_m_s": weather_open,
        "sky": sun_open,
        "pregnancy_trimester": ~level("sex", "male"),
        **dict.fromkeys(_SUN_PLACE, sun_open & ~level("sky", "night", "indoor")),
    }
    bits = np.zeros(n, dtype=np.int64)
    for position, name in enumerate(_OPTIONAL):
        open_question = unknown(name) & relevant.get(name, True)
        bits |= open_question.astype(np.int64) << position
    return bits


def unanswered_texts(bits: NDArray[np.int64]) -> ExtensionArray:
    """Names of the unanswered questions of each session, separated by ``;``."""
    which, patterns = pd.factorize(bits)
    # Eight questions at a time, so that a table of 256 texts is enough for each.
    texts = np.full(len(patterns), "", dtype=object)
    for start in range(0, len(_OPTIONAL), 8):
        table = [
            "".join(f"{name};" for name in unanswered_names(byte << start))
            for byte in range(256)
        ]
        texts = texts + np.array(table, dtype=object)[patterns >> start & 255]
    return pd.Series(texts, dtype="str").str.removesuffix(";").array.take(which)


def unanswered_names(bits: int) -> tuple[str, ...]:
    """Names of the inputs in a set of bits."""
    return tuple(name for i, name in enumerate(_OPTIONAL) if bits >> i & 1)
