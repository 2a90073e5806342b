"""The SQL is a second opinion: made without the engine, and of the same mind."""

import re
import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from riskmodel import assess, load_scorecard
from riskmodel.cli import app
from riskmodel.datasets import load_examples
from riskmodel.sql.answers import NEEDED, TABLE
from riskmodel.sql.script import VIEW, score_script
from tests.sql.agreement import (
    CLOSE,
    NUMBERS,
    Agreement,
    agreement,
    compare,
    random_sessions,
    scored_by_sql,
)

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "database.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.slow
def test_fifty_thousand_sessions_get_the_same_numbers_and_problems() -> None:
    told = agreement(50_000, seed=1)
    assert told.differing == []
    assert max(told.largest.values()) <= CLOSE
    # Most can be scored, and some of every kind cannot.
    assert 0.6 < told.scored / told.sessions < 0.95


def random_quantities(n: int, *, heat: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    return {
        "wbgt_c": np.round(random.uniform(-25, 50, n), 1) if heat else np.full(n, np.nan),
        "body_mass_loss_pct": np.round(random.uniform(-3, 9, n), 2),
        "sodium_deficit_mg": random.choice(
            [-900, 1000, 1500, 2000, 4500, 9000.0, np.inf], n
        ),
    }


@pytest.mark.parametrize("heat", [True, False])
def test_quantities_of_ones_own_count_alike(heat: bool) -> None:
    sessions = random_sessions(4_000, seed=3).assign(wbgt_c=np.nan)
    swims = sessions["sport"].str.strip().str.lower() == "swimming"
    sessions = sessions[~swims].reset_index(drop=True)
    told = Agreement()
    compare(sessions, told, random_quantities(len(sessions), heat=heat))
    assert told.differing == []
    assert told.scored > 1_000


MARATHON = load_examples()["Marathon"]


def by_sql(*changes: dict[str, object]) -> pd.DataFrame:
    """A marathon with each of these changes, scored by the SQL."""
    quantities = {"wbgt_c_used": 20.0, "body_mass_loss_pct": 2.0, "sodium_deficit_mg": 0.0}
    rows = [
        {"session_id": str(row), **quantities, **MARATHON, **change}
        for row, change in enumerate(changes)
    ]
    written = [
        {k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()}
        for row in rows
    ]
    return scored_by_sql(pd.DataFrame(written, dtype=object))


def test_what_has_no_average_is_missed() -> None:
    scored = by_sql(*({name: None} for name in NEEDED))
    assert scored["problems"].tolist() == [f"{name}: missing" for name in NEEDED]
    assert scored[NUMBERS].isna().all(axis=None)


def test_a_measured_wbgt_counts_where_none_is_given() -> None:
    meter, given, unknown = by_sql(
        {"wbgt_c": 31.0, "wbgt_c_used": None}, {"wbgt_c_used": 31.0}, {"wbgt_c_used": None}
    )["points_heat"]
    assert meter == given > unknown > 0


def test_in_the_water_no_wbgt_counts() -> None:
    swims = ({"sport": "swimming", "wbgt_c_used": wbgt_c} for wbgt_c in (None, 0.0, 40.0))
    assert len(by_sql(*swims)[NUMBERS].drop_duplicates()) == 1


def test_nothing_is_no_session_to_compare_with() -> None:
    changes = [{"longest_recent_min": longest_min} for longest_min in (0.0, 1e-300, 5e-7)]
    most = load_scorecard()["preparedness"].largest
    assert (by_sql(*changes)["points_preparedness"] == most).all()
    for change in changes:
        counted = {c.factor: c.points for c in assess(MARATHON | change).contributions}
        assert counted["preparedness"] == most


@pytest.mark.parametrize(
    ("answer", "spellings"),
    [("yes", ["Yes\r", "\tYES "]), (None, ["", " ", "\t \n"])],
)
def test_answers_may_be_spelt_as_in_files(answer: str | None, spellings: list[str]) -> None:
    scored = by_sql(*({"competition": written} for written in [answer, *spellings]))
    assert len(scored[["problems", *NUMBERS]].drop_duplicates()) == 1
    assert not scored["problems"].any()


def test_one_changed_weight_is_noticed() -> None:
    changed = score_script().replace("WHEN 'male' THEN 7", "WHEN 'male' THEN 7.5")
    told = Agreement()
    compare(random_sessions(500, seed=5), told, script=changed)
    assert told.largest["points_sex"] == 0.5
    assert told.largest["probability"] > 1e-4
    assert {row["sex"].strip().lower() for row in told.differing} == {"male"}


def test_it_is_made_without_the_engine() -> None:
    program = "import sys, riskmodel.sql.script as s; s.score_script(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    rooms = {
        name.split(".")[1] for name in done.stdout.split() if name.startswith("riskmodel.")
    }
    assert rooms == {"datasets", "inputs", "sql"}


def test_every_factor_has_a_step_with_its_rule_in_words() -> None:
    for factor in load_scorecard().factors:
        label = re.escape(factor.label)
        assert re.search(rf"-- {label}: (.*\n)+?factor_{factor.name} AS", score_script())


@pytest.mark.parametrize("dialect", ["duckdb", "postgresql"])
def test_the_command_prints_it(dialect: str) -> None:
    done = CliRunner().invoke(app, ["sql", "--dialect", dialect])
    assert done.stdout == score_script(dialect)
    assert load_scorecard().fingerprint in done.stdout


def test_postgresql_gives_the_same_as_duckdb(postgres) -> None:
    table = random_sessions(2_000, seed=4).assign(
        session_id=[str(row) for row in range(2_000)],
        wbgt_c_used=21.3,
        body_mass_loss_pct=2.4,
        sodium_deficit_mg=np.nan,
    )
    table.loc[100:, "sodium_deficit_mg"] = 1500.0
    table["start_time"] = table["start_time"].astype(object)
    expected = scored_by_sql(table).set_index("session_id")
    cells = table.astype(object).where(table.notna(), None)
    with closing(postgres.connect(postgres.new_database())) as club:
        club.execute(score_script("postgresql"))
        with club.cursor() as rows:
            columns, marks = ", ".join(cells), ", ".join(["%s"] * len(cells.columns))
            insert = f"INSERT INTO {TABLE} ({columns}) VALUES ({marks})"
            rows.executemany(insert, cells.to_numpy().tolist())
            rows.execute(f"SELECT * FROM {VIEW}")
            names = [column.name for column in rows.description]
            scored = pd.DataFrame(rows.fetchall(), columns=names)
        # A club's own table, as the page shows.
        club.execute(
            "CREATE TABLE training_plan AS SELECT 'a' AS number, 60 AS minutes,"
            " 5 AS effort, 30 AS age, 20 AS air, 50 AS humidity, 19.5 AS meter,"
            " 1.2 AS loss, 900 AS sodium"
        )
        club.execute(blocks("sql")[0])
        (own,) = club.execute(
            f"SELECT problems, total_points > 0 FROM {VIEW} WHERE session_id = 'a'"
        ).fetchall()
    assert own == ("", True)
    scored = scored.set_index("session_id").loc[expected.index]
    assert scored["problems"].tolist() == expected["problems"].tolist()
    gaps = scored[NUMBERS].astype(float) - expected[NUMBERS].astype(float)
    assert gaps.abs().max().max() <= CLOSE
    assert gaps.notna().all(axis=1).sum() > 1_000


def test_the_page_for_clubs_does_what_it_shows(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    Path("squad.csv").write_text(blocks("csv")[0], encoding="utf-8")
    for command in blocks("sh")[0].strip().splitlines():
        run, _, target = command.partition(" > ")
        done = CliRunner().invoke(app, shlex.split(run)[1:])
        assert done.exit_code == 0, done.output
        if target:
            Path(target).write_text(done.stdout, encoding="utf-8")
    (example,) = blocks("python")
    capsys.readouterr()
    exec(example, club := {})
    club["club"].close()
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert printed == re.findall(r"#> (.*)", example)
    by_engine = pd.read_csv("scored.csv")["total_points"].dropna().astype(str)
    assert [line.split()[1] for line in printed] == [*by_engine, "None"]
