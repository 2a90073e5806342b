"""Random raw columns, parsed as pandas parses a clean file, for the benchmarks."""

from functools import lru_cache

import numpy as np
import pandas as pd

from riskmodel.inputs.session import FIELDS

# Ranges that sessions really have; the others are drawn over what is allowed.
USUAL = {
    "duration_min": (20, 300),
    "age_years": (15, 75),
    "body_mass_kg": (45, 110),
    "height_cm": (150, 200),
    "air_temperature_c": (0, 38),
    "relative_humidity_pct": (20, 100),
    "wind_speed_m_s": (0, 8),
    "longest_recent_min": (20, 300),
    "fluid_intake_l_h": (0, 1),
}
SELDOM = {
    "solar_radiation_w_m2": 0.9,
    "measured_sweat_rate_l_h": 0.9,
    "wbgt_c": 0.9,
    "start_time": 0.7,
}
MISSING = 0.15


def raw_frame(
    n_sessions: int, seed: int, *, categories: bool, missing: bool = True
) -> pd.DataFrame:
    """Every input as a column, with ``missing`` 15 % of the optional cells empty.

    What is drawn is kept for the next round; who writes into it writes into a copy.
    """
    return _drawn(n_sessions, seed, categories, missing).copy(deep=False)


@lru_cache(maxsize=4)
def _drawn(n_sessions: int, seed: int, categories: bool, missing: bool) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    columns = {}
    for name, field in FIELDS.items():
        # A warning sign keeps a row from being scored; that is rare.
        if field.kind == "text" or name == "red_flags":
            continue
        if field.kind == "number":
            low, high = USUAL.get(name, (field.low, field.high))
            values = random.uniform(low, high, n_sessions)
            hole = np.nan
        elif field.kind == "time":
            minutes = random.integers(0, 525_600, n_sessions)
            start = np.datetime64("2026-01-01", "ns")
            values = start + minutes.astype("timedelta64[m]")
            hole = np.datetime64("NaT")
        else:
            words = list(field.levels)
            if field.kind == "levels":
                words = ["none", *words, f"{words[0]};{words[-1]}"]
            values = pd.Categorical.from_codes(
                random.integers(0, len(words), n_sessions), words
            )
            hole = None
        column = pd.Series(values)
        if missing and not field.required:
            share = SELDOM.get(name, MISSING)
            column = column.mask(random.random(n_sessions) < share, hole)
        if field.kind == "time":
            column = column.dt.tz_localize("UTC")
        if isinstance(column.dtype, pd.CategoricalDtype) and not categories:
            column = column.astype("str")
        columns[name] = column
    return pd.DataFrame(columns)
