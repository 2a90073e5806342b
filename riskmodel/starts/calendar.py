"""Days across, hours down: every possible start as a cell of a calendar."""

from __future__ import annotations

import pandas as pd

from riskmodel.starts.best import BestStart, BestStartSquad
from riskmodel.starts.daylight import is_up
from riskmodel.weather.hours import clock_words, naive_utc

_OF_STARTS = ["start", "end", "band", "daylight", "allowed", "problem"]
COLUMNS = (
    *("day", "clock", "start", "end", "value", "band", "sun_up", "daylight"),
    *("allowed", "problem", "best_of_day", "planned"),
)


def start_calendar(best: BestStart | BestStartSquad) -> pd.DataFrame:
    """Lay out the starts by local day and clock, as rows of a tidy table.

    Parameters
    ----------
    best : BestStart or BestStartSquad

    Returns
    -------
    pandas.DataFrame
        Index ``start_utc``; ``day`` (date), ``clock`` (text, with its offset where an
        hour comes twice), ``start``, ``end``, ``value`` (probability, or athletes to
        expect with a cramp; NaN where there is none), ``band``, ``sun_up`` (when it
        starts), ``daylight`` (all of the session), ``allowed``, ``problem``,
        ``best_of_day`` and ``planned``.  In the order of the clock, then of the days:
        clocks are the rows of a calendar from top to bottom.

    Examples
    --------
    >>> from datetime import date
    >>> from riskmodel import best_start, typed_weather
    >>> day = typed_weather(date(2027, 7, 4), latitude_deg=48.2, longitude_deg=16.4,
    ...     time_zone="Europe/Vienna", coolest_c=20, warmest_c=34)
    >>> run = {"sport": "running", "duration_min": 120, "session_rpe": 7, "age_years": 40}
    >>> cells = start_calendar(best_start(run, day, step_min=180))
    >>> cells.loc[cells["sun_up"], "clock"].tolist()
    ['06:00', '09:00', '12:00', '15:00', '18:00']
    """
    starts, weather = best.starts, best.weather
    name = "expected" if isinstance(best, BestStartSquad) else "probability"
    place = weather.latitude_deg, weather.longitude_deg
    best_of_days = [day_best.start for day_best in best.by_day]
    cells = starts[_OF_STARTS].assign(
        day=starts["start"].dt.date,
        clock=[clock_words(start) for start in starts["start"]],
        value=starts[name],
        sun_up=is_up(naive_utc(starts.index), *place),
        best_of_day=starts["start"].isin(best_of_days),
        planned=False if best.planned is None else starts["start"] == best.planned["start"],
    )
    # By what the clock shows; the sooner comes first of an hour that comes twice.
    minute = starts["start"].dt.hour * 60 + starts["start"].dt.minute
    offset = [start.utcoffset() for start in starts["start"]]
    order = pd.DataFrame({"minute": minute, "offset": offset, "day": cells["day"]})
    sooner_first = [True, False, True]
    rows = order.sort_values(["minute", "offset", "day"], ascending=sooner_first).index
    return cells.loc[rows, list(COLUMNS)]
