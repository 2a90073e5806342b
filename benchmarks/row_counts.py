"""What a row costs from ten thousand of them to ten million: is it a straight line?"""

import numpy as np

from benchmarks.frames import raw_frame
from benchmarks.measuring import Figures, cpu_seconds, print_figures, scaled
from riskmodel import assess_frame

CHUNK = scaled(1_000_000)
COUNTS = tuple(scaled(10**power) for power in (4, 5, 6, 7))
REFERENCE = COUNTS[1]
LEAST = scaled(200_000)
"""So many rows are scored for each figure: one count of few rows alone would be noise."""


def name_of(n: int) -> str:
    """Name the figure of so many rows."""
    chunked = f" in chunks of {CHUNK:,}" if n > CHUNK else ""
    return f"{n:,} rows{chunked}, /s / {REFERENCE:,} rows"


def row_counts() -> Figures:
    """Rows a second of each count against those of the second, and the slope."""
    frame = raw_frame(CHUNK, 1, categories=True)
    assess_frame(frame.head())

    def score(n: int) -> None:
        few = frame.head(n)
        for _ in range(max(n // CHUNK, 1)):
            assess_frame(few, detail=False)

    def repeat(n: int) -> None:
        for _ in range(max(LEAST // n, 1)):
            score(n)

    seconds = cpu_seconds({str(n): lambda n=n: repeat(n) for n in COUNTS})
    a_row = {n: seconds[str(n)] / (n * max(LEAST // n, 1)) for n in COUNTS}
    for n in COUNTS:
        if n != REFERENCE:
            yield name_of(n), 1 / a_row[n], 1 / a_row[REFERENCE], None
    whole = [n * one for n, one in a_row.items()]
    slope = float(np.polyfit(np.log(COUNTS), np.log(whole), 1)[0])
    yield "cost in proportion / slope of log time over log rows", 1.0, slope, None


FIGURES = (row_counts,)

if __name__ == "__main__":
    print_figures(FIGURES)
