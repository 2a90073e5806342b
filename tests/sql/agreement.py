"""Random sessions, scored by the engine and by the SQL, and where the two differ."""

from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from riskmodel.inputs.fields import FIELDS
from riskmodel.inputs.reading import read_frame
from riskmodel.scorecard.file import load_scorecard
from riskmodel.scoring.engine import Result, engine
from riskmodel.sql.answers import NEEDED, TABLE
from riskmodel.sql.script import VIEW, score_script

CLOSE = 1e-9
"""How near the two must be, in points and in probability."""

POINTS = [f"points_{factor.name}" for factor in load_scorecard().factors]
NUMBERS = [
    *POINTS,
    "total_points",
    "probability",
    "probability_low",
    "probability_high",
    "probability_ideal",
]
_AT_ONCE = 50_000
_IMPOSSIBLE = 0.004


@dataclass
class Agreement:
    """How two opinions on the same sessions compare.

    Attributes
    ----------
    sessions, scored : int
    largest : dict of str to float
        Largest difference of each number.
    n_differing : int
        Sessions of which a number, or whether or why there is none, is not the same.
    differing : list of dict
        Some of them.
    """

    sessions: int = 0
    scored: int = 0
    largest: dict[str, float] = field(default_factory=lambda: dict.fromkeys(NUMBERS, 0.0))
    n_differing: int = 0
    differing: list[dict[str, Any]] = field(default_factory=list)


def random_sessions(n_sessions: int, seed: int) -> pd.DataFrame:
    """Sessions with few or many answers, some of them impossible or spelt loosely."""
    random = np.random.default_rng(seed)
    # From those who answer everything to those who answer next to nothing.
    open_share = random.choice([0.0, 0.05, 0.3, 0.7, 0.97], n_sessions)
    columns = {}
    for name, asked in FIELDS.items():
        if asked.kind == "text":
            continue
        column = _answers(random, asked, n_sessions)
        seldom = 0.03 if asked.required else 0.9 if asked.group == "before" else 1.0
        is_open = random.random(n_sessions) < open_share * seldom
        if asked.measured:
            is_open |= random.random(n_sessions) < 0.6
        columns[name] = column.mask(is_open, None)
    return pd.DataFrame(columns)


def _answers(random: np.random.Generator, asked: Any, n: int) -> "pd.Series[Any]":
    wrong = random.random(n) < _IMPOSSIBLE
    if asked.kind == "number":
        values = random.uniform(asked.low, asked.high, n)
        if asked.usual:
            usual = random.random(n) < 0.7
            values = np.where(usual, random.uniform(*asked.usual, n), values)
        # People write whole and half numbers, which lie on knots and on ties.
        values = np.where(random.random(n) < 0.5, np.round(values * 2) / 2, values)
        values = values.clip(asked.low, asked.high)
        beyond = [asked.low - 1e-6, asked.high + 1e-6, -1e9, np.inf, -np.inf]
        return pd.Series(np.where(wrong, random.choice(beyond, n), values))
    if asked.kind == "time":
        first, last = np.datetime64("1900-01-01", "m"), np.datetime64("2200-01-01", "m")
        minutes = random.integers(0, int((last - first).astype(int)) + 1, n)
        minutes = np.where(wrong, minutes - 90_000_000, minutes)
        return pd.Series((first + minutes).astype("M8[ns]")).dt.tz_localize("UTC")
    words = np.array(_spellings(random, asked), dtype=object)
    if asked.name == "red_flags":
        shares = np.full(len(words), 0.02 / (len(words) - 1))
        shares[0] = 0.98
        picked = random.choice(words, n, p=shares)
    else:
        picked = random.choice(words, n)
    impossible = np.array(
        ["often", "none;often", "0.5", "yes;no", "x-", "None.", "'"], object
    )
    return pd.Series(np.where(wrong, random.choice(impossible, n), picked), dtype=object)


def _spellings(random: np.random.Generator, asked: Any) -> list[str]:
    """Levels, or lists of them, also as people spell them."""
    levels = list(asked.levels)
    if asked.kind == "levels":
        lists = [
            ";".join(
                random.choice(levels, random.integers(1, len(levels) + 1), replace=False)
            )
            for _ in range(60)
        ]
        return [
            "none",
            *levels,
            *lists,
            " None ",
            "none; none",
            f"none;{levels[0]}",
            f"{levels[0].upper()} ; {levels[-1]};",
            ";",
        ]
    spaced = [level.replace("_", " ").title() for level in levels]
    return [
        *levels * 4,
        *spaced,
        f" {levels[0]} ",
        levels[-1].replace("-", "\u2013"),
        "",
        " ",
    ]


def agreement(n_sessions: int, seed: int) -> Agreement:
    """Score random sessions twice, some tens of thousands at once."""
    told = Agreement()
    for start in range(0, n_sessions, _AT_ONCE):
        size = min(_AT_ONCE, n_sessions - start)
        compare(random_sessions(size, seed + start), told)
    return told


def compare(
    sessions: pd.DataFrame,
    told: Agreement,
    instead: dict[str, np.ndarray] | None = None,
    script: str = "",
) -> None:
    """Score sessions by the engine and by the SQL, and note where the two differ.

    ``instead`` are quantities to count in the place of those of the physiology.
    """
    answers = read_frame(sessions)
    result = engine(None, None).run(answers, detail=True, instead=instead or {})
    quantities = {**result.physiology, **(instead or {})}
    table = sessions.assign(
        session_id=[str(row) for row in range(len(sessions))],
        wbgt_c_used=quantities["wbgt_c"],
        **{name: quantities[name] for name in NEEDED},
    )
    second = scored_by_sql(table, script)
    first = _numbers(result)
    problems = [
        {f"{p.field}: {p.kind}" for p in each} for each in answers.problems_of_each()
    ]
    told.sessions += len(sessions)
    told.scored += int(np.isfinite(first["probability"]).sum())
    wrong = np.zeros(len(sessions), dtype=bool)
    for name in NUMBERS:
        ours, theirs = first[name], second[name].to_numpy(np.float64, na_value=np.nan)
        gap = np.where(np.isnan(ours) & np.isnan(theirs), 0.0, np.abs(ours - theirs))
        told.largest[name] = max(told.largest[name], float(np.nanmax(gap)))
        wrong |= ~(gap <= CLOSE)
    for row, sentence in enumerate(second["problems"]):
        # A row that cannot be scored has no physiology here.
        named = {*filter(None, sentence.split("; "))} - {f"{n}: missing" for n in NEEDED}
        wrong[row] |= named != problems[row]
    told.n_differing += int(wrong.sum())
    for row in np.flatnonzero(wrong)[:20]:
        told.differing.append(
            {**table.iloc[row].dropna(), "engine": problems[row], "sql": second.iloc[row]}
        )


def scored_by_sql(table: pd.DataFrame, script: str = "") -> pd.DataFrame:
    """What the view in DuckDB gives, in the order of the table."""
    with duckdb.connect() as database:
        database.execute("SET enable_progress_bar = false")
        database.execute(script or score_script())
        database.register("given", table)
        columns = ", ".join(table.columns)
        database.execute(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM given")
        return database.sql(
            f"SELECT * FROM {VIEW} ORDER BY CAST(session_id AS bigint)"
        ).df()


def _numbers(result: Result) -> dict[str, np.ndarray]:
    return {
        **dict(zip(POINTS, result.points, strict=True)),
        "total_points": result.total_points,
        **result.chances,
    }
