"""What a file holds is shown by a terminal, and never obeyed."""

import ast
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import riskmodel.cli
from riskmodel.cli import app, frame
from riskmodel.datasets import load_examples
from riskmodel.inputs.told import as_lines
from riskmodel.store import LOCAL, open_store
from tests import CHECKOUT

# A title, a cleared screen, the clipboard, C1 in one sign, a bell, text that runs back.
HOSTILE = "Zq\x1b]0;x\x07\x1b[2J\x1b]52;c;eA==\x07\x9b31m\x9d0;y\x9c\x7f\u202eqZ"
LOG = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Moving Time\n"
    f'1,"Jul 1, 2026, 10:00:00 AM",{HOSTILE},{HOSTILE},3600,3600\n'
    f'2,"{HOSTILE}",a,Run,{HOSTILE},3600\n'
)
MARATHON = load_examples()["Marathon"]


def out_of_sight(text):
    return {sign for sign in text if not sign.isprintable()} - {"\n"}


def written(path, content):
    # Files of several commands do not get into each other's way.
    path = path.with_stem(f"{len([*path.parent.iterdir()])} {path.stem}")
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return str(path)


def arguments(name, folder):
    """A command with something hostile in what it reads."""
    of_log = ["--sport", "running", "--on", "2026-07-20"]
    session = {**MARATHON, "sport": HOSTILE, "hydration": HOSTILE}
    row = {n: v for n, v in MARATHON.items() if isinstance(v, int | float)}
    row["sport"] = "running"
    table = "\n".join(
        [
            ",".join(["athlete", f"x{HOSTILE}", *row]),
            ",".join([HOSTILE, HOSTILE, *map(str, row.values())]),
            ",".join(["b", HOSTILE, *([HOSTILE] * len(row))]),
        ]
    )
    scorecard = f'version = "{HOSTILE.encode("unicode_escape").decode()}"'.replace(
        "\\x", "\\u00"
    )
    log, plan = folder / "log.csv", folder / "plan.json"
    return {
        "log": ["log", written(log, LOG), *of_log],
        "log of a file with such a name": [
            "log", written(folder / f"{HOSTILE}.csv".replace("/", ""), "a\n1\n"), *of_log,
        ],
        "log as JSON": ["log", written(log, LOG), *of_log, "--json"],
        "log of no file": ["log", str(folder / f"{HOSTILE}.csv"), *of_log],
        "log with a meaning": [
            "log", written(log, LOG), *of_log, "--activity", f"{HOSTILE}=running",
        ],
        "log of no sport": ["log", written(log, LOG), "--sport", HOSTILE, *of_log[2:]],
        "assess": ["assess", written(plan, session)],
        "assess with an input of no name": ["assess", written(plan, {HOSTILE: 1})],
        "assess as JSON": ["assess", written(plan, session), "--json"],
        "assess what was saved elsewhere": [
            "assess", written(plan, {**MARATHON, "scorecard_version": HOSTILE}),
        ],
        "assess what is no JSON": ["assess", written(plan, HOSTILE)],
        "assess too much": ["assess", written(plan, session), HOSTILE],
        "assess with another scorecard": [
            "assess", written(plan, MARATHON),
            "--scorecard", written(folder / "card.toml", scorecard),
        ],
        "why": ["why", written(plan, session)],
        "batch": ["batch", written(folder / "in.csv", table), str(folder / "out.csv")],
        "batch of what is no table": [
            "batch", written(folder / "in.csv", f'"{HOSTILE}'), str(folder / "out.csv"),
        ],
        "forecast": [
            "forecast", "--session", written(plan, MARATHON),
            "--weather-file", written(folder / "weather.csv", f"{HOSTILE},time\n{LOG}"),
        ],
        "restore": ["restore", written(folder / "backup", f'{{"{HOSTILE}": 1}}\n')],
        "guide": ["guide", HOSTILE],
        "no command": [HOSTILE],
        "no option": ["assess", f"--{HOSTILE}"],
    }[name]  # fmt: skip


COMMANDS = [
    "log", "log of a file with such a name", "log as JSON", "log of no file",
    "log with a meaning", "log of no sport", "assess", "assess as JSON",
    "assess with an input of no name",
    "assess what was saved elsewhere", "assess what is no JSON", "assess too much",
    "assess with another scorecard", "why", "batch", "batch of what is no table",
    "forecast", "restore", "guide", "no command", "no option",
]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_that_is_printed_is_out_of_sight(name, tmp_path, monkeypatch):
    monkeypatch.setenv("CRAMPRISK_DATABASE_URL", f"sqlite:///{tmp_path}/saved.db")
    done = CliRunner().invoke(app, arguments(name, tmp_path))
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.output
    assert out_of_sight(done.output) == set()


def test_json_says_the_same_with_such_signs_escaped(capsys):
    value = {"word": HOSTILE + "\n\xa0\U000e0041é"}
    frame.say_json(value)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert out_of_sight(printed) == set()
    assert "é" in printed


def on_a_terminal(*command, cwd=CHECKOUT, **environment):
    """What a terminal is sent by a command whose outputs it is."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "riskmodel", *command], stdin=subprocess.DEVNULL,
        stdout=theirs, stderr=theirs, cwd=cwd, env={**os.environ, **environment},
    ) as process:  # fmt: skip
        os.close(theirs)
        sent = bytearray()
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # as Linux says that nobody has it open any more
                break
            if not piece:
                break
            sent += piece
        os.close(ours)
    return sent.decode("utf-8", "surrogateescape").replace("\r\n", "\n"), process.returncode


@pytest.mark.parametrize("target", ["-", "/dev/stdout"])
def test_a_table_that_goes_to_a_terminal_is_only_shown(tmp_path, target):
    command = arguments("batch", tmp_path)
    text, code = on_a_terminal(*command[:-1], target, TERM="dumb")
    assert code == 0
    assert "Zq ]0;x" in text
    assert out_of_sight(text) <= {"\r"}  # of the bar


def test_a_table_that_goes_elsewhere_stays_as_it_was(tmp_path):
    command = arguments("batch", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "riskmodel", *command[:-1], "-"],
        cwd=CHECKOUT, capture_output=True, check=True,
    )  # fmt: skip
    assert "\x9b31m" in done.stdout.decode()  # what tables lose of it, they lose before
    assert out_of_sight(done.stderr.decode()) == set()


def test_no_backup_goes_to_a_terminal(tmp_path):
    url = f"sqlite:///{tmp_path}/saved.db"
    store = open_store(url, create=True)
    store.save(LOCAL, "athlete", "Ada", {"body_mass_kg": 70})
    store.close()
    text, code = on_a_terminal("backup", "-", CRAMPRISK_DATABASE_URL=url)
    assert code == 2
    assert "SQLite format" not in text
    assert out_of_sight(text) == set()


def test_lines_stay_lines():
    assert as_lines("a\tb\n\r\x1bc\n") == "a b\n  c\n"


def test_everything_is_printed_in_one_place():
    own = {"say", "say_json"}
    for module in Path(riskmodel.cli.__file__).parent.glob("*.py"):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        inside = {
            id(call)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name in own
            for call in ast.walk(node)
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        printing = {ast.unparse(call.func) for call in calls if id(call) not in inside} & {
            "typer.echo",
            "typer.secho",
            "print",
            "sys.stdout.write",
            "sys.stderr.write",
        }
        assert not printing, module.name
