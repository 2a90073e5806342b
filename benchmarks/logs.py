"""Training logs of 10,000 sessions, read and merged, against pandas reading the files."""

import io
from datetime import timedelta
from unittest.mock import patch

import pandas as pd

from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from riskmodel.training.log_file import read_log
from riskmodel.training.merge import merge_logs
from scripts import example_logs

SESSIONS = scaled(10_000)
WEEKS = 10  # of the example


def log_files():
    """The example of each program, its ten weeks over and over, back in time."""
    weeks = example_logs.sessions()
    times = range(-(-SESSIONS // len(weeks)))
    many = [
        {**session, "start": session["start"] - timedelta(weeks=WEEKS * back)}
        for back in reversed(times)
        for session in weeks
    ][-SESSIONS:]
    tables = [name for name in example_logs.FILES if name.endswith(".csv")]
    with patch.object(example_logs, "sessions", return_value=many):
        return [example_logs.FILES[name]() for name in tables]


def read_and_merge(files):
    return merge_logs([read_log(content, time_zone="Europe/Berlin") for content in files])


def read_with_pandas(files):
    return [pd.read_csv(io.BytesIO(content)) for content in files]


def logs() -> Figures:
    """Four training logs of 10,000 sessions against 3 s, and against pandas."""
    files = log_files()
    seconds = cpu_seconds(
        {"ours": lambda: read_and_merge(files), "pandas": lambda: read_with_pandas(files)},
        rounds=3,
    )
    ours = 1 / seconds["ours"]
    name = f"4 logs of {SESSIONS:,} sessions merged"
    yield f"{name}, /s / 1 in 3 s", ours, 1 / 3, 1.0
    yield f"{name} / pandas.read_csv of them", ours, 1 / seconds["pandas"], 1 / 4


FIGURES = (logs,)

if __name__ == "__main__":
    print_figures(FIGURES)
