"""A squad of 500 under one plan and under 24 starts, and one of 28 over a week."""

from datetime import date

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from benchmarks.solver import solve_thermofeel, weather
from riskmodel import best_start_squad, typed_weather
from riskmodel.datasets import load_examples
from riskmodel.reporting.squad_sheet import squad_table
from riskmodel.squad.plan import ATHLETE_FIELDS, PLAN_FIELDS
from riskmodel.squad.scores import answer_squad, over_plans

SQUAD, TEAM, DAYS = scaled(500), 28, 7
PLAN = {k: v for k, v in load_examples()["Marathon"].items() if k in PLAN_FIELDS}


def athletes(n):
    everybody = raw_frame(n, 5, categories=False)
    return everybody[[name for name in everybody.columns if name in ATHLETE_FIELDS]]


def squad() -> Figures:
    """500 athletes, with words, against one second; and under 24 starts, against three."""
    everybody = athletes(SQUAD)
    place = {"latitude_deg": 52.0, "longitude_deg": 5.0}
    hours = [
        {
            **place,
            "start_time": f"2026-06-21T{hour:02d}:00+02:00",
            "air_temperature_c": 10.0 + hour,
        }
        for hour in range(24)
    ]

    def table():
        scored, _ = answer_squad(everybody, PLAN)
        squad_table(scored, private=True)

    seconds = cpu_seconds(
        {"table": table, "hours": lambda: over_plans(everybody, PLAN, hours)}, rounds=3
    )
    yield (
        f"{SQUAD} athletes and levers, /s / 1 per s",
        1 / seconds["table"],
        1.0,
        1.0,
    )
    yield f"{SQUAD} athletes x 24 starts, /s / 1 in 3 s", 1 / seconds["hours"], 1 / 3, 1.0


def week_of_starts() -> Figures:
    """A squad over a week of starts, against WBGT alone by thermofeel for as many rows."""
    everybody = athletes(TEAM)
    week = typed_weather(
        date(2027, 7, 4),
        latitude_deg=48.2,
        longitude_deg=16.4,
        time_zone="Europe/Vienna",
        coolest_c=16,
        warmest_c=30,
        relative_humidity_pct=55,
        wind_speed_m_s=3,
        cloud_pct=30,
        days=DAYS,
    )
    starts = DAYS * 24
    rows = weather(TEAM * starts)
    seconds = cpu_seconds(
        {
            "ours": lambda: best_start_squad(everybody, PLAN, week),
            "thermofeel": lambda: solve_thermofeel(rows),
        },
        rounds=3,
    )
    ours = 1 / seconds["ours"]
    name = f"{TEAM} athletes x {starts} starts, /s"
    yield f"{name} / WBGT by thermofeel", ours, 1 / seconds["thermofeel"], None
    yield f"{name} / 1 per s", ours, 1.0, 1.0


FIGURES = (squad, week_of_starts)

if __name__ == "__main__":
    print_figures(FIGURES)
