"""Frames of a million rows and of one, against goals and a peer, in cpu time.

``python -m benchmarks.frame_speed``, or with all others ``make bench``.  The machine may
be shared: what other programs take does not count in cpu time.
"""

import tracemalloc
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
from pythermalcomfort.models import sports_heat_stress_risk
from pythermalcomfort.models.sports_heat_stress_risk import Sports

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from riskmodel import assess, assess_frame
from riskmodel.datasets import load_examples
from riskmodel.inputs.session import FIELDS
from riskmodel.whatif.advice import assess_and_advise

N = scaled(1_000_000)
N_PEER = scaled(1_000)
N_MEMORY = scaled(200_000)
CHUNK = max(N_MEMORY // 10, 1)

# Sports of the policy of Sports Medicine Australia that are ours; others it has none for.
PEER_SPORTS = {
    "running": Sports.RUNNING,
    "cycling": Sports.CYCLING,
    "walking": Sports.WALKING,
    "rowing": Sports.ROWING,
    "soccer": Sports.SOCCER,
    "rugby": Sports.RUGBY_UNION,
    "american_football": Sports.AUSTRALIAN_FOOTBALL,
    "basketball": Sports.BASKETBALL,
    "tennis": Sports.TENNIS,
    "hockey": Sports.FIELD_HOCKEY,
    "volleyball": Sports.VOLLEYBALL,
    "cricket_baseball": Sports.CRICKET,
}


def solve_peer(rows: pd.DataFrame) -> None:
    """Heat stress of sessions by the SMA model, all rows of a sport in one call."""
    for sport, of_sport in rows.groupby("sport", observed=True):
        air_c = of_sport["air_temperature_c"].to_numpy()
        wind = of_sport["wind_speed_m_s"].fillna(2.0).to_numpy()
        humidity = of_sport["relative_humidity_pct"].to_numpy()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Solver did not find", UserWarning)
            sports_heat_stress_risk(air_c, air_c, humidity, wind, PEER_SPORTS[sport])


def many_rows() -> Figures:
    """A million rows of every kind, and the peer on some of them."""
    categories = raw_frame(N, 1, categories=True)
    whole = raw_frame(N, 1, categories=True, missing=False)
    six = categories[[name for name, field in FIELDS.items() if field.required]]
    strings = raw_frame(N, 1, categories=False)
    written = strings.select_dtypes("str").columns
    arrow = strings.astype(dict.fromkeys(written, pd.StringDtype("pyarrow", np.nan)))
    objects = strings.astype(dict.fromkeys(written, object))
    known = categories[categories["sport"].isin(list(PEER_SPORTS))].head(N_PEER)

    def with_words() -> None:
        result = assess_frame(categories)
        result["missing"].astype(str), result["safety"].astype(str)

    solve_peer(known.head(1))  # what it loads once
    seconds = cpu_seconds(
        {
            "categories": lambda: assess_frame(categories, detail=False),
            "peer": lambda: solve_peer(known),
            "whole": lambda: assess_frame(whole, detail=False),
            "six": lambda: assess_frame(six, detail=False),
            "detail": lambda: assess_frame(categories),
            "words": with_words,
            "arrow": lambda: assess_frame(arrow, detail=False),
            "objects": lambda: assess_frame(objects, detail=False),
        }
    )
    rate = {name: N / one for name, one in seconds.items()}
    rate["peer"] = N_PEER / seconds["peer"]
    yield "categories, 15 % blank / 750,000 rows/s", rate["categories"], 750e3, 1.0
    yield (
        "categories, 15 % blank / SMA sports heat model",
        rate["categories"],
        rate["peer"],
        500.0,
    )
    yield "categories, no blank / 750,000 rows/s", rate["whole"], 750e3, 1.0
    yield "categories, six answers / 750,000 rows/s", rate["six"], 750e3, None
    yield "points per factor / without", rate["detail"], rate["categories"], 0.8
    yield (
        "points per factor, every text made / without",
        rate["words"],
        rate["categories"],
        None,
    )
    yield "Arrow strings / 450,000 rows/s", rate["arrow"], 450e3, 1.0
    yield "object strings / 450,000 rows/s", rate["objects"], 450e3, 1.0


def memory() -> Figures:
    """Bytes a row above the frame, and of chunks above one of them."""
    frame = raw_frame(N_MEMORY, 1, categories=True)
    assess_frame(frame.head())

    def most_bytes(task: Callable[[], object]) -> float:
        kept_by_arrow = pa.total_allocated_bytes()
        tracemalloc.start()
        result = task()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # Texts of problems are Arrow's, which tells no peak of its own.
        most += pa.total_allocated_bytes() - kept_by_arrow
        del result
        return most

    def chunks() -> None:
        for start in range(0, N_MEMORY, CHUNK):
            assess_frame(frame[start : start + CHUNK])

    for name, detail in (("without points per factor", False), ("with points", True)):
        a_row = most_bytes(lambda detail=detail: assess_frame(frame, detail=detail))
        yield f"600 bytes a row / {name}", 600.0, a_row / N_MEMORY, 1.0
    one = most_bytes(lambda: assess_frame(frame[:CHUNK]))
    yield "memory of one chunk / of ten in turn", one, most_bytes(chunks), 0.9


def one_row() -> Figures:
    """One session by every door, against goals and a row assigned in pandas."""
    marathon = load_examples()["Marathon"]
    row = raw_frame(1, 1, categories=True)
    table = raw_frame(3, 1, categories=False).astype(object)
    values = table.iloc[0].tolist()
    assess_and_advise(marathon), assess_frame(row)

    def assign() -> None:
        table.loc[1] = values

    seconds = cpu_seconds(
        {
            "frame": lambda: assess_frame(row),
            "assess": lambda: assess(marathon),
            "advise": lambda: assess_and_advise(marathon),
            "pandas": assign,
        },
        rounds=scaled(100),
    )
    rate = {name: 1.0 / one for name, one in seconds.items()}
    yield "one row through assess_frame, /s / 1 in 3 ms", rate["frame"], 1e3 / 3, 1.0
    yield (
        "one row through assess_frame / pandas assigns a row",
        rate["frame"],
        rate["pandas"],
        None,
    )
    yield "assess, /s / 1 in 1.5 ms", rate["assess"], 1e3 / 1.5, 1.0
    yield "assess and advise in one, /s / 1 in 3 ms", rate["advise"], 1e3 / 3, 1.0


FIGURES = (one_row, memory, many_rows)


if __name__ == "__main__":
    print_figures(FIGURES)
