"""Everybody at every start under every member of a forecast, against the flat table.

``python -m benchmarks.start_grid``, or with all others ``make bench``.  Cpu time, the
best of several rounds taken in turn; the large grid is scored once, in a process of its
own, whose peak memory is told with it.
"""

import subprocess
import sys
import time
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from benchmarks.frames import raw_frame
from benchmarks.measuring import (
    Figures,
    cpu_seconds,
    peak_bytes,
    print_figures,
    scaled,
)
from riskmodel import Weather, assess_frame, best_start_squad, start_grid, typed_weather
from riskmodel.datasets import load_examples
from riskmodel.scoring.grid import WEATHER_FIELDS
from riskmodel.squad.plan import ATHLETE_FIELDS, PLAN_FIELDS
from riskmodel.weather.hours import at_clock

N_MEMBERS = 51
N_STARTS = 24
N_ENTRANTS = scaled(50_000)
N_FLAT = scaled(100_000)
CELLS_A_S = 50_000 * N_STARTS * N_MEMBERS / 30.0
DURATIONS = np.arange(150.0, 360.0)
"""Whole minutes that entrants of a marathon plan. [min]"""
DAY = date(2027, 7, 4)
PLACE = {"latitude_deg": 48.2, "longitude_deg": 16.4, "time_zone": "Europe/Vienna"}
GIB = 2.0**30


def day_of(random: np.random.Generator, days: int) -> Weather:
    """One member: two days as a forecast might have them."""
    coolest_c = random.uniform(12, 20)
    return typed_weather(
        DAY,
        **PLACE,
        coolest_c=coolest_c,
        warmest_c=coolest_c + random.uniform(5, 15),
        relative_humidity_pct=random.uniform(30, 80),
        wind_speed_m_s=random.uniform(0.5, 6),
        cloud_pct=random.uniform(0, 100),
        days=days,
    )


def members(n: int) -> list[Weather]:
    random = np.random.default_rng(3)
    return [day_of(random, days=2) for _ in range(n)]


def entrants(n: int) -> pd.DataFrame:
    """A race: one sport under the sky, everybody's own duration, 15 % of the rest open."""
    random = np.random.default_rng(4)
    own = raw_frame(n, 5, categories=True).drop(columns=[*WEATHER_FIELDS, "sky"])
    return own.assign(sport="running", duration_min=random.choice(DURATIONS, n))


def large_grid() -> None:
    """Score the large grid and print its seconds and the peak of the process."""
    everybody, forecast = entrants(N_ENTRANTS), members(N_MEMBERS)
    day = at_clock(DAY, ZoneInfo(PLACE["time_zone"]))
    start = time.process_time()
    grid = start_grid(
        everybody,
        forecast,
        earliest="00:00",
        latest="23:59",
        last=day + timedelta(hours=N_STARTS - 1),
    )
    seconds = time.process_time() - start
    assert grid.probability.shape == (N_ENTRANTS, N_STARTS, 3)
    assert (grid.problem == "").all()
    print(seconds, peak_bytes())


def grid_figures() -> Figures:
    """The large grid and a squad's week, against goals and against the flat table."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.start_grid", "large"],
        check=True,
        capture_output=True,
        text=True,
    )
    large_s, peak = map(float, told.stdout.split())
    cells = N_ENTRANTS * N_STARTS * N_MEMBERS
    everybody = raw_frame(500, 5, categories=False)
    squad = everybody[[n for n in everybody.columns if n in ATHLETE_FIELDS]]
    plan = {k: v for k, v in load_examples()["Marathon"].items() if k in PLAN_FIELDS}
    week = day_of(np.random.default_rng(3), days=7)
    flat = raw_frame(N_FLAT, 1, categories=True)
    seconds = cpu_seconds(
        {
            "squad": lambda: best_start_squad(squad, plan, week),
            "flat": lambda: assess_frame(flat, detail=False),
        },
        rounds=5,
    )
    rate, flat_rate = cells / large_s, N_FLAT / seconds["flat"]
    of_squad = len(squad) * 7 * 24 / seconds["squad"]
    name = f"{cells:,} cells of a grid"
    yield f"{name}, /s / 61 million in 30 s", rate, CELLS_A_S, 1.0
    yield f"{name} / rows of assess_frame", rate, flat_rate, None
    yield f"2 GiB / the most memory of {name}, GiB", 2.0, peak / GIB, 1.0
    yield "500 athletes x 168 starts, cells/s / in 0.12 s", of_squad, 84_000 / 0.12, 1.0
    yield "500 athletes x 168 starts / rows of assess_frame", of_squad, flat_rate, None


FIGURES = (grid_figures,)

if __name__ == "__main__":
    if sys.argv[1:] == ["large"]:
        large_grid()
    else:
        print_figures(FIGURES)
