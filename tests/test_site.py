"""The documentation as a site: it is built without a warning, and what it shows runs."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from typer.testing import CliRunner

import riskmodel
from riskmodel.cli import app

CHECKOUT = Path(__file__).parents[1]
DOCS = CHECKOUT / "docs"
# Of a page, the line before a block, which may name its file, its language and its text.
BLOCK = re.compile(r"([^\n]*)\n+```(\w+)\n(.*?)```", re.DOTALL)
GUIDES = ("athletes", "coaches", "data-scientists", "clubs", "how-it-works", "contributors")


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


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_shows_runs(guide, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for before, language, block in BLOCK.findall((DOCS / f"{guide}.md").read_text("utf-8")):
        match language:
            case "csv" | "json":
                (name,) = re.findall(r"`([\w-]+\.\w+)`", before)
                (tmp_path / name).write_text(block, encoding="utf-8")
            case "sh":
                for line in block.splitlines():
                    program, *arguments = shlex.split(line, comments=True)
                    assert program == "cramprisk"
                    done = CliRunner().invoke(app, arguments)
                    assert done.exit_code == 0, (line, done.output)
            case "python":
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    exec(block, names)
                told = iter(out.getvalue().splitlines())
                for promise in re.findall(r"#> (.*)", block):
                    assert promise in told  # in this order
            case _:
                pytest.fail(f"a block in {language} that nobody runs")


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
