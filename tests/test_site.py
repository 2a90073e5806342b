"""The documentation as a site: it is built without a warning, and what it shows runs."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest
from typer.testing import CliRunner

import riskmodel
from riskmodel.cli import app
from riskmodel.datasets import data_file, load_examples
from riskmodel.reporting.spreadsheet import to_xlsx

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"
# Of a page, the line before a block, which may name its file, its language and its text.
BLOCK = re.compile(r"([^\n]*)\n+```(\w+)\n(.*?)```", re.DOTALL)
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
# docs/database.md is run by the tests of the room for SQL, in both databases, and
# docs/cluster.md by those of the command line, with a cluster; docs/server.md by those
# of the server, in a folder of their own.
ELSEWHERE = ("cluster", "database", "server")
PAGES = sorted(path.stem for path in DOCS.glob("*.md") if path.stem not in ELSEWHERE)
# What a page shows and other tests run, or what takes minutes.
NOT_HERE = {
    "make ": "by whoever runs these tests",
    "cramprisk app": "tests/test_packaging.py",
    "cramprisk check": "make again",
    "cramprisk calibrate": "make again",
    "cramprisk forecast": "tests/cli, with a weather service of their own",
    "cramprisk batch cohort": "tests/cli/test_batch_files.py",
    "cramprisk batch 'in": "tests/cli/test_cluster.py",
    "cramprisk doctor": "tests/serving/test_doctor.py, behind proxies",
    "cramprisk adopt": "tests/store, with two accounts",
    "cramprisk backup": "tests/store, on both databases",
    "cramprisk restore": "tests/store, on both databases",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    command += ["-c", str(DOCS), "-d", str(folder / "kept"), str(CHECKOUT), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


class Links(HTMLParser):
    """What a page links to, and what it loads by itself."""

    def __init__(self, page):
        super().__init__()
        self.linked, self.loaded, self.names = [], [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.names.add(values.get("id"))
        address = values.get("href") or values.get("src") or ""
        is_link = tag == "a" or values.get("rel") in ("next", "prev", "index", "search")
        (self.linked if is_link else self.loaded).append(address)


@pytest.mark.slow
def test_the_site_loads_nothing_from_elsewhere_and_no_link_leads_nowhere(site):
    pages = {page.resolve(): Links(page) for page in site.rglob("*.html")}
    assert len(pages) > 20
    for page, links in pages.items():
        for address in links.loaded:
            assert not urlsplit(address).netloc, (page.name, address)
        for address in [*links.loaded, *links.linked]:
            to = urlsplit(address)
            if to.scheme or to.netloc or address in ("", "#"):
                continue
            target = (page.parent / unquote(to.path)).resolve() if to.path else page
            assert target.exists(), (page.name, address)
            if to.fragment and target in pages:
                assert unquote(to.fragment) in pages[target].names, (page.name, address)
    for sheet in site.rglob("*.css"):
        style = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", style), sheet.name


@pytest.mark.slow
def test_every_public_name_and_every_member_has_its_place_in_the_reference(site):
    pages = (site / "docs" / "reference").glob("*.html")
    ids = set().union(*(Links(page).names for page in pages))
    assert {f"riskmodel.{name}" for name in riskmodel.__all__} <= ids


def run_line(line):
    """A command of the program, in this process; what it prints may go into a file."""
    command, _, target = line.partition(" > ")
    program, *arguments = shlex.split(command, comments=True)
    assert program == "cramprisk", line
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, (line, done.output)
    if target:
        Path(target.split()[0]).write_text(done.stdout, encoding="utf-8")


def run_python(block, names):
    """Python as it stands; what it promises to print, it prints, in that order."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(block, names)
    printed = iter(out.getvalue().splitlines())
    for promised in re.findall(r"#> (.*)", block):
        assert promised in printed


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(CHECKOUT))
    shutil.copy(data_file("example_season.csv"), tmp_path)
    names = {}
    for before, language, block in BLOCK.findall((DOCS / f"{page}.md").read_text("utf-8")):
        match language:
            case "csv" | "json":
                (name,) = re.findall(r"`([\w-]+\.\w+)`", before)
                (tmp_path / name).write_text(block, encoding="utf-8")
            case "toml":
                tomllib.loads(block)
            case "sh":
                for line in block.splitlines():
                    if not line.startswith(tuple(NOT_HERE)):
                        run_line(line)
            case "python":
                run_python(block, names)
            case _:
                assert language == "mermaid"  # a picture


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder with the files that the README names, to run its commands in."""
    monkeypatch.chdir(tmp_path)
    session = {**load_examples()["Marathon"]}
    for name in ("session", "plan", "then", "usual"):
        told = json.dumps(session | ({"duration_min": 30} if name == "usual" else {}))
        (tmp_path / f"{name}.json").write_text(told, encoding="utf-8")
    (table,) = re.findall(r"```csv\n(.*?)```", README, re.DOTALL)
    (tmp_path / "squad.csv").write_text(table, encoding="utf-8")
    squad = pd.DataFrame({"Name": ["Ada", "Ben"], "Age": [25, 47]})
    (tmp_path / "list.xlsx").write_bytes(to_xlsx(squad, "List"))
    logs = CHECKOUT / "data" / "example_logs"
    content = (logs / "strava_activities.csv").read_bytes()
    (tmp_path / "activities.csv").write_bytes(content)
    season = data_file("example_season.csv").read_bytes()
    for club, n_rows in (("club-a", 1800), ("club-b", None)):
        (tmp_path / "outcomes.csv").write_bytes(b"".join(season.splitlines(True)[:n_rows]))
        run_line(f"cramprisk validate outcomes.csv --summary {club}.json")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("activities.csv", content)
    return tmp_path


def test_every_command_that_the_readme_lists_runs(kept):
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    here = [line for line in lines if not line.startswith(tuple(NOT_HERE))]
    assert len(here) > 12
    for line in here:
        run_line(line)


def test_each_page_can_be_reached_from_the_first():
    listed, seen = ["index"], set()
    while listed:
        page = listed.pop()
        seen.add(page)
        text = (DOCS / f"{page}.md").resolve()
        trees = re.findall(r"```{toctree}\n(.*?)```", text.read_text("utf-8"), re.DOTALL)
        inner = [line for tree in trees for line in tree.splitlines()]
        listed += [line for line in inner if re.fullmatch(r"[\w/-]+", line)]
    assert seen == {
        p.relative_to(DOCS).with_suffix("").as_posix() for p in DOCS.rglob("*.md")
    }
