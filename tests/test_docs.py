"""What the README shows is what happens."""

import io
import re
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from riskmodel.cli import app

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_example_runs_and_prints_what_it_says(capsys):
    (example,) = blocks("python")
    assert len(example.strip().splitlines()) <= 10
    exec(example, {})
    printed = capsys.readouterr().out.splitlines()
    promised = re.findall(r"#> (.*)", example)
    # The loop's line shows the first of what it prints.
    assert printed[: len(promised)] == promised
    assert len(promised) == 2


def test_the_csv_example_scores(tmp_path):
    (table,) = blocks("csv")
    (tmp_path / "squad.csv").write_text(table, encoding="utf-8")
    done = CliRunner().invoke(app, ["batch", str(tmp_path / "squad.csv"), "-"])
    out = pd.read_csv(io.StringIO(done.stdout))
    assert out["total_points"].notna().tolist() == [True, True, False]
    assert "age_years" in out["problems"].iloc[-1]


def test_links_and_pictures_exist():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (CHECKOUT / target).exists(), target


def test_every_data_file_is_described():
    described = (CHECKOUT / "data" / "README.md").read_text(encoding="utf-8")
    for path in (CHECKOUT / "data").iterdir():
        assert path.name in described or path.name == "README.md"
