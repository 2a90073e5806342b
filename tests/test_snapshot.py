"""What the product answers, whole: a net under every change of the inside.

The files in ``tests/snapshot`` hold the answers.  After a change that is meant to
change them: ``CRAMPRISK_SNAPSHOT=write pytest tests/test_snapshot.py``, and the diff of
those files belongs to the change.
"""

import hashlib
import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from riskmodel import FIELDS, advise, assess_frame, compare
from riskmodel.cli import app
from riskmodel.datasets import load_examples
from riskmodel.views.state import ScenariosState
from riskmodel.whatif.comparison import sweep_grid
from riskmodel.whatif.plans import Scenario
from tests.views.pages import APP

CHECKOUT = Path(__file__).parents[1]
KEPT = Path(__file__).parent / "snapshot"
WRITE = os.environ.get("CRAMPRISK_SNAPSHOT") == "write"
SESSIONS = 20_000
CHUNK = 200
DATA = "data/"
# Levels that came after the first snapshot: only the last sessions have them, so that
# all others stay those of then.
LATER = {
    "red_flags": ["hard_to_move", "several_muscles", "hinders_daily_life"],
    "sport": ["work", "standing"],
    **{name: [*field.since] for name, field in FIELDS.items() if field.since},
}
LATER_SHARE = 0.05


def compare_text(name: str, text: str) -> None:
    path = KEPT / name
    if WRITE:
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def random_sessions(n: int = SESSIONS, seed: int = 14) -> pd.DataFrame:
    """Sessions with every answer, open ones, impossible ones and warning signs."""
    rng, later = (np.random.default_rng(seed + i) for i in (0, 1))
    last = np.arange(n) >= (1 - LATER_SHARE) * n
    columns: dict[str, object] = {}
    # What counts no points is drawn last: it moves nothing else.
    for field in sorted(FIELDS.values(), key=lambda field: field.no_points):
        if field.kind == "text":
            continue
        levels = [name for name in field.levels if name not in LATER.get(field.name, ())]
        if field.kind == "number":
            values = np.round(rng.uniform(field.low, field.high, n), 2).astype(object)
            values[rng.random(n) < 0.001] = field.high + 1
        elif field.kind == "time":
            hours = rng.integers(0, 365 * 24, n)
            first = pd.Timestamp("2026-01-01T00:00+02:00")
            values = np.array([str(first + pd.Timedelta(h, "h")) for h in hours], object)
        elif field.kind == "level":
            broad = [level for level in levels if level not in field.broader]
            values = rng.choice(broad, n).astype(object)
            # Some who gave a broader answer give one of the narrower ones.
            for place, (level, broader) in enumerate(field.broader.items()):
                values[(np.arange(n) % 3 == place) & (values == broader)] = level
        else:
            two = rng.choice([*levels, "none"], (n, 2))
            values = np.array([";".join(sorted({*pair} - {"none"})) for pair in two])
            values = np.where(values == "", "none", values).astype(object)
        # Every session leaves some share of its questions open, from none to most.
        open_share = 0.001 if field.required else np.linspace(0.0, 0.9, n)
        if field.name == "red_flags":
            open_share = 0.98
        values[rng.random(n) < open_share] = None
        if field.name in LATER:
            rows = last & (later.random(n) < 0.5)
            values[rows] = later.choice(LATER[field.name], rows.sum())
        columns[field.name] = values
    return pd.DataFrame(columns)


def chunk_table(results: pd.DataFrame) -> pd.DataFrame:
    """Sums of the numbers and a hash of the texts of every so many rows."""
    numbers = results.select_dtypes("number")
    texts = results.drop(columns=numbers.columns).astype(str)
    rows = {}
    for first in range(0, len(results), CHUNK):
        block = slice(first, first + CHUNK)
        content = texts[block].to_csv(index=False).encode()
        sums = numbers[block].sum(skipna=True)
        counts = numbers[block].notna().to_numpy().sum()
        rows[first] = {
            **sums,
            "numbers": counts,
            "texts": hashlib.sha256(content).hexdigest(),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def test_random_sessions_are_scored_as_before():
    results = assess_frame(random_sessions())
    table = chunk_table(results)
    path = KEPT / "frame.csv"
    if WRITE:
        table.to_csv(path)
        if whole := os.environ.get("CRAMPRISK_SNAPSHOT_FRAME"):
            results.to_pickle(whole)
    kept = pd.read_csv(path, index_col=0)
    assert list(kept.columns) == list(table.columns)
    numbers = [name for name in kept.columns if name != "texts"]
    # Sums of many rows, on whatever processor: the last digit of each is not its own.
    np.testing.assert_allclose(table[numbers], kept[numbers], rtol=1e-11, atol=1e-9)
    changed = kept.index[kept["texts"] != table["texts"]]
    assert list(changed) == []


# ----------------------------------------------------------------- the command line

COMMANDS = {
    "scorecard": ["scorecard"],
    "schema": ["schema"],
    "template": ["template"],
    "log_strava": [
        *("log", f"{DATA}example_logs/strava_activities.csv"),
        *("--sport", "running", "--on", "2026-07-01"),
    ],
    "log_all": [
        *("log", f"{DATA}example_logs/garmin_activities.csv"),
        *(
            f"{DATA}example_logs/intervals_activities.csv",
            f"{DATA}example_logs/long_run.fit",
        ),
        *(f"{DATA}example_logs/trainingpeaks_workouts.csv", "--sport", "cycling"),
        *("--on", "2026-07-01", "--air-temperature-c", "28"),
        *("--relative-humidity-pct", "60", "--json"),
    ],
}


def command_text(arguments: list[str], given: str | None = None) -> str:
    result = CliRunner().invoke(app, arguments, input=given)
    return f"exit {result.exit_code}\n{result.stdout}\n--- beside\n{result.stderr}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_prints_as_before(name, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    compare_text(f"command_{name}.txt", command_text(COMMANDS[name]))


def test_examples_are_answered_as_before():
    texts = []
    for name, session in load_examples().items():
        given = json.dumps(session)
        texts += [f"# {name}", command_text(["assess", "-"], given)]
        advice = advise(session)
        options = [*advice.now, *advice.weeks, *filter(None, [advice.pair])]
        texts += [f"{o.label}: {o.points_saved!r} {o.saved_in_100:.9f}" for o in options]
        texts += [*advice.notes, repr(advice.drink_l_h)]
    texts.append(command_text(["assess", "-", "--json"], given))
    impossible = {**session, "age_years": 200, "sky": "green", "sleep_h": -3}
    texts.append(command_text(["assess", "-"], json.dumps(impossible)))
    flags = {**session, "red_flags": ["swollen_calf", "lasting_days"], "illness_24h": "yes"}
    texts.append(command_text(["assess", "-"], json.dumps(flags)))
    pair = compare(list(load_examples().values())[:3])
    texts += [f"{row.label}: {row.values}" for row in (*pair.answers, *pair.factors)]
    grid = sweep_grid(session, "duration_min", "sky")
    texts += [f"{value:.9f}" for value in grid.probability.ravel()]
    compare_text("examples.txt", "\n".join(texts))


def test_a_batch_is_written_as_before(tmp_path):
    random_sessions(60, seed=3).to_csv(tmp_path / "in.csv", index=False)
    said = command_text(["batch", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")])
    written = pd.read_csv(tmp_path / "out.csv").round(9)
    compare_text("batch.txt", f"{said}\n{written.to_csv(index=False)}")


@pytest.mark.parametrize(
    "file", ["nws_grid_point.json", "open_meteo.csv", "open_meteo.json"]
)
def test_starts_are_scored_as_before(file, tmp_path, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    session = tmp_path / "session.json"
    session.write_text(json.dumps(next(iter(load_examples().values()))))
    arguments = ["forecast", "--session", str(session), "--time-zone", "Europe/Vienna"]
    arguments += ["--weather-file", f"{DATA}examples_weather/{file}"]
    arguments += ["--first", "2026-01-01T00:00"]
    # The last digits of a number are not its own, as above.
    whole = re.sub(
        r"\d+\.\d{10,}",
        lambda digits: f"{float(digits[0]):.9f}",
        command_text([*arguments, "--json", "--step", "30"]),
    )
    head, tail = whole[:6000], hashlib.sha256(whole.encode()).hexdigest()
    compare_text(f"starts_{file}.txt", f"{command_text(arguments)[:6000]}{head}{tail}")


# ------------------------------------------------------------------------- the pages


def page_text(page: AppTest) -> str:
    """Every text and widget of a page, in order, without pictures."""
    lines = []

    def walk(node) -> None:
        for child in getattr(node, "children", {}).values():
            kind = getattr(child, "type", "")
            if kind not in ("vega_lite_chart", "arrow_vega_lite_chart", "arrow_data_frame"):
                proto = getattr(child, "proto", None)
                parts = [
                    str(getattr(proto, part))
                    for part in ("label", "body", "value", "help", "options", "src")
                    if getattr(proto, part, None)
                ]
                if parts:
                    lines.append(f"[{kind}] " + " | ".join(parts))
            walk(child)

    walk(page._tree)
    text = re.sub(r"<style>.*?</style>", "STYLE", "\n".join(lines), flags=re.DOTALL)
    text = re.sub(r"\d{4}-\d\d-\d\d(T[\d:+]+)?", "DATE", text)
    text = re.sub(r"\d{4}/\d\d/\d\d", "DATE", text)
    return re.sub(r"data:[\w/+.-]+;base64,[\w+/=]+", "DATA", text)


def open_page(name: str) -> AppTest:
    page = AppTest.from_file(APP, default_timeout=30).run()
    if name != "my_session":
        page.switch_page(f"{name}.py").run()
    assert not page.exception
    return page


PAGES = ["my_session", "start", "compare", "squad", "training", "guide", "method"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_as_before(name, tmp_path, monkeypatch):
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", f"sqlite:///{tmp_path}/saved.db")
    compare_text(f"page_{name}.txt", page_text(open_page(name)))


@pytest.mark.parametrize("example", ["Hot 10 km race", "Indoor circuit"])
def test_an_example_on_my_session_is_shown_as_before(example):
    page = open_page("my_session")
    page.session_state["box_options"] = True
    page.run().selectbox(key="example").select(example).run()
    assert not page.exception
    name = re.sub(r"\W+", "_", example).lower()
    compare_text(f"example_{name}.txt", page_text(page))


def test_the_example_squad_is_shown_as_before():
    page = open_page("my_session")
    page.session_state["box_options"] = True
    page.run().selectbox(key="example").select("Preseason football practice").run()
    page.switch_page("squad.py").run()
    page.button_group(key="squad_view").set_value("Table").run()
    assert not page.exception
    tables = "\n".join(frame.value.to_csv() for frame in page.dataframe)
    compare_text("example_squad.txt", f"{page_text(page)}\n{tables}")


def test_examples_are_compared_as_before():
    names = ("Marathon", "Long ride", "Hot 10 km race")
    plans = {i: Scenario(name, load_examples()[name]) for i, name in enumerate(names, 1)}
    page = AppTest.from_file(APP, default_timeout=30)
    page.session_state["ScenariosState"] = ScenariosState(plans)
    page.run().switch_page("compare.py").run()
    assert not page.exception
    compare_text("example_compare.txt", page_text(page))
