"""The one direction through the package, read from its imports."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "riskmodel"
PATHS = sorted(PACKAGE.rglob("*.py"))
MODULES = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PATHS}

# The rooms from left to right: a module imports only from rooms to its left, or from
# its own, and there not in a circle.
STAGES = (
    "datasets",
    "inputs",
    "sql",
    "scorecard",
    "physiology",
    "weather",
    "scoring",
    "whatif",
    "squad",
    "starts",
    "training",
    "validation",
    "riskmodel",  # its version; a public name is of the stage that defines it
    "reporting",
    "diary",
    "store",
    "calibration",
    "dask",
    "serving",
    "cli",
    "views",
)
ONLY_IN = {
    "streamlit": {"serving", "views"},
    "starlette": {"serving"},
    "altair": {"scoring", "whatif", "views"},
    "typer": {"cli"},
    "rich": {"cli"},
    "sklearn": {"calibration", "validation"},
    "typst": {"reporting"},
    "contourpy": {"views"},
    "fitdecode": {"training"},
    "defusedxml": {"training"},
    "ijson": {"training"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "platformdirs": {"store"},
    "httpx": {"weather", "serving"},
    "websockets": {"serving"},
    "idna": {"inputs"},
    "tenacity": {"weather"},
    "cachetools": {"weather"},
    "dask": {"dask", "cli"},
    "distributed": {"cli"},
    "fsspec": {"cli"},
}


def public_names() -> dict[str, str]:
    """Module of each public name, which is loaded only when it is used."""
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {name.name: str(node.module) for node in imports for name in node.names}


PUBLIC = public_names()


def stage_of(module: str) -> str:
    """Name the stage of a dotted module such as ``riskmodel.physiology.heat``."""
    module = f"{PUBLIC[name]}.{name}" if (name := module[10:]) in PUBLIC else module
    _, *inner = module.split(".")
    if inner == ["__main__"]:
        return "cli"
    return inner[0] if inner and inner[0] in MODULES else "riskmodel"


def dotted_name(path: Path) -> str:
    name = ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
    return name.removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: write imports in full"
            # `from riskmodel import inputs` may name a module as well as a function.
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_every_module_has_a_stage() -> None:
    names = {stage_of(dotted_name(path)) for path in PATHS}
    assert names == set(STAGES), "a new room: give it its place in STAGES"


def test_few_files_stand_outside_the_rooms() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 6


def test_the_tests_have_the_rooms_of_the_package() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    tested = {path.parent.name for path in (CHECKOUT / "tests").glob("*/__init__.py")}
    assert rooms == tested


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {dotted_name(path) for path in PATHS}
    arrows = {
        dotted_name(path): {
            next(
                (n for n in (module, module.rpartition(".")[0]) if n in names), "riskmodel"
            )
            for module in imported_modules(path)
            if module.split(".")[0] == "riskmodel"
        }
        - {"riskmodel", dotted_name(path)}
        for path in PATHS
    }
    # The public names are handed on from everywhere, and read by the rooms above.
    del arrows["riskmodel"]
    assert list(TopologicalSorter(arrows).static_order())  # CycleError names a circle


# The table of fields is one table, and long for that reason alone.
LONGEST_MODULE, LONGEST_FUNCTION = 400, 60


@pytest.mark.parametrize("path", PATHS, ids=dotted_name)
def test_modules_and_functions_are_read_in_one_go(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.name == "fields.py" or len(text.splitlines()) <= LONGEST_MODULE
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", PATHS, ids=dotted_name)
def test_imports_come_from_the_left(path: Path) -> None:
    own = stage_of(dotted_name(path))
    for module in imported_modules(path):
        if module.split(".")[0] == "riskmodel":
            stage = stage_of(module)
            assert STAGES.index(stage) <= STAGES.index(own), f"{own} imports {module}"
            # Two doors to the same engine, neither of which opens the other.
            assert (own, stage) != ("views", "cli")


@pytest.mark.parametrize("path", PATHS, ids=dotted_name)
def test_the_engine_knows_no_browser_and_no_terminal(path: Path) -> None:
    own = stage_of(dotted_name(path))
    for module in imported_modules(path):
        assert own in ONLY_IN.get(module.split(".")[0], {own}), f"{own}: {module}"


@pytest.mark.parametrize("program", ["import riskmodel", "from riskmodel import *"])
def test_importing_the_package_brings_in_no_heavy_library(program: str) -> None:
    command = [sys.executable, "-c", f"import sys; {program}; print(*sys.modules)"]
    answer = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    loaded = answer.stdout.split()
    assert ("riskmodel.scoring.assessment" in loaded) == ("*" in program)
    heavy = {"sklearn", "scipy", "streamlit", "altair", "typer", "fitdecode", "sqlalchemy"}
    heavy |= {
        "gpxpy",
        "defusedxml",
        "ijson",
        "httpx",
        "tenacity",
        "cachetools",
        "charset_normalizer",
        "dask",
        "distributed",
    }
    assert not heavy & set(loaded)
    assert "pandas" not in loaded or "*" in program


def test_the_first_page_brings_in_no_database() -> None:
    # What a visit may never open would cost its first answer most of a second.
    program = (
        "import sys, riskmodel.views.state, riskmodel.views.share; print(*sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"sqlalchemy", "alembic", "sklearn"} & {*answer.stdout.split()}


def project_texts() -> Iterator[tuple[str, str]]:
    """Yield every text file that a commit would hold."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, check=False)
    if answer.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, answer.stdout.decode().split("\0")):
        path = CHECKOUT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def test_no_page_has_an_example_that_nobody_runs() -> None:
    """Pages are not collected for doctests: that would run them."""
    pages = (CHECKOUT / "riskmodel" / "views").glob("*.py")
    found = [page.name for page in pages if ">>>" in page.read_text(encoding="utf-8")]
    assert found == []


# Brackets keep the patterns from matching themselves.
@pytest.mark.parametrize(
    "forbidden",
    [
        r"(?<!\w)/(?:roo[t]|wor[k]|hom[e]/\w+|User[s]/\w+)/",
        r"\b[A-Z]:[\\]User[s]",
        r"pythonhoste[d]\.org|pyp[i]\.org",
        r"https?://[^\s\"']*/simpl[e]\b",
        r"--(?:extra-)?index-ur[l]|--find-link[s]",
    ],
)
def test_no_file_names_a_place_of_one_machine(forbidden: str) -> None:
    pattern = re.compile(forbidden)
    found = [
        f"{name}: {line.strip()[:80]}"
        for name, text in project_texts()
        for line in text.splitlines()
        if pattern.search(line)
    ]
    assert found == []


def pins(lock: str) -> set[str]:
    text = (CHECKOUT / lock).read_text(encoding="utf-8")
    return set(re.findall(r"^\S+==[^\\\n ;]+", text, flags=re.MULTILINE))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_host_and_hashes_every_pin(lock: str) -> None:
    text = (CHECKOUT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in requirement


def test_the_app_is_tested_with_the_versions_it_runs_with() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")
