"""What the README shows is what happens."""

import ast
import io
import json
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

import riskmodel
from riskmodel import assess_frame, load_scorecard
from riskmodel.cli import app
from riskmodel.datasets import kept_scorecards, load_checks, load_examples
from riskmodel.inputs.fields import FIELDS
from riskmodel.physiology.plan import QUANTITIES
from riskmodel.reporting.checks import main_figures
from riskmodel.reporting.targets import goal_text, target_rows, value_text
from riskmodel.scoring.engine import SPREADS
from riskmodel.weather.complete import COLUMNS
from tests.test_architecture import (
    PATHS,
    STAGES,
    dotted_name,
    imported_modules,
    stage_of,
)

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


DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("d*/*.md")])
PLACES = (
    "riskmodel",
    "docs",
    "tests",
    "data",
    "scripts",
    "benchmarks",
    "notebooks",
    "deploy",
)
# An address goes on before or after; what stands in angle brackets is a placeholder.
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(PLACES)})/[\w/.-]*")


def text_of(name):
    return (CHECKOUT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_paths_that_are_named_exist(document):
    text = document.read_text(encoding="utf-8")
    paths = {path.rstrip(".") for path in PATH.findall(text)}
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    lost = [path for path in sorted(paths) if not (CHECKOUT / path).exists()]
    lost += [link for link in links if not (document.parent / link).exists()]
    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_names_of_functions_beside_a_module_are_there(document):
    # As in "`riskmodel/inputs/session.py`, `read_session`" and "..., `Engine.run`".
    pairs = re.findall(
        r"`(riskmodel/[\w/]+\.py)`, `([A-Za-z_.]+)`", document.read_text("utf-8")
    )
    pairs = [(path, name) for path, name in pairs if not name.endswith((".py", ".typ"))]
    for path, name in pairs:
        code = ast.parse(text_of(path))
        for part in name.split("."):
            inner = [n for n in code.body if getattr(n, "name", "") == part]
            assert inner, f"{path} has no {name}"
            code = inner[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_and_their_options_are_there(document):
    known = get_command(app).commands
    text = document.read_text(encoding="utf-8")
    used = re.findall(r"(?:`|^|\n|and )cramprisk ([a-z]+)([^`\n#]*)", text)
    for name, rest in used:
        assert name in known, f"{document.name}: cramprisk {name}"
        command = known[name]
        if isinstance(command, TyperGroup) and rest.split():
            command = command.commands[rest.split()[0]]
        options = {option for p in command.params for option in p.opts}
        named = re.findall(r"(?<!\S)--[a-z-]+", rest)
        assert options >= {*named}, f"{document.name}: cramprisk {name}{rest}"
    targets = set(
        re.findall(r"^([a-z-]+)(?: [a-z-]+)*:", text_of("Makefile"), re.MULTILINE)
    )
    for target in re.findall(r"`make ([a-z]+)", text):
        assert target in targets, f"{document.name}: make {target}"


def test_the_guide_through_the_rooms_names_each_in_its_order():
    guide = text_of("docs/architecture.md")
    assert re.findall(r"^\d+\. `(\w+)`: ", guide, re.MULTILINE) == list(STAGES)


def test_every_import_between_rooms_lies_along_the_arrows_of_the_picture():
    arrows = re.findall(r"^    (\w+) --> (\w+)$", text_of("docs/architecture.md"), re.M)
    reached = {room: {room} for room in STAGES}
    for room in STAGES:
        for used in (left for left, right in arrows if right == room):
            assert STAGES.index(used) < STAGES.index(room)
            reached[room] |= reached[used]
    for path in PATHS:
        own = stage_of(dotted_name(path))
        for module in imported_modules(path):
            if module.startswith("riskmodel"):
                stage = stage_of(module)
                assert stage in reached[own], f"{dotted_name(path)} imports {module}"


def test_the_way_of_an_answer_has_ten_steps():
    way = text_of("docs/architecture.md").split("## The way of one answer")[1]
    steps = re.findall(r"^(\d+)\. .*`", way.split("\n## ")[0], re.MULTILINE)
    assert steps == [str(step) for step in range(1, 11)]
    code = "".join(path.read_text(encoding="utf-8") for path in PATHS)
    for name in re.findall(r"`([A-Za-z_.]+)`", way.split("\n## ")[0]):
        defined = rf"(?:def|class) {name.split('.')[-1]}\b"
        assert re.search(defined, code), name


def units_in(section):
    """Unit by name of a table in the nomenclature; a row begins with a symbol or not."""
    text = text_of("docs/nomenclature.md").split(f"{section}\n", 1)[1]
    body = re.split(r"^#", text, maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"^\|(?:[^|`]*\|)? *`(\w+)` *\|([^|]*)\|", body, re.MULTILINE)
    return {name: unit.strip() for name, unit in rows}


def test_the_nomenclature_has_every_answer_with_its_unit():
    fields = {name: field.unit for name, field in FIELDS.items() if field.unit}
    assert units_in("## Answers with a unit") == fields


def test_the_nomenclature_has_every_quantity_with_its_unit():
    quantities = {name: quantity.unit for name, quantity in QUANTITIES.items()}
    assert units_in("## Quantities behind the points") == quantities


def test_the_nomenclature_has_every_column_of_an_hour_of_weather():
    columns = {name: column.unit for name, column in COLUMNS.items()}
    assert units_in("## Hours of weather") == columns


def test_the_nomenclature_has_every_result_with_its_unit():
    frame = pd.DataFrame([load_examples()["Marathon"]])
    told = {**units_in("## Results"), **units_in("### Points of each factor")}
    told |= units_in("## Quantities behind the points")
    assert sorted(told) == sorted(assess_frame(frame).columns)
    logits = {"open_questions_logit", *SPREADS}
    for name, unit in told.items():
        if name.startswith(("points_", "total_points")):
            assert unit == "points"
        elif name.startswith("probability"):
            assert unit == "0 to 1"
        elif name in logits:
            assert unit == "log odds"


def test_the_nomenclature_says_what_each_factor_reads():
    text = text_of("docs/nomenclature.md")
    for factor in load_scorecard().factors:
        row = f"| `points_{factor.name}` | points | `{factor.quantity}`"
        assert row in text, row


def test_the_public_names_that_the_changelog_calls_new_are_there():
    (line,) = re.findall(r"^- New public names\. .*", text_of("CHANGELOG.md"), re.MULTILINE)
    names = re.findall(r"`(\w+)`", line)
    assert names
    assert set(names) <= set(riskmodel.__all__)


# ---------------------------------------------------------------- the model card


def markdown_table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def targets_of_the_model_card():
    rows = target_rows(load_checks()["published"], load_checks())
    cells = (
        [row.what, value_text(row), goal_text(row), "" if row.met else "missed"]
        for row in rows
    )
    return markdown_table(["target", "found", "goal", ""], cells)


def main_figures_of_the_model_card():
    earlier = next(iter(kept_scorecards()))
    table = main_figures(load_checks()["published"], earlier)
    cells = (
        [
            row.name,
            row.tier,
            f"{row.published:.1f} ({row.low:.1f} to {row.high:.1f})",
            "" if pd.isna(row.before) else f"{row.before:.1f}",
            f"{row.ours:.1f}",
            "" if row.passes else "missed",
        ]
        for row in table.itertuples()
    )
    version = load_scorecard().version
    return markdown_table(["", "tier", "published", earlier, version, ""], cells)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("targets", targets_of_the_model_card),
        ("main figures", main_figures_of_the_model_card),
    ],
)
def test_the_model_card_tells_what_the_checks_found(name, table):
    assert_told("model-card", name, table())


def assert_told(document, name, table):
    """``CRAMPRISK_SNAPSHOT=write`` writes the table anew, as it does snapshots."""
    path = CHECKOUT / "docs" / f"{document}.md"
    before, rest = path.read_text(encoding="utf-8").split(f"<!-- {name} -->\n")
    told, after = rest.split("<!-- end -->", 1)
    if os.environ.get("CRAMPRISK_SNAPSHOT") == "write":
        whole = f"{before}<!-- {name} -->\n{table}<!-- end -->{after}"
        path.write_text(whole, encoding="utf-8")
    else:
        assert told == table


def stored_run():
    return json.loads(text_of("benchmarks/baseline.json"))


def figures_of_the_stored_run():
    """Tell every ratio, in the order of the run."""
    cells = [
        [
            figure["name"],
            f"{figure['ratio']['median']:.3g}",
            f"{figure['ratio']['low']:.3g} to {figure['ratio']['high']:.3g}",
            "" if figure["goal"] is None else f"{figure['goal']:.3g}",
            "missed" if figure["met"] is False else "",
        ]
        for figures in stored_run()["figures"].values()
        for figure in figures
        if figure["unit"] == "ratio"
    ]
    return markdown_table(["ours / other", "ratio", "rounds", "goal", ""], cells)


def machine_of_the_stored_run():
    machine = stored_run()["machine"]
    rows = {**machine, **machine["versions"]}
    cells = [[what, str(value)] for what, value in rows.items() if what != "versions"]
    left_out = stored_run()["not_measured"].items()
    cells += [[f"not measured: {name}", why] for name, why in left_out]
    return markdown_table(["machine", ""], cells)


@pytest.mark.parametrize(
    ("name", "table"),
    [("figures", figures_of_the_stored_run), ("machine", machine_of_the_stored_run)],
)
def test_the_page_on_speed_tells_what_the_stored_run_found(name, table):
    assert_told("speed", name, table())
