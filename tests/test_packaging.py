"""The package as a stranger installs it: alone, from another folder."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import riskmodel
from tests.browser import ready, watched_context
from tests.server import fetch, free_port, private_environment, serving

pytestmark = [
    pytest.mark.packaging,
    pytest.mark.timeout(1200),
]

CHECKOUT = Path(__file__).parents[1]
SCORE_ONE_SESSION = """
import riskmodel
session = {"sport": "running", "duration_min": 60, "session_rpe": 5, "age_years": 40,
           "air_temperature_c": 25, "relative_humidity_pct": 50}
print(riskmodel.assess(session).total_points, riskmodel.__file__, sep="\\n")
"""


def run(
    *command: str | Path, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=private_environment(Path.home()) | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def checked(*command: str | Path, folder: Path, **environment: str) -> str:
    answer = run(*command, folder=folder, **environment)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def build(source: Path, target: str, folder: Path, home: str = "") -> Path:
    """Build a wheel or an sdist of a source tree into an empty folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder]
    checked(*command, folder=source, CRAMPRISK_HOME=home)
    (built,) = folder.iterdir()
    return built


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(CHECKOUT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the lock's versions as constraints: a new release breaks nothing."""
    lock = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
    versions = re.findall(r"^\S+==[^\\\n]+", lock, flags=re.MULTILINE)
    path = tmp_path_factory.mktemp("constraints") / "constraints.txt"
    path.write_text("\n".join(versions), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory, pinned: Path) -> Path:
    """Install the project with plain pip; return the folder of its commands."""
    environment = tmp_path_factory.mktemp("clean") / "environment"
    venv.create(environment, with_pip=True)
    commands = environment / ("Scripts" if os.name == "nt" else "bin")
    # Python compiles what runs; pip would compile all of pandas.
    pip = [commands / "python", "-m", "pip", "install", "--quiet", "--no-compile"]
    checked(*pip, "--constraint", pinned, CHECKOUT, folder=environment)
    return commands


@pytest.fixture(scope="module")
def commands_with_app(commands: Path, pinned: Path) -> Path:
    """Add the app's extra to the clean environment."""
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    target = ["--python", commands / "python", "--constraint", pinned]
    checked(*uv, *target, f"{CHECKOUT}[app]", folder=commands)
    return commands


def test_the_wheel_carries_data_pages_and_settings(wheel: Path) -> None:
    carried = contents(wheel)
    data = [path for path in (CHECKOUT / "data").rglob("*") if path.is_file()]
    views = CHECKOUT / "riskmodel" / "views"
    pages = [path for kind in ("py", "css", "js") for path in views.glob(f"*.{kind}")]
    assert data
    assert pages
    for path in [*data, CHECKOUT / "app.py", CHECKOUT / ".streamlit" / "config.toml"]:
        name = f"riskmodel/{path.relative_to(CHECKOUT).as_posix()}"
        assert carried[name] == path.read_bytes()
    steps = list((CHECKOUT / "riskmodel" / "store" / "migrations").rglob("*.py"))
    assert len(steps) > 2
    for path in pages + steps:
        assert path.relative_to(CHECKOUT).as_posix() in carried
    assert {"riskmodel/py.typed", "riskmodel/__init__.pyi"} <= carried.keys()
    places = {name.split("/")[0].split("-")[0] for name in carried}
    assert places == {"riskmodel", "cramp_risk"}


def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    for folder in ("sdist", "source", "wheel"):
        (tmp_path / folder).mkdir()
    with tarfile.open(build(CHECKOUT, "sdist", tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert contents(build(source, "wheel", tmp_path / "wheel")) == contents(wheel)


def metadata(wheel: Path) -> Message:
    (name,) = (name for name in contents(wheel) if name.endswith("/METADATA"))
    return message_from_bytes(contents(wheel)[name])


HOME = "https://code.example/cramp-risk"


@pytest.mark.parametrize("home", ["", HOME])
def test_an_index_takes_what_is_built_and_shows_no_picture_of_this_disk(
    home: str, tmp_path: Path
) -> None:
    (tmp_path / "wheel").mkdir()
    (tmp_path / "sdist").mkdir()
    built = [build(CHECKOUT, kind, tmp_path / kind, home) for kind in ("wheel", "sdist")]
    checked(sys.executable, "-m", "twine", "check", "--strict", *built, folder=tmp_path)
    told = metadata(built[0])
    readme = told.get_payload()
    assert readme.startswith("# cramp-risk\n")
    targets = re.findall(r"\]\(([^)]+)\)", readme)
    assert [target for target in targets if not target.startswith("https://")] == []
    assert ("![" in readme) == bool(home)
    assert bool(told.get_all("Project-URL")) == bool(home)
    version = told["Version"]
    for target in (target for target in targets if home and target.startswith(home)):
        kind, tag, path = target.removeprefix(f"{home}/").split("/", 2)
        assert kind in ("raw", "blob")
        assert tag == f"v{version}"
        assert (CHECKOUT / path).exists(), path


def test_every_place_that_names_the_version_names_this_one(wheel: Path) -> None:
    version = metadata(wheel)["Version"]
    cited = (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.+)$", cited, re.MULTILINE) == [version]
    assert version == riskmodel.__version__


def interpreter_of(python: str) -> Path | None:
    """One that answers: of the path, or of pyenv, whose stand-ins on the path may not."""
    on_path = shutil.which(f"python{python}")
    of_pyenv = sorted(Path.home().glob(f".pyenv/versions/{python}.*/bin/python"))
    for path in [*of_pyenv, *([Path(on_path)] if on_path else [])]:
        if "Python" in run(path, "--version", folder=path.parent).stdout:
            return path
    return None


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_the_wheel_alone_works_on_every_python_that_is_here(
    python: str, wheel: Path, pinned: Path, tmp_path: Path
) -> None:
    interpreter = interpreter_of(python)
    if interpreter is None:
        pytest.skip(f"no Python {python} here")
    uv = [sys.executable, "-m", "uv"]
    place = tmp_path / "environment"
    checked(*uv, "venv", "--quiet", "--python", interpreter, place, folder=tmp_path)
    own = place / ("Scripts" if os.name == "nt" else "bin")
    install = ["pip", "install", "--quiet", "--python", own / "python"]
    checked(*uv, *install, "--constraint", pinned, wheel, folder=tmp_path)
    assert checked(own / "cramprisk", "version", folder=tmp_path).strip()
    assert checked(own / "python", "-c", SCORE_ONE_SESSION, folder=tmp_path).strip()


@pytest.mark.parametrize("name", ["version", "scorecard", "template", "schema"])
def test_a_command_answers_from_another_folder(
    name: str, commands: Path, tmp_path: Path
) -> None:
    assert checked(commands / "cramprisk", name, folder=tmp_path).strip()


def test_the_installed_package_scores_a_session(commands: Path, tmp_path: Path) -> None:
    python = commands / "python"
    answer = checked(python, "-c", SCORE_ONE_SESSION, folder=tmp_path)
    points, place = answer.splitlines()
    assert 0 <= float(points) < 1000
    assert Path(place).is_relative_to(commands.parent)


# Defined before the tests that add the extra: pytest keeps this order.
def test_the_installed_package_is_a_command_and_knows_encodings(
    commands: Path, tmp_path: Path
) -> None:
    python = commands / "python"
    assert checked(python, "-m", "riskmodel", "version", folder=tmp_path).strip()
    content = "print(riskmodel.read_squad('Name;Alter\\nBjørn;31'.encode('cp1252')))"
    assert "Bjørn" in checked(python, "-c", f"import riskmodel; {content}", folder=tmp_path)


def test_the_app_without_its_extra_says_what_to_install(
    commands: Path, tmp_path: Path
) -> None:
    answer = run(commands / "cramprisk", "app", folder=tmp_path)
    assert answer.returncode != 0
    assert re.search(r'pip install ".+\[app\]', answer.stderr)
    assert "Traceback" not in answer.stderr


@pytest.fixture(scope="module")
def installed_app_url(
    commands_with_app: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    port = free_port()
    command = [str(commands_with_app / "cramprisk"), "app", "--port", str(port)]
    folder = tmp_path_factory.mktemp("elsewhere")
    home = tmp_path_factory.mktemp("home")
    with serving(command, port, folder, home) as url:
        yield url


def test_the_installed_app_serves_its_page(installed_app_url: str) -> None:
    with fetch(installed_app_url) as page:
        assert page.status == 200
        assert b"<!doctype html>" in page.read().lower()


def test_the_installed_app_runs_and_calls_nobody(
    installed_app_url: str, browser: Browser
) -> None:
    with watched_context(browser, "laptop", "light") as context:
        page = context.new_page()
        page.goto(installed_app_url)
        ready(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
