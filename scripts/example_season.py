"""Write the made-up season of a club, ``python -m scripts.example_season``.

Nobody in it exists.  What came is drawn from a truth that is known: the odds of each
session are ours to the power of `SLOPE`, times e to the power of `OFFSET`, and athletes
differ by more than their answers say.  So the answer of a validation is known beforehand.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from riskmodel import assess_frame
from riskmodel.reporting.spreadsheet import write_csv

SEED, N_ATHLETES, N_SESSIONS = 11, 32, 60
OFFSET, SLOPE, SPREAD = 0.5, 0.9, 0.4
FILE = Path(__file__).parents[1] / "data" / "example_season.csv"


def season() -> tuple[pd.DataFrame, np.ndarray]:
    """The table, and the true probability of each of its rows."""
    random = np.random.default_rng(SEED)
    who = np.repeat(np.arange(N_ATHLETES), N_SESSIONS)
    n = len(who)
    ages = random.integers(18, 36, N_ATHLETES)
    past = random.choice(["never", "earlier", "1-2", "3-5"], N_ATHLETES)
    day = np.tile(np.arange(N_SESSIONS), N_ATHLETES)
    warm_c = 17 + 9 * np.sin(np.pi * day / N_SESSIONS)
    is_match = random.random(n) < 0.2
    table = pd.DataFrame(
        {
            "athlete": [f"Player {number + 1}" for number in who],
            "sport": "soccer",
            "duration_min": np.where(is_match, 90, random.choice([60, 75, 90, 120], n)),
            "session_rpe": np.where(is_match, 8, random.integers(3, 9, n)),
            "competition": np.where(is_match, "yes", "no"),
            "age_years": ages[who],
            "cramp_sessions_12mo": past[who],
            "air_temperature_c": np.round(warm_c + random.normal(0, 3, n)),
            "relative_humidity_pct": random.integers(35, 85, n),
        }
    )
    ours = assess_frame(table, detail=False)["probability"].to_numpy()
    own = random.normal(0, SPREAD, N_ATHLETES)[who]
    logit = SLOPE * np.log(ours / (1 - ours)) + OFFSET + own
    truth = 1 / (1 + np.exp(-logit))
    table["cramp"] = np.where(random.random(n) < truth, "yes", "no")
    table["simulated"] = "yes"
    return table, truth


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as out:
        write_csv(season()[0], out)
